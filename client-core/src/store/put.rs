//! Writes a document and everything that is derived from it.

use documents::Document;
use domain::{DocId, DocKind, DocView};

use super::documents::Scope;
use super::error::Result;
use super::writing::Writing;
use super::{documents as document_rows, job_rows, trip_rows};

/// Writes a document and its row of a list, in one transaction.
pub(crate) fn put(transaction: &Writing<'_>, doc: DocId, document: &Document, view: &DocView) -> Result<()> {
    document_rows::write(transaction, doc, document.kind(), &document.save())?;
    put_row(transaction, view)
}

/// Writes the row of a list.
pub(crate) fn put_row(transaction: &Writing<'_>, view: &DocView) -> Result<()> {
    match view {
        DocView::Job(view) => job_rows::write(transaction, view),
        DocView::Trip(view) => trip_rows::write(transaction, view),
    }
}

/// Takes a document away whose making was refused. Its edits stay in the outbox.
pub(crate) fn remove(transaction: &Writing<'_>, doc: DocId, kind: DocKind) -> Result<()> {
    document_rows::remove(transaction, doc)?;
    match kind {
        DocKind::Job => job_rows::remove(transaction, doc),
        DocKind::Trip => trip_rows::remove(transaction, doc),
    }
}

/// Marks a document as out of scope; it stays, with all unsent work.
pub(crate) fn leave(transaction: &Writing<'_>, doc: DocId, kind: DocKind, reason: &str) -> Result<()> {
    document_rows::left(transaction, doc, reason)?;
    set_scope(transaction, doc, kind, Scope::Left)
}

/// Marks a document as in scope, brought by a cold pull or after it.
pub(crate) fn enter(transaction: &Writing<'_>, doc: DocId, kind: DocKind, cold_pull: i64) -> Result<()> {
    document_rows::entered(transaction, doc, cold_pull)?;
    set_scope(transaction, doc, kind, Scope::In)
}

fn set_scope(transaction: &Writing<'_>, doc: DocId, kind: DocKind, scope: Scope) -> Result<()> {
    match kind {
        DocKind::Job => job_rows::set_scope(transaction, doc, scope),
        DocKind::Trip => trip_rows::set_scope(transaction, doc, scope),
    }
}
