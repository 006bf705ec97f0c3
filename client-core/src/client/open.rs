//! Opening a client.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Client, Config, Core};
use crate::events::Observers;
use crate::random::NewIds;
use crate::store::Store;
use crate::sync::pace::Pace;
use crate::worker::Worker;
use crate::{ClientError, Clock, Randomness};

impl Client {
    /// Opens or makes the database. No document is loaded.
    ///
    /// # Errors
    ///
    /// When another client has it open, a newer version wrote it, the disk is
    /// full, or it cannot be read or written. A damaged database is no error:
    /// it is set aside, and [`opened`](Self::opened) says what was saved.
    pub fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, ClientError> {
        let (store, opened) = Store::open(config.database.clone(), NewIds(&*randomness), clock.now().at)?;
        let core = Core {
            config,
            store,
            clock,
            randomness,
            observers: Observers::default(),
            syncing: AtomicBool::new(false),
            pace: Pace::default(),
            unjudged: AtomicBool::new(false),
            opened,
        };
        Ok(Self { worker: Worker::start("hamgam-client")?, core: Arc::new(core) })
    }
}
