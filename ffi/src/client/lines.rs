//! The lines of a job: parts, labour, checklist, notes. A line is corrected by its
//! author and voided with a reason; nothing is deleted.

use client_core::Client;
use client_core::ClientError;
use client_core::domain::{DocId, EditCommand, Instant, JobCommand, LabourId, LineId, NoteId, Part};

use super::FieldClient;
use crate::FieldError;
use crate::types::Saved;

#[uniffi::export]
impl FieldClient {
    /// Adds a line of parts used, and gives its id.
    ///
    /// # Errors
    ///
    /// When the job does not allow it, or the database cannot be written; so with
    /// every method here.
    pub async fn add_part(&self, job: DocId, part: Part) -> Result<LineId, FieldError> {
        self.edit(move |client| {
            let id = client.ids().line();
            add(client, job, JobCommand::AddPart { id, part }).map(|()| id)
        })
        .await
    }

    /// Corrects one's own line of parts.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn correct_part(&self, job: DocId, line: LineId, part: Part) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::CorrectPart { id: line, part }).await
    }

    /// Voids one's own line of parts with a reason.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn void_part(&self, job: DocId, line: LineId, reason: String) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::VoidPart { id: line, reason }).await
    }

    /// Adds a stretch of labour, and gives its id.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    #[uniffi::method(default(ended_at = None))]
    pub async fn add_labour(
        &self,
        job: DocId,
        started_at: Instant,
        ended_at: Option<Instant>,
    ) -> Result<LabourId, FieldError> {
        self.edit(move |client| {
            let id = client.ids().labour();
            add(client, job, JobCommand::AddLabour { id, started_at, ended_at }).map(|()| id)
        })
        .await
    }

    /// Ends a stretch of labour, or corrects its end.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn end_labour(
        &self,
        job: DocId,
        labour: LabourId,
        ended_at: Instant,
    ) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::EndLabour { id: labour, ended_at }).await
    }

    /// Answers an item of the checklist.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn answer(&self, job: DocId, item: String, answer: String) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::Answer { item, answer }).await
    }

    /// Adds a note, and gives its id.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn add_note(&self, job: DocId, text: String) -> Result<NoteId, FieldError> {
        self.edit(move |client| {
            let id = client.ids().note();
            add(client, job, JobCommand::AddNote { id, text }).map(|()| id)
        })
        .await
    }

    /// Voids one's own note with a reason.
    ///
    /// # Errors
    ///
    /// As `add_part`.
    pub async fn void_note(&self, job: DocId, note: NoteId, reason: String) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::VoidNote { id: note, reason }).await
    }
}

fn add(client: &Client, job: DocId, command: JobCommand) -> Result<(), ClientError> {
    client.execute(job, &EditCommand::Job(command)).map(drop)
}
