//! Extractors whose every failure is a problem document.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use wire::ErrorCode;

use super::Problem;

/// A JSON body.
#[derive(Debug, Clone)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_media_type(request.headers(), "application/json") {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail("send application/json"));
        }
        let Body(bytes) = Body::from_request(request, state).await?;
        parse_json(&bytes).map(Self)
    }
}

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads JSON and names the value that is wrong.
pub(super) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    use serde_json::error::Category;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => Problem::invalid(path, what_is_expected(&inner.to_string())),
            Category::Eof => Problem::new(ErrorCode::BodyTruncated).with_detail(inner.to_string()),
            Category::Syntax | Category::Io => {
                Problem::new(ErrorCode::BadRequest).with_detail(inner.to_string())
            }
        }
    })?;
    reader.end().map_err(|error| Problem::new(ErrorCode::BadRequest).with_detail(error.to_string()))?;
    Ok(value)
}

/// The path says more than ` at line 1 column 20`, and what was sent is not repeated:
/// it may be a password in the wrong place.
fn what_is_expected(message: &str) -> String {
    let text = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => text.to_owned(),
    }
}

/// A whole body of any type.
#[derive(Debug, Clone)]
pub(super) struct Body(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Bytes::from_request(request, state).await;
        read.map(Self).map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ErrorCode::BodyTooLarge),
            _ => Problem::new(ErrorCode::BodyTruncated),
        })
    }
}

/// Whether the body says it is of a media type, parameters aside.
pub(super) fn is_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(expected)
}

/// Parts of the address. What cannot be an id is the id of nothing.
#[derive(Debug, Clone)]
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_rejection| Problem::new(ErrorCode::NotFound))
    }
}

/// The query of the address.
#[derive(Debug, Clone)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            let message = rejection.body_text();
            let reason = message.rsplit_once("query string: ").map_or(message.as_str(), |(_, reason)| reason);
            let (path, reason) = reason.split_once(": ").unwrap_or(("query", reason));
            Problem::invalid(path, reason)
        })
    }
}
