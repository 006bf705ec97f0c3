//! The reference model: what people asked for, who may see and write what, and
//! how an edit shows in a document. It is written from the documents for people
//! (`docs/policy.md`, `docs/architecture.md`) and shares no code with the gate,
//! the read model or the sync engine, so that the two sides check each other.

mod shows;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ActorClass, ChangeHash, DocId, DocView, EditCommand, EventKind, FieldValue, JobCommand, TripCommand,
    UserId,
};

pub use shows::{Shows, shows};
pub use table::{may_record, may_write};

/// One edit that a phone said it had saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Its number in the phone's outbox.
    pub entry: i64,
    /// The document.
    pub doc: DocId,
    /// What was asked.
    pub command: EditCommand,
    /// Whether an app asked that judges as the server does.
    pub app: App,
}

/// An app that asks for an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// It judges by the server's policy before it saves.
    Judges,
    /// It saves what it is asked, and the server decides.
    Oversteps,
}

/// What is known of a run from outside.
#[derive(Debug, Default)]
pub struct Model {
    /// What each phone said it had saved, in order.
    typed: BTreeMap<usize, Vec<Typed>>,
    /// Changes that the server said it has.
    acknowledged: BTreeSet<ChangeHash>,
    /// Every value that anybody ever asked a field to have.
    values: BTreeMap<(DocId, String), BTreeSet<String>>,
}

impl Model {
    /// Somebody asks for an edit, whatever comes of it.
    pub fn asked(&mut self, doc: DocId, command: &EditCommand) {
        for (path, value) in fields_of(command) {
            self.values.entry((doc, path)).or_default().insert(shown(value.as_ref()));
        }
    }

    /// A phone says that an edit is saved.
    pub fn typed(&mut self, phone: usize, typed: Typed) {
        self.typed.entry(phone).or_default().push(typed);
    }

    /// What a phone said it had saved.
    #[must_use]
    pub fn typed_on(&self, phone: usize) -> &[Typed] {
        self.typed.get(&phone).map_or(&[], Vec::as_slice)
    }

    /// A phone was put back to a copy that held so many edits: what was typed
    /// since is on no device any more, unless it was sent.
    pub fn put_back(&mut self, phone: usize, edits: usize) {
        self.typed.entry(phone).or_default().truncate(edits);
    }

    /// A phone's data was copied to another.
    pub fn copied(&mut self, from: usize, to: usize) {
        let copy = self.typed_on(from).to_vec();
        self.typed.insert(to, copy);
    }

    /// The server says that it has a change.
    pub fn acknowledged(&mut self, change: ChangeHash) {
        self.acknowledged.insert(change);
    }

    /// All that the server ever said it has.
    pub fn all_acknowledged(&self) -> impl Iterator<Item = ChangeHash> + '_ {
        self.acknowledged.iter().copied()
    }

    /// Whether anybody ever asked a field to have this value.
    #[must_use]
    pub fn somebody_asked(&self, doc: DocId, path: &str, value: Option<&FieldValue>) -> bool {
        let asked = self.values.get(&(doc, path.to_owned()));
        asked.is_some_and(|values| values.contains(&shown(value)))
    }

    /// How many different values a field was asked to have.
    #[must_use]
    pub fn values_asked(&self, doc: DocId, path: &str) -> usize {
        self.values.get(&(doc, path.to_owned())).map_or(0, BTreeSet::len)
    }
}

/// The fields that a command writes, by their paths.
#[must_use]
pub fn fields_of(command: &EditCommand) -> Vec<(String, Option<FieldValue>)> {
    match command {
        EditCommand::Job(JobCommand::Create { fields, .. } | JobCommand::SetFields { edits: fields }) => {
            fields.iter().map(|edit| (edit.field.path(), edit.value.clone())).collect()
        }
        EditCommand::Trip(TripCommand::Create { fields, .. } | TripCommand::SetFields { edits: fields }) => {
            fields.iter().map(|edit| (edit.field.path(), edit.value.clone())).collect()
        }
        _ => Vec::new(),
    }
}

fn shown(value: Option<&FieldValue>) -> String {
    format!("{value:?}")
}

/// Who may hold a document: the technician to whom a job is given, or, until it
/// was ever given to anybody, the technician who registered it; of a trip, its
/// technician.
#[must_use]
pub fn holder(view: &DocView, made_by: Option<ActorClass>) -> Option<UserId> {
    match view {
        DocView::Trip(trip) => Some(trip.technician),
        DocView::Job(job) => {
            let was_given = job.events.iter().any(|event| event.kind == EventKind::Assigned);
            let maker = job.events.iter().find(|event| event.kind == EventKind::Registered);
            let maker = maker.filter(|_| made_by == Some(ActorClass::Technician) && !was_given);
            job.technician().or(maker.map(|event| event.by))
        }
    }
}
