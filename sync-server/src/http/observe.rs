//! The outermost layer: gives each request an id and a span, counts it, turns
//! every error into a problem document, and sets the headers that all answers
//! have. Nothing personal is logged: no address, no name, no path with ids.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::operations::Operation;
use super::problem::from_status;
use super::{AppState, Problem};
use crate::clock::{Stopwatch, random_bytes};

const REQUEST_ID: &str = "x-request-id";

/// Wraps everything.
pub(super) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = format!("{:016x}", u64::from_be_bytes(random_bytes(&*state.entropy)));
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id, method = %request.method(), %route);
    let stopwatch = Stopwatch::start();
    let mut response = next.run(request).instrument(span.clone()).await;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if failed && response.extensions().get::<ForPeople>().is_none() {
        response = as_problem(response, &id);
    }
    let operation =
        response.extensions().get::<&'static Operation>().map_or("none", |operation| operation.id);
    let (status, took) = (response.status().as_u16(), stopwatch.elapsed());
    state.metrics.count_request(operation, status, took);
    span.in_scope(|| tracing::info!(operation, status, took_us = took.as_micros(), "answered"));
    set_headers(response.headers_mut(), &id);
    response
}

/// Marks an error that is a page for a person and stays as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForPeople;

/// Whatever made the error, handler or framework, one form leaves the server.
/// Headers that say more (`Allow`, `Upload-Offset`) stay.
fn as_problem(response: Response, id: &str) -> Response {
    let operation = response.extensions().get::<&'static Operation>().copied();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None => from_status(response.status()),
    };
    let mut rendered = problem.render(Some(id));
    for (name, value) in response.headers() {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name)
            && !rendered.headers().contains_key(name)
        {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    if let Some(operation) = operation {
        rendered.extensions_mut().insert(operation);
    }
    rendered
}

fn set_headers(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
}

/// What a panic in a handler becomes.
pub(super) fn on_panic(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    tracing::error!(%text, "a handler panicked");
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
