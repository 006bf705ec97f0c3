//! What may be wrong with a calendar that somebody wrote down.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{CalendarSpec, WeekVersion, WorkCalendar};
use crate::{Holiday, HolidayScope, Opening, UnknownZone, Zone};

/// Something wrong with a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// No such time zone.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZone),
    /// There is no version at all.
    #[error("the calendar has no hours")]
    NoVersion,
    /// A version in which nobody ever works.
    #[error("the hours from {effective_from} on are empty: nobody would ever work")]
    Empty {
        /// The version.
        effective_from: Date,
    },
    /// An opening that closes before it opens, or at once.
    #[error("the hours from {effective_from} on: {day} {}-{} does not end after it begins", opening.from, opening.to)]
    Backwards {
        /// The version.
        effective_from: Date,
        /// The day of the week.
        day: &'static str,
        /// The opening.
        opening: Opening,
    },
    /// Two openings of one day that share time.
    #[error("the hours from {effective_from} on: two openings of {day} overlap at {}", second.from)]
    Overlap {
        /// The version.
        effective_from: Date,
        /// The day of the week.
        day: &'static str,
        /// The later of the two.
        second: Opening,
    },
    /// Two versions that begin on one day.
    #[error("two versions of the hours begin on {effective_from}")]
    SameStart {
        /// The day.
        effective_from: Date,
    },
    /// One holiday listed twice for one place.
    #[error("the holiday of {date} is listed twice for one place")]
    HolidayTwice {
        /// The day.
        date: Date,
    },
}

impl CalendarProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownZone(_) => "calendar.unknown_zone",
            Self::NoVersion => "calendar.no_version",
            Self::Empty { .. } => "calendar.empty",
            Self::Backwards { .. } => "calendar.backwards",
            Self::Overlap { .. } => "calendar.overlap",
            Self::SameStart { .. } => "calendar.same_start",
            Self::HolidayTwice { .. } => "calendar.holiday_twice",
        }
    }
}

pub(super) fn check(spec: CalendarSpec) -> Result<WorkCalendar, Vec<CalendarProblem>> {
    let mut problems = Vec::new();
    let mut versions = spec.versions;
    versions.sort_by_key(|version| version.effective_from);
    check_starts(&versions, &mut problems);
    for version in &mut versions {
        check_hours(version, &mut problems);
    }
    check_holidays(&spec.holidays, &mut problems);
    let zone = Zone::named(&spec.zone).map_err(|unknown| problems.push(unknown.into()));
    match zone {
        Ok(zone) if problems.is_empty() => {
            let here = |holiday: &&Holiday| holiday.holds_in(spec.province.as_deref());
            let closed = spec.holidays.iter().filter(here).map(|holiday| holiday.date).collect();
            Ok(WorkCalendar { zone, versions, closed })
        }
        _ => Err(problems),
    }
}

fn check_starts(versions: &[WeekVersion], problems: &mut Vec<CalendarProblem>) {
    if versions.is_empty() {
        problems.push(CalendarProblem::NoVersion);
    }
    for pair in versions.windows(2) {
        if let [first, second] = pair
            && first.effective_from == second.effective_from
        {
            problems.push(CalendarProblem::SameStart { effective_from: second.effective_from });
        }
    }
}

/// Sorts the openings of each day and checks them.
fn check_hours(version: &mut WeekVersion, problems: &mut Vec<CalendarProblem>) {
    let effective_from = version.effective_from;
    let mut openings = 0;
    for (day, hours) in version.hours.days_mut() {
        hours.sort();
        openings += hours.len();
        let backwards = hours.iter().filter(|opening| opening.to <= opening.from);
        problems.extend(backwards.map(|&opening| CalendarProblem::Backwards {
            effective_from,
            day,
            opening,
        }));
        let overlapping = hours.windows(2).filter(|pair| pair[0].to > pair[1].from);
        problems.extend(overlapping.map(|pair| CalendarProblem::Overlap {
            effective_from,
            day,
            second: pair[1],
        }));
    }
    if openings == 0 {
        problems.push(CalendarProblem::Empty { effective_from });
    }
}

fn check_holidays(holidays: &[Holiday], problems: &mut Vec<CalendarProblem>) {
    let mut seen: BTreeSet<(Date, &HolidayScope)> = BTreeSet::new();
    let twice = holidays.iter().filter(|holiday| !seen.insert((holiday.date, &holiday.scope)));
    problems.extend(twice.map(|holiday| CalendarProblem::HolidayTwice { date: holiday.date }));
}
