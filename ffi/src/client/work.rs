//! A visit, verb by verb. Every verb is saved on this phone when it returns, and
//! fails with `wrong_status`, `not_assigned` or another code of its own where the job
//! does not allow it.

use client_core::Completion;
use client_core::domain::{DocId, Instant, Position};

use super::FieldClient;
use crate::FieldError;
use crate::types::Saved;

#[uniffi::export]
impl FieldClient {
    /// Accepts a job.
    ///
    /// # Errors
    ///
    /// When the job does not allow it, or the database cannot be written; so with
    /// every verb here.
    pub async fn accept(&self, job: DocId) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.accept(job)).await?.into())
    }

    /// Declines a job with a reason.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn decline(&self, job: DocId, reason: String) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.decline(job, &reason)).await?.into())
    }

    /// Records that the customer was contacted, and what came of it.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[uniffi::method(default(remark = None))]
    pub async fn contacted(&self, job: DocId, remark: Option<String>) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.contacted(job, remark.as_deref())).await?.into())
    }

    /// Promises a time to the customer, with a reason.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn promise(&self, job: DocId, until: Instant, reason: String) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.promise(job, until, &reason)).await?.into())
    }

    /// Proposes another date to the office.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[uniffi::method(default(reason = None))]
    pub async fn propose_date(
        &self,
        job: DocId,
        until: Instant,
        reason: Option<String>,
    ) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.propose(job, until, reason.as_deref())).await?.into())
    }

    /// Sets out.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[uniffi::method(default(position = None))]
    pub async fn start_travel(&self, job: DocId, position: Option<Position>) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.start_travel(job, position)).await?.into())
    }

    /// Arrives.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[uniffi::method(default(position = None))]
    pub async fn arrive(&self, job: DocId, position: Option<Position>) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.arrive(job, position)).await?.into())
    }

    /// Begins or goes on with the work, and starts a stretch of labour. Where both
    /// run already, nothing is written.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[uniffi::method(default(position = None))]
    pub async fn start_work(&self, job: DocId, position: Option<Position>) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.start_work(job, position)).await?.into())
    }

    /// Ends the technician's own running labour; the job's status stays.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn stop_work(&self, job: DocId) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.stop_work(job)).await?.into())
    }

    /// Stops for a part, with a reason; running labour ends.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn wait_for_part(&self, job: DocId, reason: String) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.wait_for_part(job, &reason)).await?.into())
    }

    /// Stops for the customer, with a reason; running labour ends.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn wait_for_customer(&self, job: DocId, reason: String) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.wait_for_customer(job, &reason)).await?.into())
    }

    /// Finishes the work: what came of it, the end of running labour, and `done`, all
    /// or nothing.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn complete(&self, job: DocId, completion: Completion) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.complete(job, completion)).await?.into())
    }

    /// Opens a job again, with a reason.
    ///
    /// # Errors
    ///
    /// As `accept`.
    pub async fn reopen(&self, job: DocId, reason: String) -> Result<Saved, FieldError> {
        Ok(self.edit(move |client| client.reopen(job, &reason)).await?.into())
    }
}
