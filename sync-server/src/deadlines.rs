//! Deadlines of jobs: which clocks run, how they stand, and who is told when one runs
//! out (`docs/deadlines.md`). The arithmetic is the calendar crate's.
//!
//! `clock_rounds` is derived: a function of the job's events at their effective
//! instants, of the rulebook, of who has been heard, and of one stored instant up to
//! which the timer has settled (`settled_until`). A fold or a rebuild writes those
//! rows and nothing else. What people were told stands in tables of its own;
//! `tell` compares the two, so that nobody is told anything twice or not at all.

mod books;
mod choose;
mod escalate;
mod facts;
mod list;
mod rounds;
mod rules;
mod settle;
mod take_over;

use calendar::ClockKind;
use domain::{DocId, Instant, JobField, JobView};
use rusqlite::{OptionalExtension, Transaction};

pub(crate) use self::books::Calendars;
pub(crate) use self::choose::policies_of_request;
pub(crate) use self::escalate::{Audit, audit, tell};
pub(crate) use self::list::of_job;
pub use self::list::{
    Deadline, DeadlineFilter, DeadlinePage, DeadlineState, Escalated, OnWhat, job_deadlines, list_deadlines,
};
pub(crate) use self::rounds::write as write_rounds;
pub(crate) use self::rules::{Agreed, ClockRules, clock_problems};
pub(crate) use self::settle::unsettle_future;
pub use self::settle::{Deadlines, Evidence};
pub use self::take_over::{TakeOver, take_over_breach};
use crate::desk::is_request;
use crate::error::CoreError;
use crate::evidence::heard;
use crate::readmodel::{EventRows, Fold};
use crate::rulebook::Kind;
use crate::scores;
use crate::session::DeviceSession;
use crate::sql::column;

const UNIT: &str = "SELECT agency FROM job_units WHERE doc = ?1 ORDER BY since DESC LIMIT 1";
const ENTER_UNIT: &str = "INSERT INTO job_units (doc, since, agency) VALUES (?1, ?2, ?3) \
     ON CONFLICT (doc, since) DO UPDATE SET agency = excluded.agency";
const OPEN_JOBS: &str =
    "SELECT DISTINCT doc FROM clock_rounds WHERE state IN ('running', 'paused') ORDER BY doc";

/// Whether a clock is one of the responses that the monthly score counts together
/// (R5, R98, R104).
#[must_use]
pub const fn is_response(kind: ClockKind) -> bool {
    matches!(kind, ClockKind::FirstContact | ClockKind::FirstResponse | ClockKind::Reply)
}

/// Whether its breach goes to the quality officer. The repair clock, which pauses, is
/// for the score; the closing clock, which never does, is for people (R110).
#[must_use]
pub const fn escalates(kind: ClockKind) -> bool {
    !matches!(kind, ClockKind::Repair)
}

/// Brings the clocks of a job up to date after a batch.
pub(crate) fn fold(
    tx: &Transaction<'_>,
    fold: &Fold<'_>,
    view: &JobView,
    events: EventRows,
) -> Result<(), CoreError> {
    let moved = fold_unit(tx, fold, view)?;
    let chosen = choose::fold(tx, fold, view)?;
    if moved || chosen || events == EventRows::Moved {
        rounds::write(tx, fold.doc)?;
    }
    Ok(())
}

/// Notes the agency of a job from the moment at which the server learns of it; true
/// if it is another.
fn fold_unit(tx: &Transaction<'_>, fold: &Fold<'_>, view: &JobView) -> Result<bool, CoreError> {
    let agency = view.id_of(JobField::AssignmentRepresentative).map(domain::Uuid::into_bytes);
    let known: Option<Option<[u8; 16]>> =
        tx.prepare_cached(UNIT)?.query_row([fold.doc.as_bytes()], |row| row.get(0)).optional()?;
    if known == Some(agency) {
        return Ok(false);
    }
    tx.prepare_cached(ENTER_UNIT)?.execute((fold.doc.as_bytes(), fold.received_at.millis(), agency))?;
    Ok(true)
}

/// Something other than the log has moved the clocks of a job. A job of the writer.
pub(crate) fn job_changed(tx: &Transaction<'_>, doc: DocId, now: Instant) -> Result<(), CoreError> {
    rounds::write(tx, doc)?;
    if !is_request(tx, doc)? {
        scores::touch(tx, doc)?;
    }
    tell(tx, doc, now)
}

/// Something has moved the clocks of a request. A job of the writer.
pub(crate) fn request_changed(tx: &Transaction<'_>, request: DocId, now: Instant) -> Result<(), CoreError> {
    rounds::write(tx, request)?;
    tell(tx, request, now)
}

/// A phone has exchanged while deadlines waited for it. A job of the writer.
pub(crate) fn heard(tx: &Transaction<'_>, session: &DeviceSession, now: Instant) -> Result<(), CoreError> {
    for doc in heard::note_exchange(tx, session.device, session.user, now)? {
        tell(tx, doc, now)?;
    }
    Ok(())
}

/// Other rules have been entered. Calendars count for what still runs; policies for
/// jobs that come later.
pub(crate) fn rules_entered(tx: &Transaction<'_>, kind: Kind, now: Instant) -> Result<(), CoreError> {
    if kind != Kind::Calendar {
        return Ok(());
    }
    let mut statement = tx.prepare(OPEN_JOBS)?;
    let docs = statement.query_map([], |row| column(row, 0))?.collect::<Result<Vec<DocId>, _>>()?;
    docs.into_iter().try_for_each(|doc| job_changed(tx, doc, now))
}
