//! Months by which an organisation settles its accounts, in its time zone. They
//! have 29 to 31 days; nothing here counts in thirties.

use std::fmt;

use domain::Instant;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{JalaliDate, Zone};

/// Which calendar the months are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthSystem {
    /// Farvardin to Esfand.
    Jalali,
    /// January to December.
    Gregorian,
}

impl MonthSystem {
    /// The one by which the organisation settles its accounts.
    pub const ORGANISATION: Self = Self::Jalali;
}

/// A month. Its text is its year and number, such as `1404-07`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Numbers", into = "Numbers")]
pub struct Month {
    system: MonthSystem,
    year: i32,
    number: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    system: MonthSystem,
    year: i32,
    month: u8,
}

/// Numbers or a text that name no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a month: {0:?}")]
pub struct BadMonth(pub String);

impl BadMonth {
    /// The stable code.
    pub const CODE: &'static str = "month.unknown";
}

/// Years whose neighbours can be named in either calendar.
const YEARS: std::ops::RangeInclusive<i32> = 2..=8_999;

impl Month {
    /// A month by its numbers.
    ///
    /// # Errors
    /// [`BadMonth`] for a month beyond 1 to 12 or a year beyond 2 to 8999.
    pub fn new(system: MonthSystem, year: i32, number: u8) -> Result<Self, BadMonth> {
        let exists = YEARS.contains(&year) && (1..=12).contains(&number);
        exists.then_some(Self { system, year, number }).ok_or_else(|| BadMonth(format!("{year}-{number}")))
    }

    /// Reads `1404-07`.
    ///
    /// # Errors
    /// [`BadMonth`] for anything else.
    pub fn parse(system: MonthSystem, text: &str) -> Result<Self, BadMonth> {
        let bad = || BadMonth(text.chars().take(16).collect());
        let (year, number) = text.split_once('-').ok_or_else(bad)?;
        let year = digits(year, 4).ok_or_else(bad)?;
        let number = digits(number, 2).and_then(|number| u8::try_from(number).ok()).ok_or_else(bad)?;
        Self::new(system, year, number)
    }

    /// The month in which a date lies; `None` for a date far out of use.
    #[must_use]
    pub fn of(system: MonthSystem, date: Date) -> Option<Self> {
        let (year, number) = match system {
            MonthSystem::Jalali => JalaliDate::of(date).map(|date| (date.year(), date.month()))?,
            MonthSystem::Gregorian => (i32::from(date.year()), u8::try_from(date.month()).ok()?),
        };
        Self::new(system, year, number).ok()
    }

    /// The month in which an instant lies in a time zone; `None` for an instant
    /// far out of use, as of a device whose clock is thousands of years off.
    #[must_use]
    pub fn at(system: MonthSystem, zone: &Zone, at: Instant) -> Option<Self> {
        Self::of(system, zone.date(at))
    }

    /// The calendar.
    #[must_use]
    pub const fn system(self) -> MonthSystem {
        self.system
    }
    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }
    /// The number in the year, 1 to 12.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }

    /// The month after.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.number == 12 {
            Self { year: self.year + 1, number: 1, ..self }
        } else {
            Self { number: self.number + 1, ..self }
        }
    }

    /// The month before.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.number == 1 {
            Self { year: self.year - 1, number: 12, ..self }
        } else {
            Self { number: self.number - 1, ..self }
        }
    }

    /// A day of the month; `None` if it has no such day.
    #[must_use]
    pub fn day(self, day: u8) -> Option<Date> {
        match self.system {
            MonthSystem::Jalali => JalaliDate::new(self.year, self.number, day).map(JalaliDate::gregorian),
            MonthSystem::Gregorian => {
                let (year, month) = (i16::try_from(self.year).ok()?, i8::try_from(self.number).ok()?);
                Date::new(year, month, i8::try_from(day).ok()?).ok()
            }
        }
    }

    /// How many days it has, 28 to 31.
    #[must_use]
    pub fn days(self) -> u8 {
        (28..=31).rev().find(|day| self.day(*day).is_some()).unwrap_or(28)
    }

    /// The instant at which a day of the month begins in a time zone.
    #[must_use]
    pub fn day_begins(self, day: u8, zone: &Zone) -> Option<Instant> {
        self.day(day).map(|date| zone.instant(date.at(0, 0, 0, 0)))
    }

    /// The instant at which the month begins; the one before it has ended then.
    #[must_use]
    pub fn begins(self, zone: &Zone) -> Instant {
        // Every month has a first day, in all years that a month can have.
        self.day_begins(1, zone).unwrap_or(Instant::from_millis(i64::MAX))
    }

    /// The instant at which the month has ended, which is no longer part of it.
    #[must_use]
    pub fn ends(self, zone: &Zone) -> Instant {
        self.next().begins(zone)
    }
}

fn digits(text: &str, length: usize) -> Option<i32> {
    let only_digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.number)
    }
}

impl TryFrom<Numbers> for Month {
    type Error = BadMonth;
    fn try_from(Numbers { system, year, month }: Numbers) -> Result<Self, BadMonth> {
        Self::new(system, year, month)
    }
}

impl From<Month> for Numbers {
    fn from(Month { system, year, number }: Month) -> Self {
        Self { system, year, month: number }
    }
}
