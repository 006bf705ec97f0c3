//! Typed events for whoever shows the phone's data. An event says what to read
//! again; it carries no data that could be stale by the time it is heard.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::DocId;

use crate::{ReferenceKind, SyncProgress};

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEvent {
    /// Jobs were edited here, or came, changed or left with the feed.
    JobsChanged(Vec<DocId>),
    /// The same for trips.
    TripsChanged(Vec<DocId>),
    /// Entries of the outbox were added or settled.
    OutboxChanged,
    /// The list of what needs attention changed.
    AttentionChanged,
    /// Somebody signed in or out, or the server ended the session.
    SessionChanged,
    /// Reference rows of a kind changed.
    ReferenceChanged(ReferenceKind),
    /// An attachment was added, sent or fetched.
    AttachmentsChanged,
    /// A sync went a step further.
    SyncProgress(SyncProgress),
}

/// Is told of events, on the thread where they happen and never under a lock of
/// the client. It should only pass them on.
pub type Listener = Arc<dyn Fn(&ClientEvent) + Send + Sync>;

/// Keeps a listener subscribed while it lives.
#[must_use = "dropping a subscription ends it"]
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    observers: Weak<Mutex<Listeners>>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(observers) = self.observers.upgrade() {
            observers.lock().unwrap_or_else(PoisonError::into_inner).by_id.remove(&self.id);
        }
    }
}

/// Everybody who listens.
#[derive(Debug, Default)]
pub(crate) struct Observers(Arc<Mutex<Listeners>>);

#[derive(Default)]
struct Listeners {
    next_id: u64,
    by_id: BTreeMap<u64, Listener>,
}

impl std::fmt::Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listeners").field("count", &self.by_id.len()).finish_non_exhaustive()
    }
}

impl Observers {
    pub(crate) fn subscribe(&self, listener: Listener) -> Subscription {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = listeners.next_id;
        listeners.next_id += 1;
        listeners.by_id.insert(id, listener);
        Subscription { id, observers: Arc::downgrade(&self.0) }
    }

    /// Tells every listener of every event. The list is copied first, so that a
    /// listener may subscribe, unsubscribe or call the client.
    pub(crate) fn tell(&self, events: &[ClientEvent]) {
        let listeners: Vec<Listener> = {
            let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.by_id.values().cloned().collect()
        };
        for event in events {
            for listener in &listeners {
                listener(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_subscription_ends_it_even_from_inside() {
        let observers = Arc::new(Observers::default());
        let heard = Arc::new(Mutex::new(0));
        let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
        let (count, slot) = (heard.clone(), own.clone());
        let subscription = observers.subscribe(Arc::new(move |_| {
            *count.lock().expect("count") += 1;
            drop(slot.lock().expect("slot").take());
        }));
        *own.lock().expect("slot") = Some(subscription);
        observers.tell(&[ClientEvent::OutboxChanged]);
        observers.tell(&[ClientEvent::OutboxChanged]);
        assert_eq!(*heard.lock().expect("count"), 1);
    }
}
