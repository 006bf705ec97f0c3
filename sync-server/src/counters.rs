//! Plain counters of what the heart has done since the start, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

/// One counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Its value.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
    pub(crate) fn one(&self) {
        self.add(1);
    }
}

/// The counters.
#[derive(Debug, Default)]
pub struct Counters {
    /// Exchanges answered.
    pub exchanges: Counter,
    /// Of these, cold ones.
    pub exchanges_cold: Counter,
    /// Changes pushed by devices.
    pub changes_pushed: Counter,
    /// Changes accepted, the office's included.
    pub changes_accepted: Counter,
    /// Changes refused.
    pub changes_refused: Counter,
    /// Changes that were there already.
    pub changes_duplicate: Counter,
    /// Changes held back by a refused or missing one.
    pub changes_waiting: Counter,
    /// Forked actors seen.
    pub actor_forks: Counter,
    /// Documents sent whole.
    pub documents_sent: Counter,
    /// Documents taken from memory.
    pub cache_hits: Counter,
    /// Documents read from the store.
    pub cache_misses: Counter,
    /// Saved documents that did not agree with the log.
    pub snapshot_faults: Counter,
    /// Documents that could not be put together.
    pub documents_corrupt: Counter,
}
