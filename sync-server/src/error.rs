//! What can go wrong in the server's heart, and which code each error has.

use documents::{ApplyError, EditError, LoadError, ReadError};
use domain::DocId;
use wire::{ErrorCode, FieldProblem};

use crate::store::StoreError;

/// Why something was not done. [`code`](Self::code) is what a caller acts on.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CoreError {
    /// The store could not carry it out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A document cannot be put together from its own log.
    #[error("document {doc} cannot be read: {what}")]
    Corrupt {
        /// Which.
        doc: DocId,
        /// How it shows.
        what: String,
    },
    /// What lies beside the database cannot be read or written.
    #[error("{0}")]
    Outside(String),
    /// Values that will not do, each with its place and mostly a code of its own.
    #[error("{}", in_words(.0))]
    Invalid(Vec<FieldProblem>),
    /// Refused: by the request's form, by the document, or by the gate.
    #[error("{message}")]
    Refused {
        /// Why, as a stable code.
        code: ErrorCode,
        /// Where in the document or the request; may be empty.
        path: String,
        /// Why, in a sentence.
        message: String,
    },
}

impl CoreError {
    /// A refusal without a place.
    pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused { code, path: String::new(), message: message.into() }
    }
    /// A refusal at a place.
    pub(crate) fn refused_at(code: ErrorCode, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused { code, path: path.into(), message: message.into() }
    }
    /// There is no such record, or it is not for this person.
    pub(crate) fn not_found() -> Self {
        Self::refused(ErrorCode::NotFound, "there is no such record, or it is outside your scope")
    }
    pub(crate) fn corrupt(doc: DocId, what: impl std::fmt::Display) -> Self {
        Self::Corrupt { doc, what: what.to_string() }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Store(StoreError::DiskFull) => ErrorCode::DiskFull,
            Self::Store(StoreError::Closed | StoreError::GroupLost) => ErrorCode::Busy,
            Self::Store(_) | Self::Corrupt { .. } | Self::Outside(_) => ErrorCode::Internal,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::Refused { code, .. } => *code,
        }
    }
}

fn in_words(problems: &[FieldProblem]) -> String {
    let words = |problem: &FieldProblem| match &problem.code {
        Some(code) => format!("{}: {} ({code})", problem.path, problem.message),
        None => format!("{}: {}", problem.path, problem.message),
    };
    problems.iter().map(words).collect::<Vec<_>>().join("; ")
}

impl From<rusqlite::Error> for CoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::from(error))
    }
}

impl From<EditError> for CoreError {
    fn from(error: EditError) -> Self {
        let message = error.to_string();
        match error {
            EditError::NotFound { path } => Self::refused_at(ErrorCode::NotFound, path, message),
            EditError::Exists { path } => Self::refused_at(ErrorCode::Conflict, path, message),
            EditError::Invalid { path, .. } => Self::refused_at(ErrorCode::Invalid, path, message),
            EditError::NotYours { path } => Self::refused_at(ErrorCode::NotYours, path, message),
            EditError::WrongStatus { .. } => Self::refused_at(ErrorCode::WrongStatus, "events", message),
            EditError::WrongDocument(_) => Self::refused(ErrorCode::Invalid, message),
            EditError::Read(_) | EditError::Engine(_) => Self::refused(ErrorCode::Internal, message),
        }
    }
}

/// A document's own errors do not say which document it was.
pub(crate) trait OfDocument<T> {
    /// Names the document.
    fn of(self, doc: DocId) -> Result<T, CoreError>;
}

macro_rules! of_document {
    ($($error:ty),*) => {$(
        impl<T> OfDocument<T> for Result<T, $error> {
            fn of(self, doc: DocId) -> Result<T, CoreError> {
                self.map_err(|error| CoreError::corrupt(doc, error))
            }
        }
    )*};
}
of_document!(LoadError, ApplyError, ReadError);
