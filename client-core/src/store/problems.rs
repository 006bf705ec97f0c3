//! Documents of the server that this phone could not read, so that nothing is
//! skipped in silence.

use domain::{DocId, Instant};
use rusqlite::{Connection, Transaction, params};

use super::error::Result;

/// A document that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub doc: DocId,
    /// A stable word.
    pub code: String,
    /// A sentence for people, in English.
    pub message: String,
    /// When, by this device.
    pub at: Instant,
}

const NOTE: &str = "INSERT OR REPLACE INTO problems (doc, code, message, at) VALUES (?1, ?2, ?3, ?4)";
const CLEAR: &str = "DELETE FROM problems WHERE doc = ?1";
const EXISTS: &str = "SELECT 1 FROM problems WHERE doc = ?1";
const SELECT: &str = "SELECT doc, code, message, at FROM problems ORDER BY at, doc";

pub(crate) fn note(transaction: &Transaction<'_>, problem: &Problem) -> Result<()> {
    transaction
        .execute(NOTE, params![problem.doc.as_bytes(), problem.code, problem.message, problem.at.millis()])?;
    Ok(())
}

/// The document was read after all.
pub(crate) fn clear(transaction: &Transaction<'_>, doc: DocId) -> Result<()> {
    transaction.prepare_cached(CLEAR)?.execute([doc.as_bytes()])?;
    Ok(())
}

pub(crate) fn exists(connection: &Connection, doc: DocId) -> Result<bool> {
    Ok(connection.prepare_cached(EXISTS)?.exists([doc.as_bytes()])?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Problem>> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let rows = statement.query_map([], |row| {
        Ok(Problem {
            doc: DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?)),
            code: row.get(1)?,
            message: row.get(2)?,
            at: Instant::from_millis(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
