//! The customer's form. What goes wrong is said on a page, kindly and in the
//! customer's language, with the stable code in the header `problem-code`.

use std::collections::BTreeMap;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use wire::{ErrorCode, FieldProblem};

use super::by_link::{LanguageQuery, answer, language_for, language_query, open};
use super::page::{Filled, form};
use super::words::Words;
use crate::clock::random_bytes;
use crate::error::CoreError;
use crate::http::AppState;
use crate::http::customer_page::{Page, page, refused, with_code};
use crate::http::extract::Path;
use crate::surveys::{AnswerValue, Answers, Language, LinkedSurvey, QuestionBank, nonce};

/// Fields of a question begin so.
const FIELD: &str = "q.";

/// Shows the form behind a customer's link.
#[utoipa::path(get, path = "/survey/{token}", tag = "Surveys", params(
        ("token" = String, Path, description = "As it stands in the link."), LanguageQuery),
    responses((status = 200, description = "The form, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn show_survey_form(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = language_query(query.as_deref());
    match open_to_answer(&app, &token).await {
        Ok(opened) => {
            let language = language_for(&query, opened.survey.language.as_deref(), &headers);
            let nonce = nonce(random_bytes(&*app.entropy));
            page(StatusCode::OK, form(&opened, language, &Filled::default(), &nonce), &nonce)
        }
        Err(error) => refusal(&app, &error, language_for(&query, None, &headers)),
    }
}

/// Takes the filled form.
#[utoipa::path(post, path = "/survey/{token}", tag = "Surveys", params(
        ("token" = String, Path, description = "As it stands in the link."), LanguageQuery),
    request_body(content_type = "application/x-www-form-urlencoded", content = String),
    responses((status = 200, description = "Thanks, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn submit_survey_form(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    fields: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let query = language_query(query.as_deref());
    let opened = match open_to_answer(&app, &token).await {
        Ok(opened) => opened,
        Err(error) => return refusal(&app, &error, language_for(&query, None, &headers)),
    };
    let language = language_for(&query, opened.survey.language.as_deref(), &headers);
    let fields = match fields {
        Ok(Form(fields)) => fields,
        Err(rejection) => {
            let unreadable = CoreError::refused(ErrorCode::BadRequest, rejection.body_text());
            return refusal(&app, &unreadable, language);
        }
    };
    let values: BTreeMap<String, String> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(FIELD)?.to_owned(), value)))
        .collect();
    match answer(&app, &token, answers(&opened.bank, &values)).await {
        Ok(_survey) => {
            let nonce = nonce(random_bytes(&*app.entropy));
            page(StatusCode::OK, Page::message(language, Words::of(language).thanks, &nonce), &nonce)
        }
        Err(CoreError::Invalid(problems)) => again(&app, &opened, language, values, &problems),
        Err(error) => refusal(&app, &error, language),
    }
}

/// Opens a link behind which somebody is still asked.
async fn open_to_answer(app: &AppState, token: &str) -> Result<LinkedSurvey, CoreError> {
    let opened = open(app, token).await?;
    opened.survey.must_be_asked()?;
    Ok(opened)
}

fn answers(bank: &QuestionBank, values: &BTreeMap<String, String>) -> Answers {
    let value = |key: &str, text: &str| {
        let is_words = bank.question(key).is_some_and(|question| question.kind.range().is_none());
        match text.trim() {
            "" => AnswerValue::None(()),
            text if is_words => AnswerValue::Words(text.replace("\r\n", "\n")),
            text => text.parse().map_or_else(|_| AnswerValue::Words(text.to_owned()), AnswerValue::Mark),
        }
    };
    values.iter().map(|(key, text)| (key.clone(), value(key, text))).collect()
}

/// The form once more, with what was filled in.
fn again(
    app: &AppState,
    opened: &LinkedSurvey,
    language: Language,
    values: BTreeMap<String, String>,
    problems: &[FieldProblem],
) -> Response {
    let wrong = problems.iter().filter_map(|problem| problem.path.strip_prefix("answers."));
    let filled = Filled { wrong: wrong.map(str::to_owned).collect(), values, refused: true };
    let nonce = nonce(random_bytes(&*app.entropy));
    let html = form(opened, language, &filled, &nonce);
    with_code(page(StatusCode::UNPROCESSABLE_ENTITY, html, &nonce), ErrorCode::Invalid)
}

fn refusal(app: &AppState, error: &CoreError, language: Language) -> Response {
    let words = Words::of(language);
    let code = match error.code() {
        ErrorCode::NotFound => ErrorCode::SurveyLinkInvalid,
        code => code,
    };
    let said = match code {
        ErrorCode::SurveyLinkInvalid => words.forged,
        ErrorCode::SurveyLinkExpired => words.expired,
        ErrorCode::SurveyTaken => words.taken,
        ErrorCode::SurveyNotAsked => words.not_asked,
        ErrorCode::BadRequest => words.wrong,
        _ => {
            tracing::error!(code = code.name(), "a survey could not be shown or taken");
            words.trouble
        }
    };
    refused(app, language, said, code)
}
