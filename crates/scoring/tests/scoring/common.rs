//! Cases and months that the tests share.

use domain::{DocId, Instant, UserId, Uuid};
use scoring::{CaseType, ComponentKey, EvidenceRow, Measure, MonthFacts, Outcome, Trillionths};

pub(crate) fn decimal(text: &str) -> Trillionths {
    text.parse().unwrap()
}

pub(crate) fn near(left: f64, right: f64, tolerance: f64) {
    assert!((left - right).abs() <= tolerance, "{left} is not {right}");
}

pub(crate) fn job(number: u128) -> DocId {
    DocId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn person(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

pub(crate) const fn day(number: i64) -> Instant {
    Instant::from_millis(number * 86_400_000)
}

/// A row of a job that counts for a component.
pub(crate) fn row(key: ComponentKey, job_number: u128, value: &str, weight: &str) -> EvidenceRow {
    EvidenceRow {
        measure: Measure::Component(key),
        case_type: CaseType::Job,
        case_id: job_number.to_string(),
        job: Some(job(job_number)),
        outcome: Outcome::Measured,
        value: decimal(value),
        weight: decimal(weight),
        reason: None,
        excluded_by: None,
        known_at: day(0),
        source_event_id: format!("event of {job_number}"),
    }
}

/// Facts of a month from `(component, numerator, denominator)`.
pub(crate) fn facts(closed: i64, tallies: &[(ComponentKey, &str, &str)]) -> MonthFacts {
    let mut facts = MonthFacts { closed_jobs: closed, parts_jobs: closed, ..MonthFacts::default() };
    for (key, numerator, denominator) in tallies {
        let tally = facts.tally_mut(*key);
        tally.numerator = decimal(numerator);
        tally.denominator = decimal(denominator);
    }
    facts
}

/// The month of worked example 2: 64 closed jobs, 1404-07.
pub(crate) fn example_2() -> MonthFacts {
    facts(
        64,
        &[
            (ComponentKey::ResponseSla, "118", "125"),
            (ComponentKey::RepairTime, "55", "64"),
            (ComponentKey::FirstTimeFix, "49", "60"),
            (ComponentKey::RepeatVisits, "4", "58"),
            (ComponentKey::PartsNorm, "412000000", "385000000"),
            (ComponentKey::Custody, "28", "31"),
            (ComponentKey::Invoices, "4", "4"),
            (ComponentKey::Travel, "39", "42"),
            (ComponentKey::Csat, "22.10", "26"),
            (ComponentKey::Complaints, "1.5", "64"),
        ],
    )
}
