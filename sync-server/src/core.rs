//! What every operation of the server's heart shares: the store, the time,
//! randomness, loaded documents, and the live signal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{ActorClass, ActorId, Instant};
use rusqlite::{Connection, OptionalExtension, Transaction};
use tokio::sync::watch;

use crate::clock::{Clock, Entropy, random_bytes};
use crate::counters::Counters;
use crate::error::CoreError;
use crate::log::DocumentCache;
use crate::store::Store;

const READ_META: &str = "SELECT value FROM meta WHERE key = ?1";
const WRITE_META: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2)";
const NEWEST_POSITION: &str = "SELECT max(position) FROM commits";

/// 8 random bytes, another for each database that did not grow out of this one.
pub type Epoch = [u8; 8];

/// The server's heart; cloning it shares it.
#[derive(Clone)]
pub struct Core {
    store: Store,
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    cache: Mutex<DocumentCache>,
    newest: watch::Sender<i64>,
    counters: Counters,
    epoch: Epoch,
    actor: ActorId,
}

/// What a database is known by.
struct Identity {
    epoch: Epoch,
    actor: ActorId,
    newest: i64,
}

impl Core {
    /// Puts the heart on a store; a new one gets its epoch and the server's actor.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub fn open_blocking(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CoreError> {
        let random = Arc::clone(&entropy);
        let identity = store.write_blocking(move |tx| identify(tx, random.as_ref()))?;
        Ok(Self::with(store, clock, entropy, &identity))
    }

    /// [`open_blocking`](Self::open_blocking) inside the async runtime.
    ///
    /// # Errors
    ///
    /// As `open_blocking`.
    pub async fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CoreError> {
        let random = Arc::clone(&entropy);
        let identity = store.write(move |tx| identify(tx, random.as_ref())).await?;
        Ok(Self::with(store, clock, entropy, &identity))
    }

    fn with(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, identity: &Identity) -> Self {
        let shared = Shared {
            clock,
            entropy,
            cache: Mutex::new(DocumentCache::default()),
            newest: watch::Sender::new(identity.newest),
            counters: Counters::default(),
            epoch: identity.epoch,
            actor: identity.actor,
        };
        Self { store, shared: Arc::new(shared) }
    }

    /// The store beneath.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }
    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.shared.clock.now()
    }
    /// Randomness for new ids.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.shared.entropy.as_ref()
    }
    /// What has been done since the start.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }
    /// The epoch of the database.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.shared.epoch
    }
    /// The actor under which the server itself writes.
    pub(crate) fn actor(&self) -> ActorId {
        self.shared.actor
    }
    /// Follows the newest position: changes whenever something was accepted.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.shared.newest.subscribe()
    }
    /// Tells those who follow. To be called after the commit only.
    pub fn announce(&self, position: i64) {
        self.shared.newest.send_if_modified(|newest| {
            let later = position > *newest;
            *newest = position.max(*newest);
            later
        });
    }
    /// The loaded documents; used by jobs of the one writer thread.
    pub(crate) fn cache(&self) -> MutexGuard<'_, DocumentCache> {
        // A panic half way leaves at worst a document that is not used again: every
        // entry is held against the heads in the store.
        self.shared.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("newest", &*self.shared.newest.borrow()).finish_non_exhaustive()
    }
}

fn identify(tx: &Transaction<'_>, entropy: &dyn Entropy) -> Result<Identity, CoreError> {
    let epoch = meta_or(tx, "epoch", || random_bytes(entropy))?;
    let actor = meta_or(tx, "actor", || *ActorId::new(ActorClass::Server, random_bytes(entropy)).as_bytes())?;
    let newest: Option<i64> = tx.query_row(NEWEST_POSITION, [], |row| row.get(0))?;
    Ok(Identity { epoch, actor: ActorId::from_bytes(actor), newest: newest.unwrap_or(0) })
}

fn meta_or<const N: usize>(
    tx: &Transaction<'_>,
    key: &str,
    make: impl FnOnce() -> [u8; N],
) -> Result<[u8; N], CoreError> {
    if let Some(value) = read_meta(tx, key)? {
        return Ok(value);
    }
    let value = make();
    tx.execute(WRITE_META, (key, value))?;
    Ok(value)
}

fn read_meta<const N: usize>(connection: &Connection, key: &str) -> Result<Option<[u8; N]>, CoreError> {
    Ok(connection.query_row(READ_META, [key], |row| row.get(0)).optional()?)
}
