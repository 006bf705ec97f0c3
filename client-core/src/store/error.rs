//! What can go wrong in the database, and what callers of the client are told.

use std::io::ErrorKind;

use rusqlite::ErrorCode as Sqlite;

use crate::ClientError;

/// An error below the client's surface.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{what}: {source}")]
    File { what: &'static str, source: std::io::Error },
    #[error("the database is of version {found}")]
    Newer { found: i64, known: i64 },
    #[error("the database is open elsewhere")]
    InUse { path: std::path::PathBuf },
    /// A value of the database that no version of this code writes.
    #[error("unreadable {what} in the database")]
    Unreadable { what: &'static str },
    #[error(transparent)]
    Client(#[from] ClientError),
}

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    pub(crate) fn file(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { what, source }
    }
    /// Whether the database file itself is broken.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase))
            }
            Self::Unreadable { .. } => true,
            _ => false,
        }
    }
}

impl StoreError {
    /// Whether there is no room left.
    pub(crate) fn is_disk_full(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code() == Some(Sqlite::DiskFull),
            Self::File { source, .. } => {
                matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            }
            Self::Client(error) => matches!(error, ClientError::DiskFull),
            _ => false,
        }
    }
}

impl From<StoreError> for ClientError {
    fn from(error: StoreError) -> Self {
        match error {
            damage if damage.is_damage() => Self::Damaged(damage.to_string()),
            full if full.is_disk_full() => Self::DiskFull,
            StoreError::Newer { found, known } => Self::NewerDatabase { found, known },
            StoreError::InUse { path } => Self::InUse { path },
            StoreError::Client(error) => error,
            other => Self::Storage(other.to_string()),
        }
    }
}
