//! The office's commands by their names. The ids of what they make are drawn
//! here.

use domain::{
    Assignment, DocId, EditCommand, EventId, EventKind, Instant, JobCommand, JobFieldEdit, JobKind, NewEvent,
    NoteId,
};
use rusqlite::Transaction;

use super::Etag;
use super::edit::{Author, Edited, Work, carry_out, carry_out_in, edit_document};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

/// A job to be registered.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its id, where the caller has one already; else it is drawn.
    pub id: Option<DocId>,
    /// Visit or bench work.
    pub kind: JobKind,
    /// What is known, outside the assignment.
    pub fields: Vec<JobFieldEdit>,
    /// To whom it is given at once.
    pub assignment: Option<Assignment>,
}

/// Registers a job, and gives it to a technician if that is said.
///
/// # Errors
///
/// As [`edit_document`]; `conflict` when the id is taken.
pub async fn create_job(core: &Core, session: &DeviceSession, job: NewJob) -> Result<Edited, CoreError> {
    carry_out(core, session, work_of(core, job, core.now())).await
}

/// [`create_job`] within a job of the writer. Announce the position with
/// [`Core::announce`] after the commit.
///
/// # Errors
///
/// As `create_job`.
pub fn create_job_in(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    job: NewJob,
    now: Instant,
) -> Result<Edited, CoreError> {
    carry_out_in(core, tx, session, &work_of(core, job, now), now)
}

fn work_of(core: &Core, job: NewJob, now: Instant) -> Work {
    let doc = job.id.unwrap_or_else(|| DocId::new(now, random_bytes(core.entropy())));
    let create = JobCommand::Create { kind: job.kind, event: new_event_id(core), fields: job.fields };
    let assign = job.assignment.map(|assignment| JobCommand::Assign {
        event: new_event_id(core),
        assignment,
        reason: None,
    });
    let commands = std::iter::once(create).chain(assign).map(EditCommand::Job).collect();
    Work { doc, commands, expected: None, author: Author::Self_ }
}

pub(super) fn new_event_id(core: &Core) -> EventId {
    EventId::from_bytes(random_bytes(core.entropy()))
}

/// Gives a job to a technician, to another one, or takes it back.
///
/// # Errors
///
/// As [`edit_document`].
pub async fn assign_job(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    (assignment, reason): (Assignment, Option<String>),
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    let command = JobCommand::Assign { event: new_event_id(core), assignment, reason };
    edit_document(core, session, doc, EditCommand::Job(command), expected).await
}

/// Calls a job off.
///
/// # Errors
///
/// As [`edit_document`].
pub async fn cancel_job(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    reason: String,
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    record(core, session, doc, (EventKind::Cancelled, Some(reason)), expected).await
}

/// Opens a job again that was over.
///
/// # Errors
///
/// As [`edit_document`].
pub async fn reopen_job(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    reason: String,
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    record(core, session, doc, (EventKind::Reopened, Some(reason)), expected).await
}

/// Closes a job that is done.
///
/// # Errors
///
/// As [`edit_document`].
pub async fn close_job(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    record(core, session, doc, (EventKind::Closed, None), expected).await
}

/// Adds a note, which disturbs nobody: it needs no state to be expected.
///
/// # Errors
///
/// As [`edit_document`].
pub async fn add_note(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    text: String,
) -> Result<Edited, CoreError> {
    let id = NoteId::from_bytes(random_bytes(core.entropy()));
    let command = EditCommand::Job(JobCommand::AddNote { id, text });
    edit_document(core, session, doc, command, None).await
}

async fn record(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    (kind, reason): (EventKind, Option<String>),
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    let mut event = NewEvent::new(new_event_id(core), kind);
    event.reason = reason;
    let command = EditCommand::Job(JobCommand::Record { event });
    edit_document(core, session, doc, command, expected).await
}
