//! Merges what the feed brings into the phone's documents.

use std::collections::BTreeSet;

use documents::Document;
use domain::{ChangeHash, DocId, DocKind, DocView};
use rusqlite::Transaction;

use super::cold;
use super::prepare::{Prepared, What};
use super::rebuild::Rebuild;
use crate::incoming::{self, BadBytes};
use crate::store::error::Result;
use crate::store::{documents as document_rows, outbox, problems, put};

/// What merging one event came to.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// It is written.
    Written,
    /// The feed has another change where the phone has one of its own: the
    /// document is rebuilt without the phone's.
    Forked(Box<Rebuild>),
    /// Changes are missing; only a fresh pull can help.
    Incomplete(BadBytes),
    /// It cannot be read.
    Bad(BadBytes),
}

/// The whole document as it came.
pub(crate) struct Whole<'a> {
    pub(crate) snapshot: &'a [u8],
    pub(crate) view: &'a DocView,
}

/// Writes a whole document that came into scope; what the phone holds beyond it
/// stays. Tells how many changes the server had lost.
pub(crate) fn enter(
    transaction: &Transaction<'_>,
    doc: DocId,
    kind: DocKind,
    whole: &Whole<'_>,
    reoffered: &mut u64,
) -> Result<Arrival> {
    let saved = document_rows::read(transaction, doc)?;
    let pending = outbox::pending_changes_of(transaction, doc)?;
    if saved.is_none() && pending.is_empty() {
        document_rows::write(transaction, doc, kind, whole.snapshot)?;
        put::put_row(transaction, whole.view)?;
        return Ok(Arrival::Written);
    }
    let remote = match incoming::own(kind, whole.snapshot) {
        Ok(remote) => remote,
        Err(error) => return Ok(Arrival::Bad(error)),
    };
    // A saved form that cannot be read any more is replaced by the server's.
    let local = saved.and_then(|saved| incoming::own(kind, &saved.saved).ok());
    if let Some(local) = &local {
        *reoffered += cold::offer_again(transaction, doc, local, Some(&remote))?;
    }
    match merge_whole(&remote, local.as_ref(), &pending) {
        Ok(merged) => write(transaction, doc, &merged),
        Err(error) => {
            let Some(local) = local else { return Ok(Arrival::Bad(error)) };
            let remote: Vec<Vec<u8>> = remote.changes().into_iter().map(|change| change.bytes).collect();
            Ok(forked(doc, local, &pending, &remote, error))
        }
    }
}

/// The server's document with what only the phone holds.
fn merge_whole(
    remote: &Document,
    local: Option<&Document>,
    pending: &[(ChangeHash, Vec<u8>)],
) -> std::result::Result<Document, BadBytes> {
    let mut merged = remote.clone();
    if let Some(local) = local
        && !local.heads().iter().all(|head| remote.contains(*head))
    {
        let own = local.changes();
        incoming::merge(&mut merged, own.iter().map(|change| change.bytes.as_slice()))?;
    }
    for (hash, bytes) in pending {
        // After a salvage the outbox may hold what the document has lost; what
        // still builds on something missing waits for its verdict.
        if !merged.contains(*hash)
            && let Err(error) = incoming::merge(&mut merged, [bytes.as_slice()])
            && !matches!(error, BadBytes::Missing(_))
        {
            return Err(error);
        }
    }
    Ok(merged)
}

/// Writes changes of a document that the phone holds.
pub(crate) fn update(
    transaction: &Transaction<'_>,
    doc: DocId,
    kind: DocKind,
    changes: &[Vec<u8>],
    local: Option<Document>,
) -> Result<Arrival> {
    let bytes: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
    let Some(local) = local else {
        return match incoming::from_changes(doc, kind, &bytes) {
            Ok(document) => write(transaction, doc, &document),
            Err(error @ BadBytes::Missing(_)) => Ok(Arrival::Incomplete(error)),
            Err(error) => Ok(Arrival::Bad(error)),
        };
    };
    let mut merged = local.clone();
    match incoming::apply(&mut merged, &bytes) {
        Ok(()) => write(transaction, doc, &merged),
        Err(error @ BadBytes::Missing(_)) => Ok(Arrival::Incomplete(error)),
        Err(error) => {
            let pending = outbox::pending_changes_of(transaction, doc)?;
            Ok(forked(doc, local, &pending, changes, error))
        }
    }
}

/// Writes a merged document, unless it cannot be read out.
pub(crate) fn write(transaction: &Transaction<'_>, doc: DocId, document: &Document) -> Result<Arrival> {
    match incoming::view(document) {
        Ok(view) => {
            put::put(transaction, doc, document, &view)?;
            Ok(Arrival::Written)
        }
        Err(error) => Ok(Arrival::Bad(error)),
    }
}

/// Tries once more without the phone's own unsettled changes: two changes of
/// one actor with one number cannot stand in one document, and the server's is
/// the one that others hold.
fn forked(
    doc: DocId,
    local: Document,
    pending: &[(ChangeHash, Vec<u8>)],
    remote: &[Vec<u8>],
    error: BadBytes,
) -> Arrival {
    if pending.is_empty() {
        return Arrival::Bad(error);
    }
    let own: BTreeSet<ChangeHash> = pending.iter().map(|(hash, _)| *hash).collect();
    let rebuilt = Rebuild::begin(doc, local, own).and_then(|mut rebuild| {
        let bytes: Vec<&[u8]> = remote.iter().map(Vec::as_slice).collect();
        incoming::apply(&mut rebuild.merged, &bytes)?;
        Ok(rebuild)
    });
    match rebuilt {
        Ok(rebuild) => Arrival::Forked(Box::new(rebuild)),
        Err(_) => Arrival::Bad(error),
    }
}

/// Merges an event into a document that is being rebuilt. What this phone wrote
/// and the server has lost is offered again here too, but for what comes out.
pub(crate) fn into_rebuild(
    transaction: &Transaction<'_>,
    rebuild: &mut Rebuild,
    event: &Prepared,
    reoffered: &mut u64,
) -> Result<std::result::Result<(), BadBytes>> {
    Ok(match &event.what {
        What::Enter { snapshot, .. } => {
            let remote = match incoming::own(event.kind, snapshot) {
                Ok(remote) => remote,
                Err(error) => return Ok(Err(error)),
            };
            *reoffered += cold::offer_again(transaction, rebuild.doc, &rebuild.merged, Some(&remote))?;
            let changes = remote.changes();
            incoming::merge(&mut rebuild.merged, changes.iter().map(|change| change.bytes.as_slice()))
        }
        What::Update(changes) => {
            let bytes: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
            incoming::apply(&mut rebuild.merged, &bytes)
        }
        What::Leave(_) | What::Bad { .. } => Ok(()),
    })
}

/// Notes a document that could not be read.
pub(crate) fn note_problem(
    transaction: &Transaction<'_>,
    doc: DocId,
    code: &str,
    message: &str,
    now: domain::Instant,
) -> Result<()> {
    tracing::warn!(%doc, code, "a document of the server could not be read");
    let problem = crate::Problem { doc, code: code.to_owned(), message: message.to_owned(), at: now };
    problems::note(transaction, &problem)
}
