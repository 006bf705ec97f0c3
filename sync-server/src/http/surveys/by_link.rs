//! The customer's link as JSON, for apps and portals.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{QuestionBody, questions_in};
use crate::error::CoreError;
use crate::http::extract::{Json, Path, Query};
use crate::http::{AppState, Problem};
use crate::surveys::{Answers, Language, LinkedSurvey, SurveyRow, Via, complete_survey, linked_survey};

/// Opens a link.
pub(super) async fn open(app: &AppState, token: &str) -> Result<LinkedSurvey, CoreError> {
    let id = app.links.read(token, app.clock.now())?;
    app.store.read(move |connection| linked_survey(connection, id)).await
}

/// Takes a customer's answers.
pub(super) async fn answer(app: &AppState, token: &str, answers: Answers) -> Result<SurveyRow, CoreError> {
    let now = app.clock.now();
    let id = app.links.read(token, now)?;
    app.store.write(move |tx| complete_survey(tx, id, answers, Via::Link, now)).await
}

/// In which language.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct LanguageQuery {
    /// `fa`, `ru` or `en`; else the customer's own, else what `Accept-Language` asks for.
    pub(super) lang: Option<String>,
}

/// The language for a reader.
pub(in crate::http) fn language_for(
    query: &LanguageQuery,
    known: Option<&str>,
    headers: &HeaderMap,
) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(query.lang.as_deref(), known, accepted)
}

/// A survey as the customer sees it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct LinkedSurveyBody {
    /// The job's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// What the job was about.
    subject: String,
    /// The names of the technicians who came.
    technicians: Vec<String>,
    /// `fa`, `ru` or `en`.
    language: &'static str,
    /// Whether it still takes answers.
    open: bool,
    /// The questions.
    questions: Vec<QuestionBody>,
}

/// Answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AnswersRequest {
    /// By question: a number, words, or `null` where it does not apply.
    #[schema(value_type = Object)]
    pub(super) answers: Answers,
}

/// What a customer is told who has answered.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AnswersTakenBody {
    /// `completed`.
    state: &'static str,
}

/// Shows the survey behind a link.
#[utoipa::path(get, path = "/v1/surveys/by-link/{token}", tag = "Surveys", params(
        ("token" = String, Path, description = "As it stands in the link."), LanguageQuery),
    responses((status = 200, description = "What is asked.", body = LinkedSurveyBody)))]
pub(in crate::http) async fn show_survey_by_link(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Result<Json<LinkedSurveyBody>, Problem> {
    let opened = open(&app, &token).await?;
    let language = language_for(&query, opened.survey.language.as_deref(), &headers);
    let open = opened.survey.must_be_asked().is_ok();
    Ok(Json(LinkedSurveyBody {
        number: opened.number,
        subject: opened.subject,
        technicians: opened.technicians,
        language: language.code(),
        open,
        questions: questions_in(&opened.bank, language),
    }))
}

/// Takes the customer's answers; a link is good for one answer.
#[utoipa::path(post, path = "/v1/surveys/by-link/{token}", tag = "Surveys", request_body = AnswersRequest,
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 200, description = "Taken.", body = AnswersTakenBody)))]
pub(in crate::http) async fn answer_survey_by_link(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Json(asked): Json<AnswersRequest>,
) -> Result<Json<AnswersTakenBody>, Problem> {
    let survey = answer(&app, &token, asked.answers).await?;
    Ok(Json(AnswersTakenBody { state: survey.state.name() }))
}

/// Whatever a mail program adds to the address does no harm.
pub(in crate::http) fn language_query(query: Option<&str>) -> LanguageQuery {
    let pairs = query.unwrap_or_default().split('&');
    LanguageQuery { lang: pairs.filter_map(|pair| pair.strip_prefix("lang=")).next().map(str::to_owned) }
}
