//! The exchange with the server.
//!
//! [`session::SyncSession`] is the state machine: it says what to send next and
//! takes in what was answered, each answer in one transaction of the database
//! together with the cursor that stands behind it, so that a cut at any point
//! resumes. `run` drives it over a [`transport::Transport`].

mod apply;
mod arrive;
mod attach;
pub(crate) mod auth;
mod cancel;
mod cold;
pub(crate) mod pace;
mod page_size;
mod prepare;
mod rating;
mod rebuild;
mod repair;
pub(crate) mod reply;
mod run;
mod session;
pub(crate) mod splices;
pub(crate) mod transport;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

pub use cancel::CancelToken;
pub(crate) use cancel::Limits;
pub use rating::{Rating, RatingEffect};

/// How a sync is to be done.
#[derive(Clone)]
pub struct SyncOptions {
    /// How long it may take in all; what is done by then stays.
    pub budget: Duration,
    /// How many bytes of documents a page may bring at most; on a slow line it
    /// brings fewer.
    pub page_bytes: u32,
    /// Whether attachments are moved once the jobs are done and time is left.
    pub attachments: WithAttachments,
    /// Told after each exchange.
    pub progress: Option<ProgressListener>,
    /// Stops it from another thread.
    pub cancel: CancelToken,
}

/// Is told how far a sync is, on the thread that drives it.
pub type ProgressListener = Arc<dyn Fn(&SyncProgress) + Send + Sync>;

/// Whether a sync moves attachments too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithAttachments {
    /// After the jobs, while time is left.
    Afterwards,
    /// Not at all.
    No,
}

impl Default for SyncOptions {
    /// Twenty-five seconds, which fits the half minute that phones give to work
    /// in the background.
    fn default() -> Self {
        Self {
            budget: Duration::from_secs(25),
            page_bytes: u32::try_from(domain::limits::SYNC_PAGE_BYTES_MAX).unwrap_or(u32::MAX),
            attachments: WithAttachments::Afterwards,
            progress: None,
            cancel: CancelToken::new(),
        }
    }
}

impl std::fmt::Debug for SyncOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncOptions")
            .field("budget", &self.budget)
            .field("page_bytes", &self.page_bytes)
            .field("attachments", &self.attachments)
            .finish_non_exhaustive()
    }
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncProgress {
    /// Exchanges done.
    pub exchanges: u32,
    /// Documents received so far.
    pub documents: u64,
    /// Documents that a first pull will bring in all, once known.
    pub documents_total: Option<u64>,
    /// Edits sent so far.
    pub pushed: u64,
}

/// How a sync ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Finish {
    /// Everything was exchanged.
    #[default]
    Complete,
    /// The time was up; the next sync goes on from here.
    OutOfTime,
    /// It was cancelled; the next sync goes on from here.
    Cancelled,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// How it ended.
    pub finish: Finish,
    /// Exchanges with the server.
    pub exchanges: u32,
    /// Bytes of bodies sent.
    pub bytes_up: u64,
    /// Bytes of bodies received.
    pub bytes_down: u64,
    /// Edits sent, repetitions included.
    pub pushed: u64,
    /// Edits that are durable on the server now.
    pub accepted: u64,
    /// Edits that the server refused.
    pub refused: u64,
    /// Edits made again under a new actor.
    pub replayed: u64,
    /// Edits that could not be made again.
    pub unplayable: u64,
    /// Documents that came whole.
    pub entered: u64,
    /// Documents that changed.
    pub updated: u64,
    /// Documents that left the scope.
    pub left: u64,
    /// Reference rows written or removed.
    pub reference_rows: u64,
    /// Documents that could not be read; see `Client::problems`.
    pub problems: u64,
    /// Edits offered again because the server had lost them.
    pub offered_again: u64,
    /// Attachments sent and fetched.
    pub attachments: u64,
}
