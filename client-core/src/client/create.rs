//! Making jobs and trips.

use domain::{DocId, EditCommand, JobCommand, JobFieldEdit, JobKind, TripCommand, TripFieldEdit};

use super::{Client, EditReceipt};
use crate::ClientError;

impl Client {
    /// Makes a job, as a technician does who takes a request in the field.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn create_job(&self, kind: JobKind, fields: Vec<JobFieldEdit>) -> Result<EditReceipt, ClientError> {
        let event = self.ids().event();
        self.create(&EditCommand::Job(JobCommand::Create { kind, event, fields }))
    }

    /// Makes a trip that served some jobs.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn create_trip(
        &self,
        fields: Vec<TripFieldEdit>,
        jobs: Vec<DocId>,
    ) -> Result<EditReceipt, ClientError> {
        self.create(&EditCommand::Trip(TripCommand::Create { fields, jobs }))
    }

    fn create(&self, command: &EditCommand) -> Result<EditReceipt, ClientError> {
        let doc = self.ids().doc(self.core.clock.now().at);
        self.execute(doc, command)
    }
}
