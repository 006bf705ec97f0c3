//! What keeps the phones from being served.

use std::path::PathBuf;

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BridgeError {
    /// The system refused something.
    #[error("cannot {what}: {source}")]
    Os {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// A phone cannot be opened or closed.
    #[error("{0}")]
    Phone(#[from] Box<hamgam::FieldError>),
    /// A name that would not do as a folder and in an address.
    #[error("{0:?} is no name of a phone: letters, digits, dots, hyphens and underscores do")]
    Name(String),
    /// HTTP cannot be started.
    #[error("cannot start HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// The pages are not built.
    #[error("there is no phone.html in {}: run `npm run build` in sync-server/web", .0.display())]
    NoPages(PathBuf),
}

impl BridgeError {
    pub(crate) fn os(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Os { what, source }
    }
}
