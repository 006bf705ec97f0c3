//! Telling the app what changed.

use std::sync::{Arc, Mutex, PoisonError};

use client_core::domain::DocId;
use client_core::{ClientEvent, ReferenceKind, SyncProgress};

/// Something changed. An event says what to read again and carries no data that
/// could be stale by the time it is heard.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FieldEvent {
    /// Jobs were edited here, or came, changed or left with a sync.
    JobsChanged {
        /// Which.
        jobs: Vec<DocId>,
    },
    /// The same for trips.
    TripsChanged {
        /// Which.
        trips: Vec<DocId>,
    },
    /// Edits were added to the outbox or settled.
    OutboxChanged,
    /// The list of what needs attention changed.
    AttentionChanged,
    /// Somebody signed in or out, or the server ended the session.
    SessionChanged,
    /// Reference rows of a kind changed.
    ReferenceChanged {
        /// Which kind.
        kind: ReferenceKind,
    },
    /// An attachment was added, sent or fetched.
    AttachmentsChanged,
    /// A sync went a step further.
    Progress {
        /// How far it is.
        progress: SyncProgress,
    },
}

impl From<&ClientEvent> for FieldEvent {
    fn from(event: &ClientEvent) -> Self {
        match event {
            ClientEvent::JobsChanged(jobs) => Self::JobsChanged { jobs: jobs.clone() },
            ClientEvent::TripsChanged(trips) => Self::TripsChanged { trips: trips.clone() },
            ClientEvent::OutboxChanged => Self::OutboxChanged,
            ClientEvent::AttentionChanged => Self::AttentionChanged,
            ClientEvent::SessionChanged => Self::SessionChanged,
            ClientEvent::ReferenceChanged(kind) => Self::ReferenceChanged { kind: *kind },
            ClientEvent::AttachmentsChanged => Self::AttachmentsChanged,
            ClientEvent::SyncProgress(progress) => Self::Progress { progress: *progress },
        }
    }
}

/// A listener failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// It threw something.
    #[error("{reason}")]
    Failed {
        /// What.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Is told of events, on a thread of the client. It should only pass them on to
/// the screen's thread; an edit or a sync waits for it.
#[uniffi::export(rust, foreign)]
pub trait FieldListener: Send + Sync {
    /// Something changed.
    ///
    /// # Errors
    ///
    /// What this throws is logged and has no other effect.
    fn on_event(&self, event: FieldEvent) -> Result<(), ListenerError>;
}

/// Keeps a listener subscribed until it is cancelled or dropped.
#[derive(Debug, uniffi::Object)]
pub struct Subscription(Mutex<Option<client_core::Subscription>>);

#[uniffi::export]
impl Subscription {
    /// Ends it; the listener hears nothing that happens from now on.
    pub fn cancel(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Subscribes an app's listener.
pub(crate) fn subscribe(client: &client_core::Client, listener: Arc<dyn FieldListener>) -> Subscription {
    let subscription = client.observe(Arc::new(move |event: &ClientEvent| {
        if let Err(error) = listener.on_event(event.into()) {
            tracing::warn!(%error, "a listener of the app failed");
        }
    }));
    Subscription(Mutex::new(Some(subscription)))
}
