//! A length of time, working or elapsed.

use serde::{Deserialize, Serialize};

/// A length of time in milliseconds, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds; a negative number is no time.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }
    /// So many minutes, up to the end of the range.
    #[must_use]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::from_millis(minutes.saturating_mul(60_000))
    }
    /// So many hours, up to the end of the range.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_minutes(hours.saturating_mul(60))
    }
    /// Milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }
    /// The two together, up to the end of the range.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
    /// What is left when the other is taken away; no time if it is longer.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self::from_millis(self.0.saturating_sub(other.0))
    }
}

impl From<i64> for Span {
    fn from(millis: i64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Span> for i64 {
    fn from(span: Span) -> Self {
        span.0
    }
}
