//! The operating system's clock and randomness: the only place of this crate
//! that asks for either.

use std::sync::atomic::{AtomicI16, Ordering};
use std::time::{Duration, Instant as Monotonic, SystemTime, UNIX_EPOCH};

use domain::{Instant, Stamp};

use crate::{Clock, Randomness};

/// The device's clock. The standard library does not know the time zone, so the
/// app says how far its wall clock stands from UTC, and again when that changes.
#[derive(Debug)]
pub struct SystemClock {
    origin: Monotonic,
    offset_minutes: AtomicI16,
}

impl SystemClock {
    /// A clock that shows so many minutes east of UTC; Tehran is 210.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the shell that reads the clock")]
    pub fn new(offset_minutes: i16) -> Self {
        Self { origin: Monotonic::now(), offset_minutes: AtomicI16::new(offset_minutes) }
    }
    /// Tells it that the device moved to another offset.
    pub fn set_offset_minutes(&self, offset_minutes: i16) {
        self.offset_minutes.store(offset_minutes, Ordering::Relaxed);
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the shell that reads the clock")]
    fn now(&self) -> Stamp {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Stamp {
            at: Instant::from_millis(millis),
            offset_minutes: self.offset_minutes.load(Ordering::Relaxed),
        }
    }
    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// The operating system's random number generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    /// # Panics
    ///
    /// When the system has no randomness to give: to go on with guessable ids
    /// would be worse than to stop.
    #[expect(clippy::disallowed_methods, reason = "this is the shell that draws randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the system gives no randomness: {error}");
        }
    }
}
