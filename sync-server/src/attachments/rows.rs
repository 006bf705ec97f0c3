//! What SQL holds of attachments and uploads.

use domain::{BlobHash, DeviceId, DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::AttachmentError;
use crate::sql::{column, int};

const WHOLE: &str = "SELECT length, user FROM attachments WHERE hash = ?1";
const UPLOAD: &str = "SELECT length FROM uploads WHERE user = ?1 AND hash = ?2";
const BEGIN: &str = "INSERT INTO uploads (user, hash, length, started_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (user, hash) DO UPDATE SET length = excluded.length, started_at = excluded.started_at";
const BROUGHT: &str = "SELECT coalesce(sum(length), 0) FROM uploads WHERE user = ?1 AND started_at >= ?2";
const COMPLETE: &str = "INSERT INTO attachments (hash, length, user, device, completed_at) \
     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO NOTHING";
const FORGET_WHOLE: &str = "DELETE FROM attachments WHERE hash = ?1";
const EXPIRED: &str = "SELECT user, hash FROM uploads WHERE started_at < ?1 ORDER BY started_at LIMIT 20";
const FORGET: &str = "DELETE FROM uploads WHERE user = ?1 AND hash = ?2";
const NAMED_BY: &str = "SELECT doc FROM document_blobs WHERE hash = ?1 ORDER BY doc LIMIT 100";

fn length(row: &Row<'_>) -> rusqlite::Result<u64> {
    let stored: i64 = row.get(0)?;
    Ok(u64::try_from(stored).unwrap_or_default())
}

/// A whole attachment's length, and who brought it.
pub(super) fn whole(
    connection: &Connection,
    hash: BlobHash,
) -> Result<Option<(u64, UserId)>, AttachmentError> {
    let mut statement = connection.prepare_cached(WHOLE)?;
    let found = statement.query_row([hash.as_bytes()], |row| Ok((length(row)?, column(row, 1)?)));
    Ok(found.optional()?)
}

/// The length that a person said of an upload.
pub(super) fn upload(
    connection: &Connection,
    user: UserId,
    hash: BlobHash,
) -> Result<Option<u64>, AttachmentError> {
    let mut statement = connection.prepare_cached(UPLOAD)?;
    let found = statement.query_row((user.as_bytes(), hash.as_bytes()), length);
    Ok(found.optional()?)
}

/// Notes that an upload begins.
pub(super) fn begin(
    transaction: &Transaction<'_>,
    (user, hash): (UserId, BlobHash),
    length: u64,
    now: Instant,
) -> Result<(), AttachmentError> {
    let values = (user.as_bytes(), hash.as_bytes(), int(length), now.millis());
    transaction.prepare_cached(BEGIN)?.execute(values)?;
    Ok(())
}

/// Bytes of the uploads that a person has begun since an instant.
pub(super) fn brought_since(
    connection: &Connection,
    user: UserId,
    since: Instant,
) -> Result<u64, AttachmentError> {
    let mut statement = connection.prepare_cached(BROUGHT)?;
    Ok(statement.query_row((user.as_bytes(), since.millis()), length)?)
}

/// Notes that an attachment is whole.
pub(super) fn complete(
    transaction: &Transaction<'_>,
    hash: BlobHash,
    length: u64,
    (user, device): (UserId, DeviceId),
    now: Instant,
) -> Result<(), AttachmentError> {
    let values = (hash.as_bytes(), int(length), user.as_bytes(), device.as_bytes(), now.millis());
    transaction.prepare_cached(COMPLETE)?.execute(values)?;
    Ok(())
}

/// Notes that an attachment is whole no more.
pub(super) fn forget_whole(transaction: &Transaction<'_>, hash: BlobHash) -> Result<(), AttachmentError> {
    transaction.prepare_cached(FORGET_WHOLE)?.execute([hash.as_bytes()])?;
    Ok(())
}

/// Forgets a few uploads that began before an instant, and says which.
pub(super) fn forget_before(
    transaction: &Transaction<'_>,
    before: Instant,
) -> Result<Vec<(UserId, BlobHash)>, AttachmentError> {
    let mut statement = transaction.prepare_cached(EXPIRED)?;
    let rows = statement.query_map([before.millis()], |row| Ok((column(row, 0)?, column(row, 1)?)))?;
    let expired: Vec<(UserId, BlobHash)> = rows.collect::<Result<_, _>>()?;
    for (user, hash) in &expired {
        transaction.prepare_cached(FORGET)?.execute((user.as_bytes(), hash.as_bytes()))?;
    }
    Ok(expired)
}

/// The documents that name an attachment.
pub(super) fn named_by(connection: &Connection, hash: BlobHash) -> Result<Vec<DocId>, AttachmentError> {
    let mut statement = connection.prepare_cached(NAMED_BY)?;
    let rows = statement.query_map([hash.as_bytes()], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
