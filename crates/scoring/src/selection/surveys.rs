//! Which surveys count, and for which technicians.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DocId, Instant, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, SurveyScore, TechnicianRules,
    Trillionths,
};

/// A survey that a customer completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyFacts {
    /// Which survey.
    pub survey: String,
    /// The job.
    pub job: DocId,
    /// When the job was closed.
    pub closed_at: Instant,
    /// The technicians on the visit that completed the job, frozen at its
    /// completion, whoever the job is assigned to now.
    pub completed_by: Vec<UserId>,
    /// When the survey was completed.
    pub completed_at: Instant,
    /// What the answers are worth.
    pub score: SurveyScore,
    /// What stands against it.
    pub fate: SurveyFate,
}

/// What stands against a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurveyFate {
    /// Nothing.
    Stands,
    /// The quality officer annulled it, with a reason that is kept beside it.
    Annulled {
        /// Who.
        by: UserId,
    },
    /// The telephone number is that of somebody on the staff.
    StaffPhone,
    /// The job is void.
    JobVoid,
}

/// The evidence of surveys, one row each, in the order in which they were
/// completed. The first that counts is the job's; whatever comes later for the
/// same job is left out, and so is what stands against the rules.
#[must_use]
pub fn select_surveys(surveys: &[SurveyFacts]) -> Vec<EvidenceRow> {
    let mut ordered: Vec<&SurveyFacts> = surveys.iter().collect();
    ordered.sort_by(|one, other| (one.completed_at, &one.survey).cmp(&(other.completed_at, &other.survey)));
    let mut taken = BTreeSet::new();
    ordered.into_iter().map(|survey| row(survey, &mut taken)).collect()
}

fn row(survey: &SurveyFacts, taken: &mut BTreeSet<DocId>) -> EvidenceRow {
    let row = EvidenceRow {
        measure: Measure::Component(ComponentKey::Csat),
        case_type: CaseType::Survey,
        case_id: survey.survey.clone(),
        job: Some(survey.job),
        outcome: Outcome::Measured,
        value: survey.score.score.unwrap_or(Trillionths::ZERO),
        weight: Trillionths::ONE,
        reason: None,
        excluded_by: None,
        known_at: survey.completed_at,
        source_event_id: survey.survey.clone(),
    };
    match survey.fate {
        SurveyFate::Annulled { by } => row.excluded(ReasonCode::AnnulledByQuality, Some(by)),
        SurveyFate::StaffPhone => row.excluded(ReasonCode::StaffPhone, None),
        SurveyFate::JobVoid => row.excluded(ReasonCode::JobVoid, None),
        SurveyFate::Stands if taken.contains(&survey.job) => row.excluded(ReasonCode::SecondSurvey, None),
        SurveyFate::Stands if survey.score.score.is_none() => {
            taken.insert(survey.job);
            row.excluded(ReasonCode::Incomplete, None)
        }
        SurveyFate::Stands => {
            taken.insert(survey.job);
            row
        }
    }
}

/// A survey that counts for a technician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedSurvey {
    /// Which survey.
    pub survey: String,
    /// The job.
    pub job: DocId,
    /// Its score.
    pub score: Trillionths,
    /// With how many technicians it is shared; each of them has it whole.
    pub technicians: usize,
}

/// The surveys of the jobs that a technician completed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TechnicianSurveys {
    /// Those that count.
    pub counted: Vec<CountedSurvey>,
    /// Those that do not, with their reasons.
    pub excluded: Vec<EvidenceRow>,
}

/// The surveys of a technician at an instant: those of jobs closed within the
/// window of the rules count, as far as nothing stands against them.
#[must_use]
pub fn technician_surveys(
    rules: &TechnicianRules,
    technician: UserId,
    surveys: &[SurveyFacts],
    now: Instant,
) -> TechnicianSurveys {
    let oldest = now.plus_days(-rules.window_days);
    let by_name: BTreeMap<&str, &SurveyFacts> =
        surveys.iter().map(|survey| (survey.survey.as_str(), survey)).collect();
    let mut result = TechnicianSurveys::default();
    for row in select_surveys(surveys) {
        let survey = by_name.get(row.case_id.as_str());
        let Some(survey) = survey.filter(|survey| survey.completed_by.contains(&technician)) else {
            continue;
        };
        if row.outcome == Outcome::Excluded {
            result.excluded.push(row);
        } else if !(oldest..=now).contains(&survey.closed_at) {
            result.excluded.push(row.excluded(ReasonCode::OutsideWindow, None));
        } else {
            result.counted.push(CountedSurvey {
                survey: row.case_id,
                job: survey.job,
                score: row.value,
                technicians: survey.completed_by.len(),
            });
        }
    }
    result
}
