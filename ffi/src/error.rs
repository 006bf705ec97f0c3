//! Errors as apps see them: a few kinds, one for each thing that an app would do
//! differently, and within each the code that tells more.

use std::collections::HashMap;

use client_core::{ClientError, Retry};

/// What went wrong, for people and for programs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct ErrorInfo {
    /// A stable word.
    pub code: String,
    /// When the same call may succeed.
    pub retry: Retry,
    /// The key of the text in the app's translations, `error.` and the code.
    pub message_key: String,
    /// What stands in that text.
    pub parameters: HashMap<String, String>,
    /// The sentence in English, for logs and for lack of a translation.
    pub english: String,
}

impl std::fmt::Display for ErrorInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.english, self.code)
    }
}

/// An error of the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum FieldError {
    /// The database cannot be opened, read or written. Nothing was changed.
    #[error("{}", info.english)]
    Storage {
        /// What exactly.
        info: ErrorInfo,
    },
    /// Somebody has to sign in, or it was the wrong person.
    #[error("{}", info.english)]
    SignIn {
        /// What exactly.
        info: ErrorInfo,
    },
    /// The edit does not fit the job or is not allowed. Nothing was changed.
    #[error("{}", info.english)]
    NotAllowed {
        /// What exactly.
        info: ErrorInfo,
    },
    /// What was asked for is not on this phone, or not yet.
    #[error("{}", info.english)]
    NotHere {
        /// What exactly.
        info: ErrorInfo,
    },
    /// What was given makes no sense: an id, an address, a size.
    #[error("{}", info.english)]
    BadInput {
        /// What exactly.
        info: ErrorInfo,
    },
    /// The server cannot be reached, or something between answers in its place.
    #[error("{}", info.english)]
    Offline {
        /// What exactly.
        info: ErrorInfo,
    },
    /// The server refused.
    #[error("{}", info.english)]
    Server {
        /// What exactly.
        info: ErrorInfo,
    },
    /// It was cancelled, is under way already, or the client is closed.
    #[error("{}", info.english)]
    Stopped {
        /// What exactly.
        info: ErrorInfo,
    },
    /// A fault of this library; it is counted in the diagnostics.
    #[error("{}", info.english)]
    Internal {
        /// What exactly.
        info: ErrorInfo,
    },
}

impl FieldError {
    /// The client was closed.
    pub(crate) fn closed() -> Self {
        let english = "the client is closed: open another";
        Self::Stopped { info: info_of("closed", Retry::Never, Vec::new(), english.to_owned()) }
    }
    /// A text that is no id.
    pub(crate) fn bad_id(error: &client_core::domain::BadId) -> Self {
        Self::BadInput { info: info_of("bad_id", Retry::Never, Vec::new(), error.to_string()) }
    }
    /// A fault of this library.
    #[cfg(feature = "json")]
    pub(crate) fn fault(english: &str) -> Self {
        ClientError::Internal(english.to_owned()).into()
    }
    /// A value that is none of its type.
    pub(crate) fn bad_value(english: &str) -> Self {
        Self::BadInput { info: info_of("value_invalid", Retry::Never, Vec::new(), english.to_owned()) }
    }
}

impl From<ClientError> for FieldError {
    fn from(error: ClientError) -> Self {
        use ClientError as C;
        let info = info_of(error.code(), error.retry(), error.parameters(), error.to_string());
        match error {
            C::NewerDatabase { .. } | C::InUse { .. } | C::DiskFull | C::Damaged(_) | C::Storage(_) => {
                Self::Storage { info }
            }
            C::NotSignedIn | C::OtherPerson => Self::SignIn { info },
            C::Server { code, .. } if code.retry() == Retry::AfterSignIn => Self::SignIn { info },
            C::Edit(_) | C::NotAllowed { .. } => Self::NotAllowed { info },
            C::UnknownDocument(_)
            | C::UnreadableDocument { .. }
            | C::UnknownEntry(_)
            | C::AttachmentAbsent
            | C::AttachmentDamaged => Self::NotHere { info },
            C::AttachmentTooLarge { .. } | C::BadAddress(_) => Self::BadInput { info },
            C::Offline(_) | C::BadAnswer(_) => Self::Offline { info },
            C::Server { .. } => Self::Server { info },
            C::Cancelled | C::Busy => Self::Stopped { info },
            C::Internal(_) => Self::Internal { info },
        }
    }
}

fn info_of(code: &str, retry: Retry, parameters: Vec<(&'static str, String)>, english: String) -> ErrorInfo {
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    ErrorInfo { code: code.to_owned(), retry, message_key: format!("error.{code}"), parameters, english }
}
