//! Why the demonstration ended early, in a sentence.

use std::path::PathBuf;

use client_core::ClientError;
use demo::server_process::ServerError;

/// Why the demonstration ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The data folder holds something.
    #[error("{} is not empty: name another folder with --data, or none for a temporary one", .0.display())]
    FolderNotEmpty(PathBuf),
    /// A file or folder cannot be made, read or written.
    #[error("cannot {what}: {source}")]
    Files {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The server as a program.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The server inside this program, which holds the history.
    #[error("the server that takes in the history: {0}")]
    Inside(String),
    /// The office's requests.
    #[error("the office's {request}: {answer}")]
    Office {
        /// What was asked.
        request: String,
        /// What came back.
        answer: String,
    },
    /// A phone.
    #[error("{who}: {source}")]
    Phone {
        /// Whose.
        who: String,
        /// What it says.
        source: ClientError,
    },
    /// A database cannot be counted.
    #[error("cannot count: {0}")]
    Count(rusqlite::Error),
    /// A phone's document cannot be read back.
    #[error(transparent)]
    Unreadable(documents::LoadError),
    /// The story did not go as it must.
    #[error("the story went wrong: {0}")]
    Story(&'static str),
}

impl DemoError {
    /// Maps what a phone says.
    pub(crate) fn phone(who: &str) -> impl Fn(ClientError) -> Self {
        let who = who.to_owned();
        move |source| Self::Phone { who: who.clone(), source }
    }
    /// Maps what the file system says.
    pub(crate) fn files(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Files { what, source }
    }
}
