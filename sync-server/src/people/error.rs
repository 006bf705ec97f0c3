//! What can go wrong with people.

use crate::store::StoreError;

/// An operation on people that cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such record.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The name is taken.
    #[error("{0} exists already")]
    Exists(String),
    /// A value will not do.
    #[error("{path}: {message}")]
    Invalid {
        /// Which.
        path: &'static str,
        /// What is wrong and what would do.
        message: String,
    },
    /// The last administrator cannot be disabled.
    #[error("this is the last administrator; make another first")]
    LastAdministrator,
    /// The role cannot be given up.
    #[error("this person {why}: {instead}")]
    Bound {
        /// What binds the person to it.
        why: &'static str,
        /// What would do.
        instead: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for PeopleError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
