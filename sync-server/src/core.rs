//! What every operation of the server's heart shares: the store, the time,
//! randomness, loaded documents, and the live signal.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{ActorClass, ActorId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};
use tokio::sync::watch;

use crate::auth::receipt_key;
use crate::clock::{Clock, Entropy, random_bytes};
use crate::counters::Counters;
use crate::error::CoreError;
use crate::log::{Chain, DocumentCache, chain_at};
use crate::readmodel::replay;
use crate::receipts::ReceiptKey;
use crate::store::Store;
use crate::store::outside::{self, Outside};

const READ_META: &str = "SELECT value FROM meta WHERE key = ?1";
const WRITE_META: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2)";
const FORGET_META: &str = "DELETE FROM meta WHERE key = ?1";
/// Left by migrations.
const REBUILD: &str = "rebuild";
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
    timer: watch::Sender<u64>,
    counters: Counters,
    exchanged: Mutex<HashMap<UserId, Instant>>,
    identity: Identity,
    receipts: ReceiptKey,
}

/// What a database is known by.
#[derive(Debug, Clone, Copy)]
struct Identity {
    epoch: Epoch,
    incarnation: i64,
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
        let (random, folder) = (Arc::clone(&entropy), store.folder().to_path_buf());
        let identity = store.write_blocking(move |tx| identify(tx, &folder, random.as_ref()))?;
        let core = Self::with(store, clock, entropy, identity)?;
        core.store.write_blocking(rebuild_after_migration).unwrap_or_else(log_unmade);
        Ok(core)
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
        let (random, folder) = (Arc::clone(&entropy), store.folder().to_path_buf());
        let identity = store.write(move |tx| identify(tx, &folder, random.as_ref())).await?;
        let core = Self::with(store, clock, entropy, identity)?;
        core.store.write(rebuild_after_migration).await.unwrap_or_else(log_unmade);
        Ok(core)
    }

    fn with(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        identity: Identity,
    ) -> Result<Self, CoreError> {
        let key = receipt_key(store.folder(), entropy.as_ref())
            .map_err(|error| CoreError::Outside(error.to_string()))?;
        let shared = Shared {
            receipts: ReceiptKey::new(&key),
            clock,
            entropy,
            cache: Mutex::new(DocumentCache::default()),
            newest: watch::Sender::new(identity.newest),
            timer: watch::Sender::new(0),
            counters: Counters::default(),
            exchanged: Mutex::default(),
            identity,
        };
        Ok(Self { store, shared: Arc::new(shared) })
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
    /// Notes that a phone of a person's exchanged; in memory alone, so that an idle
    /// exchange writes nothing.
    pub(crate) fn note_exchanged(&self, user: UserId, now: Instant) {
        self.exchanged().insert(user, now);
    }
    /// When phones last exchanged since the server started, by person.
    pub(crate) fn exchanged(&self) -> MutexGuard<'_, HashMap<UserId, Instant>> {
        self.shared.exchanged.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The epoch of the database.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.shared.identity.epoch
    }
    /// How many lives the log has had: 1, and one more for each restore.
    #[must_use]
    pub fn incarnation(&self) -> i64 {
        self.shared.identity.incarnation
    }
    /// The key of the receipts that phones are given.
    pub(crate) fn receipts(&self) -> &ReceiptKey {
        &self.shared.receipts
    }
    /// The actor under which the server itself writes.
    pub(crate) fn actor(&self) -> ActorId {
        self.shared.identity.actor
    }
    /// The newest position that was announced.
    pub(crate) fn newest(&self) -> i64 {
        *self.shared.newest.borrow()
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
    /// Lets the timer look for work at once. Commits of documents do so by themselves;
    /// to be called when something else has been written that falls due.
    pub fn wake_timer(&self) {
        self.shared.timer.send_modify(|times| *times = times.wrapping_add(1));
    }
    /// Follows the calls to look again: each timer hears all of them.
    pub(crate) fn timer_calls(&self) -> watch::Receiver<u64> {
        self.shared.timer.subscribe()
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

/// Reads what the database is known by, and writes it down outside. The file
/// outside comes first: a cut between the two leaves a state that opening knows.
fn identify(tx: &Transaction<'_>, folder: &Path, entropy: &dyn Entropy) -> Result<Identity, CoreError> {
    let newest: Option<i64> = tx.query_row(NEWEST_POSITION, [], |row| row.get(0))?;
    let newest = newest.unwrap_or(0);
    let chain: Chain = chain_at(tx, newest)?.unwrap_or_default();
    let outside_failed = |error: crate::store::OpenError| CoreError::Outside(error.to_string());
    let _lock = outside::lock(folder).map_err(outside_failed)?;
    let mut outside = match outside::read(folder).map_err(outside_failed)? {
        Some(outside) => outside,
        None => {
            let epoch = read_meta(tx, "epoch")?.unwrap_or_else(|| random_bytes(entropy));
            Outside { incarnation: 1, epoch, ..Outside::default() }
        }
    };
    (outside.position, outside.chain) = (newest, chain);
    (outside.disabled_users, outside.revoked_devices) = outside::barred(tx)?;
    outside::write(folder, &outside).map_err(outside_failed)?;
    let epoch = meta_or(tx, "epoch", || outside.epoch)?;
    meta_or(tx, "incarnation", || outside.incarnation.to_be_bytes())?;
    let actor = meta_or(tx, "actor", || *ActorId::new(ActorClass::Server, random_bytes(entropy)).as_bytes())?;
    Ok(Identity { epoch, incarnation: outside.incarnation, actor: ActorId::from_bytes(actor), newest })
}

/// A migration that adds derived rows, or gives them another form, leaves a mark; they
/// are made before anything else is written.
fn rebuild_after_migration(tx: &Transaction<'_>) -> Result<(), CoreError> {
    if read_meta::<1>(tx, REBUILD)?.is_some() {
        let report = replay(tx)?;
        tx.execute(FORGET_META, [REBUILD])?;
        tracing::info!(batches = report.batches, "derived rows were made again after an upgrade");
    }
    Ok(())
}

/// The log serves phones all the same; the next start tries again.
fn log_unmade(error: CoreError) {
    tracing::error!(%error, "derived rows could not be made again after an upgrade");
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
