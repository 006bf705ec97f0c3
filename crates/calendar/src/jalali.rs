//! Jalali dates, as people in Iran read and write them. They are for display and
//! for the bounds of months; what is stored and sent are instants and ISO dates.

use std::fmt;
use std::str::FromStr;

use icu_calendar::cal::Persian;
use icu_calendar::{Date as IcuDate, Iso};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A day of the Jalali calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JalaliDate {
    year: i32,
    month: u8,
    day: u8,
}

/// A text or three numbers that are no day of the Jalali calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the Jalali calendar: {0:?}")]
pub struct BadJalaliDate(pub String);

/// Years that every conversion can carry.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9_000;

impl JalaliDate {
    /// A day by its numbers; `None` if there is no such day, as 30 Esfand 1404.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = YEARS.contains(&year) && IcuDate::try_new_persian(year, month, day).is_ok();
        exists.then_some(Self { year, month, day })
    }

    /// The day that a date of the Gregorian calendar is; `None` before the first
    /// year and after 9000.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        let month = u8::try_from(date.month()).ok()?;
        let day = u8::try_from(date.day()).ok()?;
        let iso = IcuDate::try_new_iso(i32::from(date.year()), month, day).ok()?;
        let persian = iso.to_calendar(Persian);
        Self::new(persian.year().extended_year(), persian.month().ordinal, persian.day_of_month().0)
    }

    /// The same day in the Gregorian calendar.
    #[must_use]
    pub fn gregorian(self) -> Date {
        // The years of the one lie well inside those of the other.
        self.convert().unwrap_or(Date::MAX)
    }

    fn convert(self) -> Option<Date> {
        let persian = IcuDate::try_new_persian(self.year, self.month, self.day).ok()?;
        let iso = persian.to_calendar(Iso);
        let year = i16::try_from(iso.year().extended_year()).ok()?;
        let month = i8::try_from(iso.month().ordinal).ok()?;
        Date::new(year, month, i8::try_from(iso.day_of_month().0).ok()?).ok()
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }
    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }
    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for JalaliDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for JalaliDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for JalaliDate {
    type Err = BadJalaliDate;
    /// Reads `1404-07-09` or `1404/7/9`, with Latin, Persian or Arabic digits.
    fn from_str(text: &str) -> Result<Self, BadJalaliDate> {
        parse(text).ok_or_else(|| BadJalaliDate(text.chars().take(32).collect()))
    }
}

fn parse(text: &str) -> Option<JalaliDate> {
    let mut numbers = text.trim().split(['-', '/']).map(number);
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() {
        return None;
    }
    JalaliDate::new(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.chars().count() > 4 {
        return None;
    }
    digits.chars().try_fold(0, |number, letter| Some(number * 10 + digit(letter)?))
}

fn digit(letter: char) -> Option<u32> {
    let from = |zero: char| u32::from(letter).checked_sub(u32::from(zero)).filter(|digit| *digit < 10);
    ['0', '۰', '٠'].into_iter().find_map(from)
}

impl TryFrom<String> for JalaliDate {
    type Error = BadJalaliDate;
    fn try_from(text: String) -> Result<Self, BadJalaliDate> {
        text.parse()
    }
}

impl From<JalaliDate> for String {
    fn from(date: JalaliDate) -> Self {
        date.to_string()
    }
}
