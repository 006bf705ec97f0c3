//! Whom to call: chosen by the server, the same for everybody who asks.
//!
//! Every closed job is to be surveyed. Where staff are short, those calls come first
//! that bring each technician to a few surveys in each month, the emptiest first;
//! then the oldest closing. Nobody is called twice before everybody was called once
//! that day, and nobody more than twice a day. Who left no number is not listed.

use std::collections::BTreeMap;

use calendar::{Month, MonthSystem, Zone};
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::Connection;

use super::row::json;
use super::{SurveyId, day_of};
use crate::error::CoreError;
use crate::sql::column;

const OPEN: &str = "SELECT surveys.id, surveys.job, surveys.closed_at, surveys.agency, surveys.technicians, \
     surveys.language, coalesce(jobs.number, requests.number), coalesce(jobs.subject, requests.subject, ''), \
     coalesce(jobs.account_name, requests.fields ->> '$.account_name'), \
     coalesce(jobs.contact_name, requests.fields ->> '$.contact_name'), \
     coalesce(jobs.contact_phone, requests.fields ->> '$.phone', reference.json ->> '$.phone'), \
     coalesce(jobs.contact_mobile, requests.fields ->> '$.mobile', reference.json ->> '$.mobile'), \
     (SELECT count(*) FROM survey_attempts WHERE survey = surveys.id AND round = surveys.round), \
     (SELECT count(*) FROM survey_attempts WHERE survey = surveys.id AND day = ?2) \
     FROM surveys LEFT JOIN jobs ON jobs.doc = surveys.job LEFT JOIN requests ON requests.id = surveys.job \
     LEFT JOIN reference ON reference.kind = 'customer' AND reference.id = jobs.account \
     WHERE surveys.state = 'open' AND surveys.call_from <= ?1 \
     AND (jobs.doc IS NOT NULL OR requests.id IS NOT NULL) ORDER BY surveys.closed_at, surveys.id";
const ANSWERED: &str = "SELECT survey_technicians.technician, survey_technicians.closed_at \
     FROM survey_technicians JOIN surveys ON surveys.id = survey_technicians.survey \
     WHERE surveys.state = 'completed' AND surveys.fate = 'stands' AND surveys.closed_at >= ?1";
const CALLED_ON: &str = "SELECT count(*) FROM (SELECT survey FROM survey_attempts WHERE day = ?1 \
     UNION SELECT id FROM surveys WHERE via = 'call' AND completed_at >= ?2 AND completed_at < ?3)";

/// So many surveys a technician should have of each month before anybody gets more.
pub const PER_TECHNICIAN_MIN: u32 = 5;
/// Calls to one customer on one day.
const A_DAY_MAX: i64 = 2;

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// The survey.
    pub survey: SurveyId,
    /// The job, or the request's case.
    pub job: DocId,
    /// When it was closed.
    pub closed_at: Instant,
    /// The agency.
    pub agency: Option<AgencyId>,
    /// Who was on the completing visit.
    pub technicians: Vec<UserId>,
    /// The customer's language, if known.
    pub language: Option<String>,
    /// The job's number.
    pub number: Option<String>,
    /// What it was about.
    pub subject: String,
    /// The account.
    pub account_name: Option<String>,
    /// Whom to ask for.
    pub contact_name: Option<String>,
    /// The number to call.
    pub phone: Option<String>,
    /// The other one.
    pub mobile: Option<String>,
    /// Calls so far, of this asking.
    pub attempts: i64,
    /// Of them today.
    pub attempts_today: i64,
}

