//! What holds from which day: working calendars, deadline policies, tariffs, the
//! rules of scoring, the questions of surveys. Everything by which people are
//! judged or paid is a version here, checked before it is taken and never changed
//! afterwards. Where nothing was entered, the built-in defaults hold.

mod check;

use calendar::Date;
use domain::{AgencyId, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use wire::{ErrorCode, FieldProblem};

use crate::deadlines;
use crate::desk;
use crate::error::CoreError;
use crate::people::find_agency;
use crate::sql::column;
use crate::surveys;
use crate::travel;

pub(crate) use check::{CONTENT, check, parsed};
pub use check::{Checked, template};

const INSERT: &str = "INSERT INTO rulebook \
     (kind, agency, subject, effective_from, version, json, made_by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const SAME_DAY: &str = "SELECT count(*) FROM rulebook WHERE kind = ?1 AND agency IS ?2 AND subject = ?3 \
     AND effective_from = ?4";
const SAME_NAME: &str = "SELECT count(*) FROM rulebook WHERE kind = ?1 AND version = ?2";
const OF_KIND: &str = "SELECT id, kind, agency, subject, effective_from, version, json, made_by, made_at \
     FROM rulebook WHERE kind = ?1 ORDER BY effective_from, id";

/// What a version is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Working hours and holidays (`calendar::CalendarSpec`). The whole calendar is
    /// entered each time; what was counted before stays as it was counted.
    Calendar,
    /// Which clocks run on which jobs.
    ClockPolicies,
    /// What a journey costs (`scoring::TariffSpec`).
    Tariff,
    /// How people are judged (`scoring::RulesVersion`).
    ScoringRules,
    /// What customers are asked (`surveys::QuestionBank`).
    SurveyQuestions,
    /// Which unit a request goes to (`desk::Routes`).
    Routing,
    /// What is to be done at an installation (`desk::Checklists`).
    Checklists,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Calendar,
        Self::ClockPolicies,
        Self::Tariff,
        Self::ScoringRules,
        Self::SurveyQuestions,
        Self::Routing,
        Self::Checklists,
    ];

    /// The word in addresses and rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::ClockPolicies => "clock_policies",
            Self::Tariff => "tariff",
            Self::ScoringRules => "scoring_rules",
            Self::SurveyQuestions => "survey_questions",
            Self::Routing => "routing",
            Self::Checklists => "checklists",
        }
    }
    /// The kind of that word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// A calendar may be entered again on the same day: each is adopted when it is
    /// entered. Of anything else two versions from one day on would contradict.
    const fn one_a_day(self) -> bool {
        !matches!(self, Self::Calendar)
    }
}

/// A version to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// What it is about.
    pub kind: Kind,
    /// The agency for which it holds; none for the whole organisation.
    pub agency: Option<AgencyId>,
    /// A tariff's maker and vehicle; mostly empty.
    pub subject: String,
    /// The first day on which it holds.
    pub effective_from: Date,
    /// Its name, where its content does not carry one.
    pub version: Option<String>,
    /// Its content as JSON.
    pub json: String,
    /// Who enters it; nobody at the command line.
    pub by: Option<UserId>,
}

/// A version as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub kind: Kind,
    /// The agency for which it holds.
    pub agency: Option<AgencyId>,
    /// A tariff's maker and vehicle.
    pub subject: String,
    /// The first day on which it holds.
    pub effective_from: Date,
    /// Its name.
    pub version: String,
    /// Its content.
    pub json: String,
    /// Who entered it.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

