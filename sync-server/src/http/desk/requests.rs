//! Requests: registering, lists, one request, and what is done on it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{JobKind, Uuid};
use wire::ErrorCode;

use super::request_bodies::{
    ActedBody, NewRequestBody, NewVisitBody, RegisteredBody, RequestBody, RequestDetail, RequestList,
    RequestsQuery, VisitKind, acted,
};
use crate::desk::{self as heart, NewRequest, NewVisit, RequestAct, RequestId};
use crate::http::extract::{Body, Json, Path, Query, is_media_type, parse_json};
use crate::http::guard::SignedIn;
use crate::http::preconditions::{etag_header, expected_version, idempotency_key};
use crate::http::{AppState, Problem};
use crate::session::DeviceSession;

/// Registers a request: number, unit and clocks follow; its people are told.
#[utoipa::path(post, path = "/v1/requests", tag = "Requests", request_body = NewRequestBody,
    params(("Idempotency-Key" = String, Header, description = "Drawn anew for each creation.")),
    responses((status = 201, description = "Registered.", body = RegisteredBody, headers(("Location")))))]
pub(in crate::http) async fn create_request(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<Response, Problem> {
    if !is_media_type(&headers, "application/json") {
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail("send application/json"));
    }
    let key = idempotency_key(&headers, &bytes)?;
    let asked: NewRequestBody = parse_json(&bytes)?;
    let new = NewRequest {
        kind: asked.kind,
        channel: asked.channel,
        fields: asked.fields,
        received_at: asked.received_at.map(|at| at.0),
        unit: asked.unit,
        tell: asked.tell,
    };
    let registered = heart::register_request(&app.core, &DeviceSession::from(caller), (key, new)).await?;
    let mut headers = HeaderMap::new();
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/requests/{}", registered.request.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(RegisteredBody::from(registered))).into_response())
}

/// Lists requests: worklists, filters, search.
#[utoipa::path(get, path = "/v1/requests", tag = "Requests", params(RequestsQuery),
    responses((status = 200, description = "A page.", body = RequestList)))]
pub(in crate::http) async fn list_requests(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RequestsQuery>,
) -> Result<Json<RequestList>, Problem> {
    let page = heart::list_requests(&app.core, &DeviceSession::from(caller), query.into_filter()?).await?;
    let body = |row| RequestBody::of(row, page.sees_contact);
    Ok(Json(RequestList { requests: page.requests.into_iter().map(body).collect(), next: page.next }))
}

/// Shows a request with its activities, visits, clocks and messages.
#[utoipa::path(get, path = "/v1/requests/{id}", tag = "Requests", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The request.", body = RequestDetail, headers(("ETag")))))]
pub(in crate::http) async fn show_request(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<impl IntoResponse, Problem> {
    let id = RequestId::from_uuid(id);
    let shown = heart::show_request(&app.core, &DeviceSession::from(caller), id).await?;
    let etag = etag_header(&shown.request.version.to_string());
    Ok((etag, Json(RequestDetail::from(shown))))
}

/// Brings a file that came with a request.
#[utoipa::path(get, path = "/v1/requests/{id}/files/{file}", tag = "Requests",
    params(("id" = String, Path, format = "uuid"), ("file" = i64, Path)),
    responses((status = 200, description = "Its bytes.", content_type = "application/octet-stream")))]
pub(in crate::http) async fn show_request_file(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((id, file)): Path<(Uuid, i64)>,
) -> Result<impl IntoResponse, Problem> {
    let which = (RequestId::from_uuid(id), file);
    let content = heart::read_request_file(&app.core, &DeviceSession::from(caller), which).await?;
    // Whatever its sender says that it is, no browser takes it for a page.
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, "attachment")];
    Ok((headers, content))
}

/// Does something on a request; `If-Match` keeps two people from doing it at once.
#[utoipa::path(post, path = "/v1/requests/{id}/activities", tag = "Requests", request_body = RequestAct,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Done.", body = ActedBody, headers(("ETag")))))]
pub(in crate::http) async fn act_on_request(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(act): Json<RequestAct>,
) -> Result<impl IntoResponse, Problem> {
    let (session, seen) = (DeviceSession::from(caller), expected_version(&headers)?);
    let done = heart::act_on_request(&app.core, &session, RequestId::from_uuid(id), (act, seen)).await?;
    Ok(acted(done, None))
}

/// Makes a visit of a request: a job for the dispatcher to assign.
#[utoipa::path(post, path = "/v1/requests/{id}/visits", tag = "Requests", request_body = NewVisitBody,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Made.", body = ActedBody, headers(("ETag")))))]
pub(in crate::http) async fn create_visit(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(asked): Json<NewVisitBody>,
) -> Result<impl IntoResponse, Problem> {
    let (session, seen) = (DeviceSession::from(caller), expected_version(&headers)?);
    let kind = match asked.kind {
        VisitKind::Visit => JobKind::Visit,
        VisitKind::Bench => JobKind::Bench,
    };
    let new = NewVisit { kind, note: asked.note };
    let (done, job) = heart::create_visit(&app.core, &session, RequestId::from_uuid(id), (new, seen)).await?;
    Ok(acted(done, Some(job.to_string())))
}
