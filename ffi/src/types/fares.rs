//! What a journey costs, as the phone estimates it.

use client_core::FareEstimate;
use client_core::domain::DocId;
use client_core::scoring::{JobShare, Payer, PayerShare, Proof};

/// Who pays.
#[uniffi::remote(Enum)]
pub enum Payer {
    /// The maker.
    Maker,
    /// The representative, who gets nothing back.
    Representative,
    /// The customer.
    Customer,
    /// The seller.
    Seller,
}

/// What has to be shown before headquarters approves.
#[uniffi::remote(Enum)]
pub enum Proof {
    /// A photograph of the device's label.
    DeviceLabel,
    /// The warranty card.
    WarrantyCard,
    /// The customer's identity.
    Identity,
}

/// What somebody pays of a fare.
#[uniffi::remote(Record)]
pub struct PayerShare {
    /// Who.
    pub payer: Payer,
    /// How much, in rial.
    pub amount: i64,
}

/// A job's share of a fare.
#[uniffi::remote(Record)]
pub struct JobShare {
    /// The job.
    pub job: DocId,
    /// How much, in rial.
    pub minor: i64,
}

/// An estimate that can be shown to the customer. The server prices by the same
/// function; where the results differ, both are shown.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Estimate {
    /// The day of the trip, `YYYY-MM-DD`, by which the tariff was chosen.
    pub day: String,
    /// The version of the tariff.
    pub tariff: String,
    /// `in_city` or `out_of_city`.
    pub kind: String,
    /// What is expected to be paid, in rial.
    pub total: i64,
    /// The distance that is paid, both ways, in metres.
    pub chargeable_m: i64,
    /// The allowance of a long day.
    pub allowance: i64,
    /// What is paid of the receipts, lodging aside.
    pub receipts: i64,
    /// What is paid for lodging.
    pub lodging: i64,
    /// Who pays how much.
    pub payers: Vec<PayerShare>,
    /// Each job's share.
    pub shares: Vec<JobShare>,
    /// Whether the trip needs approval before it, which it has not yet.
    pub needs_prior_approval: bool,
    /// Why a person at the office will have to look at it, as words.
    pub review_reasons: Vec<String>,
    /// What has to be shown before headquarters approves.
    pub proofs: Vec<Proof>,
}

impl From<FareEstimate> for Estimate {
    fn from(estimate: FareEstimate) -> Self {
        let needs_prior_approval = estimate.needs_prior_approval();
        let priced = estimate.priced;
        Self {
            day: estimate.day.to_string(),
            kind: priced.kind.name().to_owned(),
            total: estimate.total,
            chargeable_m: priced.chargeable_m,
            allowance: priced.allowance,
            receipts: priced.receipts_paid,
            lodging: priced.lodging_paid,
            tariff: priced.tariff,
            payers: estimate.payers,
            shares: estimate.shares,
            needs_prior_approval,
            review_reasons: estimate.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
            proofs: estimate.proofs,
        }
    }
}
