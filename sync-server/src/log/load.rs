//! Putting a document together: from memory, from its saved form and the changes
//! since, or from the log alone.

use documents::Document;
use domain::{ChangeHash, DocId, DocKind};
use rusqlite::{Connection, OptionalExtension};

use super::heads_bytes;
use crate::core::Core;
use crate::error::{CoreError, OfDocument};
use crate::sql::{column, uint};

const READ_ROW: &str = "SELECT kind, heads, position, changes, bytes FROM documents WHERE doc = ?1";
const READ_SNAPSHOT: &str = "SELECT position, saved FROM snapshots WHERE doc = ?1";
const READ_CHANGES: &str = "SELECT hash, bytes FROM change_log WHERE doc = ?1 \
     AND position > ?2 AND position <= ?3 ORDER BY position, idx";

/// What the store says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentRow {
    pub(crate) kind: DocKind,
    pub(crate) heads: Vec<u8>,
    pub(crate) position: i64,
    pub(crate) changes: usize,
    pub(crate) bytes: usize,
}

/// A document and whether its saved form lags behind it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) document: Document,
    /// The saved form, where it is the whole document.
    pub(crate) saved: Option<Vec<u8>>,
}

/// The document's row.
pub(crate) fn document_row(connection: &Connection, doc: DocId) -> Result<Option<DocumentRow>, CoreError> {
    let row = connection
        .prepare_cached(READ_ROW)?
        .query_row([doc.as_bytes()], |row| {
            let kind: String = row.get(0)?;
            Ok((DocKind::from_name(&kind), row.get(1)?, row.get(2)?, uint(row, 3)?, uint(row, 4)?))
        })
        .optional()?;
    let Some((kind, heads, position, changes, bytes)) = row else { return Ok(None) };
    let kind = kind.ok_or_else(|| CoreError::corrupt(doc, "its kind is unknown"))?;
    Ok(Some(DocumentRow { kind, heads, position, changes, bytes }))
}

/// The changes accepted after a position and up to another, oldest first.
pub(crate) fn logged_changes(
    connection: &Connection,
    doc: DocId,
    after: i64,
    up_to: i64,
) -> Result<Vec<(ChangeHash, Vec<u8>)>, CoreError> {
    let mut statement = connection.prepare_cached(READ_CHANGES)?;
    let rows =
        statement.query_map((doc.as_bytes(), after, up_to), |row| Ok((column(row, 0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts the document together from the store.
pub(crate) fn load(
    core: &Core,
    connection: &Connection,
    doc: DocId,
    row: &DocumentRow,
) -> Result<Loaded, CoreError> {
    core.counters().cache_misses.one();
    match from_snapshot(connection, doc, row)? {
        Some(Ok(loaded)) => return Ok(loaded),
        Some(Err(what)) => {
            core.counters().snapshot_faults.one();
            tracing::warn!(%doc, what, "a saved document is not used; its log is");
        }
        None => {}
    }
    let changes = logged_changes(connection, doc, 0, row.position)?;
    let document =
        Document::from_changes(row.kind, changes.iter().map(|(_, bytes)| bytes.as_slice())).of(doc)?;
    if heads_bytes(&document.heads()) != row.heads {
        core.counters().documents_corrupt.one();
        return Err(CoreError::corrupt(doc, "its log gives other heads than its row"));
    }
    Ok(Loaded { document, saved: None })
}

/// The same from memory, if it is there. For jobs of the writer.
pub(crate) fn load_cached(
    core: &Core,
    connection: &Connection,
    doc: DocId,
    row: &DocumentRow,
) -> Result<Document, CoreError> {
    if let Some(document) = core.cache().take(doc, &row.heads) {
        core.counters().cache_hits.one();
        return Ok(document);
    }
    Ok(load(core, connection, doc, row)?.document)
}

/// `None` without a snapshot; the inner error says why it cannot be used.
fn from_snapshot(
    connection: &Connection,
    doc: DocId,
    row: &DocumentRow,
) -> Result<Option<Result<Loaded, String>>, CoreError> {
    let snapshot: Option<(i64, Vec<u8>)> = connection
        .prepare_cached(READ_SNAPSHOT)?
        .query_row([doc.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((position, saved)) = snapshot else { return Ok(None) };
    let tail = logged_changes(connection, doc, position, row.position)?;
    Ok(Some(put_together(row, saved, &tail)))
}

fn put_together(row: &DocumentRow, saved: Vec<u8>, tail: &[(ChangeHash, Vec<u8>)]) -> Result<Loaded, String> {
    let mut document = Document::load(row.kind, &saved).map_err(|error| error.to_string())?;
    document.apply(tail.iter().map(|(_, bytes)| bytes.as_slice())).map_err(|error| error.to_string())?;
    if heads_bytes(&document.heads()) != row.heads {
        return Err("its heads are others".into());
    }
    Ok(Loaded { document, saved: tail.is_empty().then_some(saved) })
}
