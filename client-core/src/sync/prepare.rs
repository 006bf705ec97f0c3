//! Reads a page before the database is locked: whole documents are checked,
//! loaded and read out here, which is most of the work, so that an edit made
//! meanwhile does not wait for it. Each document by itself, so several at once.

use std::num::NonZero;
use std::thread::{Builder, available_parallelism, scope};

use domain::limits::SYNC_RESPONSE_BYTES_MAX;
use domain::{ChangeHash, DocId, DocKind, DocView};
use wire::{DocEvent, DocHappening};

use crate::store::receipts::Word;
use crate::worker::STACK_BYTES;
use crate::{ClientError, incoming};

/// Threads that read one page; a phone that draws a list meanwhile has cores left.
const THREADS_MAX: usize = 4;
/// For fewer documents a thread is not worth its start.
const EVENTS_A_THREAD: usize = 16;

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
    let mut whole = Vec::with_capacity(events.len());
    for mut event in events {
        if event.what == DocHappening::EnterPacked {
            event.what = DocHappening::Enter { snapshot: documents.next().ok_or_else(miscounted)? };
        }
        whole.push(event);
    }
    if documents.next().is_some() { Err(miscounted()) } else { Ok(prepare_all(whole)) }
}

/// An event, until it was read.
struct Slot {
    event: Option<DocEvent>,
    prepared: Option<Prepared>,
}

impl Slot {
    fn read(&mut self) {
        if let Some(event) = self.event.take() {
            self.prepared = Some(prepare_one(event));
        }
    }
}

/// In the order of the events, on several threads if there are many.
fn prepare_all(events: Vec<DocEvent>) -> Vec<Prepared> {
    let threads = available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let share = events.len().div_ceil(threads).max(EVENTS_A_THREAD);
    let mut slots: Vec<Slot> =
        events.into_iter().map(|event| Slot { event: Some(event), prepared: None }).collect();
    let first = share.min(slots.len());
    let (here, elsewhere) = slots.split_at_mut(first);
    scope(|scope| {
        for part in elsewhere.chunks_mut(share) {
            let reading = Builder::new().name("hamgam-reader".to_owned()).stack_size(STACK_BYTES);
            if let Err(error) = reading.spawn_scoped(scope, || part.iter_mut().for_each(Slot::read)) {
                tracing::warn!(%error, "no thread to read documents with; they are read one after another");
            }
        }
        here.iter_mut().for_each(Slot::read);
    });
    // What no thread was found for is read now.
    slots.iter_mut().for_each(Slot::read);
    slots.into_iter().filter_map(|slot| slot.prepared).collect()
}

fn miscounted() -> ClientError {
    ClientError::BadAnswer("the events and the block of documents do not fit together".to_owned())
}

fn prepare_one(event: DocEvent) -> Prepared {
    let DocEvent { doc, kind, what, receipt } = event;
    let (what, heads) = match what {
        // The block's document was put in its place.
        DocHappening::EnterPacked => whole(doc, kind, Vec::new()),
        DocHappening::Enter { snapshot } => whole(doc, kind, snapshot),
        DocHappening::Update { changes } => {
            let changes: Vec<Vec<u8>> = changes.into_iter().map(|bytes| bytes.0).collect();
            let heads = receipt.as_ref().and_then(|_| heads_of(&changes));
            (What::Update(changes), heads)
        }
        DocHappening::Leave { reason } => (What::Leave(reason), None),
    };
    let word = receipt.zip(heads).map(|(mac, heads)| Word { heads, mac });
    Prepared { doc, kind, what, word }
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

#[cfg(test)]
mod tests {
    use testkit::Kit;

    use super::*;

    #[test]
    fn many_documents_are_read_in_the_order_in_which_they_came() {
        let mut kit = Kit::new(8);
        let person = kit.dispatcher();
        let mut events = Vec::new();
        for number in 0..EVENTS_A_THREAD * THREADS_MAX + 5 {
            let create = kit.create_job(&number.to_string());
            let (document, _) = kit.create(&person, &create);
            let doc = document.id().expect("an id");
            // One among them is broken.
            let snapshot = if number == 40 { vec![7] } else { document.save() };
            let what = DocHappening::Enter { snapshot };
            events.push(DocEvent { doc, kind: DocKind::Job, what, receipt: None });
        }
        let expected: Vec<DocId> = events.iter().map(|event| event.doc).collect();
        let prepared = prepare(events, None).expect("prepared");
        assert_eq!(prepared.iter().map(|one| one.doc).collect::<Vec<_>>(), expected);
        for (number, one) in prepared.iter().enumerate() {
            match &one.what {
                What::Enter { view, .. } => {
                    assert!(matches!(view.as_ref(), DocView::Job(job) if job.id == one.doc), "{number}");
                }
                What::Bad { .. } if number == 40 => {}
                other => panic!("{number}: {other:?}"),
            }
        }
    }
}
