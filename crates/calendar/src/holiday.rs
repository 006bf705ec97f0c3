//! Days on which nobody works.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
