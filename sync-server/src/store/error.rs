//! What can go wrong with the store.

use std::path::PathBuf;
use std::sync::Arc;

/// A store that cannot be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A second server on one folder.
    #[error("another server is running on {0}: stop it first, or give this one another data folder")]
    Locked(PathBuf),
    /// The database has a version that this program does not know.
    #[error(
        "{folder} was written by a newer version of the server (database version {found}, this one knows \
         up to {known}): install that version, or restore a backup that this one made"
    )]
    Newer {
        /// The data folder.
        folder: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// The database is not the one that was here, or an older copy of it.
    #[error(
        "the database in {folder} is not the one that was left here: {what}. If a copy of it was put back by \
         hand, run `hamgam-server restore --adopt`, so that phones send again what it lacks; else put the newest \
         files back, or restore a backup with `hamgam-server restore BACKUP`"
    )]
    OtherDatabase {
        /// The data folder.
        folder: PathBuf,
        /// How it shows.
        what: String,
    },
    /// The folder or a file in it cannot be made, opened or written.
    #[error(
        "{path} cannot be used: {source}; check that the path is right and that this user may write there"
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be opened or brought up to date.
    #[error("the database {path} cannot be opened: {source}; check the disk, then restore the newest backup")]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// A write or read that the store could not carry out. Cheap to clone: a commit
/// that fails fails every job of its group.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk; nothing was kept.
    #[error("there is no room left on the disk")]
    DiskFull,
    /// The disk failed; nothing was kept.
    #[error("the disk failed: {0}")]
    Io(Arc<rusqlite::Error>),
    /// Another write of the same commit met a full or failing disk, and SQLite
    /// gave up all of them; nothing was kept.
    #[error("a write of the same commit met a full or failing disk")]
    GroupLost,
    /// SQLite refused a statement.
    #[error("the database refused: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// The job panicked; nothing of it was kept.
    #[error("a database job panicked")]
    JobPanicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io(Arc::new(error)),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}
