//! Time zones: from an instant to the clock on the wall, and back.

use std::sync::LazyLock;

use domain::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A name that the built-in table of time zones does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time zone is called {0:?}")]
pub struct UnknownZone(pub String);

/// A time zone, taken from the table that is built into the program. A phone
/// whose own table is older than 2022 would still give Iran a summer time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone without an offset.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Finds a zone by its name in the IANA table, such as `Asia/Tehran`.
    ///
    /// # Errors
    /// [`UnknownZone`] if the table does not hold that name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let table = TimeZoneDatabase::bundled();
        table.get(name).map(Self).map_err(|_absent| UnknownZone(name.chars().take(64).collect()))
    }

    /// The organisation's: by its days tariffs and rules hold, by its months people
    /// are judged and paid, at every agency and on every phone.
    #[must_use]
    pub fn organisation() -> &'static Self {
        // Every build carries the table; a test sees to it.
        static ORGANISATION: LazyLock<Zone> =
            LazyLock::new(|| Zone::named("Asia/Tehran").unwrap_or(Zone::UTC));
        &ORGANISATION
    }

    /// What a clock on the wall shows at that instant.
    #[must_use]
    pub fn local(&self, at: Instant) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }

    /// The date on the wall at that instant.
    #[must_use]
    pub fn date(&self, at: Instant) -> Date {
        self.local(at).date()
    }

    /// The instant at which a clock on the wall shows that time. A time that is
    /// shown twice, or never, on a day when the clocks are changed is taken as
    /// RFC 5545 does: the earlier one, or as far on as the gap is wide.
    #[must_use]
    pub fn instant(&self, local: DateTime) -> Instant {
        let end = if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let timestamp = self.0.to_ambiguous_timestamp(local).compatible().unwrap_or(end);
        Instant::from_millis(timestamp.as_millisecond())
    }
}

/// An instant beyond the years -9999 to 9999 stops at their end.
fn timestamp(at: Instant) -> Timestamp {
    let end = if at.millis() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.millis()).unwrap_or(end)
}
