//! The quality officer takes a survey out of the scores, with a reason, and may put
//! it back. Both are kept.

use domain::limits::MEDIUM_TEXT_CHARS_MAX;
use domain::{Instant, UserId};
use rusqlite::{Transaction, params};
use wire::{ErrorCode, FieldProblem};

use super::complete::settled;
use super::{SurveyId, SurveyRow, SurveyState, find_survey};
use crate::error::CoreError;

const SET: &str = "UPDATE surveys SET annulled_by = ?2, annulled_at = ?3, annulled_reason = ?4 WHERE id = ?1";
const DECIDE: &str =
    "INSERT INTO survey_decisions (survey, decision, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)";

/// Annuls a survey. A job of the writer.
///
/// # Errors
///
/// `not_found`; `invalid` without a reason; `conflict` when it is not answered or
/// annulled already.
pub fn annul_survey(
    tx: &Transaction<'_>,
    id: SurveyId,
    by: UserId,
    reason: &str,
    now: Instant,
) -> Result<SurveyRow, CoreError> {
    let reason = checked_reason(reason)?;
    let survey = find_survey(tx, id)?.ok_or_else(CoreError::not_found)?;
    if survey.state != SurveyState::Completed {
        return Err(not_so("it is not answered, so there is nothing to annul"));
    }
    if survey.annulled_by.is_some() {
        return Err(not_so("it is annulled already"));
    }
    tx.prepare_cached(SET)?.execute(params![id.as_bytes(), by.as_bytes(), now.millis(), reason])?;
    tx.prepare_cached(DECIDE)?.execute((id.as_bytes(), "annulled", reason, by.as_bytes(), now.millis()))?;
    settled(tx, id)
}

/// Takes an annulment back. A job of the writer.
///
/// # Errors
///
/// `not_found`; `invalid` without a reason; `conflict` when it is not annulled.
pub fn restore_survey(
    tx: &Transaction<'_>,
    id: SurveyId,
    by: UserId,
    reason: &str,
    now: Instant,
) -> Result<SurveyRow, CoreError> {
    let reason = checked_reason(reason)?;
    let survey = find_survey(tx, id)?.ok_or_else(CoreError::not_found)?;
    if survey.annulled_by.is_none() {
        return Err(not_so("it is not annulled"));
    }
    let nobody: Option<i64> = None;
    tx.prepare_cached(SET)?.execute(params![id.as_bytes(), nobody, nobody, nobody])?;
    tx.prepare_cached(DECIDE)?.execute((id.as_bytes(), "restored", reason, by.as_bytes(), now.millis()))?;
    settled(tx, id)
}

fn checked_reason(reason: &str) -> Result<&str, CoreError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MEDIUM_TEXT_CHARS_MAX {
        let message = format!("say why, in at most {MEDIUM_TEXT_CHARS_MAX} letters");
        let problem = FieldProblem::coded("reason", "survey.reason_required", &message);
        return Err(CoreError::Invalid(vec![problem]));
    }
    Ok(reason)
}

fn not_so(message: &str) -> CoreError {
    CoreError::refused(ErrorCode::Conflict, message)
}
