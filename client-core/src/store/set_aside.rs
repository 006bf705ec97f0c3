//! Changes of others that the server had lost and would not take back. They had to
//! come out of their documents, so that the phone's own edits could go on; nothing
//! is thrown away.

use documents::RawChange;
use domain::{DocId, DocKind, Instant};
use rusqlite::{Connection, Transaction, params};

use super::error::Result;

const ADD: &str = "INSERT OR IGNORE INTO set_aside (hash, doc, kind, change, at) VALUES (?1, ?2, ?3, ?4, ?5)";
const COUNT: &str = "SELECT count(*) FROM set_aside";

pub(crate) fn add(
    transaction: &Transaction<'_>,
    doc: DocId,
    kind: DocKind,
    change: &RawChange,
    now: Instant,
) -> Result<()> {
    let values = params![change.hash.as_bytes(), doc.as_bytes(), kind.name(), change.bytes, now.millis()];
    transaction.prepare_cached(ADD)?.execute(values)?;
    Ok(())
}

/// How many there are.
pub(crate) fn count(connection: &Connection) -> Result<u64> {
    let count: i64 = connection.query_row(COUNT, [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
