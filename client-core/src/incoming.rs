//! Bytes from outside become documents here and nowhere else: structure first
//! (stage A of the gate, no Automerge), then loading, with a panic inside the
//! document engine caught and told as an error. The caller's thread needs the
//! stack that the sync worker has.

use std::panic::{AssertUnwindSafe, catch_unwind};

use documents::{ApplyError, Document};
use domain::{ChangeHash, DocId, DocKind, DocView};

/// Why bytes from outside cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadBytes {
    /// They build on changes that are not here.
    #[error("{} changes that these build on are missing", .0.len())]
    Missing(Vec<ChangeHash>),
    /// They are broken, or not what they are said to be.
    #[error("{code}: {message}")]
    Broken {
        /// A stable word.
        code: &'static str,
        /// A sentence for people, in English.
        message: String,
    },
}

impl BadBytes {
    pub(crate) const fn unreadable(message: String) -> Self {
        broken("document_unreadable", message)
    }
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "changes_missing",
            Self::Broken { code, .. } => code,
        }
    }
}

/// Reads a whole document, and makes sure that it is the one it is said to be.
pub(crate) fn document(doc: DocId, kind: DocKind, bytes: &[u8]) -> Result<Document, BadBytes> {
    gate::structure::check_document(bytes).map_err(refused)?;
    guarded(|| {
        let document =
            Document::load(kind, bytes).map_err(|error| BadBytes::unreadable(error.to_string()))?;
        checked(doc, document)
    })
}

/// Builds a document from all of its changes.
pub(crate) fn from_changes(doc: DocId, kind: DocKind, changes: &[&[u8]]) -> Result<Document, BadBytes> {
    let changes = check_changes(changes)?;
    guarded(|| {
        let bytes = changes.iter().map(gate::Structure::bytes);
        let document = Document::from_changes(kind, bytes)?;
        checked(doc, document)
    })
}

/// Applies changes to a document; on an error it is as it was.
pub(crate) fn apply(document: &mut Document, changes: &[&[u8]]) -> Result<(), BadBytes> {
    let changes = check_changes(changes)?;
    merge(document, changes.iter().map(gate::Structure::bytes))
}

/// Applies changes whose structure was checked, or that this side wrote itself.
pub(crate) fn merge<'a>(
    document: &mut Document,
    changes: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), BadBytes> {
    // A panic half-way must not leave half a document.
    let mut draft = document.clone();
    guarded(|| {
        draft.apply(changes)?;
        Ok(draft)
    })
    .map(|applied| *document = applied)
}

fn check_changes(changes: &[&[u8]]) -> Result<Vec<gate::Structure>, BadBytes> {
    changes.iter().map(|bytes| gate::structure::check_change(bytes).map_err(refused)).collect()
}

fn checked(doc: DocId, document: Document) -> Result<Document, BadBytes> {
    match document.id() {
        Ok(id) if id == doc => Ok(document),
        Ok(id) => Err(broken("document_other", format!("the document says that it is {id}"))),
        Err(error) => Err(BadBytes::unreadable(error.to_string())),
    }
}

impl From<ApplyError> for BadBytes {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Missing(deps) => Self::Missing(deps),
            ApplyError::Engine(message) => broken("trial_failed", message),
        }
    }
}

fn refused(refusal: gate::Refusal) -> BadBytes {
    broken(refusal.code.name(), refusal.message)
}

const fn broken(code: &'static str, message: String) -> BadBytes {
    BadBytes::Broken { code, message }
}

/// Runs the document engine so that a panic in it is an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, BadBytes>) -> Result<T, BadBytes> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Err(broken("engine_panic", message))
    })
}

/// Reads a document that this side saved.
pub(crate) fn own(kind: DocKind, saved: &[u8]) -> Result<Document, BadBytes> {
    guarded(|| Document::load(kind, saved).map_err(|error| BadBytes::unreadable(error.to_string())))
}

/// Reads a document out.
pub(crate) fn view(document: &Document) -> Result<DocView, BadBytes> {
    guarded(|| {
        let view = match document.kind() {
            DocKind::Job => document.job().map(|job| DocView::Job(Box::new(job))),
            DocKind::Trip => document.trip().map(|trip| DocView::Trip(Box::new(trip))),
        };
        view.map_err(|error| BadBytes::unreadable(error.to_string()))
    })
}

/// The saved form and the view of a document in which others have written, once
/// the one was seen to give the other: there are changes that can be taken up and
/// read, and whose document cannot be loaded any more. No honest server passes
/// them on.
pub(crate) fn saved(document: &Document) -> Result<(Vec<u8>, DocView), BadBytes> {
    let shown = view(document)?;
    let saved = guarded(|| Ok(document.save()))?;
    let again = own(document.kind(), &saved)?;
    if again.heads() == document.heads() && view(&again)? == shown {
        Ok((saved, shown))
    } else {
        Err(BadBytes::unreadable("saved and loaded it is another document".to_owned()))
    }
}
