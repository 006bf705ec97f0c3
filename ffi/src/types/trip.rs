//! Trips and what is claimed for them.

use client_core::domain::{
    DocId, FieldConflict, FieldValue, Hash32, Instant, Money, Receipt, ReceiptId, ReceiptKind, ReceiptLine,
    TripField, TripFieldEdit, TripView, UserId,
};
use client_core::scoring::{ReceiptFacts, TripTravel};
use client_core::{TripClaim, TripRow};

use super::outbox::OutboxItem;

/// A trip field set to a value, or cleared.
#[uniffi::remote(Record)]
pub struct TripFieldEdit {
    /// Which field.
    pub field: TripField,
    /// Its new value; none clears it.
    #[uniffi(default)]
    pub value: Option<FieldValue>,
}

/// A receipt.
#[uniffi::remote(Record)]
pub struct Receipt {
    /// What it is for.
    pub kind: ReceiptKind,
    /// How much was paid.
    pub amount: Money,
    /// The hash of its photo, from `keep_photo`.
    #[uniffi(default)]
    pub photo: Option<Hash32>,
}

/// A receipt of a trip.
#[uniffi::remote(Record)]
pub struct ReceiptLine {
    /// Its id.
    pub id: ReceiptId,
    /// The receipt.
    pub receipt: Receipt,
    /// Why it is void, if it is.
    pub void: Option<String>,
}

/// A trip that is being recorded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewTrip {
    /// The jobs it served.
    pub jobs: Vec<DocId>,
    /// Where it began.
    #[uniffi(default)]
    pub origin: Option<String>,
    /// Where it ended.
    #[uniffi(default)]
    pub destination: Option<String>,
    /// When it began.
    #[uniffi(default)]
    pub started_at: Option<Instant>,
    /// When it ended.
    #[uniffi(default)]
    pub ended_at: Option<Instant>,
    /// Metres driven, both ways.
    #[uniffi(default)]
    pub distance_m: Option<i64>,
    /// What the technician adds.
    #[uniffi(default)]
    pub note: Option<String>,
    /// Why approval before the trip is asked for.
    #[uniffi(default)]
    pub approval_request: Option<String>,
    /// What was paid on the way.
    #[uniffi(default)]
    pub receipts: Vec<Receipt>,
}

impl NewTrip {
    /// The fields that have a value.
    pub(crate) fn fields(&self) -> Vec<TripFieldEdit> {
        let text = |value: &Option<String>| value.clone().map(FieldValue::Text);
        let values = [
            (TripField::From, text(&self.origin)),
            (TripField::To, text(&self.destination)),
            (TripField::StartedAt, self.started_at.map(FieldValue::Instant)),
            (TripField::EndedAt, self.ended_at.map(FieldValue::Instant)),
            (TripField::DistanceM, self.distance_m.map(FieldValue::Int)),
            (TripField::Note, text(&self.note)),
            (TripField::ApprovalRequest, text(&self.approval_request)),
        ];
        let given = values.into_iter().filter(|(_, value)| value.is_some());
        given.map(|(field, value)| TripFieldEdit { field, value }).collect()
    }
    /// What its price rests on.
    pub(crate) fn facts(&self) -> TripTravel {
        let receipts = self.receipts.iter().map(|receipt| ReceiptFacts {
            kind: receipt.kind,
            minor: receipt.amount.minor,
            currency: receipt.amount.currency,
            photo: receipt.photo.is_some(),
        });
        TripTravel {
            started_at: self.started_at,
            ended_at: self.ended_at,
            driven_m: self.distance_m,
            receipts: receipts.collect(),
            jobs: self.jobs.clone(),
            approval_request: self.approval_request.clone(),
            ..TripTravel::default()
        }
    }
}

/// What the server made of a trip.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Claim {
    /// `draft`, `needs_review`, `auto_approved`, `approved`, `adjusted`, `rejected`,
    /// `settled` or `void`.
    pub state: String,
    /// The amount that stands, in rial.
    pub amount: i64,
    /// The price by the tariff.
    pub price: i64,
    /// By how much the amount differs from what the customer was shown.
    pub difference: Option<i64>,
    /// The version of the tariff.
    pub tariff: String,
    /// Why it was adjusted or rejected.
    pub reason: Option<String>,
    /// What the office has to look at, as words.
    pub review_reasons: Vec<String>,
}

impl From<TripClaim> for Claim {
    fn from(claim: TripClaim) -> Self {
        Self {
            difference: claim.difference(),
            state: claim.state,
            amount: claim.amount,
            price: claim.price,
            tariff: claim.tariff,
            reason: claim.reason,
            review_reasons: claim.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
        }
    }
}

/// A trip as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TripSummary {
    /// Its id.
    pub doc: DocId,
    /// Where it began.
    pub origin: String,
    /// Where it ended.
    pub destination: String,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Metres driven, both ways.
    pub distance_m: Option<i64>,
    /// Why it is void, if it is.
    pub void: Option<String>,
    /// How many jobs it served.
    pub jobs: u32,
    /// How many receipts stand in it.
    pub receipts: u32,
    /// What the server made of it, once it told.
    pub claim: Option<Claim>,
}

impl From<TripRow> for TripSummary {
    fn from(row: TripRow) -> Self {
        Self {
            doc: row.doc,
            origin: row.origin,
            destination: row.destination,
            started_at: row.started_at,
            ended_at: row.ended_at,
            distance_m: row.distance_m,
            void: row.void,
            jobs: row.jobs,
            receipts: row.receipts,
            claim: row.claim.map(Claim::from),
        }
    }
}

/// A trip with all that this phone knows of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TripDetail {
    /// Its id.
    pub doc: DocId,
    /// Whose trip it is.
    pub technician: UserId,
    /// Where it began.
    pub origin: String,
    /// Where it ended.
    pub destination: String,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Metres driven, both ways.
    pub distance_m: Option<i64>,
    /// What the technician adds.
    pub note: String,
    /// Why approval before it was asked for.
    pub approval_request: Option<String>,
    /// The jobs it served.
    pub jobs: Vec<DocId>,
    /// Receipts.
    pub receipts: Vec<ReceiptLine>,
    /// Why it is void, if it is.
    pub void: Option<String>,
    /// Fields where several values stand.
    pub field_conflicts: Vec<FieldConflict>,
    /// What the server made of it, once it told.
    pub claim: Option<Claim>,
    /// Its edits that wait for the server.
    pub unsent: Vec<OutboxItem>,
    /// Its edits that need attention.
    pub attention: Vec<OutboxItem>,
}

impl From<client_core::TripDetail> for TripDetail {
    fn from(detail: client_core::TripDetail) -> Self {
        let client_core::TripDetail { view, unsent, attention, claim } = detail;
        let facts = TripTravel::of(&view);
        Self {
            doc: view.id,
            technician: view.technician,
            origin: text(&view, TripField::From),
            destination: text(&view, TripField::To),
            started_at: facts.started_at,
            ended_at: facts.ended_at,
            distance_m: facts.driven_m,
            note: text(&view, TripField::Note),
            approval_request: facts.approval_request,
            jobs: view.jobs,
            receipts: view.receipts,
            void: view.void,
            field_conflicts: view.field_conflicts,
            claim: claim.map(Claim::from),
            unsent: unsent.into_iter().map(OutboxItem::from).collect(),
            attention: attention.into_iter().map(OutboxItem::from).collect(),
        }
    }
}

fn text(view: &TripView, field: TripField) -> String {
    match view.fields.get(&field) {
        Some(FieldValue::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
