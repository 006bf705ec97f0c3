//! A request follows its visits: what a technician did, if offline and days ago, shows on
//! it, and when its visits are over so is the work. Called after each batch of a job; a
//! rebuild, which replays what was followed long ago, does not.

use desk::{RequestStatus, Step};
use domain::{DocId, DocView, EventKind, Instant, JobView, Status};
use rusqlite::{OptionalExtension, Transaction};
use serde_json::json;

use super::activity::{self, Author, Kind, Message, NewActivity};
use super::acts::stepped;
use super::row::{RequestId, RequestRow, find_request};
use super::{clocks, contracts};
use crate::error::CoreError;
use crate::sql::column;

const LINK: &str = "SELECT request, position, status FROM request_jobs WHERE job = ?1";
const SEEN: &str = "UPDATE request_jobs SET position = ?2, status = ?3 WHERE job = ?1";
const OPEN_VISITS: &str = "SELECT count(*) FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request = ?1 AND jobs.status NOT IN ('done', 'closed', 'cancelled')";
const DONE_VISITS: &str = "SELECT count(*) FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request = ?1 AND jobs.status IN ('done', 'closed')";
const WHEN: &str = "SELECT max(effective_at) FROM job_events WHERE doc = ?1 AND kind = ?2 AND misplaced = 0";
const PROMISED: &str = "SELECT until, effective_at FROM job_events \
     WHERE doc = ?1 AND kind = 'promised' AND misplaced = 0 ORDER BY effective_at DESC, place DESC LIMIT 1";

/// Brings the request of a job up to date after a batch at a position.
pub(crate) fn follow_job(
    tx: &Transaction<'_>,
    job: DocId,
    view: &DocView,
    (position, now): (i64, Instant),
) -> Result<(), CoreError> {
    let DocView::Job(view) = view else { return Ok(()) };
    let link: Option<(RequestId, i64, String)> = tx
        .prepare_cached(LINK)?
        .query_row([job.as_bytes()], |row| Ok((column(row, 0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((request, seen, before)) = link else { return Ok(()) };
    if position <= seen {
        return Ok(());
    }
    tx.prepare_cached(SEEN)?.execute((job.as_bytes(), position, view.status.name()))?;
    let Some(mut request) = find_request(tx, request)? else { return Ok(()) };
    take_promise(tx, &mut request, job)?;
    if before != view.status.name() {
        moved(tx, &mut request, (job, view), (&before, position, now))?;
    }
    // What was said to the customer on the visit answers the clocks of the request.
    clocks::moved(tx, request.id, now)
}

/// A time that the technician promised is the customer's to see.
fn take_promise(tx: &Transaction<'_>, request: &mut RequestRow, job: DocId) -> Result<(), CoreError> {
    const SQL: &str = "UPDATE requests SET promised_at = ?2 WHERE id = ?1";
    let promised: Option<(Option<Instant>, Instant)> = tx
        .prepare_cached(PROMISED)?
        .query_row([job.as_bytes()], |row| Ok((column(row, 0)?, column(row, 1)?)))
        .optional()?;
    let Some(until) = promised.and_then(|(until, _)| until) else { return Ok(()) };
    if request.promised_at.is_none_or(|known| known < until) {
        request.promised_at = Some(until);
        tx.prepare_cached(SQL)?.execute((request.id.as_bytes(), until.millis()))?;
    }
    Ok(())
}

/// One message for one thing: a visit that ends the request is told as the work that is
/// done, and closing a visit is the office's own affair.
fn moved(
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    (job, view): (DocId, &JobView),
    (before, position, now): (&str, i64, Instant),
) -> Result<(), CoreError> {
    let ends = is_all_done(tx, request.id)?;
    let mut activity = NewActivity::new(Author::Server, Kind::VisitMoved);
    activity.job = Some(job);
    activity.at = event_at(tx, job, view)?;
    activity.detail = json!({ "from": before, "to": view.status.name() });
    let told_as_finished = ends && stepped(request, Step::Finish).is_ok();
    if told_as_finished || view.status == Status::Closed {
        activity.message = Message::None;
    }
    activity::write(tx, request, &activity, random(job, position, 0), now)?;
    if ends {
        finish(tx, request, (job, view), (position, now))?;
    } else if view.status == Status::New && request.status == RequestStatus::Done {
        // The visit was opened again.
        reopen(tx, request, job, (position, now))?;
    }
    Ok(())
}

fn event_at(tx: &Transaction<'_>, job: DocId, view: &JobView) -> Result<Option<Instant>, CoreError> {
    let since = view.status_since.and_then(|event| view.event(event));
    let Some(event) = since else { return Ok(None) };
    let at: Option<i64> =
        tx.prepare_cached(WHEN)?.query_row((job.as_bytes(), event.kind.name()), |row| row.get(0))?;
    Ok(at.map(Instant::from_millis))
}

fn is_all_done(tx: &Transaction<'_>, request: RequestId) -> Result<bool, CoreError> {
    let count = |sql: &str| -> Result<i64, CoreError> {
        Ok(tx.prepare_cached(sql)?.query_row([request.as_bytes()], |row| row.get(0))?)
    };
    Ok(count(OPEN_VISITS)? == 0 && count(DONE_VISITS)? > 0)
}

/// The last visit is over: the work is done and handed over, at the instant at which the
/// technician finished it. A complaint is finished by its decision, not by a visit.
fn finish(
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    (job, view): (DocId, &JobView),
    (position, now): (i64, Instant),
) -> Result<(), CoreError> {
    let Ok(status) = stepped(request, Step::Finish) else { return Ok(()) };
    let at: Option<i64> =
        tx.prepare_cached(WHEN)?.query_row((job.as_bytes(), EventKind::Done.name()), |row| row.get(0))?;
    let at = at.map_or(now, Instant::from_millis);
    request.status = status;
    request.finished_at = Some(at);
    contracts::take_work(tx, request, (None, now))?;
    let solution = view.solution.trim();
    request.result = (!solution.is_empty()).then(|| solution.to_owned());
    let mut finished = NewActivity::new(Author::Server, Kind::Finished);
    finished.at = Some(at);
    finished.text.clone_from(&request.result);
    finished.job = Some(job);
    activity::write(tx, request, &finished, random(job, position, 1), now)?;
    Ok(())
}

fn reopen(
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    job: DocId,
    (position, now): (i64, Instant),
) -> Result<(), CoreError> {
    request.status = stepped(request, Step::Reopen)?;
    (request.finished_at, request.ended_at) = (None, None);
    let mut reopened = NewActivity::new(Author::Server, Kind::Reopened);
    reopened.job = Some(job);
    activity::write(tx, request, &reopened, random(job, position, 2), now)?;
    Ok(())
}

/// An event's id that follows from the batch, since no randomness is at hand.
fn random(job: DocId, position: i64, part: u8) -> [u8; 8] {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    digest.update(job.as_bytes());
    digest.update(position.to_be_bytes());
    digest.update([part]);
    crate::log::first_eight(&digest.finalize())
}
