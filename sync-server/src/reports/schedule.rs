//! Reports that are delivered by themselves (R80): which, how often, to which unit.
//!
//! The letters of a delivery and the next instant are written in one transaction, so a
//! restart neither misses nor doubles one. A file is written before that under a name
//! of its own, so that writing it again changes nothing.

mod deliver;

use calendar::{Date, Zone};
use domain::{AgencyId, DAY_MS, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use wire::{ErrorCode, FieldProblem};

pub(crate) use self::deliver::DeliversReports;
use super::{Language, Report};
use crate::error::CoreError;
use crate::mail::is_address;
use crate::scores::period::MonthKey;
use crate::sql::column;

const COLUMNS: &str = "id, report, agency, form, language, cadence, day, hour, recipients, to_folder, unit, \
     made_by, made_at, next_at, ended_at";
const INSERT: &str = "INSERT INTO report_schedules (report, agency, form, language, cadence, day, hour, \
     recipients, to_folder, unit, made_by, made_at, next_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const END: &str = "UPDATE report_schedules SET next_at = NULL, ended_by = ?2, ended_at = ?3 \
     WHERE id = ?1 AND ended_at IS NULL";
const DELIVERIES: &str = "SELECT due_at, made_at, file, bytes, letters, problem FROM report_deliveries \
     WHERE schedule = ?1 ORDER BY id DESC LIMIT 20";

/// The workbook of several reports.
pub const MONTHLY: &str = "monthly";
const RECIPIENTS_MAX: usize = 50;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Every day, about the present month.
    Daily,
    /// On one day of the week, about the present month.
    Weekly,
    /// On one day of the month, about the month before.
    Monthly,
}

impl Cadence {
    /// The word in rows and bodies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
    /// The cadence of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Daily, Self::Weekly, Self::Monthly].into_iter().find(|one| one.name() == word)
    }
}

/// A delivery to be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSchedule {
    /// A report's name, or [`MONTHLY`].
    pub report: String,
    /// Of one agency, or of all.
    pub agency: Option<AgencyId>,
    /// As CSV; a workbook otherwise.
    pub as_csv: bool,
    /// The language of titles.
    pub language: Language,
    /// How often.
    pub cadence: Cadence,
    /// The day of the month, or of the week from Saturday, which is 0.
    pub day: u8,
    /// The hour in the organisation's zone.
    pub hour: u8,
    /// To whom by mail.
    pub recipients: Vec<String>,
    /// Whether it is put into the folder of reports.
    pub to_folder: bool,
    /// For which unit.
    pub unit: String,
    /// Who set it up.
    pub by: UserId,
}

/// A delivery as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its number.
    pub id: i64,
    /// What was set up.
    pub what: NewSchedule,
    /// When.
    pub made_at: Instant,
    /// When it is next due; never once it was ended.
    pub next_at: Option<Instant>,
    /// When it was ended.
    pub ended_at: Option<Instant>,
}

/// What was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// When it was due.
    pub due_at: Instant,
    /// When it was made.
    pub made_at: Instant,
    /// The file's name in the folder of reports.
    pub file: Option<String>,
    /// Its size.
    pub bytes: i64,
    /// Letters queued.
    pub letters: i64,
    /// Why it was not delivered.
    pub problem: Option<String>,
}

/// Sets a delivery up. A job of the writer.
///
/// # Errors
///
/// For a report, day, hour or address that cannot be, and without any way to deliver.
pub fn add(tx: &Transaction<'_>, new: &NewSchedule, now: Instant) -> Result<Schedule, CoreError> {
    check(new)?;
    let next = next_after(new, now);
    tx.prepare_cached(INSERT)?.execute(params![
        new.report,
        new.agency.as_ref().map(AgencyId::as_bytes),
        if new.as_csv { "csv" } else { "xlsx" },
        crate::scores::code_word(&new.language),
        new.cadence.name(),
        new.day,
        new.hour,
        serde_json::to_string(&new.recipients).unwrap_or_default(),
        new.to_folder,
        new.unit.trim(),
        new.by.as_bytes(),
        now.millis(),
        next.map(Instant::millis),
    ])?;
    Ok(Schedule {
        id: tx.last_insert_rowid(),
        what: new.clone(),
        made_at: now,
        next_at: next,
        ended_at: None,
    })
}

fn check(new: &NewSchedule) -> Result<(), CoreError> {
    let days = match new.cadence {
        Cadence::Daily => 0..=31,
        Cadence::Weekly => 0..=6,
        // Every month has 29 days.
        Cadence::Monthly => 1..=29,
    };
    let known = new.report == MONTHLY || Report::named(&new.report).is_some();
    let addresses = new.recipients.len() <= RECIPIENTS_MAX && new.recipients.iter().all(|to| is_address(to));
    let checks = [
        (known, "report", "schedule.report", "no report has this name"),
        (new.report != MONTHLY || !new.as_csv, "format", "schedule.form", "the monthly report is a workbook"),
        (days.contains(&new.day), "day", "schedule.day", "weekly 0 (Saturday) to 6, monthly 1 to 29"),
        (new.hour <= 23, "hour", "schedule.hour", "0 to 23"),
        (addresses, "recipients", "schedule.address", "at most 50 addresses such as quality@example.org"),
        (
            new.to_folder || !new.recipients.is_empty(),
            "recipients",
            "schedule.nowhere",
            "name a recipient or ask for a file",
        ),
        (!new.unit.trim().is_empty(), "unit", "schedule.unit", "name the unit that it is for"),
    ];
    let wrong: Vec<FieldProblem> = checks
        .into_iter()
        .filter(|(holds, ..)| !holds)
        .map(|(_, path, code, message)| FieldProblem::coded(path, code, message))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(CoreError::Invalid(wrong)) }
}

