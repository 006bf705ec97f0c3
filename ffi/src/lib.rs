//! The phone's door: what apps in Kotlin, Swift and Python call.
//!
//! One object, [`FieldClient`], wraps `client-core`. Its methods are thin: each
//! names what a technician does and hands it on. Whatever touches the disk is
//! async and runs on threads of the client's own, so that no call holds up the
//! thread that draws the screen. Errors are [`FieldError`]s, with a stable code and
//! what can be done about it. The types in [`types`] are those of the core, declared
//! once more for the generator; a field or a word that is missing there does not
//! compile.
//!
//! `api.snap` holds the whole surface; a change to it fails a test until it was
//! looked at.

#![expect(
    clippy::result_large_err,
    reason = "an error is made once per failed call, and the generator takes no box"
)]

mod client;
mod error;
mod http;
#[cfg(feature = "json")]
pub mod json;
mod observe;
pub mod types;

pub use client::{CancelHandle, FieldClient};
pub use error::{ErrorInfo, FieldError};
pub use http::{HttpClient, HttpError, HttpHeader, HttpRequest, HttpResponse};
pub use observe::{FieldEvent, FieldListener, ListenerError, Subscription};

uniffi::setup_scaffolding!("hamgam");
