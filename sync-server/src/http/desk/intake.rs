//! The pages by which a customer comes in and registers a request: an address, the code that
//! is sent to it, then his open requests and a form. Without script.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Multipart, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Channel, RequestKind};
use serde::Deserialize;
use wire::{ErrorCode, FieldProblem};

use super::form::{Filled, read_form};
use super::intake_json::{code_taken, counted, let_in, opened};
use super::intake_page::{Draft, Step, ask_address, ask_code, own_page};
use super::intake_words::Words;
use crate::clock::random_bytes;
use crate::desk::{self as heart, CUSTOMERS_KINDS, Intake, NewRequest, OwnRequest, RequestFields, Way};
use crate::error::CoreError;
use crate::http::AppState;
use crate::http::customer_page::{page, refused, with_code};
use crate::http::extract::Path;
use crate::http::guard::ClientIp;
use crate::http::surveys::by_link::{language_for, language_query};
use crate::surveys::{Language, nonce};

/// An address that was typed, and perhaps a code.
#[derive(Deserialize)]
pub(in crate::http) struct ComingIn {
    to: String,
    #[serde(default)]
    code: String,
}

fn language_of(query: Option<&str>, known: Option<&str>, headers: &HeaderMap) -> Language {
    language_for(&language_query(query), known, headers)
}

fn drawn(app: &AppState) -> String {
    nonce(random_bytes(&*app.entropy))
}

/// Shows the page that asks for an address.
#[utoipa::path(get, path = "/intake", tag = "Portal",
    responses((status = 200, description = "The page, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn show_intake_start(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let (language, nonce) = (language_of(query.as_deref(), None, &headers), drawn(&app));
    page(StatusCode::OK, ask_address(language, Step::First, &nonce), &nonce)
}

/// Sends a code to the address and asks for it; the same for every address.
#[utoipa::path(post, path = "/intake", tag = "Portal",
    request_body(content_type = "application/x-www-form-urlencoded", content = String),
    responses((status = 200, description = "The page, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn submit_intake_start(
    State(app): State<AppState>,
    ClientIp(ip): ClientIp,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<ComingIn>, FormRejection>,
) -> Response {
    let (language, nonce) = (language_of(query.as_deref(), None, &headers), drawn(&app));
    let typed = form.map(|Form(form)| form.to).unwrap_or_default();
    let Some(way) = Way::read(&typed) else {
        let html = ask_address(language, Step::Wrong, &nonce);
        return with_code(page(StatusCode::UNPROCESSABLE_ENTITY, html, &nonce), ErrorCode::Invalid);
    };
    let shown = way.address.clone();
    let sent = match counted(&app, ip, &way) {
        Ok(()) => heart::send_code(&app.core, way, language).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => page(StatusCode::OK, ask_code(language, (&shown, Step::First), &nonce), &nonce),
        Err(error) => refusal(&app, &error, language),
    }
}

/// Takes a code: on to the customer's own page, or once more.
#[utoipa::path(post, path = "/intake/code", tag = "Portal",
    request_body(content_type = "application/x-www-form-urlencoded", content = String),
    responses((status = 303, description = "On to the customer's own page.")))]
pub(in crate::http) async fn submit_intake_code(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<ComingIn>, FormRejection>,
) -> Response {
    let language = language_of(query.as_deref(), None, &headers);
    let Ok(Form(form)) = form else {
        let error = CoreError::refused(ErrorCode::BadRequest, "the form cannot be read");
        return refusal(&app, &error, language);
    };
    match code_taken(&app, &form.to, form.code).await {
        Ok(link) => {
            let (token, _) = let_in(&app, &link);
            Redirect::to(&format!("/intake/{token}?lang={}", language.code())).into_response()
        }
        Err(error) if error.code() == ErrorCode::CodeInvalid => {
            let nonce = drawn(&app);
            let html = ask_code(language, (form.to.trim(), Step::Wrong), &nonce);
            with_code(page(StatusCode::UNPROCESSABLE_ENTITY, html, &nonce), ErrorCode::CodeInvalid)
        }
        Err(error) => refusal(&app, &error, language),
    }
}

