//! What a closed job shows.

use domain::{DocId, Instant, JobKind};
use serde::{Deserialize, Serialize};

use super::duties::{ClockOutcome, judged};
use crate::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, Trillionths};

/// What was recorded of a job until it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedJobFacts {
    /// The job.
    pub job: DocId,
    /// At the customer's or at the bench.
    pub kind: JobKind,
    /// When it was closed.
    pub closed_at: Instant,
    /// The event that closed it.
    pub closing_event: String,
    /// Whether it counts at all.
    pub standing: JobStanding,
    /// Visits until it was done.
    pub visits: u32,
    /// How the repair clock came out; none where the job has no such clock.
    pub repair: Option<ClockOutcome>,
    /// What its parts cost, in rial.
    pub parts_cost: i64,
    /// What parts cost for such a job in the network without this representative,
    /// in rial; none where the network cannot tell.
    pub parts_expected: Option<i64>,
}

/// Whether a job counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStanding {
    /// Recorded work.
    Counts,
    /// Cancelled or void.
    Void,
    /// Taken over from an earlier system.
    Imported,
}

impl JobStanding {
    const fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Counts => None,
            Self::Void => Some(ReasonCode::JobVoid),
            Self::Imported => Some(ReasonCode::Imported),
        }
    }
}

/// The rows of a job that was closed: the job itself, the time of its repair, its
/// visits and its parts. Repeats are judged when the cohort is ripe.
#[must_use]
pub fn closed_job_rows(facts: &ClosedJobFacts) -> Vec<EvidenceRow> {
    let row = |measure| EvidenceRow {
        measure,
        case_type: CaseType::Job,
        case_id: facts.job.to_string(),
        job: Some(facts.job),
        outcome: Outcome::Met,
        value: Trillionths::ONE,
        weight: Trillionths::ONE,
        reason: None,
        excluded_by: None,
        known_at: facts.closed_at,
        source_event_id: facts.closing_event.clone(),
    };
    let closed = row(Measure::ClosedJobs);
    if let Some(reason) = facts.standing.reason() {
        return vec![closed.excluded(reason, None)];
    }
    let mut rows = vec![closed];
    if let Some(outcome) = facts.repair {
        rows.push(judged(row(Measure::Component(ComponentKey::RepairTime)), outcome));
    }
    let first_time = row(Measure::Component(ComponentKey::FirstTimeFix));
    rows.push(match facts.kind {
        JobKind::Visit if facts.visits == 1 => judged(first_time, ClockOutcome::Met),
        JobKind::Visit => judged(first_time, ClockOutcome::Missed),
        JobKind::Bench => first_time.excluded(ReasonCode::NotOnSite, None),
    });
    let parts = row(Measure::Component(ComponentKey::PartsNorm));
    rows.push(match facts.parts_expected {
        Some(expected) => EvidenceRow {
            outcome: Outcome::Measured,
            value: Trillionths::whole(facts.parts_cost),
            weight: Trillionths::whole(expected),
            ..parts
        },
        None => parts.excluded(ReasonCode::NoNorm, None),
    });
    rows
}
