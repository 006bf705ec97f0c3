//! What stood in the file already: on which line a key did, and how often a row.
//! Kept in a temporary table, so that a long file takes no memory.

use rusqlite::Transaction;

const BEGIN: &str = "DROP TABLE IF EXISTS temp.import_seen; CREATE TEMP TABLE import_seen \
     (key BLOB PRIMARY KEY, line INTEGER NOT NULL, times INTEGER NOT NULL) STRICT, WITHOUT ROWID";
const SEE: &str = "INSERT INTO temp.import_seen (key, line, times) VALUES (?1, ?2, 1) \
     ON CONFLICT (key) DO UPDATE SET times = times + 1 RETURNING line, times";
const END: &str = "DROP TABLE IF EXISTS temp.import_seen";

/// Begins anew.
pub(super) fn begin(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(BEGIN)
}

/// Forgets everything.
pub(super) fn end(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(END)
}

/// Notes a key; returns the line on which it stood first, and how often it has
/// been seen, this time included.
pub(super) fn see(tx: &Transaction<'_>, key: &[u8], line: u64) -> rusqlite::Result<(u64, u64)> {
    let line = i64::try_from(line).unwrap_or(i64::MAX);
    let (first, times): (i64, i64) =
        tx.prepare_cached(SEE)?.query_row((key, line), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((u64::try_from(first).unwrap_or(0), u64::try_from(times).unwrap_or(0)))
}
