//! Carrying out commands.
//!
//! A command is first checked against the document and drafted as writes; only a
//! draft that is right as a whole becomes a change. Each family of commands has
//! its file.

mod assignment;
mod attachments;
mod checklist;
mod commit;
mod create;
mod draft;
mod events;
mod fields;
mod labour;
mod notes;
mod parts;
mod texts;
mod trip;
mod upgrade;

use domain::{EditCommand, JobCommand, TripCommand};

use crate::document::{Document, EditContext, RawChange};
use crate::{EditError, ReadError};

pub(crate) use create::create;
use draft::Draft;
pub(crate) use upgrade::upgrade;

/// Applies a command to a document that is made already.
pub(crate) fn edit(
    document: &mut Document,
    command: &EditCommand,
    context: &EditContext,
) -> Result<Option<RawChange>, EditError> {
    if command.doc_kind() != document.kind || command.creates() {
        return Err(EditError::WrongDocument(document.kind));
    }
    let mut draft = Draft::of(document, context)?;
    if draft.is_of_nothing() {
        return Err(EditError::WrongDocument(document.kind));
    }
    match command {
        EditCommand::Job(command) => job(&mut draft, command)?,
        EditCommand::Trip(command) => trip(&mut draft, command)?,
    }
    let writes = draft.into_writes();
    commit::commit(document, &writes, context)
}

fn job(draft: &mut Draft<'_>, command: &JobCommand) -> Result<(), EditError> {
    match command {
        JobCommand::Create { .. } => Err(EditError::WrongDocument(domain::DocKind::Job)),
        JobCommand::SetFields { edits } => draft.set_job_fields(edits),
        JobCommand::Assign { event, assignment, reason } => {
            draft.assign(*event, assignment, reason.as_deref())
        }
        JobCommand::Record { event } => draft.record(event),
        JobCommand::AddPart { id, part } => draft.add_part(*id, part),
        JobCommand::CorrectPart { id, part } => draft.correct_part(*id, part),
        JobCommand::VoidPart { id, reason } => draft.void_part(*id, reason),
        JobCommand::AddLabour { id, started_at, ended_at } => draft.add_labour(*id, *started_at, *ended_at),
        JobCommand::EndLabour { id, ended_at } => draft.end_labour(*id, *ended_at),
        JobCommand::Answer { item, answer } => draft.answer(item, answer),
        JobCommand::AddNote { id, text } => draft.add_note(*id, text),
        JobCommand::VoidNote { id, reason } => draft.void_note(*id, reason),
        JobCommand::SpliceText { text, at, delete, insert } => draft.splice_text(*text, *at, *delete, insert),
        JobCommand::ReplaceText { text, value } => draft.replace_text(*text, value),
        JobCommand::AddAttachment { id, attachment } => draft.add_attachment(*id, attachment),
    }
}

fn trip(draft: &mut Draft<'_>, command: &TripCommand) -> Result<(), EditError> {
    match command {
        TripCommand::Create { .. } => Err(EditError::WrongDocument(domain::DocKind::Trip)),
        TripCommand::SetFields { edits } => draft.set_trip_fields(edits),
        TripCommand::AddJob { job } => draft.add_job(*job),
        TripCommand::RemoveJob { job } => draft.remove_job(*job),
        TripCommand::AddReceipt { id, receipt } => draft.add_receipt(*id, receipt),
        TripCommand::VoidReceipt { id, reason } => draft.void_receipt(*id, reason),
        TripCommand::Void { reason } => draft.void_trip(reason),
    }
}

fn invalid(path: impl Into<String>, message: impl Into<String>) -> EditError {
    EditError::Invalid { path: path.into(), message: message.into() }
}

fn unreadable(path: &str) -> EditError {
    EditError::Read(ReadError { path: path.to_owned() })
}
