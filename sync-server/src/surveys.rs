//! Surveys: every job that is closed, and every request that is closed without one, is asked about once, by a signed link or by a
//! call. Who it speaks of is frozen when the job is closed; the first answers that
//! come in are the survey's, and nothing but a decision of the quality officer takes
//! them out of the scores again.
//!
//! The rows are SQL only. They are made in the transaction that folds the closing
//! (`opened::fold`), and know the position of the batch that last moved them, so
//! that a rebuild, which folds all batches again, moves nothing.

mod annul;
mod answer;
mod attempt;
mod attribution;
mod calls;
mod complete;
mod coverage;
mod invite;
mod language;
mod link;
mod list;
mod of_request;
pub(crate) mod opened;
mod phones;
mod questions;
mod row;
mod show;
#[cfg(test)]
mod tests;

use calendar::{Date, Zone};
use domain::{DocId, Instant};
use rusqlite::Transaction;

pub use annul::{annul_survey, restore_survey};
pub use answer::{AnswerValue, Answers};
pub use attempt::{AttemptOutcome, NewAttempt, record_attempt};
pub use calls::{CallRow, PER_TECHNICIAN_MIN, list_calls};
pub use complete::{Via, complete_survey};
pub use coverage::{Coverage, CoverageFilter, Figures, TechnicianCoverage, coverage};
pub(crate) use invite::invitation;
pub use language::Language;
pub(crate) use link::nonce;
pub use link::{LinkProblem, SurveyLinks};
pub use list::{ListedSurvey, SurveyFilter, SurveyPage, list_surveys};
pub(crate) use of_request::{request_closed, request_reopened};
pub(crate) use phones::comparable;
pub use phones::{StaffPhone, add_staff_phone, list_staff_phones, remove_staff_phone};
pub use questions::{AnswerKind, Question, QuestionBank, QuestionScope, Texts, asked_bank};
pub(crate) use questions::{Banks, check_bank, check_criteria, default_bank};
pub use row::{Fate, SurveyAbout, SurveyId, SurveyRow, SurveyState, find_survey};
pub use show::{LinkedSurvey, SurveyStep, linked_survey, survey_steps};

use crate::error::CoreError;

/// The day in the organisation's zone, by which calls are counted.
pub(crate) fn day_of(at: Instant) -> Date {
    Zone::organisation().date(at)
}

/// Something that scores read of this job's survey has changed. The one place from
/// which scores are told; they are kept up from there.
pub(crate) fn touched(tx: &Transaction<'_>, job: DocId) -> Result<(), CoreError> {
    crate::scores::touch(tx, job)
}
