//! Lists of surveys, and one of them.

use axum::extract::State;
use domain::{AgencyId, UserId, Uuid};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::ErrorCode;

use super::body::{QuestionBody, SurveyBody, questions_in};
use super::by_link::LanguageQuery;
use super::{span_of, survey_id};
use crate::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::words::known_word;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;
use crate::surveys::{
    self, Banks, Language, QuestionBank, SurveyFilter, SurveyId, SurveyState, SurveyStep, asked_bank,
};

const LIMIT_MAX: u32 = 500;

/// Which surveys.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct SurveysQuery {
    /// Of jobs closed in this Jalali month, such as `1404-07`.
    month: Option<String>,
    /// Of one agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of one technician.
    #[param(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
    /// `open`, `reopened`, `completed`, `unreachable`, `refused` or `void`.
    state: Option<String>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Rows on the page; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of surveys.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SurveyList {
    /// The last closed first.
    surveys: Vec<SurveyBody>,
    /// Goes into `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that was done about a survey.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StepBody {
    /// How a call ended (`reached`, `no_answer`, `refused`, `wrong_number`), or what was
    /// decided (`annulled`, `restored`).
    what: String,
    /// When.
    at: Rfc3339,
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    by: UserId,
    /// What was noted, or why.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A survey with its questions and what was done about it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SurveyDetail {
    /// The survey.
    survey: SurveyBody,
    /// What was asked.
    questions: Vec<QuestionBody>,
    /// Calls that brought no answers.
    attempts: Vec<StepBody>,
    /// Annulments and what took them back.
    decisions: Vec<StepBody>,
}

impl From<SurveyStep> for StepBody {
    fn from(step: SurveyStep) -> Self {
        let SurveyStep { what, at, by, note } = step;
        Self { what, at: Rfc3339(at), by, note }
    }
}

impl SurveysQuery {
    fn into_filter(self) -> Result<SurveyFilter, Problem> {
        let words: Vec<_> = SurveyState::ALL.iter().map(|state| state.name()).collect();
        let state = known_word("state", self.state.as_deref(), (&words, SurveyState::named))?;
        let limit = match self.limit {
            None => 0,
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => return Err(Problem::invalid("limit", format!("1 to {LIMIT_MAX}"))),
        };
        let closed = self.month.as_deref().map(span_of).transpose()?;
        let Self { agency, technician, cursor, .. } = self;
        Ok(SurveyFilter { id: None, closed, agency, technician, state, cursor, limit })
    }
}

/// Lists surveys: a technician's own that count, without who answered; a
/// representative's agency's, without the customer's number; or all.
#[utoipa::path(get, path = "/v1/surveys", tag = "Surveys", params(SurveysQuery),
    responses((status = 200, description = "A page.", body = SurveyList)))]
pub(in crate::http) async fn list_surveys(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<SurveysQuery>,
) -> Result<Json<SurveyList>, Problem> {
    let (session, filter) = (DeviceSession::from(caller), query.into_filter()?);
    let list = move |connection: &Connection| {
        let page = surveys::list_surveys(connection, &session, &filter)?;
        let (mut bodies, mut banks) = (Vec::with_capacity(page.rows.len()), Banks::default());
        for row in page.rows {
            let bank = banks.find(connection, row.survey.bank)?;
            bodies.push(SurveyBody::seen_by(session.role, row, bank));
        }
        Ok::<_, crate::error::CoreError>(SurveyList { surveys: bodies, next: page.next })
    };
    Ok(Json(app.store.read(list).await?))
}

/// A survey as the caller sees it, with its questions.
pub(super) async fn find(
    app: &AppState,
    caller: &Caller,
    id: SurveyId,
) -> Result<(SurveyBody, QuestionBank), Problem> {
    let session = DeviceSession::from(*caller);
    let filter = SurveyFilter { id: Some(id), ..SurveyFilter::default() };
    let find = move |connection: &Connection| {
        let row = surveys::list_surveys(connection, &session, &filter)?.rows.into_iter().next();
        let Some(row) = row else { return Ok(None) };
        let bank = asked_bank(connection, &row.survey)?;
        Ok::<_, crate::error::CoreError>(Some((SurveyBody::seen_by(session.role, row, &bank), bank)))
    };
    app.store.read(find).await?.ok_or_else(|| Problem::new(ErrorCode::NotFound))
}

/// Shows a survey with its questions, calls and decisions.
#[utoipa::path(get, path = "/v1/surveys/{id}", tag = "Surveys",
    params(("id" = String, Path, format = "uuid"), LanguageQuery),
    responses((status = 200, description = "The survey.", body = SurveyDetail)))]
pub(in crate::http) async fn show_survey(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Query(query): Query<LanguageQuery>,
) -> Result<Json<SurveyDetail>, Problem> {
    let id = survey_id(id);
    let (survey, bank) = find(&app, &caller, id).await?;
    let (attempts, decisions) =
        app.store.read(move |connection| surveys::survey_steps(connection, id)).await?;
    let bodies = |steps: Vec<SurveyStep>| steps.into_iter().map(StepBody::from).collect();
    let (attempts, decisions) = (bodies(attempts), bodies(decisions));
    let language = query.lang.as_deref().and_then(Language::of_code).unwrap_or(Language::Fa);
    Ok(Json(SurveyDetail { survey, questions: questions_in(&bank, language), attempts, decisions }))
}
