//! Why a backup cannot be made, read or restored. Each text says what to do.

use std::path::PathBuf;

use crate::error::CoreError;
use crate::store::OpenError;

/// A backup that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The data folder holds no database.
    #[error(
        "there is no database in {0}: name the data folder with --data, or run `hamgam-server init` first"
    )]
    NoDatabase(PathBuf),
    /// There is no whole backup.
    #[error(
        "{0} holds no whole backup: its manifest.json is missing or cannot be read; a backup that was cut leaves none"
    )]
    NoBackup(PathBuf),
    /// A newer version made it.
    #[error("{folder} was made by a newer version (format {found}): use that version to read it")]
    Newer {
        /// The backup.
        folder: PathBuf,
        /// Its format.
        found: u32,
    },
    /// What was copied does not verify.
    #[error(
        "the copy of the database does not verify ({first}); the backup that was there before is kept. Run \
         `hamgam-server verify` for all findings; --unverified takes the copy as it is"
    )]
    NotSound {
        /// The first finding.
        first: String,
    },
    /// A backup that shall be restored does not verify.
    #[error(
        "{folder} does not verify ({first}): restore an earlier backup, or run `hamgam-server verify {folder}`"
    )]
    Damaged {
        /// The backup.
        folder: PathBuf,
        /// The first finding.
        first: String,
    },
    /// The target is in use.
    #[error("another backup to {0} is under way: wait for it, or use another folder")]
    Busy(PathBuf),
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written: {source}; what was there before is kept")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A database cannot be read or written.
    #[error("the database cannot be copied or read: {0}; what was there before is kept")]
    Database(#[from] rusqlite::Error),
    /// The data folder cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log cannot be read.
    #[error(transparent)]
    Core(#[from] CoreError),
}

/// Says which file it was.
pub(super) trait AtPath<T> {
    /// Names the file.
    fn at(self, path: &std::path::Path) -> Result<T, BackupError>;
}

impl<T> AtPath<T> for std::io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T, BackupError> {
        self.map_err(|source| BackupError::File { path: path.to_path_buf(), source })
    }
}
