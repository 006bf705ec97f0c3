//! Duties and decisions that are met or missed.

use domain::{DocId, Instant, UserId};
use serde::{Deserialize, Serialize};

use crate::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, Trillionths};

/// How a clock or a duty came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockOutcome {
    /// In time.
    Met,
    /// Not in time, or not at all.
    Missed,
}

/// A case that was met or missed counts as one.
pub(super) fn judged(row: EvidenceRow, outcome: ClockOutcome) -> EvidenceRow {
    match outcome {
        ClockOutcome::Met => row,
        ClockOutcome::Missed => EvidenceRow { outcome: Outcome::Missed, value: Trillionths::ZERO, ..row },
    }
}

/// A duty or a decision that is judged as met or missed: a round of a response
/// clock, a part due back, an invoice, a travel claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyFacts {
    /// What kind of case it is.
    pub case_type: CaseType,
    /// Which one.
    pub case_id: String,
    /// The job that it belongs to.
    pub job: Option<DocId>,
    /// How it came out. What was due and not done is missed, never left out.
    pub outcome: ClockOutcome,
    /// When that became known.
    pub known_at: Instant,
    /// The event that says so.
    pub source_event_id: String,
    /// Why it is left out after all, and who decided so.
    pub exclusion: Option<(ReasonCode, UserId)>,
}

/// The row of a duty; none for a kind of case that is not judged as a duty.
#[must_use]
pub fn duty_row(facts: &DutyFacts) -> Option<EvidenceRow> {
    let component = match facts.case_type {
        CaseType::ResponseClock => ComponentKey::ResponseSla,
        CaseType::CustodyDuty => ComponentKey::Custody,
        CaseType::Invoice => ComponentKey::Invoices,
        CaseType::TravelClaim => ComponentKey::Travel,
        CaseType::Job | CaseType::Survey | CaseType::Complaint | CaseType::Violation => return None,
    };
    let row = EvidenceRow {
        measure: Measure::Component(component),
        case_type: facts.case_type,
        case_id: facts.case_id.clone(),
        job: facts.job,
        outcome: Outcome::Met,
        value: Trillionths::ONE,
        weight: Trillionths::ONE,
        reason: None,
        excluded_by: None,
        known_at: facts.known_at,
        source_event_id: facts.source_event_id.clone(),
    };
    Some(match facts.exclusion {
        Some((reason, by)) => row.excluded(reason, Some(by)),
        None => judged(row, facts.outcome),
    })
}
