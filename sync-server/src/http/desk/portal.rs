//! The customer's side: a request behind a signed link, as JSON and as pages that need no
//! script. Nothing of the desk's own is shown here.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::ErrorCode;

use super::form::{Filled, media_type, read_form};
use super::portal_page::{Refused, Words, closed_words, show};
use crate::clock::random_bytes;
use crate::desk::{self as heart, PortalActivity, PortalRequest, RequestId};
use crate::error::CoreError;
use crate::http::customer_page::{page, refused, with_code};
use crate::http::extract::{Body, Json, Path, Query};
use crate::http::surveys::by_link::{LanguageQuery, language_for, language_query};
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::surveys::{Language, LinkProblem, nonce};

/// A request as its customer sees it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PortalBody {
    /// The number that people use.
    number: String,
    /// Its type.
    kind: &'static str,
    /// Where it stands.
    status: &'static str,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// When it came.
    received_at: Rfc3339,
    /// The time that was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    promised_at: Option<Rfc3339>,
    /// What was done, the first first.
    activities: Vec<PortalActivityBody>,
    /// Whether one may reply.
    may_reply: bool,
    /// Whether one may confirm that the work was handed over.
    may_confirm: bool,
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PortalActivityBody {
    /// When.
    at: Rfc3339,
    /// What.
    kind: String,
    /// Whether it was the customer's own.
    own: bool,
    /// The words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Rfc3339>,
    /// To which status a visit moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// The names of the files that the customer sent with it.
    files: Vec<String>,
}

impl From<PortalActivity> for PortalActivityBody {
    fn from(activity: PortalActivity) -> Self {
        let PortalActivity { at, kind, is_own, text, until, to, files } = activity;
        Self { at: Rfc3339(at), kind, own: is_own, text, until: until.map(Rfc3339), to, files }
    }
}

impl From<PortalRequest> for PortalBody {
    fn from(shown: PortalRequest) -> Self {
        let request = shown.request;
        Self {
            number: request.number,
            kind: request.kind.name(),
            status: request.status.name(),
            subject: request.fields.subject,
            received_at: Rfc3339(request.received_at),
            promised_at: request.promised_at.map(Rfc3339),
            activities: shown.activities.into_iter().map(PortalActivityBody::from).collect(),
            may_reply: shown.may_reply,
            may_confirm: shown.may_confirm,
        }
    }
}

/// What the customer writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReplyBody {
    /// The words.
    #[schema(min_length = 1, max_length = 20_000)]
    text: String,
}

pub(super) fn link_problem(problem: LinkProblem) -> CoreError {
    let code = match problem {
        LinkProblem::Forged => ErrorCode::RequestLinkInvalid,
        LinkProblem::Expired => ErrorCode::RequestLinkExpired,
    };
    CoreError::refused(code, problem.to_string())
}

fn opened(app: &AppState, token: &str) -> Result<RequestId, CoreError> {
    app.links.read_request(token, app.clock.now()).map_err(link_problem)
}

