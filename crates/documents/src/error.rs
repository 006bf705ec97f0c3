//! What can go wrong with a document.

use domain::{ChangeHash, DocKind};

/// A command that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A trip command on a job, an edit before the document is made, a second `Create`.
    #[error("this command does not fit a {0:?}")]
    WrongDocument(DocKind),
    /// The line, note or item does not exist.
    #[error("there is no {path}")]
    NotFound {
        /// Where it should be.
        path: String,
    },
    /// The id is already taken.
    #[error("{path} exists already")]
    Exists {
        /// Where it is.
        path: String,
    },
    /// A value of the wrong type or size, a missing reason.
    #[error("{path}: {message}")]
    Invalid {
        /// Where.
        path: String,
        /// What is wrong and what would do.
        message: String,
    },
    /// Somebody else's line or note.
    #[error("{path} was written by somebody else")]
    NotYours {
        /// Where.
        path: String,
    },
    /// The event does not fit the status.
    #[error("a job that is {status} cannot become {event}")]
    WrongStatus {
        /// The status.
        status: &'static str,
        /// The event.
        event: &'static str,
    },
    /// The document itself cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Automerge refused.
    #[error("the document engine refused: {0}")]
    Engine(String),
}

/// A saved document that cannot be read back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the saved document cannot be read: {0}")]
pub struct LoadError(pub String);

/// Changes that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Some dependencies are not there.
    #[error("{} changes that these depend on are missing", .0.len())]
    Missing(Vec<ChangeHash>),
    /// Automerge refused, or panicked.
    #[error("the change cannot be applied: {0}")]
    Engine(String),
}

/// A document without the shape that its kind has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document has no readable {path}")]
pub struct ReadError {
    /// What is missing or of another type.
    pub path: String,
}
