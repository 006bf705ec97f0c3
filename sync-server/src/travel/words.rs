//! Values in rows as JSON, and the codes of refusals.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::{ErrorCode, FieldProblem};

use crate::error::CoreError;

/// A value as it stands in a row.
pub(super) fn json(value: &impl Serialize) -> Result<String, CoreError> {
    serde_json::to_string(value).map_err(internal)
}

/// A value that this program wrote.
pub(super) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, CoreError> {
    serde_json::from_str(text).map_err(internal)
}

fn internal(error: serde_json::Error) -> CoreError {
    CoreError::refused(ErrorCode::Internal, format!("a travel row: {error}"))
}

/// A value that will not do.
pub(super) fn invalid(path: impl Into<String>, message: impl Into<String>) -> CoreError {
    CoreError::refused_at(ErrorCode::Invalid, path, message)
}

/// A value that will not do, with a stable code of its own.
pub(super) fn coded(path: &str, code: &str, message: impl std::fmt::Display) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, &message.to_string())])
}

/// Something that may not happen now, with a code with which the text begins.
pub(super) fn not_now(code: &str, message: impl std::fmt::Display) -> CoreError {
    CoreError::refused(ErrorCode::Conflict, format!("{code}: {message}"))
}
