//! Evidence and jobs' effects as JSON.

use domain::{AgencyId, DocId, UserId};
use rusqlite::Connection;
use scoring::{EvidenceRow, JobEffect, Outcome, ReasonCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::CoreError;
use crate::rfc3339::Rfc3339;
use crate::scores::{self, ScorePage, measure_name, row_name};

/// Evidence.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EvidenceList {
    /// Every case that was judged, in a fixed order.
    rows: Vec<EvidenceBody>,
}

/// A case that was judged.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EvidenceBody {
    /// The row, as objections name it.
    row: String,
    /// The component, `closed_jobs` or `violations`.
    component: &'static str,
    /// What kind of case it is.
    #[schema(value_type = String)]
    case_type: scoring::CaseType,
    /// Which one.
    case_id: String,
    /// The job that it belongs to.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<DocId>,
    /// `met`, `missed`, `measured` or `excluded`.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// What it adds to the numerator.
    value: String,
    /// What it adds to the denominator.
    weight: String,
    /// Why it does not count.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonCode>,
    /// Who left it out; nobody where a rule did.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_by: Option<UserId>,
    /// When its outcome became known.
    known_at: Rfc3339,
    /// The recorded event that says so.
    source_event_id: String,
}

impl From<&EvidenceRow> for EvidenceBody {
    fn from(row: &EvidenceRow) -> Self {
        Self {
            row: row_name(row.measure, &row.case_id),
            component: measure_name(row.measure),
            case_type: row.case_type,
            case_id: row.case_id.clone(),
            job: row.job,
            outcome: row.outcome,
            value: row.value.to_string(),
            weight: row.weight.to_string(),
            reason: row.reason,
            excluded_by: row.excluded_by,
            known_at: Rfc3339(row.known_at),
            source_event_id: row.source_event_id.clone(),
        }
    }
}

impl EvidenceList {
    pub(in crate::http) fn of<'a>(
        rows: impl IntoIterator<Item = &'a EvidenceRow>,
        job: Option<DocId>,
    ) -> Self {
        let asked = |row: &&EvidenceRow| job.is_none() || row.job == job;
        Self { rows: rows.into_iter().filter(asked).map(EvidenceBody::from).collect() }
    }
}

/// What jobs did to a score.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct JobEffects {
    /// The month's score.
    score: Option<f64>,
    /// The costliest first.
    jobs: Vec<JobEffectBody>,
}

/// What a job did to a score.
#[derive(Serialize, ToSchema)]
struct JobEffectBody {
    /// The job.
    #[schema(value_type = String, format = "uuid")]
    job: DocId,
    /// The number that people use.
    number: Option<String>,
    /// The score without the job's cases.
    score_without: Option<f64>,
    /// How many points the job cost; negative where it helped.
    cost: Option<f64>,
}

impl JobEffectBody {
    fn of(connection: &Connection, effect: &JobEffect) -> Result<Self, CoreError> {
        let JobEffect { job, score_without, cost } = *effect;
        Ok(Self { job, number: scores::job_number(connection, job)?, score_without, cost })
    }
}

impl JobEffects {
    pub(in crate::http) fn of(connection: &Connection, page: &ScorePage) -> Result<Self, CoreError> {
        let jobs = page.explanation.jobs.iter().map(|effect| JobEffectBody::of(connection, effect));
        Ok(Self { score: page.explanation.score.score, jobs: jobs.collect::<Result<_, _>>()? })
    }
}

/// A job's effect on its month.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct JobScoreBody {
    /// The agency whose it was when it was closed.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// The month in which it was closed.
    month: Option<String>,
    /// What it did to that month's score.
    effect: Option<JobEffectBody>,
    /// Its cases in that month.
    rows: Vec<EvidenceBody>,
}

impl JobScoreBody {
    pub(in crate::http) fn read(
        connection: &Connection,
        job: DocId,
        only: Option<AgencyId>,
    ) -> Result<Self, CoreError> {
        let of_job = scores::month_of_job(connection, job)?;
        let seen = of_job.filter(|(agency, _)| only.is_none_or(|own| own == *agency));
        let Some((agency, month)) = seen else {
            return Ok(Self { agency: None, month: None, effect: None, rows: Vec::new() });
        };
        let page = scores::page(connection, agency, month)?;
        let effect = page.explanation.jobs.iter().find(|effect| effect.job == job);
        Ok(Self {
            agency: Some(agency),
            month: Some(month.to_string()),
            effect: effect.map(|effect| JobEffectBody::of(connection, effect)).transpose()?,
            rows: EvidenceList::of(page.explanation.rows(), Some(job)).rows,
        })
    }
}
