//! Days on which nobody works.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::JalaliDate;

/// How sure a holiday's date is. The lunar ones depend on a sighting of the
/// moon, and a computed date may be a day off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Computed ahead; may still move by a day.
    Estimated,
    /// Announced by whoever decides.
    Confirmed,
}

/// Where a holiday holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayScope {
    /// In the whole country.
    Everywhere,
    /// In one province, as when its offices are closed for bad air.
    Province(String),
}

/// A day on which nobody works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day, in the calendar's time zone.
    pub date: Date,
    /// What people call it.
    pub name: String,
    /// Who says so: a table, an announcement, a computation.
    pub source: String,
    /// How sure the date is.
    pub certainty: Certainty,
    /// Where it holds.
    pub scope: HolidayScope,
}

impl Holiday {
    /// Whether it holds at a place; a place without a province has the holidays
    /// of the whole country only.
    #[must_use]
    pub fn holds_in(&self, province: Option<&str>) -> bool {
        match &self.scope {
            HolidayScope::Everywhere => true,
            HolidayScope::Province(name) => province == Some(name.as_str()),
        }
    }
}

/// The holidays of a Jalali year that stand on fixed days of the solar calendar,
/// month, day and name. The lunar ones move through it and come from a table.
const FIXED: [(u8, u8, &str); 10] = [
    (1, 1, "Nowruz"),
    (1, 2, "Nowruz"),
    (1, 3, "Nowruz"),
    (1, 4, "Nowruz"),
    (1, 12, "Islamic Republic Day"),
    (1, 13, "Nature Day"),
    (3, 14, "Passing of Khomeini"),
    (3, 15, "Khordad uprising"),
    (11, 22, "Revolution Day"),
    (12, 29, "Oil Nationalisation Day"),
];

/// The holidays of a Jalali year that can be computed for good.
#[must_use]
pub fn fixed_solar_holidays(year: i32) -> Vec<Holiday> {
    let holiday = |(month, day, name): (u8, u8, &str)| {
        JalaliDate::new(year, month, day).map(|date| Holiday {
            date: date.gregorian(),
            name: name.into(),
            source: "solar calendar".into(),
            certainty: Certainty::Confirmed,
            scope: HolidayScope::Everywhere,
        })
    };
    FIXED.into_iter().filter_map(holiday).collect()
}

/// Whether a day is a Friday or a holiday that can be computed for good: what a
/// phone and the server know alike.
#[must_use]
pub fn is_rest_day(day: Date) -> bool {
    let fixed = || {
        let date = JalaliDate::of(day);
        date.is_some_and(|date| {
            FIXED.iter().any(|(month, day, _)| (*month, *day) == (date.month(), date.day()))
        })
    };
    day.weekday() == Weekday::Friday || fixed()
}
