//! Reads a page before the database is locked: whole documents are checked,
//! loaded and read out here, which is most of the work, so that an edit made
//! meanwhile does not wait for it.

use domain::limits::SYNC_RESPONSE_BYTES_MAX;
use domain::{ChangeHash, DocId, DocKind, DocView};
use wire::{DocEvent, DocHappening};

use crate::store::receipts::Word;
use crate::{ClientError, incoming};

/// Something that happened to a document, checked as far as it can be without
/// the database.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) what: What,
    /// The server's word for what it brings.
    pub(crate) word: Option<Word>,
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

/// Prepares the events of a page and the block of documents that belongs to it.
///
/// # Errors
///
/// When the block cannot be taken apart, or holds more or fewer documents than
/// the events speak of.
pub(crate) fn prepare(events: Vec<DocEvent>, packed: Option<&[u8]>) -> Result<Vec<Prepared>, ClientError> {
    let documents = packed.map(|block| documents::unpack(block, SYNC_RESPONSE_BYTES_MAX)).transpose();
    let documents = documents.map_err(|error| ClientError::BadAnswer(error.to_string()))?;
    let mut documents = documents.unwrap_or_default().into_iter();
    let mut prepared = Vec::with_capacity(events.len());
    for event in events {
        prepared.push(prepare_one(event, &mut documents)?);
    }
    if documents.next().is_some() { Err(miscounted()) } else { Ok(prepared) }
}

fn miscounted() -> ClientError {
    ClientError::BadAnswer("the events and the block of documents do not fit together".to_owned())
}

fn prepare_one(event: DocEvent, packed: &mut impl Iterator<Item = Vec<u8>>) -> Result<Prepared, ClientError> {
    let DocEvent { doc, kind, what, receipt } = event;
    let (what, heads) = match what {
        DocHappening::EnterPacked => whole(doc, kind, packed.next().ok_or_else(miscounted)?),
        DocHappening::Enter { snapshot } => whole(doc, kind, snapshot),
        DocHappening::Update { changes } => {
            let changes: Vec<Vec<u8>> = changes.into_iter().map(|bytes| bytes.0).collect();
            let heads = receipt.as_ref().and_then(|_| heads_of(&changes));
            (What::Update(changes), heads)
        }
        DocHappening::Leave { reason } => (What::Leave(reason), None),
    };
    let word = receipt.zip(heads).map(|(mac, heads)| Word { heads, mac });
    Ok(Prepared { doc, kind, what, word })
}

fn whole(doc: DocId, kind: DocKind, snapshot: Vec<u8>) -> (What, Option<Vec<ChangeHash>>) {
    let read = incoming::document(doc, kind, &snapshot)
        .and_then(|document| Ok((incoming::view(&document)?, document.heads())));
    match read {
        Ok((view, heads)) => (What::Enter { snapshot, view: Box::new(view) }, Some(heads)),
        Err(error) => (What::Bad { code: error.code(), message: error.to_string() }, None),
    }
}

/// The heads of what an event brings; none of broken bytes.
fn heads_of(changes: &[Vec<u8>]) -> Option<Vec<ChangeHash>> {
    let read: Result<Vec<_>, _> = changes.iter().map(|bytes| gate::structure::check_change(bytes)).collect();
    Some(gate::structure::heads_of(&read.ok()?))
}
