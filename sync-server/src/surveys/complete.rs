//! The first answers that come in complete a survey, by link or by call; whatever
//! comes later for the job is refused. One writer decides who was first.

use domain::{Instant, UserId};
use rusqlite::{Transaction, params};
use wire::ErrorCode;

use super::{
    Answers, SurveyAbout, SurveyId, SurveyRow, SurveyState, answer, asked_bank, day_of, find_survey, phones,
    questions, touched,
};
use crate::error::CoreError;

const COMPLETE: &str = "UPDATE surveys SET state = 'completed', completed_at = ?2, via = ?3, answered_by = ?4, \
     answers = ?5, rules = ?6, score_units = ?7, answered_weight = ?8, asked_weight = ?9, agency_units = ?10, \
     staff_phone = ?11 WHERE id = ?1 AND completed_at IS NULL";
const SET_FATE: &str = "UPDATE surveys SET fate = ?2 WHERE id = ?1";

/// How answers came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The customer opened the link.
    Link,
    /// An operator wrote them down.
    Call(UserId),
}

impl Via {
    const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Call(_) => "call",
        }
    }
}

/// Takes the answers of a survey. A job of the writer.
///
/// # Errors
///
/// `not_found`; `survey_taken` when it is answered already; `survey_not_asked` while
/// the job goes on or when it is void; `invalid` with a place and a code for each
/// answer that cannot be taken, and nothing is kept then.
pub fn complete_survey(
    tx: &Transaction<'_>,
    id: SurveyId,
    given: Answers,
    via: Via,
    now: Instant,
) -> Result<SurveyRow, CoreError> {
    let survey = find_survey(tx, id)?.ok_or_else(CoreError::not_found)?;
    survey.must_be_asked()?;
    let bank = asked_bank(tx, &survey)?;
    let (rules_name, rules) = questions::rules_at(tx, day_of(survey.closed_at))?;
    let checked = answer::check(&bank, &rules, given).map_err(CoreError::Invalid)?;
    let staff_phone = phones::is_of_staff(tx, survey.job)?;
    let answers = serde_json::to_string(&checked.answers)
        .map_err(|error| CoreError::refused(ErrorCode::Internal, error.to_string()))?;
    let by = match via {
        Via::Link => None,
        Via::Call(by) => Some(by),
    };
    let written = tx.prepare_cached(COMPLETE)?.execute(params![
        id.as_bytes(),
        now.millis(),
        via.name(),
        by.as_ref().map(UserId::as_bytes),
        answers,
        rules_name,
        checked.score.score.map(|score| score.units().to_string()),
        checked.score.answered_weight,
        checked.score.asked_weight,
        checked.agency_score.map(|score| score.units().to_string()),
        staff_phone,
    ])?;
    if written != 1 {
        return Err(taken());
    }
    settled(tx, id)
}

/// Writes what stands against a survey, tells the scores, and reads the row again.
pub(super) fn settled(tx: &Transaction<'_>, id: SurveyId) -> Result<SurveyRow, CoreError> {
    let survey = find_survey(tx, id)?.ok_or_else(CoreError::not_found)?;
    tx.prepare_cached(SET_FATE)?.execute((id.as_bytes(), survey.fate().name()))?;
    // What is said of a request is in nobody's score.
    if survey.about == SurveyAbout::Job {
        touched(tx, survey.job)?;
    }
    Ok(survey)
}

impl SurveyRow {
    /// Refuses what nobody is asked any more, or not now. A customer who could not be
    /// reached or did not want to may change that.
    ///
    /// # Errors
    ///
    /// `survey_taken` or `survey_not_asked`.
    pub fn must_be_asked(&self) -> Result<(), CoreError> {
        match self.state {
            SurveyState::Open | SurveyState::Unreachable | SurveyState::Refused => Ok(()),
            SurveyState::Completed => Err(taken()),
            SurveyState::Reopened => {
                let message = "it was opened again; the customer is asked when it is closed";
                Err(CoreError::refused(ErrorCode::SurveyNotAsked, message))
            }
            SurveyState::Void => Err(CoreError::refused(ErrorCode::SurveyNotAsked, "it was cancelled")),
        }
    }
}

fn taken() -> CoreError {
    CoreError::refused(ErrorCode::SurveyTaken, "this survey is answered already; the first answers stand")
}
