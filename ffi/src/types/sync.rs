//! A sync: how it is to be done, how far it is, and what it did.

use client_core::{Finish, SyncProgress, SyncReport};

/// How a sync is to be done.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncChoices {
    /// How long it may take in all; what is done by then stays. Twenty-five seconds
    /// fit the half minute that phones give to work in the background.
    #[uniffi(default = 25)]
    pub budget_seconds: u32,
    /// Whether attachments are moved once the jobs are done and time is left.
    #[uniffi(default = true)]
    pub attachments: bool,
    /// Whether everything on this phone is compared with the server, as otherwise
    /// happens once a week: damage on either side is found and mended.
    #[uniffi(default = false)]
    pub compare_all: bool,
}

impl Default for SyncChoices {
    fn default() -> Self {
        Self { budget_seconds: 25, attachments: true, compare_all: false }
    }
}

/// How far a sync is.
#[uniffi::remote(Record)]
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

/// What a sync did.
#[uniffi::remote(Record)]
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
    /// Edits that the server refused; they wait in `needs_attention`.
    pub refused: u64,
    /// Edits made again under a new actor.
    pub replayed: u64,
    /// Edits that could not be made again; they wait in `needs_attention`.
    pub unplayable: u64,
    /// Documents that came whole.
    pub entered: u64,
    /// Documents that changed.
    pub updated: u64,
    /// Documents that left the scope.
    pub left: u64,
    /// Reference rows written or removed.
    pub reference_rows: u64,
    /// Documents that could not be read; see `problems`.
    pub problems: u64,
    /// Edits offered again because the server had lost them.
    pub offered_again: u64,
    /// Attachments sent and fetched.
    pub attachments: u64,
}
