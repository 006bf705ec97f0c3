//! Monthly scores of representatives: lists, a month down to its evidence and jobs,
//! objections and answers, and what the quality officer decides.

pub(super) mod award;
pub(super) mod body;
pub(super) mod decisions;
pub(super) mod figures;
pub(super) mod objections;
pub(super) mod ratings;
pub(super) mod rows;

use axum::extract::State;
use domain::{AgencyId, DocId, Role};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::ErrorCode;

use self::body::{ScoreBody, ScoreList, ScoreParts};
use self::rows::{EvidenceList, JobEffects, JobScoreBody};
use super::devices::own_agency;
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::words::unknown_word;
use super::{AppState, Problem};
use crate::auth::Caller;
use crate::error::CoreError;
use crate::office::visible_row;
use crate::people;
use crate::scores::period::MonthKey;
use crate::scores::{self, measure_named, measure_names};
use crate::session::DeviceSession;

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MonthQuery {
    /// A Jalali month such as `1404-07`; the present one when left out.
    month: Option<String>,
}

impl MonthQuery {
    pub(super) fn month(&self, app: &AppState) -> Result<MonthKey, Problem> {
        match &self.month {
            Some(text) => Ok(MonthKey::parse(text)?),
            None => Ok(MonthKey::at(app.clock.now()).unwrap_or(MonthKey(0))),
        }
    }
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EvidenceQuery {
    /// Of one component, such as `first_time_fix`, of `closed_jobs` or `violations`.
    component: Option<String>,
    /// Of one job.
    #[param(value_type = Option<String>, format = "uuid")]
    job: Option<DocId>,
}

/// A representative sees the own agency only; others are not there.
pub(super) fn check_agency(caller: &Caller, agency: AgencyId) -> Result<(), Problem> {
    if caller.role == Role::Representative && own_agency(caller)? != agency {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    Ok(())
}

/// Lists a month's scores, the best first; a representative sees the own one.
#[utoipa::path(get, path = "/v1/scores", tag = "Scores", params(MonthQuery),
    responses((status = 200, description = "The month's scores in the caller's scope.", body = ScoreList)))]
pub(super) async fn list_scores(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<MonthQuery>,
) -> Result<Json<ScoreList>, Problem> {
    let month = query.month(&app)?;
    let only = if caller.role == Role::Representative { Some(own_agency(&caller)?) } else { None };
    let list = app
        .store
        .read(move |connection| {
            let lines = scores::overview(connection, month, only)?;
            let agencies = people::list_agencies(connection).map_err(broken)?;
            Ok::<_, CoreError>(ScoreList::of(month, lines, &agencies))
        })
        .await?;
    Ok(Json(list))
}

pub(super) fn broken(error: people::PeopleError) -> CoreError {
    CoreError::Outside(error.to_string())
}

/// A month of an agency: the score, its components, its life, and what it is seen
/// beside. Before it is frozen the figures are live.
#[utoipa::path(get, path = "/v1/scores/{agency}/{month}", tag = "Scores",
    params(("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07")),
    responses((status = 200, description = "The month explained.", body = ScoreBody)))]
pub(super) async fn show_score(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month)): Path<(AgencyId, String)>,
) -> Result<Json<ScoreBody>, Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let now = app.clock.now();
    let parts = app.store.read(move |connection| ScoreParts::read(connection, agency, month)).await?;
    Ok(Json(ScoreBody::of(parts, now)))
}

/// The evidence of a month: every case that was judged, those that were left out
/// with their reason. Value and weight are decimals; their sums are the figures.
#[utoipa::path(get, path = "/v1/scores/{agency}/{month}/evidence", tag = "Scores", params(
        ("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07"), EvidenceQuery),
    responses((status = 200, description = "The rows.", body = EvidenceList)))]
pub(super) async fn list_evidence(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month)): Path<(AgencyId, String)>,
    Query(query): Query<EvidenceQuery>,
) -> Result<Json<EvidenceList>, Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let measure = match &query.component {
        None => None,
        Some(name) => Some(measure_named(name).ok_or_else(|| unknown_word("component", &measure_names()))?),
    };
    let rows = app.store.read(move |connection| scores::rows(connection, agency, month, measure)).await?;
    Ok(Json(EvidenceList::of(&rows, query.job)))
}

/// What each job did to the month's score, the costliest first.
#[utoipa::path(get, path = "/v1/scores/{agency}/{month}/jobs", tag = "Scores",
    params(("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07")),
    responses((status = 200, description = "The jobs.", body = JobEffects)))]
pub(super) async fn list_job_effects(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month)): Path<(AgencyId, String)>,
) -> Result<Json<JobEffects>, Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let effects = app
        .store
        .read(move |connection| {
            let page = scores::page(connection, agency, month)?;
            JobEffects::of(connection, &page)
        })
        .await?;
    Ok(Json(effects))
}

/// What a job did to the score of the month in which it was closed, with its rows of
/// that month. A job that is not closed has no effect yet; one that another agency had
/// closed has none for a representative.
#[utoipa::path(get, path = "/v1/jobs/{id}/score", tag = "Scores", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The job's effect.", body = JobScoreBody)))]
pub(super) async fn show_job_score(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(job): Path<DocId>,
) -> Result<Json<JobScoreBody>, Problem> {
    let session = DeviceSession::from(caller);
    let only = if caller.role == Role::Representative { Some(own_agency(&caller)?) } else { None };
    let body = app
        .store
        .read(move |connection| {
            drop(visible_row(connection, &session, job)?);
            JobScoreBody::read(connection, job, only)
        })
        .await?;
    Ok(Json(body))
}
