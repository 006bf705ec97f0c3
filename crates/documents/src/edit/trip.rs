//! Trips: their jobs, their receipts, and voiding.

use automerge::ROOT;
use domain::limits::DOC_MAP_ENTRIES_MAX;
use domain::{DocId, Receipt, ReceiptId};

use super::draft::{Draft, spoken};
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;
use crate::read::{jobs_in, void_in};
use crate::schema::TRIP_VOID;

const JOBS: &str = "jobs";
const RECEIPTS: &str = "receipts";

impl Draft<'_> {
    /// A void trip is not edited: a new one is made.
    pub(super) fn require_valid_trip(&self) -> Result<(), EditError> {
        match void_in(&self.root) {
            Some(_) => Err(invalid(TRIP_VOID.key, "the trip is void; make a new one")),
            None => Ok(()),
        }
    }

    pub(super) fn add_job(&mut self, job: DocId) -> Result<(), EditError> {
        self.require_valid_trip()?;
        self.put_job(job, &Scalar::Bool(true))
    }

    pub(super) fn remove_job(&mut self, job: DocId) -> Result<(), EditError> {
        self.require_valid_trip()?;
        if !jobs_in(&self.reader.node(&self.root.maps(JOBS))).contains(&job) {
            return Err(EditError::NotFound { path: format!("{JOBS}.{job}") });
        }
        self.put_job(job, &Scalar::Null)
    }

    fn put_job(&mut self, job: DocId, value: &Scalar) -> Result<(), EditError> {
        let object = self.section(JOBS)?;
        let jobs = self.reader.node(&self.root.maps(JOBS));
        let key = job.to_string();
        if jobs.slots(&key).is_empty() && jobs.len() >= DOC_MAP_ENTRIES_MAX {
            return Err(invalid(
                JOBS,
                format!("there are {DOC_MAP_ENTRIES_MAX} of them already; no more fit"),
            ));
        }
        self.put(jobs.slots(&key), &object, &key, value);
        Ok(())
    }

    pub(super) fn add_receipt(&mut self, id: ReceiptId, receipt: &Receipt) -> Result<(), EditError> {
        self.require_valid_trip()?;
        let values = vec![
            ("kind", Some(Scalar::text(receipt.kind.name()))),
            ("amount", Some(Scalar::Int(receipt.amount.minor))),
            ("currency", Some(Scalar::text(receipt.amount.currency.code()))),
            ("photo", receipt.photo.map(|hash| Scalar::bytes(hash.as_bytes()))),
        ];
        self.add(RECEIPTS, &id.to_string(), values)
    }

    pub(super) fn void_receipt(&mut self, id: ReceiptId, reason: &str) -> Result<(), EditError> {
        self.require_valid_trip()?;
        let receipt = self.existing(RECEIPTS, &id.to_string())?;
        self.void(RECEIPTS, &receipt, reason)
    }

    pub(super) fn void_trip(&mut self, reason: &str) -> Result<(), EditError> {
        self.require_valid_trip()?;
        let reason = spoken(TRIP_VOID.key, reason)?;
        let slots = self.root.slots(TRIP_VOID.key).to_vec();
        self.put(&slots, &ROOT, TRIP_VOID.key, &reason);
        Ok(())
    }
}
