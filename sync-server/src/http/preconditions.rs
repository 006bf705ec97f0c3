//! `ETag`, `If-Match` and `Idempotency-Key`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::Hash32;
use sha2::{Digest, Sha256};
use wire::ErrorCode;

use super::Problem;

use crate::idempotency::IdempotencyKey;
use crate::office::Etag;

/// The header that carries an idempotency key.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_CHARS_MAX: usize = 100;

/// A state as a header.
pub(super) fn etag_header(etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        headers.insert(header::ETAG, value);
    }
    headers
}

/// The state that a request expects, if it says so. `*` is any.
pub(super) fn expected_state(headers: &HeaderMap) -> Result<Option<Etag>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match quoted.map(str::parse) {
        Some(Ok(etag)) => Ok(Some(etag)),
        // What never was the state of a job is not its state now.
        _ => Err(Problem::new(ErrorCode::PreconditionFailed)),
    }
}

/// The state that a request has to expect.
pub(super) fn must_expect_state(headers: &HeaderMap) -> Result<Option<Etag>, Problem> {
    if headers.contains_key(header::IF_MATCH) {
        expected_state(headers)
    } else {
        Err(Problem::new(ErrorCode::PreconditionRequired))
    }
}

/// The key of a creation, with the hash of its body.
pub(super) fn idempotency_key(headers: &HeaderMap, body: &[u8]) -> Result<IdempotencyKey, Problem> {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_key = (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        let message = format!("draw one for each creation: 1 to {KEY_CHARS_MAX} letters, digits or signs");
        return Err(Problem::invalid("Idempotency-Key", message));
    }
    let request = Hash32::from_bytes(Sha256::digest(body).into());
    Ok(IdempotencyKey { key: key.to_owned(), request })
}

/// The version of a row that a request expects, if it says so. `*` is any.
pub(super) fn expected_version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    match text {
        "*" => Ok(None),
        text => text.parse().map(Some).map_err(|_none| Problem::new(ErrorCode::PreconditionFailed)),
    }
}
