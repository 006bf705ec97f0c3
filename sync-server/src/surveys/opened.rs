//! The survey of a job follows the job: made when it is closed, put off when it is
//! opened again, void when it is cancelled. Called for each batch of a job.

use domain::{DocId, Event, EventKind, FieldValue, JobField, JobView, Role, Status, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::complete::settled;
use super::row::COLUMNS;
use super::{SurveyId, SurveyRow, SurveyState, attribution, day_of, invite, questions, touched};
use crate::error::CoreError;
use crate::readmodel::Fold;

const BY_JOB: &str = "SELECT {} FROM surveys WHERE job = ?1";
const BEGIN: &str = "SELECT position FROM surveys_begin";
const ASK: &str = "INSERT INTO surveys (id, job, position, round, closing_event, closed_at, agency, \
     technicians, bank, language, state, call_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open', ?11) \
     ON CONFLICT (id) DO UPDATE SET position = excluded.position, round = excluded.round, \
     closing_event = excluded.closing_event, closed_at = excluded.closed_at, agency = excluded.agency, \
     technicians = excluded.technicians, bank = excluded.bank, language = excluded.language, state = 'open', \
     call_from = excluded.call_from";
const MOVE: &str = "UPDATE surveys SET position = ?2, state = ?3 WHERE id = ?1";
const SET_VOID: &str = "UPDATE surveys SET position = ?2, job_void = ?3 WHERE id = ?1";
const FORGET_TECHNICIANS: &str = "DELETE FROM survey_technicians WHERE survey = ?1";
const ADD_TECHNICIAN: &str =
    "INSERT OR IGNORE INTO survey_technicians (technician, closed_at, survey) VALUES (?1, ?2, ?3)";
const ROLE: &str = "SELECT role FROM users WHERE id = ?1";

/// Brings the survey of a job up to date. A batch at or before the one that last
/// moved it, as a rebuild replays them, moves nothing.
pub(crate) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>, view: &JobView) -> Result<(), CoreError> {
    let closing = closing_event(view);
    match (of_job(tx, fold.doc)?, closing) {
        (None, None) => Ok(()),
        (None, Some(closing)) => {
            let begin: i64 = tx.prepare_cached(BEGIN)?.query_row([], |row| row.get(0))?;
            if fold.position <= begin { Ok(()) } else { ask(tx, fold, view, closing, 1) }
        }
        (Some(known), _) if fold.position <= known.position => Ok(()),
        (Some(known), closing) => follow(tx, fold, view, &known, closing),
    }
}

/// The survey of a job, or of a request by its case.
pub(super) fn of_job(connection: &Connection, job: DocId) -> Result<Option<SurveyRow>, CoreError> {
    let sql = BY_JOB.replace("{}", COLUMNS);
    Ok(connection.prepare_cached(&sql)?.query_row([job.as_bytes()], SurveyRow::read).optional()?)
}

/// The event that closed the job, if it is closed and was not taken over so.
fn closing_event(view: &JobView) -> Option<&Event> {
    let since = view.status_since.and_then(|event| view.event(event))?;
    (view.status == Status::Closed && since.kind == EventKind::Closed).then_some(since)
}

/// Whom and what a survey speaks of, as it stands at the closing.
struct Frozen {
    agency: Option<[u8; 16]>,
    technicians: Vec<UserId>,
    bank: Option<i64>,
    language: Option<String>,
}

fn freeze(tx: &Transaction<'_>, view: &JobView, closing: &Event) -> Result<Frozen, CoreError> {
    let mut failed = None;
    let technicians = attribution::completed_by(view, closing, |person| {
        goes_to_customers(tx, person).unwrap_or_else(|error| {
            failed = Some(error);
            true
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let agency = view.id_of(JobField::AssignmentRepresentative);
    let agency_id = agency.map(domain::AgencyId::from_uuid);
    Ok(Frozen {
        agency: agency.map(domain::Uuid::into_bytes),
        technicians,
        bank: questions::bank_at(tx, agency_id, day_of(closing.stamp.at))?.0,
        language: invite::language_of(tx, view)?,
    })
}

/// Whoever is not known to be of the office goes to customers.
fn goes_to_customers(tx: &Transaction<'_>, person: UserId) -> Result<bool, CoreError> {
    let role: Option<String> =
        tx.prepare_cached(ROLE)?.query_row([person.as_bytes()], |row| row.get(0)).optional()?;
    Ok(role.is_none_or(|role| role == Role::Technician.name()))
}

/// Asks about the visit that completed the job: for the first time, or, where nobody
/// answered before it was closed again, anew.
fn ask(
    tx: &Transaction<'_>,
    fold: &Fold<'_>,
    view: &JobView,
    closing: &Event,
    round: i64,
) -> Result<(), CoreError> {
    let (id, frozen) = (SurveyId::of(fold.doc), freeze(tx, view, closing)?);
    let call_from = invite::queue(tx, fold, view, (id, round))?;
    tx.prepare_cached(ASK)?.execute(params![
        id.as_bytes(),
        fold.doc.as_bytes(),
        fold.position,
        round,
        closing.id.as_bytes(),
        closing.stamp.at.millis(),
        frozen.agency,
        json(&frozen.technicians),
        frozen.bank,
        frozen.language,
        call_from.millis(),
    ])?;
    write_technicians(tx, id, closing, &frozen.technicians)?;
    touched(tx, fold.doc)
}

fn follow(
    tx: &Transaction<'_>,
    fold: &Fold<'_>,
    view: &JobView,
    known: &SurveyRow,
    closing: Option<&Event>,
) -> Result<(), CoreError> {
    use SurveyState as S;
    let is_void = view.status == Status::Cancelled;
    match (known.state, closing) {
        (S::Completed, _) if known.job_void == is_void => Ok(()),
        (S::Completed, _) => {
            tx.prepare_cached(SET_VOID)?.execute((known.id.as_bytes(), fold.position, is_void))?;
            settled(tx, known.id).map(drop)
        }
        (S::Open | S::Unreachable | S::Refused, Some(closing)) if closing.id == known.closing_event => Ok(()),
        (_, Some(closing)) => ask(tx, fold, view, closing, known.round + 1),
        (S::Void, None) if is_void => Ok(()),
        (S::Reopened, None) if !is_void => Ok(()),
        (_, None) => {
            let state = if is_void { S::Void } else { S::Reopened };
            tx.prepare_cached(MOVE)?.execute((known.id.as_bytes(), fold.position, state.name()))?;
            touched(tx, fold.doc)
        }
    }
}

fn write_technicians(
    tx: &Transaction<'_>,
    id: SurveyId,
    closing: &Event,
    technicians: &[UserId],
) -> Result<(), CoreError> {
    tx.prepare_cached(FORGET_TECHNICIANS)?.execute([id.as_bytes()])?;
    for technician in technicians {
        tx.prepare_cached(ADD_TECHNICIAN)?.execute((
            technician.as_bytes(),
            closing.stamp.at.millis(),
            id.as_bytes(),
        ))?;
    }
    Ok(())
}

fn json(technicians: &[UserId]) -> String {
    serde_json::to_string(technicians).unwrap_or_else(|_| "[]".to_owned())
}

/// A text field that is not empty.
pub(super) fn text(view: &JobView, field: JobField) -> Option<&str> {
    match view.fields.get(&field) {
        Some(FieldValue::Text(text)) if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    }
}
