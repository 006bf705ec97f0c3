//! Evidence: one row for each case that was judged, down to the event that says
//! so. A month's figures are the sum of its rows and nothing else.

use domain::{DocId, Instant, UserId};
use serde::{Deserialize, Serialize};

use crate::{ComponentKey, MonthFacts, Tally, Trillionths};

/// What a row counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A component of the score.
    Component(ComponentKey),
    /// The number of jobs closed in the month, over which complaints are counted.
    ClosedJobs,
    /// Confirmed serious violations.
    Violations,
}

/// What kind of case was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseType {
    /// A job.
    Job,
    /// One round of a response clock.
    ResponseClock,
    /// A part that was due back, or a consigned lot to be settled.
    CustodyDuty,
    /// An invoice that was due.
    Invoice,
    /// A travel claim.
    TravelClaim,
    /// A survey.
    Survey,
    /// A complaint.
    Complaint,
    /// A serious violation.
    Violation,
}

/// How a case came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should.
    Met,
    /// Not as it should.
    Missed,
    /// It has a value of its own: a survey's score, a cost, points.
    Measured,
    /// It does not count, for a reason that is shown.
    Excluded,
}

/// Why a case does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The job was cancelled or is void.
    JobVoid,
    /// Taken over from an earlier system, not recorded here.
    Imported,
    /// Work at the bench has no visits to count.
    NotOnSite,
    /// No device is named, so that nothing can be told to be the same one.
    NoDevice,
    /// No group of faults is named.
    NoFaultGroup,
    /// The network knows no expected cost for this mix of job and model.
    NoNorm,
    /// The quality officer annulled it.
    AnnulledByQuality,
    /// The telephone number is that of somebody on the staff.
    StaffPhone,
    /// Less than half of the weights was answered.
    Incomplete,
    /// A survey of the job had been completed before.
    SecondSurvey,
    /// The job was closed too long ago, or is not closed.
    OutsideWindow,
    /// The complaint was rejected.
    Rejected,
    /// The objection is still open.
    ObjectionOpen,
    /// An objection was accepted.
    ObjectionAccepted,
}

/// One case that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// What it counts for.
    pub measure: Measure,
    /// What kind of case it is.
    pub case_type: CaseType,
    /// Which one.
    pub case_id: String,
    /// The job that it belongs to, if there is one.
    pub job: Option<DocId>,
    /// How it came out.
    pub outcome: Outcome,
    /// What it adds to the numerator.
    pub value: Trillionths,
    /// What it adds to the denominator.
    pub weight: Trillionths,
    /// Why it does not count.
    pub reason: Option<ReasonCode>,
    /// Who left it out; nobody where a rule did.
    pub excluded_by: Option<UserId>,
    /// When its outcome became known: the month in which it counts.
    pub known_at: Instant,
    /// The recorded event that says so.
    pub source_event_id: String,
}

impl EvidenceRow {
    /// The same case, left out.
    #[must_use]
    pub fn excluded(self, reason: ReasonCode, by: Option<UserId>) -> Self {
        Self {
            outcome: Outcome::Excluded,
            value: Trillionths::ZERO,
            weight: Trillionths::ZERO,
            reason: Some(reason),
            excluded_by: by,
            ..self
        }
    }
}

impl MonthFacts {
    /// Adds a case. Together with [`Self::remove`] it may come in any order and
    /// leaves the same figures.
    pub fn add(&mut self, row: &EvidenceRow) {
        self.count(row, 1);
    }

    /// Takes a case away that was added before: withdrawn, or replaced by what
    /// became known later.
    pub fn remove(&mut self, row: &EvidenceRow) {
        self.count(row, -1);
    }

    /// The figures of some cases, computed anew.
    #[must_use]
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a EvidenceRow>) -> Self {
        let mut facts = Self::default();
        for row in rows {
            facts.add(row);
        }
        facts
    }

    fn count(&mut self, row: &EvidenceRow, times: i64) {
        if row.outcome == Outcome::Excluded {
            return;
        }
        match row.measure {
            Measure::Component(key) => {
                self.tally_mut(key).count(row.value, row.weight, times);
                if key == ComponentKey::PartsNorm {
                    self.parts_jobs += times;
                }
            }
            Measure::ClosedJobs => {
                self.closed_jobs += times;
                self.tally_mut(ComponentKey::Complaints).count(Trillionths::ZERO, Trillionths::ONE, times);
            }
            Measure::Violations => self.violations += times,
        }
    }
}

impl Tally {
    fn count(&mut self, value: Trillionths, weight: Trillionths, times: i64) {
        let times = i128::from(times);
        self.numerator += Trillionths::from_units(value.units() * times);
        self.denominator += Trillionths::from_units(weight.units() * times);
    }
}
