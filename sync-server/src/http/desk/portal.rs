//! The customer's side: a request behind a signed link, as JSON and as pages that need no
//! script. Nothing of the desk's own is shown here.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Channel, RequestKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::ErrorCode;

use super::portal_page::{Words, closed_words, show};
use crate::clock::random_bytes;
use crate::desk::{
    self as heart, NewRequest, PortalActivity, PortalRequest, RequestFields, RequestId, TellHow,
};
use crate::error::CoreError;
use crate::http::customer_page::{page, refused};
use crate::http::extract::{Body, Json, Path, Query};
use crate::http::surveys::by_link::{language_for, language_query};
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::surveys::{Language, LinkProblem, nonce};

/// Of what a sender says that his file is.
const MEDIA_TYPE_CHARS_MAX: usize = 100;
/// Where he says nothing.
const UNKNOWN_TYPE: &str = "application/octet-stream";

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
}

impl From<PortalActivity> for PortalActivityBody {
    fn from(activity: PortalActivity) -> Self {
        let PortalActivity { at, kind, is_own, text, until, to } = activity;
        Self { at: Rfc3339(at), kind, own: is_own, text, until: until.map(Rfc3339), to }
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

/// A request that a customer registers himself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CustomerRequestBody {
    /// `complaint`, `information`, `service` or `purchase`.
    #[schema(value_type = String)]
    kind: RequestKind,
    /// What it is about, in a line.
    #[schema(min_length = 1, max_length = 200)]
    subject: String,
    /// What there is to say.
    #[schema(max_length = 20_000)]
    description: Option<String>,
    /// The name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// A mobile, to which messages go.
    #[schema(max_length = 200)]
    mobile: Option<String>,
    /// An address for letters.
    #[schema(max_length = 200)]
    email: Option<String>,
    /// The product.
    #[schema(max_length = 200)]
    product: Option<String>,
    /// The serial number of the device.
    #[schema(max_length = 200)]
    serial: Option<String>,
    /// `fa`, `ru` or `en`.
    language: Option<String>,
    /// How to be told.
    tell: Option<TellHow>,
}

/// What a customer is told who has registered a request.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CustomerRegisteredBody {
    /// The number that people use.
    number: String,
    /// By which the request is followed; good for the days that are set.
    token: String,
}

fn link_problem(problem: LinkProblem) -> CoreError {
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
    heart::reply_by_customer(&app.core, id, asked.text).await?;
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
    let media_type =
        said.filter(|said| said.len() <= MEDIA_TYPE_CHARS_MAX).unwrap_or(UNKNOWN_TYPE).to_owned();
    let file = heart::NewFile { name: query.name, media_type, bytes: bytes.into() };
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

/// Registers a request of a customer who has no link yet.
#[utoipa::path(post, path = "/v1/portal/requests", tag = "Portal", request_body = CustomerRequestBody,
    responses((status = 201, description = "Registered.", body = CustomerRegisteredBody)))]
pub(in crate::http) async fn create_portal_request(
    State(app): State<AppState>,
    Json(asked): Json<CustomerRequestBody>,
) -> Result<(StatusCode, Json<CustomerRegisteredBody>), Problem> {
    let fields = RequestFields {
        subject: Some(asked.subject),
        description: asked.description,
        contact_name: asked.name.clone(),
        initiator_name: asked.name,
        mobile: asked.mobile,
        email: asked.email,
        product: asked.product,
        serial: asked.serial,
        language: asked.language,
        ..RequestFields::default()
    };
    let new = NewRequest {
        kind: asked.kind,
        channel: Channel::Web,
        fields,
        received_at: None,
        unit: None,
        tell: asked.tell,
    };
    let registered = heart::register_by_customer(&app.core, new).await?;
    let token = app.links.request_token(registered.request.id, app.clock.now());
    Ok((StatusCode::CREATED, Json(CustomerRegisteredBody { number: registered.request.number, token })))
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
    let found = match opened(&app, &token) {
        Ok(id) => heart::portal_request(&app.core, id).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(shown) => {
            let language = language_for(&query, shown.request.fields.language.as_deref(), &headers);
            let nonce = nonce(random_bytes(&*app.entropy));
            page(StatusCode::OK, show(&shown, language, &nonce), &nonce)
        }
        Err(error) => refusal(&app, &error, language_for(&query, None, &headers)),
    }
}

/// What the page sends: a reply, or the word that the work was handed over.
#[derive(Deserialize)]
pub(in crate::http) struct PageForm {
    act: String,
    #[serde(default)]
    text: String,
}

/// Takes what the customer does on the page.
#[utoipa::path(post, path = "/request/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    request_body(content_type = "application/x-www-form-urlencoded", content = String),
    responses((status = 303, description = "Done; the page again.")))]
pub(in crate::http) async fn submit_request_page(
    State(app): State<AppState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<PageForm>, FormRejection>,
) -> Response {
    let language = language_for(&language_query(query.as_deref()), None, &headers);
    let done = match (opened(&app, &token), form) {
        (Err(error), _) => Err(error),
        (Ok(_), Err(rejection)) => Err(CoreError::refused(ErrorCode::BadRequest, rejection.body_text())),
        (Ok(id), Ok(Form(form))) if form.act == "confirm" => heart::confirm_by_customer(&app.core, id).await,
        (Ok(id), Ok(Form(form))) => {
            heart::reply_by_customer(&app.core, id, form.text.replace("\r\n", "\n")).await
        }
    };
    match done {
        // A page that is loaded again sends nothing again.
        Ok(()) => Redirect::to(&format!("?lang={}", language.code())).into_response(),
        Err(error) => refusal(&app, &error, language),
    }
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
