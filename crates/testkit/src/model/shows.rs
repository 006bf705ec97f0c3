//! Whether an edit that the server took shows in the document.

use domain::{DocView, EditCommand, JobCommand, JobView, TripCommand, TripView};

use super::Model;

/// How an edit shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// It stands, or is listed beside what stands.
    Yes,
    /// A write that is known took its place.
    Superseded,
    /// It is not there, and nothing tells why.
    No(String),
    /// Its trace cannot be told from others': an edit of a text.
    CannotTell,
}

/// Looks for an edit in the document as it stands.
#[must_use]
pub fn shows(model: &Model, command: &EditCommand, view: &DocView) -> Shows {
    match (command, view) {
        (EditCommand::Job(command), DocView::Job(view)) => job(model, command, view),
        (EditCommand::Trip(command), DocView::Trip(view)) => trip(model, command, view),
        _ => Shows::No("the document is of another kind".to_owned()),
    }
}

fn there(found: bool, what: &str) -> Shows {
    if found { Shows::Yes } else { Shows::No(format!("{what} is not there")) }
}

fn job(model: &Model, command: &JobCommand, view: &JobView) -> Shows {
    match command {
        JobCommand::Create { event, .. } | JobCommand::Assign { event, .. } => {
            there(view.event(*event).is_some(), "the event")
        }
        JobCommand::Record { event } => {
            let found = view.event(event.id);
            there(found.is_some_and(|found| found.kind == event.kind), "the event")
        }
        JobCommand::SetFields { .. } => {
            let standing = |path: &str| {
                let found = view.fields.iter().find(|(field, _)| field.path() == path);
                found.map(|(_, value)| value.clone())
            };
            let listed = |path: &str, value: &_| {
                let rivals = view.field_conflicts.iter().filter(|conflict| conflict.path == path);
                rivals.flat_map(|conflict| &conflict.values).any(|rival| &rival.value == value)
            };
            fields(model, view.id, &EditCommand::Job(command.clone()), standing, listed)
        }
        JobCommand::AddPart { id, .. } | JobCommand::CorrectPart { id, .. } => {
            there(view.parts.iter().any(|line| line.id == *id), "the line of parts")
        }
        JobCommand::VoidPart { id, .. } => {
            let line = view.parts.iter().find(|line| line.id == *id);
            there(line.is_some_and(|line| line.void.is_some()), "the void line of parts")
        }
        JobCommand::AddLabour { id, .. } => {
            there(view.labour.iter().any(|line| line.id == *id), "the labour")
        }
        JobCommand::EndLabour { id, .. } => {
            let line = view.labour.iter().find(|line| line.id == *id);
            there(line.is_some_and(|line| line.ended_at.is_some()), "the end of the labour")
        }
        JobCommand::Answer { item, .. } => {
            there(view.checklist.iter().any(|line| line.item == *item), "the answer")
        }
        JobCommand::AddNote { id, text } => {
            let note = view.notes.iter().find(|note| note.id == *id);
            there(note.is_some_and(|note| note.text == *text), "the note")
        }
        JobCommand::VoidNote { id, .. } => {
            let note = view.notes.iter().find(|note| note.id == *id);
            there(note.is_some_and(|note| note.void.is_some()), "the void note")
        }
        JobCommand::AddAttachment { id, .. } => {
            there(view.attachments.iter().any(|line| line.id == *id), "the attachment")
        }
        JobCommand::SpliceText { .. } | JobCommand::ReplaceText { .. } => Shows::CannotTell,
    }
}

fn trip(model: &Model, command: &TripCommand, view: &TripView) -> Shows {
    match command {
        TripCommand::Create { .. } => Shows::Yes,
        TripCommand::SetFields { .. } => {
            let standing = |path: &str| {
                let found = view.fields.iter().find(|(field, _)| field.path() == path);
                found.map(|(_, value)| value.clone())
            };
            let listed = |path: &str, value: &_| {
                let rivals = view.field_conflicts.iter().filter(|conflict| conflict.path == path);
                rivals.flat_map(|conflict| &conflict.values).any(|rival| &rival.value == value)
            };
            fields(model, view.id, &EditCommand::Trip(command.clone()), standing, listed)
        }
        // A job may be taken off again by the same technician.
        TripCommand::AddJob { .. } | TripCommand::RemoveJob { .. } => Shows::CannotTell,
        TripCommand::AddReceipt { id, .. } => {
            there(view.receipts.iter().any(|line| line.id == *id), "the receipt")
        }
        TripCommand::VoidReceipt { id, .. } => {
            let line = view.receipts.iter().find(|line| line.id == *id);
            there(line.is_some_and(|line| line.void.is_some()), "the void receipt")
        }
        TripCommand::Void { .. } => there(view.void.is_some(), "the void trip"),
    }
}

/// A field's value stands, is listed, or gave way to another that was asked for.
fn fields(
    model: &Model,
    doc: domain::DocId,
    command: &EditCommand,
    standing: impl Fn(&str) -> Option<domain::FieldValue>,
    listed: impl Fn(&str, &Option<domain::FieldValue>) -> bool,
) -> Shows {
    let mut answer = Shows::Yes;
    for (path, value) in super::fields_of(command) {
        let stands = standing(&path);
        if stands == value || listed(&path, &value) {
            continue;
        }
        if !model.somebody_asked(doc, &path, stands.as_ref()) {
            return Shows::No(format!("{path} is {stands:?}, which nobody asked for, and not {value:?}"));
        }
        answer = Shows::Superseded;
    }
    answer
}
