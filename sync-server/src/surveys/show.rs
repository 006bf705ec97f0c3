//! One survey: as a customer is shown it behind a link, and what was done about it.

use domain::{Instant, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::{QuestionBank, SurveyId, SurveyRow, asked_bank, find_survey};
use crate::error::CoreError;
use crate::sql::column;

const CASE: &str = "SELECT number, subject FROM jobs WHERE doc = ?1 \
     UNION ALL SELECT number, subject FROM requests WHERE id = ?1";
const NAME: &str = "SELECT display_name FROM users WHERE id = ?1";
const ATTEMPTS: &str = "SELECT outcome, at, by, note FROM survey_attempts WHERE survey = ?1 ORDER BY id";
const DECISIONS: &str = "SELECT decision, at, by, reason FROM survey_decisions WHERE survey = ?1 ORDER BY id";

/// A survey with what the customer is told of the job or request.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedSurvey {
    /// The survey.
    pub survey: SurveyRow,
    /// What is asked.
    pub bank: QuestionBank,
    /// The number of the job or request.
    pub number: Option<String>,
    /// What it was about.
    pub subject: String,
    /// The names of those who came.
    pub technicians: Vec<String>,
}

/// The survey behind a link.
///
/// # Errors
///
/// `not_found`; or when the store fails.
pub fn linked_survey(connection: &Connection, id: SurveyId) -> Result<LinkedSurvey, CoreError> {
    let survey = find_survey(connection, id)?.ok_or_else(CoreError::not_found)?;
    let (number, subject) = case_words(connection, &survey)?;
    let mut technicians = Vec::new();
    for technician in &survey.technicians {
        let name: Option<String> = connection
            .prepare_cached(NAME)?
            .query_row([technician.as_bytes()], |row| row.get(0))
            .optional()?;
        technicians.extend(name);
    }
    let bank = asked_bank(connection, &survey)?;
    Ok(LinkedSurvey { survey, bank, number, subject, technicians })
}

/// The number and the subject of a survey's job or request.
pub(super) fn case_words(
    connection: &Connection,
    survey: &SurveyRow,
) -> Result<(Option<String>, String), CoreError> {
    let words = connection
        .prepare_cached(CASE)?
        .query_row([survey.job.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(words.unwrap_or_default())
}

/// Something that was done about a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyStep {
    /// How a call ended, or what was decided.
    pub what: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: UserId,
    /// What was noted, or why.
    pub note: Option<String>,
}

/// The calls that brought no answers, and the decisions, each in their order.
///
/// # Errors
///
/// When the store fails.
pub fn survey_steps(
    connection: &Connection,
    id: SurveyId,
) -> Result<(Vec<SurveyStep>, Vec<SurveyStep>), CoreError> {
    Ok((steps(connection, ATTEMPTS, id)?, steps(connection, DECISIONS, id)?))
}

fn steps(connection: &Connection, sql: &str, id: SurveyId) -> Result<Vec<SurveyStep>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        Ok(SurveyStep { what: row.get(0)?, at: column(row, 1)?, by: column(row, 2)?, note: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