/// The first instant after another on which a delivery falls.
fn next_after(what: &NewSchedule, after: Instant) -> Option<Instant> {
    /// Longer than any month.
    const DAYS: i64 = 40;
    (0..DAYS).find_map(|days| {
        let day = Zone::organisation().date(after.plus_millis(days * DAY_MS));
        let hour = i8::try_from(what.hour).unwrap_or(0);
        let at = Zone::organisation().instant(day.at(hour, 0, 0, 0));
        (falls_on(what, day, at) && at > after).then_some(at)
    })
}

fn falls_on(what: &NewSchedule, day: Date, at: Instant) -> bool {
    match what.cadence {
        Cadence::Daily => true,
        // Monday is 1 for jiff; the week begins on Saturday.
        Cadence::Weekly => {
            (day.weekday().to_monday_one_offset() + 1) % 7 == i8::try_from(what.day).unwrap_or(-1)
        }
        Cadence::Monthly => {
            let month = MonthKey::at(at).and_then(MonthKey::month);
            month.and_then(|month| month.day(what.day)) == Some(day)
        }
    }
}

/// Ends a delivery. A job of the writer.
///
/// # Errors
///
/// When there is none of this number that goes on.
pub fn end(tx: &Transaction<'_>, id: i64, by: UserId, now: Instant) -> Result<(), CoreError> {
    match tx.prepare_cached(END)?.execute((id, by.as_bytes(), now.millis()))? {
        0 => Err(CoreError::refused(ErrorCode::NotFound, "no delivery of this number goes on")),
        _ => Ok(()),
    }
}

/// Every delivery that was set up, the newest first.
///
/// # Errors
///
/// When the store fails.
pub fn list(connection: &Connection) -> Result<Vec<Schedule>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM report_schedules ORDER BY id DESC LIMIT 500");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last deliveries of one, the newest first.
///
/// # Errors
///
/// When the store fails.
pub fn deliveries(connection: &Connection, id: i64) -> Result<Vec<Delivered>, CoreError> {
    let mut statement = connection.prepare_cached(DELIVERIES)?;
    let rows = statement.query_map([id], |row| {
        Ok(Delivered {
            due_at: column(row, 0)?,
            made_at: column(row, 1)?,
            file: row.get(2)?,
            bytes: row.get(3)?,
            letters: row.get(4)?,
            problem: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    let word = |index: usize| row.get::<_, String>(index);
    Ok(Schedule {
        id: row.get(0)?,
        what: NewSchedule {
            report: word(1)?,
            agency: column(row, 2)?,
            as_csv: word(3)? == "csv",
            language: serde_json::from_value(serde_json::Value::String(word(4)?)).unwrap_or_default(),
            cadence: Cadence::named(&word(5)?).unwrap_or(Cadence::Monthly),
            day: row.get(6)?,
            hour: row.get(7)?,
            recipients: serde_json::from_str(&word(8)?).unwrap_or_default(),
            to_folder: row.get(9)?,
            unit: word(10)?,
            by: column(row, 11)?,
        },
        made_at: column(row, 12)?,
        next_at: column(row, 13)?,
        ended_at: column(row, 14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monthly_on(day: u8, hour: u8) -> NewSchedule {
        NewSchedule {
            report: MONTHLY.into(),
            agency: None,
            as_csv: false,
            language: Language::Fa,
            cadence: Cadence::Monthly,
            day,
            hour,
            recipients: vec!["quality@example.org".into()],
            to_folder: true,
            unit: "quality".into(),
            by: UserId::new(Instant::from_millis(0), [0; 10]),
        }
    }

    fn at(text: &str) -> Instant {
        crate::rfc3339::parse_instant(text).expect("an instant")
    }

    #[test]
    fn a_delivery_falls_on_its_day_and_hour_in_the_organisations_zone() {
        // 8 March 2026 is 17 Esfand 1404, a Sunday.
        let now = at("2026-03-08T09:00:00+03:30");
        let next = next_after(&monthly_on(5, 7), now);
        assert_eq!(next, Some(at("2026-03-25T07:00:00+03:30")), "5 Farvardin 1405");
        assert_eq!(next_after(&monthly_on(17, 10), now), Some(at("2026-03-08T10:00:00+03:30")));
        let weekly = NewSchedule { cadence: Cadence::Weekly, day: 0, ..monthly_on(0, 7) };
        assert_eq!(next_after(&weekly, now), Some(at("2026-03-14T07:00:00+03:30")), "a Saturday");
        let daily = NewSchedule { cadence: Cadence::Daily, ..weekly };
        assert_eq!(next_after(&daily, now), Some(at("2026-03-09T07:00:00+03:30")));
    }

    #[test]
    fn what_cannot_be_delivered_is_refused_with_codes() {
        let wrong = NewSchedule {
            report: "rumours".into(),
            day: 30,
            hour: 24,
            recipients: Vec::new(),
            to_folder: false,
            unit: " ".into(),
            ..monthly_on(1, 1)
        };
        let Err(CoreError::Invalid(problems)) = check(&wrong) else { panic!("not refused") };
        let codes: Vec<String> = problems.into_iter().filter_map(|problem| problem.code).collect();
        let expected =
            ["schedule.report", "schedule.day", "schedule.hour", "schedule.nowhere", "schedule.unit"];
        assert_eq!(codes, expected);
        assert!(check(&monthly_on(29, 23)).is_ok());
    }
}
