//! What can go wrong with an import, in the file as a whole and in a row.

use std::path::PathBuf;

use super::Report;
use crate::error::CoreError;
use crate::people::PeopleError;
use crate::store::StoreError;

/// An import that could not be carried out. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read, or the file of rejected rows not written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The header will not do.
    #[error("{0}")]
    Header(String),
    /// The heart of the server could not carry it out.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A person could not be entered.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Everything was taken back, as it should be.
    #[error("nothing was kept")]
    Undone(Box<Report>),
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The line of the file on which the row begins; the header is line 1.
    pub line: u64,
    /// The header over the cell that will not do; none if it is the row.
    pub column: Option<String>,
    /// What is wrong, and what would do.
    pub message: String,
}

impl std::fmt::Display for RowFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.line, self.message),
            None => write!(f, "line {}: {}", self.line, self.message),
        }
    }
}

/// Why a row was not taken: its own fault, or the end of the import.
#[derive(Debug)]
pub(super) enum Halt {
    Row { column: Option<String>, message: String },
    Stop(ImportError),
}

impl Halt {
    /// A fault of the row as a whole.
    pub(super) fn row(message: impl Into<String>) -> Self {
        Self::Row { column: None, message: message.into() }
    }
}

impl<E: Into<ImportError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}
