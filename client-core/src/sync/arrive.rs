//! Merges what the feed brings into the phone's documents.

use std::collections::{BTreeMap, BTreeSet};

use documents::Document;
use domain::{ActorId, ChangeHash, DocId, DocKind, DocView};

use super::cold;
use super::prepare::{Prepared, What};
use super::rebuild::Rebuild;
use crate::incoming::{self, BadBytes};
use crate::store::error::Result;
use crate::store::receipts::{self, Word};
use crate::store::writing::Writing;
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

/// The whole document as it came, and the server's word for it.
pub(crate) struct Whole<'a> {
    pub(crate) snapshot: &'a [u8],
    pub(crate) view: &'a DocView,
    pub(crate) word: Option<&'a Word>,
}

/// Changes as they came, and the server's word for them.
pub(crate) struct Changes<'a> {
    pub(crate) changes: &'a [Vec<u8>],
    pub(crate) word: Option<&'a Word>,
}

/// Writes a whole document that came into scope; what the phone holds beyond it
/// stays. Tells how many changes the server had lost.
pub(crate) fn enter(
    transaction: &Writing<'_>,
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
        if let Some(word) = whole.word {
            receipts::add(transaction, doc, word)?;
        }
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
        Ok(merged) => {
            if let Some(word) = whole.word {
                receipts::keep(transaction, doc, &merged, word)?;
            }
            write(transaction, doc, &merged)
        }
        Err(error) => {
            let Some(local) = local else { return Ok(Arrival::Bad(error)) };
            let beyond = local.changes().into_iter().map(|change| change.hash);
            let beyond = beyond.filter(|hash| !remote.contains(*hash)).collect();
            let remote: Vec<Vec<u8>> = remote.changes().into_iter().map(|change| change.bytes).collect();
            Ok(forked(doc, local, beyond, &remote, error))
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
    transaction: &Writing<'_>,
    doc: DocId,
    kind: DocKind,
    came: &Changes<'_>,
    local: Option<Document>,
) -> Result<Arrival> {
    let bytes: Vec<&[u8]> = came.changes.iter().map(Vec::as_slice).collect();
    let Some(local) = local else {
        return match incoming::from_changes(doc, kind, &bytes) {
            Ok(document) => {
                if let Some(word) = came.word {
                    receipts::keep(transaction, doc, &document, word)?;
                }
                write(transaction, doc, &document)
            }
            Err(error @ BadBytes::Missing(_)) => Ok(Arrival::Incomplete(error)),
            Err(error) => Ok(Arrival::Bad(error)),
        };
    };
    let mut merged = local.clone();
    match incoming::apply(&mut merged, &bytes) {
        Ok(()) => {
            if let Some(word) = came.word {
                receipts::keep(transaction, doc, &merged, word)?;
            }
            write(transaction, doc, &merged)
        }
        Err(error @ BadBytes::Missing(_)) => Ok(Arrival::Incomplete(error)),
        Err(error) => {
            let pending = outbox::pending_changes_of(transaction, doc)?;
            let unseen = not_built_on(&local, came.changes);
            let mut out = rivals(&local, came.changes);
            out.extend(pending.into_iter().map(|(hash, _)| hash).filter(|hash| unseen.contains(hash)));
            Ok(forked(doc, local, out, came.changes, error))
        }
    }
}

/// The phone's changes on which nothing builds that came. Of the others the server holds
/// each, whether or not it has said so: a copy of this phone may have brought them.
fn not_built_on(local: &Document, came: &[Vec<u8>]) -> BTreeSet<ChangeHash> {
    let came = came.iter().filter_map(|bytes| gate::structure::check_change(bytes).ok());
    let deps: Vec<ChangeHash> =
        came.flat_map(|change| change.deps().to_vec()).filter(|hash| local.contains(*hash)).collect();
    local.changes_since(&deps).into_iter().map(|change| change.hash).collect()
}

/// The phone's changes that have the actor and number of one that came. Such can
/// be a colleague's too: the server had lost it, and since took another.
fn rivals(local: &Document, came: &[Vec<u8>]) -> BTreeSet<ChangeHash> {
    let came: BTreeMap<(ActorId, u64), ChangeHash> = came
        .iter()
        .filter_map(|bytes| gate::structure::check_change(bytes).ok())
        .map(|change| ((change.actor(), change.seq()), change.hash()))
        .collect();
    let is_rival = |hash: &ChangeHash| {
        let header = local.header_of(*hash);
        let other = header.and_then(|header| came.get(&(header.actor, header.seq)));
        other.is_some_and(|other| other != hash)
    };
    local.changes().into_iter().map(|change| change.hash).filter(is_rival).collect()
}

/// Writes a merged document, unless it cannot be read out, now or from the disk.
pub(crate) fn write(transaction: &Writing<'_>, doc: DocId, document: &Document) -> Result<Arrival> {
    match incoming::saved(document) {
        Ok((saved, view)) => {
            document_rows::write(transaction, doc, document.kind(), &saved)?;
            put::put_row(transaction, &view)?;
            Ok(Arrival::Written)
        }
        Err(error) => Ok(Arrival::Bad(error)),
    }
}

/// Tries once more without some of the phone's changes: two changes of one actor
/// with one number cannot stand in one document, and the server's is the one that
/// others hold.
fn forked(
    doc: DocId,
    local: Document,
    out: BTreeSet<ChangeHash>,
    remote: &[Vec<u8>],
    error: BadBytes,
) -> Arrival {
    if out.is_empty() {
        return Arrival::Bad(error);
    }
    let rebuilt = Rebuild::begin(doc, local, out).and_then(|mut rebuild| {
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
    transaction: &Writing<'_>,
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
    transaction: &Writing<'_>,
    doc: DocId,
    code: &str,
    message: &str,
    now: domain::Instant,
) -> Result<()> {
    tracing::warn!(%doc, code, "a document of the server could not be read");
    let problem = crate::Problem { doc, code: code.to_owned(), message: message.to_owned(), at: now };
    problems::note(transaction, &problem)
}
