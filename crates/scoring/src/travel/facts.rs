//! What a price rests on, read off the documents of a trip and of its jobs.

use domain::{
    Currency, EventKind, FieldValue, Instant, JobField, JobView, Position, ReceiptKind, TripField, TripView,
    UserId,
};
use serde::{Deserialize, Serialize};

use super::{Place, TravelCoverage, TravelReason};

/// A receipt that is not void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// What it is for.
    pub kind: ReceiptKind,
    /// How much, in minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// Whether there is a photograph; without one it is money without a receipt.
    pub photo: bool,
}

/// What a trip says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TripTravel {
    /// When it began, by the device.
    pub started_at: Option<Instant>,
    /// When it ended, by the device; until then it is a draft.
    pub ended_at: Option<Instant>,
    /// Metres driven, both ways.
    pub driven_m: Option<i64>,
    /// The receipts that are not void.
    pub receipts: Vec<ReceiptFacts>,
    /// The jobs that it served.
    pub jobs: Vec<domain::DocId>,
    /// Why approval before it is asked for.
    pub approval_request: Option<String>,
    /// What the phone showed to the customer, in rial.
    pub estimate: Option<i64>,
    /// By which version of the tariff.
    pub estimate_tariff: Option<String>,
    /// Why it is void.
    pub void: Option<String>,
}

impl TripTravel {
    /// Reads a trip.
    #[must_use]
    pub fn of(view: &TripView) -> Self {
        let text = |field| match view.fields.get(&field) {
            Some(FieldValue::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        let number = |field| match view.fields.get(&field) {
            Some(FieldValue::Int(number)) => Some(*number),
            _ => None,
        };
        let instant = |field| match view.fields.get(&field) {
            Some(FieldValue::Instant(instant)) => Some(*instant),
            _ => None,
        };
        let standing = view.receipts.iter().filter(|line| line.void.is_none());
        let receipts = standing.map(|line| ReceiptFacts {
            kind: line.receipt.kind,
            minor: line.receipt.amount.minor,
            currency: line.receipt.amount.currency,
            photo: line.receipt.photo.is_some(),
        });
        Self {
            started_at: instant(TripField::StartedAt),
            ended_at: instant(TripField::EndedAt),
            driven_m: number(TripField::DistanceM),
            receipts: receipts.collect(),
            jobs: view.jobs.clone(),
            approval_request: text(TripField::ApprovalRequest),
            estimate: number(TripField::EstimateMinor),
            estimate_tariff: text(TripField::EstimateTariff),
            void: view.void.clone(),
        }
    }
}

/// Something that a technician recorded at a site, or that opened a job again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteEvent {
    /// What.
    pub kind: EventKind,
    /// When, by the device.
    pub at: Instant,
    /// Who.
    pub by: UserId,
    /// Whether it says where the author was.
    pub located: bool,
}

/// What a job says of the way to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTravel {
    /// The place.
    pub place: Option<Place>,
    /// The position.
    pub position: Option<Position>,
    /// When the customer's warranty ends.
    pub warranty_until: Option<Instant>,
    /// Whether the device had not been sold yet.
    pub pre_sale: bool,
    /// The device: its id, else its serial number.
    pub device: Option<String>,
    /// The group of the fault that was found.
    pub fault: Option<String>,
    /// When it was registered.
    pub opened_at: Option<Instant>,
    /// When it was last done.
    pub done_at: Option<Instant>,
    /// What was recorded at the site, by time.
    pub events: Vec<SiteEvent>,
}

/// Within so many days the same fault is a repeat.
const REPEAT_DAYS: i64 = 30;

const AT_SITE: [EventKind; 5] = [
    EventKind::Arrived,
    EventKind::Working,
    EventKind::WaitingCustomer,
    EventKind::Done,
    EventKind::Reopened,
];

impl JobTravel {
    /// Reads a job.
    #[must_use]
    pub fn of(view: &JobView) -> Self {
        let text = |field| Some(view.text(field).trim()).filter(|text| !text.is_empty());
        let number = |field| match view.fields.get(&field) {
            Some(FieldValue::Int(number)) => Some(*number),
            _ => None,
        };
        let place = text(JobField::SiteCity)
            .map(|city| Place { city: city.to_owned(), zone: text(JobField::SiteZone).map(Into::into) });
        let position = number(JobField::SiteLat)
            .zip(number(JobField::SiteLon))
            .map(|(lat_microdegrees, lon_microdegrees)| Position { lat_microdegrees, lon_microdegrees });
        let device = view.id_of(JobField::AssetId).map(|id| id.to_string());
        let serial = text(JobField::AssetSerial).map(domain::fold_search_text);
        let at_site = view.events.iter().filter(|event| AT_SITE.contains(&event.kind));
        let events: Vec<SiteEvent> = at_site
            .map(|event| SiteEvent {
                kind: event.kind,
                at: event.stamp.at,
                by: event.by,
                located: event.position.is_some(),
            })
            .collect();
        Self {
            place,
            position: position.filter(Position::is_valid),
            warranty_until: view.instant(JobField::AssetWarrantyUntil),
            pre_sale: view.text(JobField::RequestType) == "pre_sale",
            device: device.or(serial),
            fault: text(JobField::OutcomeFault).map(domain::fold_search_text),
            opened_at: view.registered().map(|event| event.stamp.at),
            done_at: events.iter().filter(|event| event.kind == EventKind::Done).map(|event| event.at).max(),
            events,
        }
    }

    /// How the job is covered at an instant.
    #[must_use]
    pub fn coverage(&self, at: Instant) -> TravelCoverage {
        if self.pre_sale {
            TravelCoverage::PreSale
        } else if self.warranty_until.is_some_and(|until| until >= at) {
            TravelCoverage::Warranty
        } else {
            TravelCoverage::OutOfWarranty
        }
    }

    /// Whether the customer was absent, by what the technician recorded on the
    /// trip: that he waits for the customer, and no work. With his position it is
    /// shown.
    pub(super) fn absence(&self, by: UserId, trip: &TripTravel) -> Option<TravelReason> {
        let within = |event: &&SiteEvent| {
            event.by == by
                && trip.started_at.is_some_and(|from| event.at >= from)
                && trip.ended_at.is_none_or(|to| event.at <= to)
        };
        let there: Vec<&SiteEvent> = self.events.iter().filter(within).collect();
        let worked = there.iter().any(|event| matches!(event.kind, EventKind::Working | EventKind::Done));
        let mut waits = there.iter().filter(|event| event.kind == EventKind::WaitingCustomer).peekable();
        if worked || waits.peek().is_none() {
            return None;
        }
        let proven = waits.any(|event| event.located);
        Some(if proven { TravelReason::CustomerAbsentProven } else { TravelReason::CustomerAbsentUnproven })
    }

    /// Whether the same fault of the same device came back within 30 days of when another
    /// job was done, the last of them included.
    #[must_use]
    pub fn repeats(&self, earlier: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let Some((opened, done)) = self.opened_at.zip(earlier.done_at) else { return false };
        let soon = opened > done && opened <= done.plus_days(REPEAT_DAYS);
        soon && same(&self.device, &earlier.device) && same(&self.fault, &earlier.fault)
    }

    /// Whether the job itself had been opened again within 30 days of when it was done,
    /// before a trip.
    #[must_use]
    pub fn reopened(&self, before: Instant) -> bool {
        let of = |kind| self.events.iter().filter(move |event| event.kind == kind && event.at <= before);
        of(EventKind::Reopened).any(|opened| {
            of(EventKind::Done).any(|done| done.at < opened.at && opened.at <= done.at.plus_days(REPEAT_DAYS))
        })
    }
}