/// Enters a version. A job of the writer.
///
/// # Errors
///
/// When the content is wrong (each place with a stable code), when the agency is
/// unknown, or when another version holds from the same day on or has its name.
pub fn add(tx: &Transaction<'_>, new: &NewVersion, now: Instant) -> Result<Version, CoreError> {
    let checked = check::check(new.kind, &new.json).map_err(CoreError::Invalid)?;
    let version = name_of(new, &checked)?;
    if new.kind == Kind::SurveyQuestions {
        surveys::check_criteria(tx, &new.json, new.effective_from)?;
    }
    if new.kind == Kind::Routing {
        desk::check_routes(tx, &new.json)?;
    }
    if let Some(agency) = new.agency {
        drop(find_agency(tx, agency).map_err(|_absent| one("agency", "rulebook.agency", "no such agency"))?);
    }
    let agency = new.agency.map(|agency| *agency.as_bytes());
    let day = new.effective_from.to_string();
    let count = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<i64, CoreError> {
        Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    };
    let twins = count(SAME_DAY, &[&new.kind.name(), &agency, &new.subject, &day])?;
    if new.kind.one_a_day() && twins > 0 {
        let code = if new.kind == Kind::Tariff { "tariff.overlap" } else { "rulebook.overlap" };
        return Err(one("effective_from", code, &format!("another version holds from {day} on already")));
    }
    if count(SAME_NAME, &[&new.kind.name(), &version])? > 0 {
        return Err(one(
            "version",
            "rulebook.name_taken",
            &format!("a version is called {version:?} already"),
        ));
    }
    if new.kind == Kind::ClockPolicies && new.agency.is_some() {
        let message =
            "deadlines are the whole organisation's; what one customer was promised is a rule of its own";
        return Err(one("agency", "clock.of_an_agency", message));
    }
    tx.prepare_cached(INSERT)?.execute(params![
        new.kind.name(),
        agency,
        new.subject,
        day,
        version,
        new.json,
        new.by.as_ref().map(UserId::as_bytes),
        now.millis(),
    ])?;
    let id = tx.last_insert_rowid();
    deadlines::rules_entered(tx, new.kind, now)?;
    if new.kind == Kind::Tariff {
        travel::tariffs_changed(tx, new.agency, new.effective_from, now)?;
    }
    Ok(Version {
        id,
        kind: new.kind,
        agency: new.agency,
        subject: new.subject.clone(),
        effective_from: new.effective_from,
        version,
        json: new.json.clone(),
        made_by: new.by,
        made_at: now,
    })
}

/// The name in the content, or the one that was given beside it.
fn name_of(new: &NewVersion, checked: &Checked) -> Result<String, CoreError> {
    let given = new.version.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (checked.name.as_deref(), given) {
        (Some(inside), Some(given)) if inside != given => {
            Err(one("version", "rulebook.name_differs", &format!("the content calls itself {inside:?}")))
        }
        (Some(name), _) | (None, Some(name)) => Ok(name.to_owned()),
        (None, None) => Err(one("version", "rulebook.no_name", "a version needs a name")),
    }
}

fn one(path: &str, code: &str, message: &str) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, message)])
}

/// Every version of a kind: by the day from which it holds, then as entered.
///
/// # Errors
///
/// When the store fails or a row was made by a newer program.
pub fn versions(connection: &Connection, kind: Kind) -> Result<Vec<Version>, CoreError> {
    let mut statement = connection.prepare_cached(OF_KIND)?;
    let rows = statement.query_map([kind.name()], |row| read(row, kind))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The versions of a kind that hold for an agency: its own if it has any, else
/// the organisation's.
///
/// # Errors
///
/// As [`versions`].
pub fn versions_for(
    connection: &Connection,
    kind: Kind,
    agency: Option<AgencyId>,
) -> Result<Vec<Version>, CoreError> {
    let all = versions(connection, kind)?;
    let own = agency.filter(|agency| all.iter().any(|version| version.agency == Some(*agency)));
    Ok(all.into_iter().filter(|version| version.agency == own).collect())
}

fn read(row: &Row<'_>, kind: Kind) -> rusqlite::Result<Version> {
    let day: String = row.get(4)?;
    let effective_from = day.parse().map_err(|error: jiff::Error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(Version {
        id: row.get(0)?,
        kind,
        agency: column(row, 2)?,
        subject: row.get(3)?,
        effective_from,
        version: row.get(5)?,
        json: row.get(6)?,
        made_by: column(row, 7)?,
        made_at: column(row, 8)?,
    })
}

/// No kind has this name.
#[must_use]
pub fn unknown_kind(name: &str) -> CoreError {
    let names = Kind::ALL.map(Kind::name).join(", ");
    CoreError::refused(ErrorCode::NotFound, format!("no kind of rules is called {name:?}; there are {names}"))
}

#[cfg(test)]
mod tests;
