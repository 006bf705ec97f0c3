//! Calls that brought no answers. Three on two days, and the customer counts as
//! unreachable: no score, but counted in the coverage.

use domain::{Instant, UserId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::row::words;
use super::{SurveyId, SurveyRow, SurveyState, day_of, find_survey, touched};
use crate::error::CoreError;
use crate::sql::column;

const INSERT: &str = "INSERT INTO survey_attempts (survey, round, outcome, at, day, by, note, key) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const TRIED: &str =
    "SELECT count(*), count(DISTINCT day) FROM survey_attempts WHERE survey = ?1 AND round = ?2";
const SET_STATE: &str = "UPDATE surveys SET state = ?2 WHERE id = ?1";
const BY_KEY: &str = "SELECT survey FROM survey_attempts WHERE by = ?1 AND key = ?2";
/// So many calls…
pub(super) const ATTEMPTS_MAX: i64 = 3;
/// …on so many days.
pub(super) const DAYS_MIN: i64 = 2;

words! {
    /// How a call ended.
    AttemptOutcome {
        /// Somebody answered the telephone, but not the questions; call again.
        Reached = "reached",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// The customer does not want to be asked.
        Refused = "refused",
        /// It is somebody else's number.
        WrongNumber = "wrong_number",
    }
}

/// A call to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttempt {
    /// Which survey.
    pub survey: SurveyId,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What the operator noted.
    pub note: Option<String>,
    /// Who called.
    pub by: UserId,
    /// By which the same request is known again.
    pub key: Option<String>,
}

/// Records a call. The same key records one call, however often it arrives. A job of
/// the writer.
///
/// # Errors
///
/// `not_found`; as [`complete_survey`](super::complete_survey) where nobody is asked.
pub fn record_attempt(tx: &Transaction<'_>, new: &NewAttempt, now: Instant) -> Result<SurveyRow, CoreError> {
    let survey = find_survey(tx, new.survey)?.ok_or_else(CoreError::not_found)?;
    if let Some(recorded) = recorded(tx, new)? {
        let known = find_survey(tx, recorded)?.filter(|known| known.id == new.survey);
        return known.ok_or_else(|| {
            let message = "this key was used for a call to another customer; draw a new one";
            CoreError::refused(wire::ErrorCode::IdempotencyMismatch, message)
        });
    }
    survey.must_be_asked()?;
    tx.prepare_cached(INSERT)?.execute(params![
        survey.id.as_bytes(),
        survey.round,
        new.outcome.name(),
        now.millis(),
        day_of(now).to_string(),
        new.by.as_bytes(),
        new.note,
        new.key,
    ])?;
    let (tried, days): (i64, i64) = tx
        .prepare_cached(TRIED)?
        .query_row((survey.id.as_bytes(), survey.round), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let state = match new.outcome {
        AttemptOutcome::Refused => SurveyState::Refused,
        _ if tried >= ATTEMPTS_MAX && days >= DAYS_MIN => SurveyState::Unreachable,
        _ => survey.state,
    };
    if state != survey.state {
        tx.prepare_cached(SET_STATE)?.execute((survey.id.as_bytes(), state.name()))?;
        touched(tx, survey.job)?;
    }
    Ok(SurveyRow { state, ..survey })
}

fn recorded(tx: &Transaction<'_>, new: &NewAttempt) -> Result<Option<SurveyId>, CoreError> {
    let Some(key) = &new.key else { return Ok(None) };
    let known: Option<domain::Uuid> =
        tx.prepare_cached(BY_KEY)?.query_row((new.by.as_bytes(), key), |row| column(row, 0)).optional()?;
    Ok(known.map(|id| SurveyId::from_bytes(id.into_bytes())))
}
