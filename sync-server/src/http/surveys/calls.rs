//! The operator's calls.

use axum::extract::State;
use axum::http::HeaderMap;
use domain::limits::MEDIUM_TEXT_CHARS_MAX;
use domain::{AgencyId, DocId, Role, UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::by_link::AnswersRequest;
use super::survey_id;
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::preconditions::IDEMPOTENCY_KEY;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::surveys::{AttemptOutcome, CallRow, NewAttempt, SurveyRow, Via};
use crate::surveys::{complete_survey, list_calls, record_attempt};

const CALLS_MAX: u32 = 200;
const CALLS: u32 = 50;
const KEY_CHARS_MAX: usize = 100;

/// How many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct CallsQuery {
    /// At most so many; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A call to be made.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CallBody {
    /// The survey.
    #[schema(format = "uuid")]
    survey: String,
    /// The job.
    #[schema(value_type = String, format = "uuid")]
    job: DocId,
    /// The job's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// What it was about.
    subject: String,
    /// When it was closed.
    closed_at: Rfc3339,
    /// The agency.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// Who was on the completing visit.
    #[schema(value_type = Vec<String>)]
    technicians: Vec<UserId>,
    /// The customer's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<String>,
    /// Whom to ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_name: Option<String>,
    /// The number to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// The other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<String>,
    /// Calls so far.
    attempts: i64,
    /// Of them today.
    attempts_today: i64,
}

/// Calls to be made.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CallList {
    /// In the order in which they are to be made.
    calls: Vec<CallBody>,
}

impl From<CallRow> for CallBody {
    fn from(row: CallRow) -> Self {
        Self {
            survey: row.survey.to_string(),
            job: row.job,
            number: row.number,
            subject: row.subject,
            closed_at: Rfc3339(row.closed_at),
            agency: row.agency,
            technicians: row.technicians,
            language: row.language,
            customer_name: row.account_name,
            contact_name: row.contact_name,
            phone: row.phone,
            mobile: row.mobile,
            attempts: row.attempts,
            attempts_today: row.attempts_today,
        }
    }
}

/// Lists the calls of today in the order in which they are to be made. The server
/// chooses them.
#[utoipa::path(get, path = "/v1/surveys/calls", tag = "Surveys", params(CallsQuery),
    responses((status = 200, description = "Whom to call.", body = CallList)))]
pub(in crate::http) async fn list_survey_calls(
    State(app): State<AppState>,
    Query(query): Query<CallsQuery>,
) -> Result<Json<CallList>, Problem> {
    let limit = match query.limit {
        None => CALLS,
        Some(limit) if (1..=CALLS_MAX).contains(&limit) => limit,
        Some(_) => return Err(Problem::invalid("limit", format!("1 to {CALLS_MAX}"))),
    };
    let a_day = Some(app.surveys.calls_a_day).filter(|calls| *calls > 0);
    let now = app.clock.now();
    let rows = app.store.read(move |connection| list_calls(connection, a_day, limit, now)).await?;
    Ok(Json(CallList { calls: rows.into_iter().map(CallBody::from).collect() }))
}

/// A call that brought no answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AttemptRequest {
    /// `reached` (call again), `no_answer`, `refused` or `wrong_number`.
    #[schema(value_type = String)]
    outcome: AttemptOutcome,
    /// What to know at the next call.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// A survey after a call.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CalledBody {
    /// The survey.
    #[schema(format = "uuid")]
    id: String,
    /// `open`, `completed`, `unreachable` or `refused`.
    state: &'static str,
    /// The score, once it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<String>,
}

impl From<SurveyRow> for CalledBody {
    fn from(survey: SurveyRow) -> Self {
        let score = survey.score.and_then(|score| score.score).map(|score| score.to_string());
        Self { id: survey.id.to_string(), state: survey.state.name(), score }
    }
}

/// Records a call that brought no answers. Three on two days, and the customer is
/// unreachable.
#[utoipa::path(post, path = "/v1/surveys/{id}/attempts", tag = "Surveys", request_body = AttemptRequest,
    params(("id" = String, Path, format = "uuid"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key records one call.")),
    responses((status = 200, description = "Recorded.", body = CalledBody)))]
pub(in crate::http) async fn record_survey_attempt(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(asked): Json<AttemptRequest>,
) -> Result<Json<CalledBody>, Problem> {
    let note = asked.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > MEDIUM_TEXT_CHARS_MAX) {
        return Err(Problem::invalid("note", format!("at most {MEDIUM_TEXT_CHARS_MAX} letters")));
    }
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).map(str::to_owned);
    if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_CHARS_MAX) {
        return Err(Problem::invalid("Idempotency-Key", format!("1 to {KEY_CHARS_MAX} letters")));
    }
    let new = NewAttempt { survey: survey_id(id), outcome: asked.outcome, note, by: caller.user, key };
    let now = app.clock.now();
    let survey = app.store.write(move |tx| record_attempt(tx, &new, now)).await?;
    Ok(Json(survey.into()))
}

/// Writes down the answers that a customer gave on the telephone.
#[utoipa::path(post, path = "/v1/surveys/{id}/answers", tag = "Surveys", request_body = AnswersRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Taken.", body = CalledBody)))]
pub(in crate::http) async fn answer_survey(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(asked): Json<AnswersRequest>,
) -> Result<Json<CalledBody>, Problem> {
    debug_assert_eq!(caller.role, Role::CustomerRelations, "the guard lets in nobody else");
    let (id, now) = (survey_id(id), app.clock.now());
    let answers = asked.answers;
    let survey =
        app.store.write(move |tx| complete_survey(tx, id, answers, Via::Call(caller.user), now)).await?;
    Ok(Json(survey.into()))
}
