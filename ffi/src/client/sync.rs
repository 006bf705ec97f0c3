//! The exchange with the server.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use client_core::{CancelToken, SyncOptions, SyncReport, WithAttachments};

use super::FieldClient;
use crate::FieldError;
use crate::types::SyncChoices;

/// Cancels the sync that it was given to, from any thread and for good. Dropping or
/// cancelling the call does the same where the language can.
#[derive(Debug, Default, uniffi::Object)]
pub struct CancelHandle(CancelToken);

#[uniffi::export]
impl CancelHandle {
    /// A handle for one sync.
    #[must_use]
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
    /// Cancels.
    pub fn cancel(&self) {
        self.0.cancel();
    }
    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

#[uniffi::export]
impl FieldClient {
    /// Exchanges everything with the server: the edits that wait here, and what is new
    /// there. Whatever stops it, the next sync goes on from there. Listeners hear how
    /// far it is.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, a sync is under way already, the server cannot be
    /// reached or refuses, or the database cannot be written. What was exchanged
    /// before stays.
    #[uniffi::method(default(choices = None, cancel = None))]
    pub async fn sync(
        &self,
        choices: Option<SyncChoices>,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<SyncReport, FieldError> {
        let client = self.opened()?.client;
        let cancel = cancel.unwrap_or_default();
        self.note_sync(&cancel);
        let choices = choices.unwrap_or_default();
        let options = options_of(&choices, &cancel);
        let report = if choices.compare_all {
            client.repair(&*self.transport, &options).await?
        } else {
            client.sync(&*self.transport, &options).await?
        };
        Ok(report)
    }

    /// The same on the caller's thread, for work in the background and for scripts. An
    /// `HttpClient` of the app's must then answer on another thread.
    ///
    /// # Errors
    ///
    /// As `sync`.
    #[uniffi::method(default(choices = None, cancel = None))]
    pub fn sync_blocking(
        &self,
        choices: Option<SyncChoices>,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<SyncReport, FieldError> {
        client_core::block_on(self.sync(choices, cancel))
    }
}

impl FieldClient {
    /// Remembers a sync, so that closing the client cancels it.
    fn note_sync(&self, cancel: &Arc<CancelHandle>) {
        let mut syncs = self.syncs.lock().unwrap_or_else(PoisonError::into_inner);
        syncs.retain(|handle| handle.strong_count() > 0);
        syncs.push(Arc::downgrade(cancel));
    }
}

fn options_of(choices: &SyncChoices, cancel: &CancelHandle) -> SyncOptions {
    SyncOptions {
        budget: Duration::from_secs(choices.budget_seconds.into()),
        attachments: if choices.attachments { WithAttachments::Afterwards } else { WithAttachments::No },
        cancel: cancel.0.clone(),
        ..SyncOptions::default()
    }
}
