//! Lists of jobs, and one job.

use client_core::domain::{DocId, EditCommand, JobCommand, JobFieldEdit, JobKind};
use client_core::{Client, JobFilter, JobRow, JobSort, Page};

use super::FieldClient;
use crate::FieldError;
use crate::types::{JobDetail, OutboxItem, Saved, Tally};

#[uniffi::export]
impl FieldClient {
    /// Jobs for a list. No document is loaded.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    #[uniffi::method(default(sort = None, page = None))]
    pub async fn jobs(
        &self,
        filter: JobFilter,
        sort: Option<JobSort>,
        page: Option<Page>,
    ) -> Result<Vec<JobRow>, FieldError> {
        let (sort, page) = (sort.unwrap_or_default(), page.unwrap_or_default());
        self.read(move |client| client.jobs(&filter, sort, page)).await
    }

    /// Jobs that have every word of a text somewhere: a name, a number, an address, a
    /// serial. Persian and Arabic forms of letters and digits are one.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    #[uniffi::method(default(page = None))]
    pub async fn search(&self, text: String, page: Option<Page>) -> Result<Vec<JobRow>, FieldError> {
        self.jobs(JobFilter { text: Some(text), ..JobFilter::default() }, None, page).await
    }

    /// What the phone holds, in figures.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn totals(&self) -> Result<Tally, FieldError> {
        Ok(self.read(Client::totals).await?.into())
    }

    /// One job.
    ///
    /// # Errors
    ///
    /// When it is not on this phone, or cannot be read.
    pub async fn job(&self, job: DocId) -> Result<JobDetail, FieldError> {
        Ok(self.read(move |client| client.job(job)).await?.into())
    }

    /// Every edit that this phone made to a job or trip, oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn history(&self, doc: DocId) -> Result<Vec<OutboxItem>, FieldError> {
        let entries = self.read(move |client| client.history(doc)).await?;
        Ok(entries.into_iter().map(OutboxItem::from).collect())
    }

    /// Makes a job, as a technician does who takes a request in the field.
    ///
    /// # Errors
    ///
    /// When a field may not be set, or the database cannot be written.
    pub async fn create_job(&self, kind: JobKind, fields: Vec<JobFieldEdit>) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.create_job(kind, fields)).await?.into())
    }

    /// Sets or clears fields of a job: a phone number, a serial, what came of it.
    ///
    /// # Errors
    ///
    /// When a field may not be set, or the database cannot be written.
    pub async fn set_job_fields(&self, job: DocId, edits: Vec<JobFieldEdit>) -> Result<Saved, FieldError> {
        self.on_job(job, JobCommand::SetFields { edits }).await
    }
}

impl FieldClient {
    /// Carries out one command on a job.
    pub(super) async fn on_job(&self, job: DocId, command: JobCommand) -> Result<Saved, FieldError> {
        let command = EditCommand::Job(command);
        Ok(self.edit(move |client| client.execute(job, &command)).await?.into())
    }
}
