//! Making jobs and trips.

use domain::{DocId, EditCommand, JobCommand, JobFieldEdit, JobKind, Receipt, TripCommand, TripFieldEdit};

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

    /// Makes a trip with its receipts: all of it is saved, or none.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn record_trip(
        &self,
        fields: Vec<TripFieldEdit>,
        jobs: Vec<DocId>,
        receipts: Vec<Receipt>,
    ) -> Result<EditReceipt, ClientError> {
        let receipts = receipts.into_iter();
        let lines = receipts.map(|receipt| TripCommand::AddReceipt { id: self.ids().receipt(), receipt });
        let commands = [TripCommand::Create { fields, jobs }].into_iter().chain(lines);
        let commands: Vec<EditCommand> = commands.map(EditCommand::Trip).collect();
        let doc = self.ids().doc(self.core.clock.now().at);
        self.execute_all(doc, &commands)
    }

    fn create(&self, command: &EditCommand) -> Result<EditReceipt, ClientError> {
        let doc = self.ids().doc(self.core.clock.now().at);
        self.execute(doc, command)
    }
}
