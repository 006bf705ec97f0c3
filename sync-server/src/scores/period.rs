//! The months by which the organisation settles: Jalali, in its time zone.

use calendar::{Month, MonthSystem, Zone};
use domain::Instant;

use crate::error::CoreError;

const SYSTEM: MonthSystem = MonthSystem::ORGANISATION;

/// A month as rows name it: year × 100 + number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthKey(pub i32);

impl MonthKey {
    /// The month's key.
    #[must_use]
    pub fn of(month: Month) -> Self {
        Self(month.year() * 100 + i32::from(month.number()))
    }
    /// The month in which an instant lies; none far out of use, as of a device whose
    /// clock is thousands of years off.
    #[must_use]
    pub fn at(instant: Instant) -> Option<Self> {
        Month::at(SYSTEM, Zone::organisation(), instant).map(Self::of)
    }
    /// Reads `1404-07`.
    ///
    /// # Errors
    ///
    /// With the calendar's code for anything else.
    pub fn parse(text: &str) -> Result<Self, CoreError> {
        Month::parse(SYSTEM, text).map(Self::of).map_err(|bad| {
            CoreError::Invalid(vec![wire::FieldProblem::coded(
                "month",
                calendar::BadMonth::CODE,
                &bad.to_string(),
            )])
        })
    }
    /// The month itself; none for a key that names none.
    #[must_use]
    pub fn month(self) -> Option<Month> {
        Month::new(SYSTEM, self.0.div_euclid(100), u8::try_from(self.0.rem_euclid(100)).ok()?).ok()
    }
    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        self.month().map_or(self, |month| Self::of(month.next()))
    }
    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.month().map_or(self, |month| Self::of(month.previous()))
    }
    /// When it begins.
    #[must_use]
    pub fn begins(self) -> Instant {
        self.month().map_or(Instant::from_millis(0), |month| month.begins(Zone::organisation()))
    }
    /// When it has ended.
    #[must_use]
    pub fn ends(self) -> Instant {
        self.month().map_or(Instant::from_millis(0), |month| month.ends(Zone::organisation()))
    }
    /// When a day of it begins.
    #[must_use]
    pub fn day_begins(self, day: u8) -> Option<Instant> {
        self.month()?.day_begins(day, Zone::organisation())
    }
}

impl std::fmt::Display for MonthKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(100), self.0.rem_euclid(100))
    }
}
