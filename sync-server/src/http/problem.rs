//! Problem documents (RFC 9457): the one form in which anything goes wrong.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::{ErrorCode, FieldProblem, PROBLEM_MEDIA_TYPE};

use crate::auth::{AuthError, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use crate::error::CoreError;
use crate::people::PeopleError;
use crate::store::StoreError;

/// The code once more, for answers to `HEAD`, which have no body.
pub(super) const PROBLEM_CODE: HeaderName = HeaderName::from_static("problem-code");
/// How long a caller waits before trying a busy server again.
const RETRY_SECONDS: u32 = 2;
/// How long when the disk is full.
const RETRY_DISK_SECONDS: u32 = 30;

/// An error on its way to the caller.
#[derive(Debug, Clone)]
pub struct Problem {
    code: ErrorCode,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of a code, without detail.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after: None }
    }
    /// The same with what happened this time.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
    /// A value that will not do.
    #[must_use]
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::all_invalid(vec![FieldProblem::new(path, message)])
    }
    /// Several values that will not do.
    #[must_use]
    pub fn all_invalid(errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..Self::new(ErrorCode::Invalid) }
    }
    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
    /// Something that should not happen; the cause goes to the log, not to the caller.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(ErrorCode::Internal)
    }
    /// The code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }
    /// The document that is sent.
    #[must_use]
    pub fn document(&self, request_id: Option<&str>) -> wire::Problem {
        wire::Problem {
            kind: format!("/docs/errors#{}", self.code.name()),
            title: self.code.doc().to_owned(),
            status: self.code.http_status(),
            code: self.code.name().to_owned(),
            detail: self.detail.clone(),
            instance: request_id.map(|id| format!("urn:request:{id}")),
            errors: self.errors.clone(),
        }
    }
    /// Renders it; the outermost layer does this once it knows the request's id.
    #[must_use]
    pub(super) fn render(&self, request_id: Option<&str>) -> Response {
        let body = serde_json::to_vec(&self.document(request_id)).unwrap_or_default();
        let status =
            StatusCode::from_u16(self.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        headers.insert(PROBLEM_CODE, HeaderValue::from_static(self.code.name()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// Leaves itself in the response for the outermost layer.
    fn into_response(self) -> Response {
        let mut response = self.render(None);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::new(ErrorCode::DiskFull).retry_after(RETRY_DISK_SECONDS),
            StoreError::Closed | StoreError::GroupLost => {
                Self::new(ErrorCode::Busy).retry_after(RETRY_SECONDS)
            }
            StoreError::Io(_) | StoreError::Sqlite(_) | StoreError::JobPanicked => Self::internal(&error),
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotFound(_) => Self::new(ErrorCode::NotFound).with_detail(error.to_string()),
            PeopleError::Exists(_) | PeopleError::LastAdministrator | PeopleError::Bound { .. } => {
                Self::new(ErrorCode::Conflict).with_detail(error.to_string())
            }
            PeopleError::Invalid { path, message } => Self::invalid(path, message),
            PeopleError::Store(error) => error.into(),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let code = match error {
            AuthError::SignInRequired => ErrorCode::SignInRequired,
            AuthError::TokenExpired => ErrorCode::TokenExpired,
            AuthError::SessionRevoked => ErrorCode::SessionRevoked,
            AuthError::BadCredentials => ErrorCode::BadCredentials,
            AuthError::CodeInvalid => ErrorCode::CodeInvalid,
            AuthError::UserDisabled => ErrorCode::UserDisabled,
            AuthError::DeviceRevoked => ErrorCode::DeviceRevoked,
            AuthError::DeviceQuarantined => ErrorCode::DeviceQuarantined,
            AuthError::WeakPassword => {
                let message =
                    format!("{PASSWORD_CHARS_MIN} characters or more, at most {PASSWORD_BYTES_MAX} bytes");
                return Self::invalid("password", message);
            }
            AuthError::Busy => return Self::new(ErrorCode::Busy).retry_after(RETRY_SECONDS),
            AuthError::People(error) => return error.into(),
            AuthError::Internal(cause) => return Self::internal(&cause),
        };
        Self::new(code)
    }
}

impl From<CoreError> for Problem {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::Store(error) => error.into(),
            CoreError::Corrupt { .. } | CoreError::Outside(_) => Self::internal(&error),
            CoreError::Invalid(errors) => Self::all_invalid(errors),
            CoreError::Refused { code: ErrorCode::Internal, message, .. } => Self::internal(&message),
            CoreError::Refused { code, path, message } => {
                let errors =
                    if path.is_empty() { Vec::new() } else { vec![FieldProblem::new(path, message.clone())] };
                Self { errors, ..Self::new(code).with_detail(message) }
            }
        }
    }
}

/// The problem that stands for a bare error status of the framework.
#[must_use]
pub(super) fn from_status(status: StatusCode) -> Problem {
    Problem::new(match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UnsupportedMediaType,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Busy,
        status if status.is_client_error() => ErrorCode::BadRequest,
        _ => ErrorCode::Internal,
    })
}
