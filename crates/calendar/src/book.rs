//! A calendar that changes while clocks run. Time already used stays as it was
//! counted; only what lies after the change is counted by the new hours.

use std::collections::BTreeMap;

use domain::{AgencyId, Instant};
use serde::{Deserialize, Serialize};

use crate::work_calendar::between;
use crate::{NeverOpen, Span, WorkCalendar};

/// What a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Every hour of every day.
    Elapsed,
    /// Working hours.
    Working,
}

/// A change that would have to be counted before an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar was already changed later than that")]
pub struct AdoptedBefore;

impl AdoptedBefore {
    /// The stable code of this refusal.
    pub const CODE: &'static str = "calendar.adopted_before";
}

/// The calendars that an organisation or an agency worked by, each from the
/// instant at which it was adopted. That instant is when somebody saved it and
/// has nothing to do with the dates inside: a holiday that becomes known today
/// changes nothing that was counted yesterday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarBook {
    first: WorkCalendar,
    changes: Vec<(Instant, WorkCalendar)>,
}

impl CalendarBook {
    /// A book with one calendar, which holds from the beginning.
    #[must_use]
    pub const fn new(first: WorkCalendar) -> Self {
        Self { first, changes: Vec::new() }
    }

    /// Adopts another calendar from an instant on.
    ///
    /// # Errors
    /// [`AdoptedBefore`] if the last change is not earlier: what has been counted
    /// is never counted anew.
    pub fn adopt(&mut self, at: Instant, calendar: WorkCalendar) -> Result<(), AdoptedBefore> {
        if self.changes.last().is_some_and(|(last, _)| *last >= at) {
            return Err(AdoptedBefore);
        }
        self.changes.push((at, calendar));
        Ok(())
    }

    /// The calendar that held at an instant.
    #[must_use]
    pub fn at(&self, at: Instant) -> &WorkCalendar {
        let adopted = self.changes.partition_point(|(from, _)| *from <= at);
        adopted.checked_sub(1).map_or(&self.first, |last| &self.changes[last].1)
    }

    /// The time between two instants; none if the second is not later.
    #[must_use]
    pub fn used(&self, basis: Basis, from: Instant, to: Instant) -> Span {
        if basis == Basis::Elapsed {
            return between(from, to);
        }
        let mut used = Span::ZERO;
        let mut from = from;
        while from < to {
            let until = self.next_change(from).map_or(to, |change| change.min(to));
            used = used.plus(self.at(from).worked(from, until));
            from = until;
        }
        used
    }

    /// The instant at which so much time has passed since `start`.
    ///
    /// # Errors
    /// [`NeverOpen`] if the calendar stays closed.
    pub fn due(&self, basis: Basis, start: Instant, amount: Span) -> Result<Instant, NeverOpen> {
        if basis == Basis::Elapsed {
            return Ok(start.plus_millis(amount.millis()));
        }
        let mut start = start;
        let mut left = amount;
        while let Some(change) = self.next_change(start) {
            let worked = self.at(start).worked(start, change);
            if worked >= left {
                break;
            }
            left = left.minus(worked);
            start = change;
        }
        self.at(start).due(start, left)
    }

    fn next_change(&self, after: Instant) -> Option<Instant> {
        self.changes.iter().map(|(at, _)| *at).find(|at| *at > after)
    }
}

/// The books of an organisation and of those agencies that keep their own hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarBooks {
    /// By which everybody works who has no own.
    pub organisation: CalendarBook,
    /// By which single agencies work.
    pub agencies: BTreeMap<AgencyId, CalendarBook>,
}

impl CalendarBooks {
    /// The book of an agency, or the organisation's.
    #[must_use]
    pub fn of(&self, agency: Option<AgencyId>) -> &CalendarBook {
        agency.and_then(|agency| self.agencies.get(&agency)).unwrap_or(&self.organisation)
    }
}
