//! The outbox: every edit made on this phone, with the change that it produced
//! and what became of it. Rows are written once and marked, never deleted.

use domain::{ActorId, ChangeHash, DocId, DocKind, EditCommand, Instant, Stamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::error::{Result, StoreError};

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryState {
    /// It waits for the server's verdict.
    Pending,
    /// It is durable on the server.
    Accepted,
    /// The server refused it.
    Refused,
    /// It could not be made again after an edit that it built on was refused.
    Unplayable,
    /// It was made again as another entry, or would change nothing any more.
    Superseded,
}

/// What a person decided about an edit that needed attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// It is given up.
    Discarded,
    /// Another edit took its place.
    Corrected,
    /// The office was asked to decide.
    Offered,
}

/// Why an edit needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A stable word: a code of the server's verdicts, or of this crate's errors.
    pub code: String,
    /// The place in the document.
    pub path: Option<String>,
    /// A sentence for people, in English.
    pub message: String,
}

/// An edit of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number; later edits have larger ones.
    pub id: i64,
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// The change.
    pub hash: ChangeHash,
    /// What was asked; none for a change that was found without its command.
    pub command: Option<EditCommand>,
    /// When, by this device.
    pub stamp: Stamp,
    /// Who.
    pub author: UserId,
    /// Under which actor.
    pub actor: ActorId,
    /// What became of it.
    pub state: EntryState,
    /// Why, if it was refused or could not be made again.
    pub reason: Option<Reason>,
    /// The entry that it makes again.
    pub replays: Option<i64>,
    /// The entry that made it again, or took its place.
    pub replaced_by: Option<i64>,
    /// What a person decided.
    pub resolution: Option<Resolution>,
}

impl OutboxEntry {
    /// Whether a person has to look at it.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        matches!(self.state, EntryState::Refused | EntryState::Unplayable) && self.resolution.is_none()
    }
}

/// An edit about to enter the outbox.
#[derive(Debug, Clone)]
pub(crate) struct NewEntry<'a> {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) hash: ChangeHash,
    pub(crate) change: &'a [u8],
    pub(crate) command: Option<&'a EditCommand>,
    pub(crate) stamp: Stamp,
    pub(crate) author: UserId,
    pub(crate) actor: ActorId,
    pub(crate) replays: Option<i64>,
}

/// A change that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsent {
    pub(crate) id: i64,
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) hash: ChangeHash,
    pub(crate) change: Vec<u8>,
}

macro_rules! columns {
    () => {
        "id, doc, kind, hash, command, at, tz_minutes, author, actor, state, code, path, message, \
         replaced_by, resolution, replays"
    };
}
const INSERT: &str = "INSERT INTO outbox (doc, kind, hash, change, command, at, tz_minutes, author, actor,
        state, replays)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?10)";
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM outbox WHERE id = ?1");
const BY_HASH: &str = concat!("SELECT ", columns!(), " FROM outbox WHERE hash = ?1");
const PENDING_OF: &str =
    concat!("SELECT ", columns!(), " FROM outbox WHERE doc = ?1 AND state = 'pending' ORDER BY id");
const OF_DOC: &str = concat!("SELECT ", columns!(), " FROM outbox WHERE doc = ?1 ORDER BY id");
const UNSENT_AFTER: &str = "SELECT id, doc, kind, hash, change FROM outbox
    WHERE state = 'pending' AND id > ?1 ORDER BY id LIMIT ?2";
const UNSETTLED: &str =
    concat!("SELECT ", columns!(), " FROM outbox WHERE state = 'pending' ORDER BY id LIMIT ?1");
const ATTENTION: &str = concat!("SELECT ", columns!(), " FROM needs_attention ORDER BY id");
const PENDING_CHANGES_OF: &str =
    "SELECT hash, change FROM outbox WHERE doc = ?1 AND state = 'pending' ORDER BY id";
const ACCEPT: &str = "UPDATE outbox SET state = 'accepted', code = NULL, path = NULL, message = NULL,
        resolution = NULL, settled_at = ?2 WHERE hash = ?1";
