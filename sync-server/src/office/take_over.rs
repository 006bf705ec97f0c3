//! Taking over a job that was finished under an earlier system: one document,
//! registered when the request came and closed when the work was finished.

use domain::{
    DocId, EditCommand, EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobKind,
    NewEvent, Stamp,
};
use rusqlite::Transaction;

use super::commands::new_event_id;
use super::edit::{Author, Desk, Edited, Work};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sync::take_number;

/// A job that was finished before this system was there.
#[derive(Debug, Clone)]
pub struct PastJob {
    /// Its id, which follows from where it comes from, so that it comes once.
    pub id: DocId,
    /// Visit or bench work.
    pub kind: JobKind,
    /// What is known of it, outside the assignment.
    pub fields: Vec<JobFieldEdit>,
    /// When the request came.
    pub received: Stamp,
    /// When the work was finished.
    pub finished: Stamp,
}

/// Takes over a past job within a job of the writer, through the gate and into
/// the log like any edit. One without a number is given the next.
///
/// # Errors
///
/// As [`edit_document_in`](super::edit_document_in); `conflict` when there is a
/// document of its id.
pub fn take_over_job_in(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    job: PastJob,
    now: Instant,
) -> Result<Edited, CoreError> {
    let mut fields = job.fields;
    if !fields.iter().any(|edit| edit.field == JobField::RequestNumber) {
        let value = Some(FieldValue::Text(take_number(tx)?));
        fields.push(JobFieldEdit { field: JobField::RequestNumber, value });
    }
    let create = JobCommand::Create { kind: job.kind, event: new_event_id(core), fields };
    let finish = JobCommand::Record { event: NewEvent::new(new_event_id(core), EventKind::Imported) };
    let commands = vec![EditCommand::Job(create), EditCommand::Job(finish)];
    let work = Work { doc: job.id, commands, expected: None, author: Author::Self_ };
    let mut desk = Desk::open(core, tx, session, &work, now)?;
    for (command, stamp) in work.commands.iter().zip([job.received, job.finished]) {
        desk.apply_at(command, stamp)?;
    }
    desk.store()
}
