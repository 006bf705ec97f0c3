//! The client: one open database and all that an app does with it.

mod attention;
mod correction;
mod create;
mod diagnostics;
mod execute;
mod fares;
mod forget;
mod jobs;
mod open;
mod people;
mod reading;
mod texts;
mod trips;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use correction::Typed;
pub use diagnostics::Diagnostics;
pub use execute::{EditOutcome, EditReceipt};
pub use fares::{FareEstimate, TravelTotals, TripClaim};
pub use jobs::{JobDetail, JobFilter, JobRow, JobScope, JobSort, Page, Totals};
pub use trips::{TripDetail, TripRow};
pub use work::Completion;

use crate::events::Observers;
use crate::random::NewIds;
use crate::store::Store;
use crate::sync::pace::Pace;
use crate::worker::Worker;
use crate::{Clock, Listener, Opened, Randomness, Subscription};

/// How a client is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The database; made if it is not there. Files beside it bear its name.
    pub database: PathBuf,
    /// A name by which people know the phone, such as its model.
    pub device_name: String,
}

/// One open database of one person on one phone. A second client on the same
/// database is refused; dropping the client closes it.
pub struct Client {
    // First, so that the worker has stopped before the database closes.
    pub(crate) worker: Worker,
    pub(crate) core: Arc<Core>,
}

/// What the client's methods and its worker share.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) observers: Observers,
    /// Whether a sync is under way.
    pub(crate) syncing: AtomicBool,
    /// How much one request carries.
    pub(crate) pace: Pace,
    /// Whether edits are saved without being judged here first.
    pub(crate) unjudged: AtomicBool,
    pub(crate) opened: Opened,
}

impl Core {
    pub(crate) fn ids(&self) -> NewIds<'_> {
        NewIds(&*self.randomness)
    }
}

impl Client {
    /// Makes the ids that commands carry.
    #[must_use]
    pub fn ids(&self) -> NewIds<'_> {
        self.core.ids()
    }
    /// As what the database was recognised when it was opened, and what was
    /// saved if it was damaged.
    #[must_use]
    pub fn opened(&self) -> &Opened {
        &self.core.opened
    }
    /// Saves edits from now on without judging them by the policy first, as an
    /// app does whose policy is older than the server's: the server's verdict
    /// decides. For tests and demonstrations.
    pub fn leave_policy_to_server(&self) {
        self.core.unjudged.store(true, Ordering::Relaxed);
    }
    /// Tells a listener of events until the subscription is dropped.
    pub fn observe(&self, listener: Listener) -> Subscription {
        self.core.observers.subscribe(listener)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("database", &self.core.config.database).finish_non_exhaustive()
    }
}