/// Shows the customer's own page: his open requests, and the form for another.
#[utoipa::path(get, path = "/intake/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 200, description = "The page, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn show_intake_page(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match opened(&app, &token).await {
        Ok(intake) => {
            let language = language_of(query.as_deref(), Some(intake.link.language.code()), &headers);
            shown(&app, &intake, language, &Draft::fresh(drawn(&app)))
        }
        Err(error) => refusal(&app, &error, language_of(query.as_deref(), None, &headers)),
    }
}

fn shown(app: &AppState, intake: &Intake, language: Language, draft: &Draft) -> Response {
    let (nonce, now) = (drawn(app), app.clock.now());
    let address = |request: &heart::RequestRow| {
        format!("/request/{}?lang={}", app.links.request_token(request.id, now), language.code())
    };
    let status = if draft.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let response = page(status, own_page((intake, &address), language, draft, &nonce), &nonce);
    if draft.wrong.is_empty() { response } else { with_code(response, ErrorCode::Invalid) }
}

/// Registers a request of the customer's, with its files; then shows it.
#[utoipa::path(post, path = "/intake/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    request_body(content_type = "multipart/form-data", content = String),
    responses((status = 303, description = "Registered; on to the request's page.")))]
pub(in crate::http) async fn submit_intake_page(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    // Who has no link sends no files: the body is read after this.
    let intake = match opened(&app, &token).await {
        Ok(intake) => intake,
        Err(error) => return refusal(&app, &error, language_of(query.as_deref(), None, &headers)),
    };
    let language = language_of(query.as_deref(), Some(intake.link.language.code()), &headers);
    let form = match read_form(form).await {
        Ok(form) => form,
        Err(error) => return refusal(&app, &error, language),
    };
    let draft = Draft::filled(&form.texts, drawn(&app));
    if !form.problems.is_empty() {
        return shown(&app, &intake, language, &draft.with(&form.problems));
    }
    match register(&app, &intake, (form, language, draft.key.clone())).await {
        Ok(registered) => {
            let token = app.links.request_token(registered.request.id, app.clock.now());
            Redirect::to(&format!("/request/{token}?lang={}", language.code())).into_response()
        }
        Err(CoreError::Invalid(problems)) => shown(&app, &intake, language, &draft.with(&problems)),
        Err(error) => refusal(&app, &error, language),
    }
}

async fn register(
    app: &AppState,
    intake: &Intake,
    (form, language, key): (Filled, Language, String),
) -> Result<heart::Registered, CoreError> {
    let kind = form.text("kind").and_then(|word| RequestKind::from_name(&word));
    let kind = kind.filter(|kind| CUSTOMERS_KINDS.contains(kind)).ok_or_else(|| {
        CoreError::Invalid(vec![FieldProblem::coded("kind", "unknown_word", "one of the types on the page")])
    })?;
    let name = form.text("name");
    let fields = RequestFields {
        subject: form.text("subject"),
        description: form.text("description"),
        contact_name: name.clone(),
        initiator_name: name,
        product: form.text("product"),
        serial: form.text("serial"),
        language: Some(language.code().to_owned()),
        ..RequestFields::default()
    };
    let new = NewRequest { kind, channel: Channel::Web, fields, received_at: None, unit: None, tell: None };
    heart::register_by_customer(&app.core, (intake.link.id, OwnRequest { key, new, files: form.files })).await
}

fn refusal(app: &AppState, error: &CoreError, language: Language) -> Response {
    let words = Words::of(language);
    let said = match error.code() {
        ErrorCode::RequestLinkInvalid => words.forged,
        ErrorCode::RequestLinkExpired => words.expired,
        ErrorCode::TooManyRequests => words.too_many,
        ErrorCode::Invalid | ErrorCode::BadRequest | ErrorCode::BodyTooLarge => words.unreadable,
        code => {
            tracing::error!(code = code.name(), "a customer's page failed");
            words.trouble
        }
    };
    refused(app, language, said, error.code())
}
