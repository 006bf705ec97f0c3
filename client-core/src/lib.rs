//! The phone: everything that an app for technicians stands on.
//!
//! A [`Client`] opens one SQLite database and owns it. Each command is in the
//! database, flushed to the disk, before the call returns; lists, totals and
//! search are read from rows and load no document; [`Client::sync`] exchanges
//! with the server through a [`Transport`] that the app may bring itself. What
//! the server refuses is kept with its reason until a person decides.
//!
//! Time and randomness are passed in ([`Clock`], [`Randomness`]); `system.rs`
//! holds the implementations that ask the operating system.

mod attachments;
mod client;
mod clock;
mod error;
mod events;
pub mod failpoint;
#[cfg(feature = "http")]
mod http;
mod incoming;
mod policy;
mod random;
mod store;
mod sync;
mod system;
mod worker;

pub use attachments::{AttachmentReport, NewAttachment};
pub use client::{
    Client, Completion, Config, Diagnostics, EditOutcome, EditReceipt, FareEstimate, JobDetail, JobFilter,
    JobRow, JobScope, JobSort, Page, Totals, TravelTotals, TripClaim, TripDetail, TripRow, Typed,
};
pub use clock::Clock;
pub use error::ClientError;
pub use events::{ClientEvent, Listener, Subscription};
#[cfg(feature = "http")]
pub use http::HttpTransport;
pub use random::{NewIds, Randomness};
pub use store::blob_rows::{Blob, BlobState};
pub use store::feed::ClockOffset;
pub use store::outbox::{EntryState, OutboxEntry, Reason, Resolution};
pub use store::problems::Problem;
pub use store::reference::{Reference, ReferenceKind};
pub use store::session::{Session, SessionState};
pub use store::{Found, Opened, Quarantine};
pub use sync::transport::{BoxFuture, HttpRequest, HttpResponse, Method, Transport, TransportError};
pub use sync::{
    CancelToken, Finish, ProgressListener, Rating, RatingEffect, SyncOptions, SyncProgress, SyncReport,
    WithAttachments,
};
pub use system::{SystemClock, SystemRandomness};
pub use worker::{Worker, block_on};

/// What commands and views are made of, for whoever wraps this crate.
pub use {
    documents::EditError,
    domain, scoring,
    wire::{ErrorCode, Retry},
};
