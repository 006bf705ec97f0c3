//! Complaints that were decided, and serious violations.

use domain::{DocId, Instant};
use serde::{Deserialize, Serialize};

use crate::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, Rules, Trillionths};

/// What was decided of a complaint; the rules say how many points it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    /// A small one.
    Minor,
    /// One that matters.
    Major,
    /// One that must not happen.
    Critical,
    /// Not upheld.
    Rejected,
}

/// The row of a complaint that was decided. Its points are counted over the jobs
/// closed in the month, so it adds nothing to the denominator itself.
#[must_use]
pub fn complaint_row(
    rules: &Rules,
    case_id: &str,
    job: Option<DocId>,
    decision: Complaint,
    decided_at: Instant,
    source_event_id: &str,
) -> EvidenceRow {
    let points = rules.monthly.complaint_points;
    let value = match decision {
        Complaint::Minor => points.minor,
        Complaint::Major => points.major,
        Complaint::Critical => points.critical,
        Complaint::Rejected => Trillionths::ZERO,
    };
    let row = EvidenceRow {
        measure: Measure::Component(ComponentKey::Complaints),
        case_type: CaseType::Complaint,
        case_id: case_id.into(),
        job,
        outcome: Outcome::Measured,
        value,
        weight: Trillionths::ZERO,
        reason: None,
        excluded_by: None,
        known_at: decided_at,
        source_event_id: source_event_id.into(),
    };
    if decision == Complaint::Rejected { row.excluded(ReasonCode::Rejected, None) } else { row }
}

/// A serious violation: charging a warranty customer, a false report or
/// signature, tampering. It counts once its objection is closed.
#[must_use]
pub fn violation_row(
    case_id: &str,
    job: Option<DocId>,
    objection: Objection,
    confirmed_at: Instant,
    source_event_id: &str,
) -> EvidenceRow {
    let row = EvidenceRow {
        measure: Measure::Violations,
        case_type: CaseType::Violation,
        case_id: case_id.into(),
        job,
        outcome: Outcome::Missed,
        value: Trillionths::ONE,
        weight: Trillionths::ONE,
        reason: None,
        excluded_by: None,
        known_at: confirmed_at,
        source_event_id: source_event_id.into(),
    };
    match objection {
        Objection::Closed => row,
        Objection::Open => row.excluded(ReasonCode::ObjectionOpen, None),
        Objection::Accepted => row.excluded(ReasonCode::ObjectionAccepted, None),
    }
}

/// How an objection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// It may still be raised or answered.
    Open,
    /// It was answered and rejected, or its time has passed.
    Closed,
    /// It was accepted.
    Accepted,
}
