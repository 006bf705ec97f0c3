//! What a caller of the client can be told. Each variant is something that a
//! caller would do differently; the sources stand in `StoreError` and its
//! neighbours, and one function per source maps them here.

use std::path::PathBuf;

use documents::EditError;
use domain::DocId;
use wire::{ErrorCode, Retry};

/// An error of the phone.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The database was written by a newer version of the app.
    #[error("the database is of version {found}, this app knows versions up to {known}: update the app")]
    NewerDatabase {
        /// Its version.
        found: i64,
        /// The newest that this code knows.
        known: i64,
    },
    /// Another client has the database open.
    #[error("{} is open in another client", .path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// There is no room on the disk; nothing was written.
    #[error("there is no room left on the disk; nothing was changed")]
    DiskFull,
    /// The database is damaged; opening it again sets it aside and saves what
    /// can be read.
    #[error("the database is damaged; close and open it again: {0}")]
    Damaged(String),
    /// The database or a file beside it cannot be read or written.
    #[error("the database cannot be read or written: {0}")]
    Storage(String),
    /// Nobody has signed in on this database, or the person signed out.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The database belongs to another person; open one of their own.
    #[error("this database belongs to another person")]
    OtherPerson,
    /// This phone holds no such document.
    #[error("there is no document {0} on this phone")]
    UnknownDocument(DocId),
    /// The saved document cannot be read; the next sync brings it again.
    #[error("document {doc} cannot be read, the next sync brings it again: {message}")]
    UnreadableDocument {
        /// The document.
        doc: DocId,
        /// What is wrong with it.
        message: String,
    },
    /// There is no such entry in the outbox, or it needs no attention any more.
    #[error("entry {0} of the outbox is not waiting for a decision")]
    UnknownEntry(i64),
    /// The command cannot be carried out.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The policy does not allow the command.
    #[error("{message}")]
    NotAllowed {
        /// Which rule.
        code: ErrorCode,
        /// The place in the document.
        path: Option<String>,
        /// A sentence for people, in English.
        message: String,
    },
    /// An attachment is over the limit.
    #[error("the attachment has {bytes} bytes; at most {bytes_max} are allowed")]
    AttachmentTooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// The attachment's bytes are not on this phone.
    #[error("the attachment's bytes are not on this phone yet")]
    AttachmentAbsent,
    /// The attachment's bytes are damaged on this phone, and the server has none.
    #[error("the attachment's bytes are damaged on this phone and were never sent: take it again")]
    AttachmentDamaged,
    /// The server's address is not one.
    #[error("not a server's address: {0}")]
    BadAddress(String),
    /// The server cannot be reached, or something between answers in its place.
    #[error("offline: {0}")]
    Offline(String),
    /// The server refused the request.
    #[error("{code}: {message}", code = .code.name())]
    Server {
        /// Why.
        code: ErrorCode,
        /// What it says to people, in English.
        message: String,
        /// After how many seconds to try again, if it said.
        retry_after_s: Option<u32>,
    },
    /// The server answers in a way that this version does not understand.
    #[error("the server's answer cannot be used: {0}")]
    BadAnswer(String),
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A sync is already under way on this client.
    #[error("a sync is already under way")]
    Busy,
    /// Something went wrong in this code.
    #[error("internal error: {0}")]
    Internal(String),
}

impl ClientError {
    /// A stable word for translation and for logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewerDatabase { .. } => "newer_database",
            Self::InUse { .. } => "database_in_use",
            Self::DiskFull => "disk_full",
            Self::Damaged(_) => "database_damaged",
            Self::Storage(_) => "storage",
            Self::NotSignedIn => "not_signed_in",
            Self::OtherPerson => "other_person",
            Self::UnknownDocument(_) => "unknown_document",
            Self::UnreadableDocument { .. } => "document_unreadable",
            Self::UnknownEntry(_) => "unknown_entry",
            Self::Edit(error) => edit_code(error),
            Self::NotAllowed { code, .. } | Self::Server { code, .. } => code.name(),
            Self::AttachmentTooLarge { .. } => "attachment_too_large",
            Self::AttachmentAbsent => "attachment_absent",
            Self::AttachmentDamaged => "attachment_damaged",
            Self::BadAddress(_) => "bad_address",
            Self::Offline(_) => "offline",
            Self::BadAnswer(_) => "bad_answer",
            Self::Cancelled => "cancelled",
            Self::Busy => "busy",
            Self::Internal(_) => "internal",
        }
    }
    /// What a translation of the code may need: names and values.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NewerDatabase { found, known } => {
                vec![("found", found.to_string()), ("known", known.to_string())]
            }
            Self::UnknownDocument(doc) | Self::UnreadableDocument { doc, .. } => {
                vec![("doc", doc.to_string())]
            }
            Self::UnknownEntry(entry) => vec![("entry", entry.to_string())],
            Self::Edit(EditError::WrongStatus { status, event }) => {
                vec![("status", (*status).to_owned()), ("event", (*event).to_owned())]
            }
            Self::Edit(error) => edit_path(error).map(|path| ("path", path)).into_iter().collect(),
            Self::NotAllowed { path, .. } => path.clone().map(|path| ("path", path)).into_iter().collect(),
            Self::AttachmentTooLarge { bytes, bytes_max } => {
                vec![("bytes", bytes.to_string()), ("bytes_max", bytes_max.to_string())]
            }
            Self::Server { retry_after_s, .. } => {
                retry_after_s.map(|seconds| ("retry_after_s", seconds.to_string())).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
    /// What the caller can do.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Cancelled => Retry::Now,
            Self::InUse { .. }
            | Self::UnreadableDocument { .. }
            | Self::DiskFull
            | Self::AttachmentAbsent
            | Self::Offline(_)
            | Self::BadAnswer(_)
            | Self::Busy => Retry::Later,
            Self::NotSignedIn => Retry::AfterSignIn,
            Self::Server { code, .. } => code.retry(),
            _ => Retry::Never,
        }
    }
}

/// The word for an edit that cannot be carried out; the same words as the
/// server's verdicts where both exist.
pub(crate) const fn edit_code(error: &EditError) -> &'static str {
    match error {
        EditError::WrongDocument(_) => "wrong_document",
        EditError::NotFound { .. } => "target_gone",
        EditError::Exists { .. } => "exists",
        EditError::Invalid { .. } => ErrorCode::ValueInvalid.name(),
        EditError::NotYours { .. } => ErrorCode::NotYours.name(),
        EditError::WrongStatus { .. } => ErrorCode::WrongStatus.name(),
        EditError::Read(_) => "document_unreadable",
        EditError::Engine(_) => "document_engine",
    }
}

/// The place that an edit error speaks of.
pub(crate) fn edit_path(error: &EditError) -> Option<String> {
    match error {
        EditError::NotFound { path }
        | EditError::Exists { path }
        | EditError::Invalid { path, .. }
        | EditError::NotYours { path } => Some(path.clone()),
        EditError::Read(error) => Some(error.path.clone()),
        EditError::WrongDocument(_) | EditError::WrongStatus { .. } | EditError::Engine(_) => None,
    }
}