/// The calls of today that are left, in the order in which they are to be made: at
/// most `limit` of them, and with those made today at most `a_day`.
///
/// # Errors
///
/// When the store fails.
pub fn list_calls(
    connection: &Connection,
    a_day: Option<u32>,
    limit: u32,
    now: Instant,
) -> Result<Vec<CallRow>, CoreError> {
    let rows = open_calls(connection, now)?;
    let mut counted = match rows.first() {
        Some(oldest) => answered(connection, oldest.closed_at)?,
        None => Counted::default(),
    };
    let mut ranked: Vec<((i64, u32), CallRow)> =
        rows.into_iter().map(|row| ((row.attempts_today, counted.level_of(&row)), row)).collect();
    // Stable: within a level the oldest stay first.
    ranked.sort_by_key(|(rank, _)| *rank);
    let left = match a_day {
        Some(a_day) => i64::from(a_day).saturating_sub(called_today(connection, now)?).max(0),
        None => i64::MAX,
    };
    let most = usize::try_from(left.min(i64::from(limit))).unwrap_or(usize::MAX);
    Ok(ranked.into_iter().map(|(_, row)| row).take(most).collect())
}

/// Surveys by technician and month of closing: those that were answered, and those
/// that stand before on the list.
#[derive(Default)]
struct Counted(BTreeMap<(UserId, Option<Month>), u32>);

impl Counted {
    fn add(&mut self, technician: UserId, closed_at: Instant) {
        *self.0.entry((technician, month_of(closed_at))).or_default() += 1;
    }
    /// How many the neediest technician of a call has before it; the call counts for
    /// those that come after.
    fn level_of(&mut self, row: &CallRow) -> u32 {
        let month = month_of(row.closed_at);
        let has = |technician: &UserId| self.0.get(&(*technician, month)).copied().unwrap_or(0);
        let least = row.technicians.iter().map(has).min().unwrap_or(PER_TECHNICIAN_MIN);
        row.technicians.iter().for_each(|technician| self.add(*technician, row.closed_at));
        least.min(PER_TECHNICIAN_MIN)
    }
}

fn month_of(at: Instant) -> Option<Month> {
    Month::at(MonthSystem::ORGANISATION, Zone::organisation(), at)
}

fn answered(connection: &Connection, oldest: Instant) -> Result<Counted, CoreError> {
    let from = month_of(oldest).map_or(oldest, |month| month.begins(Zone::organisation()));
    let mut counted = Counted::default();
    let mut statement = connection.prepare_cached(ANSWERED)?;
    let mut rows = statement.query([from.millis()])?;
    while let Some(row) = rows.next()? {
        counted.add(column(row, 0)?, column(row, 1)?);
    }
    Ok(counted)
}

fn open_calls(connection: &Connection, now: Instant) -> Result<Vec<CallRow>, CoreError> {
    let mut statement = connection.prepare_cached(OPEN)?;
    let rows = statement.query_map((now.millis(), day_of(now).to_string()), |row| {
        Ok(CallRow {
            survey: SurveyId::from_bytes(row.get(0)?),
            job: column(row, 1)?,
            closed_at: column(row, 2)?,
            agency: column(row, 3)?,
            technicians: json(row, 4)?,
            language: row.get(5)?,
            number: row.get(6)?,
            subject: row.get(7)?,
            account_name: row.get(8)?,
            contact_name: row.get(9)?,
            phone: row.get(10)?,
            mobile: row.get(11)?,
            attempts: row.get(12)?,
            attempts_today: row.get(13)?,
        })
    })?;
    let rows: Vec<CallRow> = rows.collect::<Result<_, _>>()?;
    let can_be_called = |row: &CallRow| row.phone.is_some() || row.mobile.is_some();
    Ok(rows.into_iter().filter(|row| row.attempts_today < A_DAY_MAX && can_be_called(row)).collect())
}

/// How many customers were called today.
fn called_today(connection: &Connection, now: Instant) -> Result<i64, CoreError> {
    let zone = Zone::organisation();
    let today = day_of(now);
    let begins = zone.instant(today.at(0, 0, 0, 0));
    let ends = today.tomorrow().map_or(begins.plus_days(1), |next| zone.instant(next.at(0, 0, 0, 0)));
    let values = (today.to_string(), begins.millis(), ends.millis());
    Ok(connection.prepare_cached(CALLED_ON)?.query_row(values, |row| row.get(0))?)
}
