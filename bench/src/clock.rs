//! The only place of the benchmarks that asks what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Runs something and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A point from which time is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Now, for documents that must look recent to the server.
#[expect(clippy::disallowed_methods, reason = "the server under test lives in real time")]
pub(crate) fn now() -> domain::Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    domain::Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
