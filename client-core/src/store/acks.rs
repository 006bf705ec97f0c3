//! Verdicts that are written down and not yet acknowledged to the server, which
//! sends each again until it is.

use domain::ChangeHash;
use rusqlite::{Connection, Transaction, params};

use super::error::Result;

const ADD: &str = "INSERT OR IGNORE INTO verdict_acks (hash) VALUES (?1)";
const SELECT: &str = "SELECT hash FROM verdict_acks LIMIT ?1";
const REMOVE: &str = "DELETE FROM verdict_acks WHERE hash = ?1";

pub(crate) fn add(transaction: &Transaction<'_>, hash: ChangeHash) -> Result<()> {
    transaction.prepare_cached(ADD)?.execute([hash.as_bytes()])?;
    Ok(())
}

pub(crate) fn first(connection: &Connection, limit: u32) -> Result<Vec<ChangeHash>> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let rows = statement.query_map(params![limit], |row| Ok(ChangeHash::from_bytes(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The server has answered a request that carried them.
pub(crate) fn remove(transaction: &Transaction<'_>, hashes: &[ChangeHash]) -> Result<()> {
    let mut statement = transaction.prepare_cached(REMOVE)?;
    for hash in hashes {
        statement.execute([hash.as_bytes()])?;
    }
    Ok(())
}
