//! What the command line says when it cannot do what was asked.

use crate::auth::{AuthError, KeyError};
use crate::backup::BackupError;
use crate::config::ConfigError;
use crate::import::ImportError;
use crate::people::PeopleError;
use crate::server::StartError;
use crate::store::{OpenError, StoreError};

/// Why a command was not carried out, as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line cannot be read; clap's own text, which may be the help.
    #[error("{0}")]
    Usage(#[from] clap::Error),
    /// The configuration will not do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// An operation on people.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// A password or a code.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A file that cannot be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A backup, or what is done with one.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Reading or printing failed.
    #[error("cannot read or print: {0}")]
    Terminal(#[from] std::io::Error),
    /// Anything else, as a sentence.
    #[error("{0}")]
    Other(String),
}

impl CliError {
    /// The process's exit code: 2 for a command line that cannot be read, 1 for
    /// what could not be done, 0 where clap prints help or the version.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            _ => 1,
        }
    }
}

impl From<rusqlite::Error> for CliError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
