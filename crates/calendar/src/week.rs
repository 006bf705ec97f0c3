//! The opening hours of a week.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// A minute of a day, 00:00 to 24:00, as a clock on the wall shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MinuteOfDay(u16);

/// A text that is not a time from 00:00 to 24:00.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day between 00:00 and 24:00: {0:?}")]
pub struct BadMinute(pub String);

impl MinuteOfDay {
    /// The end of a day.
    pub const MIDNIGHT: Self = Self(24 * 60);

    /// Minutes since 00:00, 0 to 1,440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for MinuteOfDay {
    type Err = BadMinute;
    fn from_str(text: &str) -> Result<Self, BadMinute> {
        let bad = || BadMinute(text.chars().take(16).collect());
        let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
        let two_digits = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (hours, minutes) = two_digits(hours).zip(two_digits(minutes)).ok_or_else(bad)?;
        let minute = Self(hours * 60 + minutes);
        if minutes < 60 && minute <= Self::MIDNIGHT { Ok(minute) } else { Err(bad()) }
    }
}

impl TryFrom<String> for MinuteOfDay {
    type Error = BadMinute;
    fn try_from(text: String) -> Result<Self, BadMinute> {
        text.parse()
    }
}

impl From<MinuteOfDay> for String {
    fn from(minute: MinuteOfDay) -> Self {
        minute.to_string()
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A stretch of a day in which people work. Written `["08:00", "12:30"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(MinuteOfDay, MinuteOfDay)", into = "(MinuteOfDay, MinuteOfDay)")]
pub struct Opening {
    /// When it opens.
    pub from: MinuteOfDay,
    /// When it closes.
    pub to: MinuteOfDay,
}

impl From<(MinuteOfDay, MinuteOfDay)> for Opening {
    fn from((from, to): (MinuteOfDay, MinuteOfDay)) -> Self {
        Self { from, to }
    }
}

impl From<Opening> for (MinuteOfDay, MinuteOfDay) {
    fn from(opening: Opening) -> Self {
        (opening.from, opening.to)
    }
}

/// The opening hours of each day of the week; a day left out is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the days of the week need no further words")]
pub struct WeekHours {
    pub sat: Vec<Opening>,
    pub sun: Vec<Opening>,
    pub mon: Vec<Opening>,
    pub tue: Vec<Opening>,
    pub wed: Vec<Opening>,
    pub thu: Vec<Opening>,
    pub fri: Vec<Opening>,
}

impl WeekHours {
    /// The openings of a day of the week.
    #[must_use]
    pub fn on(&self, day: Weekday) -> &[Opening] {
        match day {
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
        }
    }

    /// The days from Saturday, on which the week starts, with their names.
    pub(crate) fn days_mut(&mut self) -> [(&'static str, &mut Vec<Opening>); 7] {
        [
            ("sat", &mut self.sat),
            ("sun", &mut self.sun),
            ("mon", &mut self.mon),
            ("tue", &mut self.tue),
            ("wed", &mut self.wed),
            ("thu", &mut self.thu),
            ("fri", &mut self.fri),
        ]
    }
}
