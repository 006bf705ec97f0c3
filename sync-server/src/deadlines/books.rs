//! By which calendar a job is judged at each moment: its agency's at that time, or the
//! organisation's where the agency has none of its own.
//!
//! A calendar is adopted when it was entered, or on the day from which it holds if that
//! is later; what was counted before stays as it was.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use calendar::{AdoptedBefore, CalendarBook, CalendarSpec, WorkCalendar};
use domain::{AgencyId, DocId, Instant};
use rusqlite::Connection;

use crate::error::CoreError;
use crate::rulebook::{self, Kind, Version, template};
use crate::sql::column;

const UNITS: &str = "SELECT since, agency FROM job_units WHERE doc = ?1 ORDER BY since";
/// Calendars that are kept parsed.
const PARSED_MAX: usize = 256;

/// Calendars by the instant of their adoption. Of two at one instant the one that was
/// entered later counts.
type Adopted = BTreeMap<Instant, Arc<WorkCalendar>>;

/// The calendars of everybody.
#[derive(Debug)]
pub(crate) struct Calendars {
    organisation: Adopted,
    agencies: BTreeMap<AgencyId, Adopted>,
}

/// The book of a job.
pub(super) fn book_of(connection: &Connection, doc: DocId) -> Result<CalendarBook, CoreError> {
    let calendars = Calendars::read(connection)?;
    let mut statement = connection.prepare_cached(UNITS)?;
    let units = statement.query_map([doc.as_bytes()], |row| Ok((column(row, 0)?, column(row, 1)?)))?;
    let units: Vec<(Instant, Option<AgencyId>)> = units.collect::<Result<_, _>>()?;
    calendars.book(&units).map_err(|error| CoreError::corrupt(doc, error))
}

impl Calendars {
    pub(crate) fn read(connection: &Connection) -> Result<Self, CoreError> {
        let mut calendars = Self { organisation: Adopted::new(), agencies: BTreeMap::new() };
        let mut versions = rulebook::versions(connection, Kind::Calendar)?;
        versions.sort_by_key(|version| version.id);
        for version in versions {
            let (at, calendar) = adopted(&version)?;
            let adopted = match version.agency {
                None => &mut calendars.organisation,
                Some(agency) => calendars.agencies.entry(agency).or_default(),
            };
            adopted.insert(at, calendar);
        }
        Ok(calendars)
    }

    /// The calendars of an agency: the organisation's until it has its own.
    fn of(&self, agency: Option<AgencyId>) -> Adopted {
        let own = agency.and_then(|agency| self.agencies.get(&agency));
        let Some((first, own)) = own.and_then(|own| Some((*own.keys().next()?, own))) else {
            return self.organisation.clone();
        };
        let before = self.organisation.range(..first);
        before.chain(own).map(|(at, calendar)| (*at, Arc::clone(calendar))).collect()
    }

    /// The calendar by which an agency works at an instant.
    pub(crate) fn at(&self, agency: Option<AgencyId>, at: Instant) -> Arc<WorkCalendar> {
        let adopted = self.of(agency);
        adopted.range(..=at).next_back().map_or_else(built_in, |(_, calendar)| Arc::clone(calendar))
    }

    /// Puts the calendars of the job's agencies one behind another.
    fn book(&self, units: &[(Instant, Option<AgencyId>)]) -> Result<CalendarBook, AdoptedBefore> {
        let first = units.first().and_then(|(_, agency)| *agency);
        let mut all: Adopted = self.of(first);
        for (since, agency) in units.iter().skip(1) {
            let theirs = self.of(*agency);
            all.retain(|at, _| at < since);
            let held = theirs.range(..=since).next_back().map(|(_, calendar)| Arc::clone(calendar));
            all.insert(*since, held.unwrap_or_else(built_in));
            all.extend(
                theirs.range(since..).filter(|(at, _)| *at > since).map(|(at, one)| (*at, one.clone())),
            );
        }
        let mut book = CalendarBook::new(WorkCalendar::clone(&built_in()));
        for (at, calendar) in all {
            book.adopt(at, WorkCalendar::clone(&calendar))?;
        }
        Ok(book)
    }
}

fn adopted(version: &Version) -> Result<(Instant, Arc<WorkCalendar>), CoreError> {
    let calendar = parsed(&version.json)?;
    let day = calendar.zone().instant(version.effective_from.at(0, 0, 0, 0));
    Ok((version.made_at.max(day), calendar))
}

/// The calendar where nothing was entered: 44 hours a week, Friday closed.
fn built_in() -> Arc<WorkCalendar> {
    static BUILT_IN: LazyLock<Arc<WorkCalendar>> = LazyLock::new(|| {
        let spec: Option<CalendarSpec> = serde_json::from_str(&template(Kind::Calendar)).ok();
        let calendar = spec.and_then(|spec| WorkCalendar::new(spec).ok());
        Arc::new(calendar.unwrap_or_else(|| unreachable!("the built-in calendar is right: a test enters it")))
    });
    Arc::clone(&BUILT_IN)
}

/// Parses a calendar; what it says follows from its text alone, so texts that were
/// seen are remembered.
fn parsed(json: &str) -> Result<Arc<WorkCalendar>, CoreError> {
    static PARSED: LazyLock<Mutex<HashMap<String, Arc<WorkCalendar>>>> = LazyLock::new(Mutex::default);
    let mut known = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(calendar) = known.get(json) {
        return Ok(Arc::clone(calendar));
    }
    let unreadable = |error: String| CoreError::Outside(format!("a calendar of the rulebook: {error}"));
    let spec: CalendarSpec = serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
    let calendar = WorkCalendar::new(spec).map_err(|problems| unreadable(format!("{problems:?}")))?;
    let calendar = Arc::new(calendar);
    if known.len() >= PARSED_MAX {
        known.clear();
    }
    known.insert(json.to_owned(), Arc::clone(&calendar));
    Ok(calendar)
}
