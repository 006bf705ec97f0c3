//! Which documents name which attachments, so that bytes are shown to whoever
//! sees a document that names them.

use std::collections::BTreeSet;

use domain::{BlobHash, DocId, DocView};
use rusqlite::Transaction;

use crate::error::CoreError;
use crate::sql::column;

const OF_DOCUMENT: &str = "SELECT hash FROM document_blobs WHERE doc = ?1";
const ADD: &str = "INSERT INTO document_blobs (doc, hash) VALUES (?1, ?2)";

/// Adds what the document names by now; nothing in a document is ever deleted.
pub(super) fn fold(tx: &Transaction<'_>, doc: DocId, view: &DocView) -> Result<(), CoreError> {
    let named = named_by(view);
    if named.is_empty() {
        return Ok(());
    }
    let mut statement = tx.prepare_cached(OF_DOCUMENT)?;
    let known = statement.query_map([doc.as_bytes()], |row| column(row, 0))?;
    let known: BTreeSet<BlobHash> = known.collect::<Result<_, _>>()?;
    for hash in named.difference(&known) {
        tx.prepare_cached(ADD)?.execute((doc.as_bytes(), hash.as_bytes()))?;
    }
    Ok(())
}

fn named_by(view: &DocView) -> BTreeSet<BlobHash> {
    match view {
        DocView::Job(job) => job.attachments.iter().map(|line| line.attachment.hash).collect(),
        DocView::Trip(trip) => trip.receipts.iter().filter_map(|line| line.receipt.photo).collect(),
    }
}
