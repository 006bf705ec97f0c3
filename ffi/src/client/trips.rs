//! Trips, their receipts and their price.

use client_core::Page;
use client_core::domain::{
    DocId, EditCommand, FieldValue, Receipt, ReceiptId, TripCommand, TripField, TripFieldEdit,
};

use super::FieldClient;
use crate::FieldError;
use crate::types::{Estimate, NewTrip, Saved, TripDetail, TripSummary};

#[uniffi::export]
impl FieldClient {
    /// Records a trip with its receipts, for one or several jobs: all of it, or
    /// nothing.
    ///
    /// # Errors
    ///
    /// When a value is not allowed, or the database cannot be written; so with every
    /// edit here.
    pub async fn record_trip(&self, trip: NewTrip) -> Result<Saved, FieldError> {
        let (fields, jobs, receipts) = (trip.fields(), trip.jobs, trip.receipts);
        Ok(self.edit(move |client| client.record_trip(fields, jobs, receipts)).await?.into())
    }

    /// Sets or clears fields of a trip.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn set_trip_fields(&self, trip: DocId, edits: Vec<TripFieldEdit>) -> Result<Saved, FieldError> {
        self.on_trip(trip, TripCommand::SetFields { edits }).await
    }

    /// Asks the office to approve a trip before it is made, and says why.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn ask_approval(&self, trip: DocId, reason: String) -> Result<Saved, FieldError> {
        let value = Some(FieldValue::Text(reason));
        let edits = vec![TripFieldEdit { field: TripField::ApprovalRequest, value }];
        self.on_trip(trip, TripCommand::SetFields { edits }).await
    }

    /// Names another job that the trip served.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn add_trip_job(&self, trip: DocId, job: DocId) -> Result<Saved, FieldError> {
        self.on_trip(trip, TripCommand::AddJob { job }).await
    }

    /// Takes a job off the trip.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn remove_trip_job(&self, trip: DocId, job: DocId) -> Result<Saved, FieldError> {
        self.on_trip(trip, TripCommand::RemoveJob { job }).await
    }

    /// Adds a receipt, and gives its id.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn add_receipt(&self, trip: DocId, receipt: Receipt) -> Result<ReceiptId, FieldError> {
        self.edit(move |client| {
            let id = client.ids().receipt();
            let command = EditCommand::Trip(TripCommand::AddReceipt { id, receipt });
            client.execute(trip, &command).map(|_| id)
        })
        .await
    }

    /// Voids a receipt with a reason.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn void_receipt(
        &self,
        trip: DocId,
        receipt: ReceiptId,
        reason: String,
    ) -> Result<Saved, FieldError> {
        self.on_trip(trip, TripCommand::VoidReceipt { id: receipt, reason }).await
    }

    /// Voids a trip with a reason.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn void_trip(&self, trip: DocId, reason: String) -> Result<Saved, FieldError> {
        self.on_trip(trip, TripCommand::Void { reason }).await
    }

    /// Trips, the newest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    #[uniffi::method(default(page = None))]
    pub async fn trips(&self, page: Option<Page>) -> Result<Vec<TripSummary>, FieldError> {
        let rows = self.read(move |client| client.trips(page.unwrap_or_default())).await?;
        Ok(rows.into_iter().map(TripSummary::from).collect())
    }

    /// The trips that served a job, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn trips_of_job(&self, job: DocId) -> Result<Vec<TripSummary>, FieldError> {
        let rows = self.read(move |client| client.trips_of_job(job)).await?;
        Ok(rows.into_iter().map(TripSummary::from).collect())
    }

    /// One trip.
    ///
    /// # Errors
    ///
    /// When it is not on this phone, or cannot be read.
    pub async fn trip(&self, trip: DocId) -> Result<TripDetail, FieldError> {
        Ok(self.read(move |client| client.trip(trip)).await?.into())
    }

    /// What a trip on this phone is expected to cost. Works offline.
    ///
    /// # Errors
    ///
    /// When the trip is not on this phone, or the database cannot be read.
    pub async fn estimate_fare(&self, trip: DocId) -> Result<Estimate, FieldError> {
        Ok(self.read(move |client| client.estimate_fare(trip)).await?.into())
    }

    /// What a trip that is being typed is expected to cost.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, or the database cannot be read.
    pub async fn estimate_fare_of(&self, trip: NewTrip) -> Result<Estimate, FieldError> {
        Ok(self.read(move |client| client.estimate_fare_of(&trip.facts())).await?.into())
    }

    /// Estimates a trip's fare and writes it into the trip, as what was shown to the
    /// customer.
    ///
    /// # Errors
    ///
    /// As `record_trip`.
    pub async fn record_estimate(&self, trip: DocId) -> Result<Estimate, FieldError> {
        Ok(self.edit(move |client| Ok(client.record_estimate(trip)?.0)).await?.into())
    }
}

impl FieldClient {
    /// Carries out one command on a trip.
    async fn on_trip(&self, trip: DocId, command: TripCommand) -> Result<Saved, FieldError> {
        let command = EditCommand::Trip(command);
        Ok(self.edit(move |client| client.execute(trip, &command)).await?.into())
    }
}
