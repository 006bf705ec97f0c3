//! The time, as the phone is told it.
//!
//! The core never asks the operating system: whoever opens a client passes a
//! [`Clock`] in, so that a test or a simulation decides what time it is. The
//! implementation that does ask stands in `system.rs`.

use std::time::Duration;

use domain::Stamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The wall clock as the device shows it, with its distance from UTC. It
    /// may be wrong and may jump; evidence keeps it beside the measured offset.
    fn now(&self) -> Stamp;
    /// A clock that only goes forward, from any origin; it measures round trips
    /// and time budgets.
    fn monotonic(&self) -> Duration;
}
