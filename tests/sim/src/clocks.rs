//! Time and randomness of the simulated world: one true time, a clock for each
//! machine that may be wrong, and a seeded generator for each machine.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Instant, Stamp};
use testkit::{ManualClock, Rng};

/// The clock of one machine: the true time, and how far it is off.
#[derive(Debug, Clone)]
pub(crate) struct MachineClock {
    world: ManualClock,
    off_by_ms: Arc<AtomicI64>,
}

impl MachineClock {
    /// A clock that shows the true time.
    #[must_use]
    pub(crate) fn right(world: &ManualClock) -> Self {
        Self { world: world.clone(), off_by_ms: Arc::default() }
    }

    /// Jumps, back if negative.
    pub(crate) fn jump_ms(&self, ms: i64) {
        self.off_by_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// What it shows.
    #[must_use]
    pub(crate) fn shows(&self) -> Instant {
        self.world.now().plus_millis(self.off_by_ms.load(Ordering::SeqCst))
    }
}

impl client_core::Clock for MachineClock {
    fn now(&self) -> Stamp {
        Stamp { at: self.shows(), offset_minutes: self.world.stamp().offset_minutes }
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.world.now().millis()).unwrap_or(0))
    }
}

impl sync_server::clock::Clock for MachineClock {
    fn now(&self) -> Instant {
        self.shows()
    }
}

/// The randomness of one machine. It goes on where it was when the machine
/// starts again, as real randomness does.
#[derive(Debug)]
pub(crate) struct Seeded(Mutex<Rng>);

impl Seeded {
    /// A generator of its own.
    #[must_use]
    pub(crate) fn from(rng: Rng) -> Arc<Self> {
        Arc::new(Self(Mutex::new(rng)))
    }

    fn give(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.chunks_mut(8) {
            let random = rng.bits().to_le_bytes();
            piece.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
        }
    }
}

impl client_core::Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.give(bytes);
    }
}

impl sync_server::clock::Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.give(bytes);
    }
}
