//! One calendar of working hours: effective-dated weeks less the holidays, and
//! the working time between two instants.

mod check;

use std::collections::BTreeSet;

use domain::Instant;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use check::CalendarProblem;

use crate::{Holiday, MinuteOfDay, Opening, Span, WeekHours, Zone};

/// How many days in a row may be closed before nobody is expected to come back.
const CLOSED_DAYS_MAX: u32 = 3_660;

/// A calendar as it is written down, by an organisation or by an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// The time zone's IANA name.
    pub zone: String,
    /// The province whose own holidays hold here.
    #[serde(default)]
    pub province: Option<String>,
    /// The weeks, each from a date on. Before the first, nobody works.
    pub versions: Vec<WeekVersion>,
    /// All known holidays; those of other provinces are left out of account.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// The hours of a week, from a date on until the next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeekVersion {
    /// The first day on which they hold.
    pub effective_from: Date,
    /// The hours.
    pub hours: WeekHours,
}

/// No working time is left: the calendar stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has no working hours in the ten years after {after:?}")]
pub struct NeverOpen {
    /// The instant from which no opening was found.
    pub after: Instant,
}

impl NeverOpen {
    /// The stable code of this refusal.
    pub const CODE: &'static str = "calendar.never_open";
}

/// A calendar that has been checked: its hours neither overlap nor are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    zone: Zone,
    versions: Vec<WeekVersion>,
    closed: BTreeSet<Date>,
}

impl WorkCalendar {
    /// Checks a calendar. The order of versions and openings does not matter.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with a stable code.
    pub fn new(spec: CalendarSpec) -> Result<Self, Vec<CalendarProblem>> {
        check::check(spec)
    }

    /// The time zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether a date is a holiday here, whatever the hours of its week say.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        self.closed.contains(&date)
    }

    /// The openings of a date; none on a holiday.
    #[must_use]
    pub fn openings(&self, date: Date) -> &[Opening] {
        if self.is_holiday(date) {
            return &[];
        }
        let later = self.versions.partition_point(|version| version.effective_from <= date);
        let version = later.checked_sub(1).and_then(|at| self.versions.get(at));
        version.map_or(&[], |version| version.hours.on(date.weekday()))
    }

    /// The working time between two instants; none if the second is not later.
    #[must_use]
    pub fn worked(&self, from: Instant, to: Instant) -> Span {
        let mut worked = Span::ZERO;
        if to <= from {
            return worked;
        }
        let last = self.zone.date(to);
        for date in self.dates_from(from).take_while(|date| *date <= last) {
            for (open, close) in self.stretches(date) {
                worked = worked.plus(between(open.max(from), close.min(to)));
            }
        }
        worked
    }

    /// The instant at which so much working time has passed since `start`. What
    /// ends exactly at closing time ends there, not at the next opening; no time
    /// at all ends at `start`, open or closed.
    ///
    /// # Errors
    /// [`NeverOpen`] if the calendar stays closed.
    pub fn due(&self, start: Instant, amount: Span) -> Result<Instant, NeverOpen> {
        if amount == Span::ZERO {
            return Ok(start);
        }
        let mut left = amount;
        let mut closed_days = 0;
        for date in self.dates_from(start) {
            closed_days += 1;
            for (open, close) in self.stretches(date) {
                let open = open.max(start);
                let here = between(open, close);
                if here >= left {
                    return Ok(open.plus_millis(left.millis()));
                }
                left = left.minus(here);
                closed_days = 0;
            }
            if closed_days > CLOSED_DAYS_MAX {
                break;
            }
        }
        Err(NeverOpen { after: start })
    }

    /// Whether somebody works at that instant. At closing time nobody does.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        self.stretches(self.zone.date(at)).any(|(open, close)| open <= at && at < close)
    }

    /// The days from an instant's own on, to the end of the calendar's range.
    fn dates_from(&self, start: Instant) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.zone.date(start)), |date| date.tomorrow().ok())
    }

    /// The openings of a date as instants, in order.
    fn stretches(&self, date: Date) -> impl Iterator<Item = (Instant, Instant)> {
        let openings = self.openings(date).iter();
        openings.map(move |opening| (self.wall(date, opening.from), self.wall(date, opening.to)))
    }

    fn wall(&self, date: Date, minute: MinuteOfDay) -> Instant {
        if minute == MinuteOfDay::MIDNIGHT {
            let next = date.tomorrow().unwrap_or(Date::MAX);
            return self.zone.instant(next.at(0, 0, 0, 0));
        }
        let (hour, minute) = (minute.minutes() / 60, minute.minutes() % 60);
        let small = |number: u16| i8::try_from(number).unwrap_or(0);
        self.zone.instant(date.at(small(hour), small(minute), 0, 0))
    }
}

/// The time from one instant to a later one; none if it is not later.
pub(crate) const fn between(from: Instant, to: Instant) -> Span {
    Span::from_millis(to.millis().saturating_sub(from.millis()))
}
