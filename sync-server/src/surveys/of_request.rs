//! The survey of a request that was closed without a visit (R162): the same row, link and
//! call as a job's, with the questions about the organisation alone and nobody's rating.
//! It belongs to the request's case, as clocks do.

use domain::{DocId, Instant};
use rusqlite::{OptionalExtension, Transaction, params};

use super::opened::of_job;
use super::{SurveyAbout, SurveyId, SurveyState, day_of, invite, questions};
use crate::error::CoreError;

const HAS_VISIT: &str = "SELECT EXISTS (SELECT 1 FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request = ?1 AND jobs.status IN ('done', 'closed'))";
const CLOSING: &str = "SELECT event FROM request_events WHERE request = ?1 AND kind = 'closed' \
     ORDER BY at DESC, event DESC LIMIT 1";
const ASK: &str = "INSERT INTO surveys (id, job, about, position, round, closing_event, closed_at, \
     technicians, bank, language, state, call_from) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, '[]', ?7, ?8, 'open', ?9) \
     ON CONFLICT (id) DO UPDATE SET round = excluded.round, closing_event = excluded.closing_event, \
     closed_at = excluded.closed_at, bank = excluded.bank, language = excluded.language, state = 'open', \
     call_from = excluded.call_from";
const PUT_OFF: &str = "UPDATE surveys SET state = 'reopened' WHERE job = ?1 \
     AND state IN ('open', 'unreachable', 'refused')";

/// Asks about a request that was closed now, unless a visit was done on it, whose own survey
/// asks, or it was answered before.
pub(crate) fn request_closed(
    tx: &Transaction<'_>,
    case: DocId,
    (email, language): (Option<&str>, Option<&str>),
    now: Instant,
) -> Result<(), CoreError> {
    if tx.prepare_cached(HAS_VISIT)?.query_row([case.as_bytes()], |row| row.get(0))? {
        return Ok(());
    }
    let known = of_job(tx, case)?;
    if known.as_ref().is_some_and(|known| known.state == SurveyState::Completed) {
        return Ok(());
    }
    let (bank, questions) = questions::bank_at(tx, None, day_of(now))?;
    if questions.asked_about(SurveyAbout::Request).questions.is_empty() {
        return Ok(());
    }
    let closing: Option<[u8; 8]> =
        tx.prepare_cached(CLOSING)?.query_row([case.as_bytes()], |row| row.get(0)).optional()?;
    let (id, round) = (SurveyId::of(case), known.map_or(1, |known| known.round + 1));
    let call_from = invite::queue_to(tx, (id, round), email, now)?;
    tx.prepare_cached(ASK)?.execute(params![
        id.as_bytes(),
        case.as_bytes(),
        SurveyAbout::Request.name(),
        round,
        closing.unwrap_or_default(),
        now.millis(),
        bank,
        language,
        call_from.millis(),
    ])?;
    Ok(())
}

/// A request that is open again is asked about when it is closed.
pub(crate) fn request_reopened(tx: &Transaction<'_>, case: DocId) -> Result<(), CoreError> {
    tx.prepare_cached(PUT_OFF)?.execute([case.as_bytes()])?;
    Ok(())
}