/// Shows the request behind a link.
#[utoipa::path(get, path = "/v1/portal/requests/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 200, description = "The request.", body = PortalBody)))]
pub(in crate::http) async fn show_portal_request(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Json<PortalBody>, Problem> {
    let id = opened(&app, &token)?;
    Ok(Json(heart::portal_request(&app.core, id).await?.into()))
}

/// Takes the customer's reply. One to what is over is refused, and kept for the desk.
#[utoipa::path(post, path = "/v1/portal/requests/{token}/replies", tag = "Portal", request_body = ReplyBody,
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 204, description = "Taken.")))]
pub(in crate::http) async fn reply_to_portal_request(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Json(asked): Json<ReplyBody>,
) -> Result<StatusCode, Problem> {
    let id = opened(&app, &token)?;
    heart::add_by_customer(&app.core, id, (Some(asked.text), Vec::new())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a file is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct FileQuery {
    /// Such as `plate.jpg`.
    name: String,
}

/// Takes a file of the customer's: its bytes, at most 10 MiB. The same again is taken once.
#[utoipa::path(post, path = "/v1/portal/requests/{token}/files", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link."), FileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "Taken.")))]
pub(in crate::http) async fn add_portal_file(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<StatusCode, Problem> {
    let id = opened(&app, &token)?;
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let file = heart::NewFile { name: query.name, media_type: media_type(said), bytes: bytes.into() };
    heart::add_file_by_customer(&app.core, id, file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the customer's word that the work was handed over.
#[utoipa::path(post, path = "/v1/portal/requests/{token}/confirmation", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 204, description = "Confirmed.")))]
pub(in crate::http) async fn confirm_portal_request(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = opened(&app, &token)?;
    heart::confirm_by_customer(&app.core, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows the page of a request.
#[utoipa::path(get, path = "/request/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 200, description = "The page, as HTML.", content_type = "text/html", body = String)))]
pub(in crate::http) async fn show_request_page(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = language_query(query.as_deref());
    let shown = match opened(&app, &token) {
        Ok(id) => shown(&app, id, (&query, &headers), None).await,
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| refusal(&app, &error, language_for(&query, None, &headers)))
}

async fn shown(
    app: &AppState,
    id: RequestId,
    (query, headers): (&LanguageQuery, &HeaderMap),
    refused: Option<&Refused>,
) -> Result<Response, CoreError> {
    let shown = heart::portal_request(&app.core, id).await?;
    let language = language_for(query, shown.request.fields.language.as_deref(), headers);
    let nonce = nonce(random_bytes(&*app.entropy));
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page(status, show(&shown, language, refused, &nonce), &nonce))
}

/// Takes what the customer does on the page.
#[utoipa::path(post, path = "/request/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    request_body(content_type = "multipart/form-data", content = String),
    responses((status = 303, description = "Done; the page again.")))]
pub(in crate::http) async fn submit_request_page(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let query = language_query(query.as_deref());
    let language = language_for(&query, None, &headers);
    // Who has no link sends no files: the body is read after this.
    let read = match opened(&app, &token) {
        Ok(id) => read_form(form).await.map(|form| (id, form)),
        Err(error) => Err(error),
    };
    let (id, form) = match read {
        Ok(read) => read,
        Err(error) => return refusal(&app, &error, language),
    };
    let typed = Refused(form.text("text").unwrap_or_default());
    let answered = match submitted(&app, id, form).await {
        // A page that is loaded again sends nothing again.
        Ok(()) => Ok(Redirect::to(&format!("?lang={}", language.code())).into_response()),
        Err(CoreError::Invalid(_)) => shown(&app, id, (&query, &headers), Some(&typed))
            .await
            .map(|response| with_code(response, ErrorCode::Invalid)),
        Err(error) => Err(error),
    };
    answered.unwrap_or_else(|error| refusal(&app, &error, language))
}

/// What the page sends: the word that the work was handed over, or a reply with files.
async fn submitted(app: &AppState, id: RequestId, form: Filled) -> Result<(), CoreError> {
    if !form.problems.is_empty() {
        return Err(CoreError::Invalid(form.problems));
    }
    if form.text("act").as_deref() == Some("confirm") {
        return heart::confirm_by_customer(&app.core, id).await;
    }
    let text = form.text("text");
    heart::add_by_customer(&app.core, id, (text, form.files)).await
}

fn refusal(app: &AppState, error: &CoreError, language: Language) -> Response {
    let words = Words::of(language);
    let code = match error.code() {
        ErrorCode::NotFound => ErrorCode::RequestLinkInvalid,
        code => code,
    };
    let said = match code {
        ErrorCode::RequestLinkInvalid => words.forged,
        ErrorCode::RequestLinkExpired => words.expired,
        ErrorCode::RequestClosed => closed_words(language),
        ErrorCode::Invalid | ErrorCode::BadRequest => words.wrong,
        ErrorCode::RequestStep => words.not_now,
        _ => {
            tracing::error!(code = code.name(), "a customer's page failed");
            words.trouble
        }
    };
    refused(app, language, said, code)
}
