//! Reads a page before the database is locked: whole documents are checked,
//! loaded and read out here, which is most of the work, so that an edit made
//! meanwhile does not wait for it.

use domain::{DocId, DocKind, DocView};
use wire::{DocEvent, DocHappening};

use crate::incoming;

/// Something that happened to a document, checked as far as it can be without
/// the database.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// The whole document, and its view.
    Enter { snapshot: Vec<u8>, view: Box<DocView> },
    /// Changes, their structure not yet checked.
    Update(Vec<Vec<u8>>),
    /// It left.
    Leave(String),
    /// It cannot be read.
    Bad { code: &'static str, message: String },
}

pub(crate) fn prepare(events: Vec<DocEvent>) -> Vec<Prepared> {
    events.into_iter().map(prepare_one).collect()
}

fn prepare_one(event: DocEvent) -> Prepared {
    let DocEvent { doc, kind, what } = event;
    let what = match what {
        DocHappening::Enter { snapshot } => whole(doc, kind, snapshot),
        DocHappening::Update { changes } => What::Update(changes.into_iter().map(|bytes| bytes.0).collect()),
        DocHappening::Leave { reason } => What::Leave(reason),
    };
    Prepared { doc, kind, what }
}

fn whole(doc: DocId, kind: DocKind, snapshot: Vec<u8>) -> What {
    let view = incoming::document(doc, kind, &snapshot).and_then(|document| incoming::view(&document));
    match view {
        Ok(view) => What::Enter { snapshot, view: Box::new(view) },
        Err(error) => What::Bad { code: error.code(), message: error.to_string() },
    }
}