const FAIL: &str = "UPDATE outbox SET state = ?2, code = ?3, path = ?4, message = ?5, settled_at = ?6
    WHERE id = ?1";
const SUPERSEDE: &str = "UPDATE outbox SET state = 'superseded', replaced_by = ?2, settled_at = ?3
    WHERE id = ?1";
const AGAIN: &str = "UPDATE outbox SET state = 'pending', settled_at = NULL
    WHERE hash = ?1 AND state = 'accepted'";
const RESOLVE: &str = "UPDATE outbox SET resolution = ?2, replaced_by = coalesce(?3, replaced_by)
    WHERE id = ?1";
const COUNTS: &str = "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending'),
    (SELECT count(*) FROM needs_attention)";

pub(crate) fn insert(transaction: &Transaction<'_>, entry: &NewEntry<'_>) -> Result<i64> {
    let command = entry
        .command
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| crate::ClientError::Internal(format!("writing a command: {error}")))?;
    transaction.prepare_cached(INSERT)?.execute(params![
        entry.doc.as_bytes(),
        entry.kind.name(),
        entry.hash.as_bytes(),
        entry.change,
        command,
        entry.stamp.at.millis(),
        entry.stamp.offset_minutes,
        entry.author.as_bytes(),
        entry.actor.as_bytes(),
        entry.replays,
    ])?;
    Ok(transaction.last_insert_rowid())
}

pub(crate) fn by_id(connection: &Connection, id: i64) -> Result<Option<OutboxEntry>> {
    connection.prepare_cached(BY_ID)?.query_row([id], |row| Ok(from_row(row))).optional()?.transpose()
}

pub(crate) fn by_hash(connection: &Connection, hash: ChangeHash) -> Result<Option<OutboxEntry>> {
    connection
        .prepare_cached(BY_HASH)?
        .query_row([hash.as_bytes()], |row| Ok(from_row(row)))
        .optional()?
        .transpose()
}

/// The entries of a document that wait for a verdict, oldest first.
pub(crate) fn pending_of(connection: &Connection, doc: DocId) -> Result<Vec<OutboxEntry>> {
    collect(connection.prepare_cached(PENDING_OF)?.query([doc.as_bytes()])?)
}

/// Every entry of a document, oldest first.
pub(crate) fn of_doc(connection: &Connection, doc: DocId) -> Result<Vec<OutboxEntry>> {
    collect(connection.prepare_cached(OF_DOC)?.query([doc.as_bytes()])?)
}

/// The oldest entries that wait for a verdict.
pub(crate) fn unsettled(connection: &Connection, limit: u32) -> Result<Vec<OutboxEntry>> {
    collect(connection.prepare_cached(UNSETTLED)?.query([limit])?)
}

/// The entries that a person has to look at, oldest first.
pub(crate) fn needs_attention(connection: &Connection) -> Result<Vec<OutboxEntry>> {
    collect(connection.prepare_cached(ATTENTION)?.query([])?)
}

/// Changes that wait to be sent, after a number, oldest first.
pub(crate) fn unsent_after(connection: &Connection, id: i64, limit: u32) -> Result<Vec<Unsent>> {
    let mut statement = connection.prepare_cached(UNSENT_AFTER)?;
    let mut rows = statement.query(params![id, limit])?;
    let mut unsent = Vec::new();
    while let Some(row) = rows.next()? {
        unsent.push(Unsent {
            id: row.get(0)?,
            doc: doc_id(row, 1)?,
            kind: doc_kind(row, 2)?,
            hash: ChangeHash::from_bytes(row.get(3)?),
            change: row.get(4)?,
        });
    }
    Ok(unsent)
}

