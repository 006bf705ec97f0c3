//! Who may call: a page that this program served, under the address that it gave out.
//!
//! The secret in the address keeps other pages away that guess the port. A page that
//! makes its own name lead to this machine (DNS rebinding) is betrayed by `Host`, one
//! that sends a form or a request from elsewhere by `Origin` and `Sec-Fetch-Site`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::routes::Bridge;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Everything of the page comes from here, and no code by a text; photos also come from
/// the page's own memory.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

/// Lets no call through that did not come from a page of ours.
pub(crate) async fn look(State(bridge): State<Arc<Bridge>>, request: Request, next: Next) -> Response {
    let mut answer = if comes_from_here(&bridge, request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "not from this page").into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address holds the secret.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

fn comes_from_here(bridge: &Bridge, headers: &HeaderMap) -> bool {
    let here = bridge.here.to_string();
    let is_host = headers.get(HOST).is_some_and(|host| host.as_bytes() == here.as_bytes());
    let own = format!("http://{here}");
    let is_origin = headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == own.as_bytes());
    // `none` is an address that a person typed or followed from a terminal.
    let near = [b"same-origin".as_slice(), b"none"];
    let is_site = headers.get(SEC_FETCH_SITE).is_none_or(|site| near.contains(&site.as_bytes()));
    is_host && is_origin && is_site
}

/// Compares without telling by its time how much was right.
pub(crate) fn is_secret(bridge: &Bridge, given: &str) -> bool {
    let differs = |(one, other): (u8, u8)| one ^ other;
    given.len() == bridge.secret.len()
        && given.bytes().zip(bridge.secret.bytes()).map(differs).fold(0, |all, one| all | one) == 0
}
