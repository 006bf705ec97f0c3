//! The same as the pages of [`intake`](super::intake), as JSON for apps and other pages.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::StatusCode;
use desk::{Channel, RequestKind};
use domain::{Instant, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::{ErrorCode, FieldProblem};

use super::portal::link_problem;
use crate::desk::{
    self as heart, CUSTOMERS_KINDS, Intake, IntakeLink, LET_IN_MINUTES, NewRequest, OwnRequest,
    RequestFields, Way,
};
use crate::error::CoreError;
use crate::http::extract::{Json, Path};
use crate::http::guard::{ClientIp, SignedIn};
use crate::http::limits::{CODE_TO, Counted};
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;
use crate::surveys::Language;

/// To where a code goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CodeRequest {
    /// An address for letters, or a telephone number.
    #[schema(max_length = 200)]
    to: String,
    /// `fa`, `ru` or `en`; Persian if left out.
    language: Option<String>,
}

/// A code that was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CodeAnswer {
    /// To where it went.
    #[schema(max_length = 200)]
    to: String,
    /// The six digits.
    #[schema(max_length = 200)]
    code: String,
}

/// Who was let in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct LetInBody {
    /// By which requests are registered and seen.
    token: String,
    /// Until when it is good.
    until: Rfc3339,
}

/// A request of the customer's own.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OwnRequestBody {
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
    /// By which it is followed.
    token: String,
}

/// The customer's own requests.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OwnRequestList {
    /// Those that are not over, the newest first, at most 50.
    requests: Vec<OwnRequestBody>,
}

/// A request that a customer registers himself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CustomerRequestBody {
    /// The link by which the customer was let in.
    token: String,
    /// Drawn by who sends it: the same again is the request that is there.
    #[schema(min_length = 1, max_length = 100)]
    key: String,
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
    /// The product.
    #[schema(max_length = 200)]
    product: Option<String>,
    /// The serial number of the device.
    #[schema(max_length = 200)]
    serial: Option<String>,
    /// `fa`, `ru` or `en`.
    language: Option<String>,
}

/// What a customer is told who has registered a request.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CustomerRegisteredBody {
    /// The number that people use.
    number: String,
    /// By which the request is followed; good for the days that are set.
    token: String,
}

fn way_of(typed: &str) -> Result<Way, CoreError> {
    Way::read(typed).ok_or_else(|| {
        let message = "an address for letters, or a telephone number with its prefix";
        CoreError::Invalid(vec![FieldProblem::coded("to", "contact.way", message)])
    })
}

/// Counts a code that is asked for, by where it goes: a flood to one address from one place
/// ends here, one from many places at the codes of a day.
pub(super) fn counted(app: &AppState, ip: IpAddr, way: &Way) -> Result<(), CoreError> {
    app.count(&CODE_TO, Counted::name(ip, &way.compared)).map_err(|_many| {
        CoreError::refused(ErrorCode::TooManyRequests, "wait a little before you ask for another code")
    })
}

pub(super) async fn code_taken(app: &AppState, to: &str, code: String) -> Result<IntakeLink, CoreError> {
    heart::take_code(&app.core, &app.links, (way_of(to)?, code)).await
}

/// The token of a customer who was let in now, and until when it is good.
pub(super) fn let_in(app: &AppState, link: &IntakeLink) -> (String, Instant) {
    let until = link.made_at.plus_millis(LET_IN_MINUTES * 60_000);
    (app.links.intake_token(link.id, until), until)
}

pub(super) async fn opened(app: &AppState, token: &str) -> Result<Intake, CoreError> {
    let id = app.links.read_intake(token, app.clock.now()).map_err(link_problem)?;
    heart::show_intake(&app.core, id).await
}

/// Sends a one-time code; the same for every address, known or not.
#[utoipa::path(post, path = "/v1/portal/codes", tag = "Portal", request_body = CodeRequest,
    responses((status = 204, description = "On its way, if anything goes to that address.")))]
pub(in crate::http) async fn create_portal_code(
    State(app): State<AppState>,
    ClientIp(ip): ClientIp,
    Json(asked): Json<CodeRequest>,
) -> Result<StatusCode, Problem> {
    let way = way_of(&asked.to)?;
    counted(&app, ip, &way)?;
    let language = asked.language.as_deref().and_then(Language::of_code).unwrap_or(Language::Fa);
    heart::send_code(&app.core, way, language).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a customer in by the code that was sent to him.
#[utoipa::path(post, path = "/v1/portal/sessions", tag = "Portal", request_body = CodeAnswer,
    responses((status = 201, description = "Let in.", body = LetInBody)))]
pub(in crate::http) async fn create_portal_session(
    State(app): State<AppState>,
    Json(asked): Json<CodeAnswer>,
) -> Result<(StatusCode, Json<LetInBody>), Problem> {
    let link = code_taken(&app, &asked.to, asked.code).await?;
    let (token, until) = let_in(&app, &link);
    Ok((StatusCode::CREATED, Json(LetInBody { token, until: Rfc3339(until) })))
}

/// Lists the requests of a customer who was let in.
#[utoipa::path(get, path = "/v1/portal/intake/{token}", tag = "Portal",
    params(("token" = String, Path, description = "As it stands in the link.")),
    responses((status = 200, description = "The requests.", body = OwnRequestList)))]
pub(in crate::http) async fn list_own_requests(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Json<OwnRequestList>, Problem> {
    let (intake, now) = (opened(&app, &token).await?, app.clock.now());
    let body = |request: heart::RequestRow| OwnRequestBody {
        token: app.links.request_token(request.id, now),
        number: request.number,
        kind: request.kind.name(),
        status: request.status.name(),
        subject: request.fields.subject,
        received_at: Rfc3339(request.received_at),
    };
    Ok(Json(OwnRequestList { requests: intake.requests.into_iter().map(body).collect() }))
}

/// Registers a request of a customer who was let in.
#[utoipa::path(post, path = "/v1/portal/requests", tag = "Portal", request_body = CustomerRequestBody,
    responses((status = 201, description = "Registered.", body = CustomerRegisteredBody)))]
pub(in crate::http) async fn create_portal_request(
    State(app): State<AppState>,
    Json(asked): Json<CustomerRequestBody>,
) -> Result<(StatusCode, Json<CustomerRegisteredBody>), Problem> {
    let id = app.links.read_intake(&asked.token, app.clock.now()).map_err(link_problem)?;
    if !CUSTOMERS_KINDS.contains(&asked.kind) {
        let message = "complaint, information, service or purchase";
        return Err(Problem::all_invalid(vec![FieldProblem::coded("kind", "unknown_word", message)]));
    }
    let fields = RequestFields {
        subject: Some(asked.subject),
        description: asked.description,
        contact_name: asked.name.clone(),
        initiator_name: asked.name,
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
        tell: None,
    };
    let own = OwnRequest { key: asked.key, new, files: Vec::new() };
    let registered = heart::register_by_customer(&app.core, (id, own)).await?;
    let token = app.links.request_token(registered.request.id, app.clock.now());
    Ok((StatusCode::CREATED, Json(CustomerRegisteredBody { number: registered.request.number, token })))
}

/// Sends a contact the link by which he registers requests and sees his own.
#[utoipa::path(post, path = "/v1/contacts/{id}/link", tag = "Customers",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "On its way.")))]
pub(in crate::http) async fn send_contact_link(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    heart::send_intake_link(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
