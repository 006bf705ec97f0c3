//! Saved documents: a cache that spares readers the log.
//!
//! A saved form replaces another only after it was loaded again and gave the
//! same heads and the same view. Writers do that once in a while, readers that
//! needed the whole document hand theirs in afterwards.

use documents::{Document, ReadError};
use domain::{DocId, DocKind, DocView};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::heads_bytes;
use crate::error::CoreError;
use crate::failpoint::{self, Place};
use crate::sql::uint;
use crate::store::StoreError;

/// Only of the state that the document has now.
const STORE: &str = "INSERT INTO snapshots (doc, position, changes, saved) \
     SELECT doc, position, changes, ?3 FROM documents WHERE doc = ?1 AND heads = ?2 \
     ON CONFLICT (doc) DO UPDATE SET position = excluded.position, changes = excluded.changes, \
     saved = excluded.saved";
const SAVED_CHANGES: &str = "SELECT changes FROM snapshots WHERE doc = ?1";
/// Changes after the saved form beyond which a writer saves again.
const TAIL_MAX: usize = 16;

/// A document's saved form, seen to load.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) doc: DocId,
    pub(crate) heads: Vec<u8>,
    pub(crate) saved: Vec<u8>,
}

/// Saves a document and reads it back; `None` if the two differ.
pub(crate) fn snapshot_of(doc: DocId, document: &Document) -> Option<Snapshot> {
    let saved = document.save();
    let again = Document::load(document.kind(), &saved).ok()?;
    let same = again.heads() == document.heads() && view(&again).ok()? == view(document).ok()?;
    same.then(|| Snapshot { doc, heads: heads_bytes(&document.heads()), saved })
}

/// Either kind of document, read out.
pub(crate) fn view(document: &Document) -> Result<DocView, ReadError> {
    Ok(match document.kind() {
        DocKind::Job => DocView::Job(Box::new(document.job()?)),
        DocKind::Trip => DocView::Trip(Box::new(document.trip()?)),
    })
}

/// Stores those that still are the newest.
pub(crate) fn store_snapshots(tx: &Transaction<'_>, snapshots: &[Snapshot]) -> Result<(), StoreError> {
    for snapshot in snapshots {
        let values = (snapshot.doc.as_bytes(), &snapshot.heads, &snapshot.saved);
        tx.prepare_cached(STORE)?.execute(values)?;
        failpoint::reach(Place::MidSnapshot);
    }
    Ok(())
}

/// Saves the document again if its saved form lags far behind.
pub(super) fn refresh(
    tx: &Transaction<'_>,
    doc: DocId,
    document: &Document,
    changes: usize,
) -> Result<(), CoreError> {
    if changes.saturating_sub(saved_changes(tx, doc)?) < TAIL_MAX {
        return Ok(());
    }
    match snapshot_of(doc, document) {
        Some(snapshot) => Ok(store_snapshots(tx, &[snapshot])?),
        None => {
            tracing::error!(%doc, "a document does not survive saving; its log is kept and used");
            Ok(())
        }
    }
}

fn saved_changes(connection: &Connection, doc: DocId) -> Result<usize, CoreError> {
    let saved = connection
        .prepare_cached(SAVED_CHANGES)?
        .query_row([doc.as_bytes()], |row| uint(row, 0))
        .optional()?;
    Ok(saved.unwrap_or(0))
}