/// The changes of a document that wait for a verdict, oldest first.
pub(crate) fn pending_changes_of(connection: &Connection, doc: DocId) -> Result<Vec<(ChangeHash, Vec<u8>)>> {
    let mut statement = connection.prepare_cached(PENDING_CHANGES_OF)?;
    let rows = statement
        .query_map([doc.as_bytes()], |row| Ok((ChangeHash::from_bytes(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The server has it. Whatever was thought of it before no longer holds.
pub(crate) fn accept(transaction: &Transaction<'_>, hash: ChangeHash, now: Instant) -> Result<()> {
    transaction.prepare_cached(ACCEPT)?.execute(params![hash.as_bytes(), now.millis()])?;
    Ok(())
}

/// It needs attention.
pub(crate) fn fail(
    transaction: &Transaction<'_>,
    id: i64,
    state: EntryState,
    reason: &Reason,
    now: Instant,
) -> Result<()> {
    transaction.prepare_cached(FAIL)?.execute(params![
        id,
        state.name(),
        reason.code,
        reason.path,
        reason.message,
        now.millis()
    ])?;
    Ok(())
}

/// It was made again as another entry, or has no effect any more.
pub(crate) fn supersede(transaction: &Transaction<'_>, id: i64, by: Option<i64>, now: Instant) -> Result<()> {
    transaction.prepare_cached(SUPERSEDE)?.execute(params![id, by, now.millis()])?;
    Ok(())
}

/// An accepted change that the server has lost is to be sent again. Tells
/// whether there was such an entry.
pub(crate) fn send_again(transaction: &Transaction<'_>, hash: ChangeHash) -> Result<bool> {
    Ok(transaction.prepare_cached(AGAIN)?.execute([hash.as_bytes()])? == 1)
}

/// Writes down what a person decided.
pub(crate) fn resolve(
    transaction: &Transaction<'_>,
    id: i64,
    resolution: Resolution,
    by: Option<i64>,
) -> Result<()> {
    transaction.prepare_cached(RESOLVE)?.execute(params![id, resolution.name(), by])?;
    Ok(())
}

/// How many entries wait for a verdict, and how many need attention.
pub(crate) fn counts(connection: &Connection) -> Result<(u64, u64)> {
    let (pending, attention): (i64, i64) =
        connection.prepare_cached(COUNTS)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((pending.unsigned_abs(), attention.unsigned_abs()))
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<OutboxEntry>> {
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(from_row(row)?);
    }
    Ok(entries)
}

fn from_row(row: &Row<'_>) -> Result<OutboxEntry> {
    let command: Option<String> = row.get(4)?;
    let state: String = row.get(9)?;
    let code: Option<String> = row.get(10)?;
    let message: Option<String> = row.get(12)?;
    let path = row.get(11)?;
    let resolution: Option<String> = row.get(14)?;
    Ok(OutboxEntry {
        id: row.get(0)?,
        doc: doc_id(row, 1)?,
        kind: doc_kind(row, 2)?,
        hash: ChangeHash::from_bytes(row.get(3)?),
        // A command of a newer version cannot be read; the change still can be sent.
        command: command.and_then(|json| serde_json::from_str(&json).ok()),
        stamp: Stamp { at: Instant::from_millis(row.get(5)?), offset_minutes: row.get(6)? },
        author: UserId::from_uuid(domain::Uuid::from_bytes(row.get(7)?)),
        actor: ActorId::from_bytes(row.get(8)?),
        state: EntryState::from_name(&state).ok_or(StoreError::Unreadable { what: "outbox state" })?,
        reason: code.map(|code| Reason { code, path, message: message.unwrap_or_default() }),
        replays: row.get(15)?,
        replaced_by: row.get(13)?,
        resolution: resolution.as_deref().and_then(Resolution::from_name),
    })
}

fn doc_id(row: &Row<'_>, column: usize) -> Result<DocId> {
    Ok(DocId::from_uuid(domain::Uuid::from_bytes(row.get(column)?)))
}

fn doc_kind(row: &Row<'_>, column: usize) -> Result<DocKind> {
    let kind: String = row.get(column)?;
    DocKind::from_name(&kind).ok_or(StoreError::Unreadable { what: "document kind" })
}

impl EntryState {
    /// The word in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unplayable => "unplayable",
            Self::Superseded => "superseded",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Refused, Self::Unplayable, Self::Superseded]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

impl Resolution {
    /// The word in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discarded => "discarded",
            Self::Corrected => "corrected",
            Self::Offered => "offered",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Discarded, Self::Corrected, Self::Offered]
            .into_iter()
            .find(|resolution| resolution.name() == name)
    }
}
