//! Refused edits that the technician asks the office to decide on.

use domain::{ChangeHash, DocId, DocKind, Instant};
use rusqlite::{Connection, Transaction, params};

use super::error::{Result, StoreError};

/// An offer that the server has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnsentOffer {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) hash: ChangeHash,
    pub(crate) command: String,
    pub(crate) remark: Option<String>,
    pub(crate) at: Instant,
}

const ADD: &str = "INSERT OR REPLACE INTO offers (entry, remark) VALUES (?1, ?2)";
/// The few offers lead, not the long outbox.
const UNSENT: &str = "SELECT o.doc, o.kind, o.hash, o.command, f.remark, o.at
    FROM offers f CROSS JOIN outbox o ON o.id = f.entry
    WHERE f.sent = 0 AND o.command IS NOT NULL ORDER BY o.id LIMIT ?1";
const SENT: &str = "UPDATE offers SET sent = 1 WHERE entry IN (SELECT id FROM outbox WHERE hash = ?1)";

pub(crate) fn add(transaction: &Transaction<'_>, entry: i64, remark: Option<&str>) -> Result<()> {
    transaction.execute(ADD, params![entry, remark])?;
    Ok(())
}

pub(crate) fn unsent(connection: &Connection, limit: u32) -> Result<Vec<UnsentOffer>> {
    let mut statement = connection.prepare_cached(UNSENT)?;
    let mut rows = statement.query([limit])?;
    let mut offers = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        offers.push(UnsentOffer {
            doc: DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?)),
            kind: DocKind::from_name(&kind).ok_or(StoreError::Unreadable { what: "document kind" })?,
            hash: ChangeHash::from_bytes(row.get(2)?),
            command: row.get(3)?,
            remark: row.get(4)?,
            at: Instant::from_millis(row.get(5)?),
        });
    }
    Ok(offers)
}

/// The server says that it keeps it. That it answered is not enough: an answer to an
/// earlier request may come late.
pub(crate) fn kept(transaction: &Transaction<'_>, hash: ChangeHash) -> Result<()> {
    transaction.prepare_cached(SENT)?.execute([hash.as_bytes()])?;
    Ok(())
}
