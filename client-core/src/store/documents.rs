//! Saved documents: each with every change that this phone holds of it, its own
//! unsent ones included.

use domain::{DocId, DocKind};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::error::{Result, StoreError};

/// A saved document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedDocument {
    pub(crate) kind: DocKind,
    pub(crate) saved: Vec<u8>,
    /// Why it left the scope; none while it is in it.
    pub(crate) left_reason: Option<String>,
}

const SELECT: &str = "SELECT kind, saved, left_reason FROM documents WHERE doc = ?1";
const EXISTS: &str = "SELECT 1 FROM documents WHERE doc = ?1";
const UPSERT: &str = "INSERT INTO documents (doc, kind, pulled, saved) VALUES (?1, ?2, 0, ?3)
    ON CONFLICT (doc) DO UPDATE SET saved = ?3";
const ENTERED: &str = "UPDATE documents SET left_reason = NULL, pulled = ?2 WHERE doc = ?1";
const LEFT: &str = "UPDATE documents SET left_reason = ?2 WHERE doc = ?1";
const REMOVE: &str = "DELETE FROM documents WHERE doc = ?1";
const POSITION: &str = "UPDATE documents SET position = ?2 WHERE doc = ?1";
const ALL: &str = "SELECT doc, left_reason IS NULL FROM documents ORDER BY doc";
const BACKED_UP: &str = "SELECT doc FROM documents d WHERE left_reason IS NOT NULL AND position <= ?1
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.doc = d.doc AND (o.state = 'pending'
        OR (o.state IN ('refused', 'unplayable') AND o.resolution IS NULL)))";
const NOT_PULLED: &str = "SELECT doc, left_reason IS NULL FROM documents WHERE pulled < ?1";

pub(crate) fn read(connection: &Connection, doc: DocId) -> Result<Option<SavedDocument>> {
    let found: Option<(String, Vec<u8>, Option<String>)> = connection
        .prepare_cached(SELECT)?
        .query_row([doc.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found
        .map(|(kind, saved, left_reason)| {
            let kind = DocKind::from_name(&kind).ok_or(StoreError::Unreadable { what: "document kind" })?;
            Ok(SavedDocument { kind, saved, left_reason })
        })
        .transpose()
}

pub(crate) fn exists(connection: &Connection, doc: DocId) -> Result<bool> {
    Ok(connection.prepare_cached(EXISTS)?.exists([doc.as_bytes()])?)
}

/// Writes the saved form; leaves alone whether the document is in scope.
pub(crate) fn write(transaction: &Transaction<'_>, doc: DocId, kind: DocKind, saved: &[u8]) -> Result<()> {
    transaction.prepare_cached(UPSERT)?.execute(params![doc.as_bytes(), kind.name(), saved])?;
    Ok(())
}

/// Notes that the feed brought the document in a cold pull, or after it.
pub(crate) fn entered(transaction: &Transaction<'_>, doc: DocId, cold_pull: i64) -> Result<()> {
    transaction.prepare_cached(ENTERED)?.execute(params![doc.as_bytes(), cold_pull])?;
    Ok(())
}

/// Notes that the document left the scope; it stays, with all unsent work.
pub(crate) fn left(transaction: &Transaction<'_>, doc: DocId, reason: &str) -> Result<()> {
    transaction.prepare_cached(LEFT)?.execute(params![doc.as_bytes(), reason])?;
    Ok(())
}

pub(crate) fn remove(transaction: &Transaction<'_>, doc: DocId) -> Result<()> {
    transaction.execute(REMOVE, [doc.as_bytes()])?;
    Ok(())
}

/// The documents that a cold pull did not bring, and whether each was in scope.
pub(crate) fn not_pulled(connection: &Connection, cold_pull: i64) -> Result<Vec<(DocId, Scope)>> {
    let mut statement = connection.prepare_cached(NOT_PULLED)?;
    let rows = statement.query_map([cold_pull], |row| {
        let scope = if row.get(1)? { Scope::In } else { Scope::Left };
        Ok((DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?)), scope))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every document, by id, and whether it is in scope.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(DocId, Scope)>> {
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([], |row| {
        let scope = if row.get(1)? { Scope::In } else { Scope::Left };
        Ok((DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?)), scope))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes that all that the server has accepted of a document is at or before a
/// position.
pub(crate) fn set_position(transaction: &Transaction<'_>, doc: DocId, position: u64) -> Result<()> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    transaction.prepare_cached(POSITION)?.execute(params![doc.as_bytes(), position])?;
    Ok(())
}

/// Documents that left the scope, of which nothing waits, and which a backup that
/// goes so far holds as a whole.
pub(crate) fn left_and_backed_up(connection: &Connection, backed_up: u64) -> Result<Vec<DocId>> {
    let backed_up = i64::try_from(backed_up).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(BACKED_UP)?;
    let rows = statement
        .query_map([backed_up], |row| Ok(DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a document is in the phone's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    In,
    Left,
}
