//! A clock that moves only when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Instant, Stamp};

/// Minutes that Tehran stands east of UTC.
const TEHRAN_MINUTES: i16 = 210;

/// A clock moved by hand. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    millis: Arc<AtomicI64>,
    offset_minutes: i16,
}

impl ManualClock {
    /// A clock that stands at an instant and shows Tehran's time.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self { millis: Arc::new(AtomicI64::new(now.millis())), offset_minutes: TEHRAN_MINUTES }
    }

    /// 8 March 2026, 08:00 in Tehran.
    #[must_use]
    pub fn morning() -> Self {
        Self::at(Instant::from_millis(1_772_944_200_000))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_millis(self.millis.load(Ordering::SeqCst))
    }

    /// What a device with this clock stamps on an edit.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp { at: self.now(), offset_minutes: self.offset_minutes }
    }

    /// Moves it, back if negative.
    pub fn advance_ms(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves it by whole days.
    pub fn advance_days(&self, days: i64) {
        self.advance_ms(days * domain::DAY_MS);
    }
}
