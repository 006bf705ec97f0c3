//! Rows of trips; written in the transaction of their document.

use domain::{DocId, FieldValue, TripField, TripView};
use rusqlite::{Transaction, params};

use super::documents::Scope;
use super::error::Result;

const UPSERT: &str = "INSERT INTO trips (doc, in_scope, technician, kind, origin, destination, started_at,
        ended_at, distance_m, void, jobs, receipts)
    VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT (doc) DO UPDATE SET technician = ?2, kind = ?3, origin = ?4, destination = ?5,
        started_at = ?6, ended_at = ?7, distance_m = ?8, void = ?9, jobs = ?10, receipts = ?11";
const CLEAR_JOBS: &str = "DELETE FROM trip_jobs WHERE trip = ?1";
const ADD_JOB: &str = "INSERT INTO trip_jobs (trip, job) VALUES (?1, ?2)";
const REMOVE: &str = "DELETE FROM trips WHERE doc = ?1";
const SET_SCOPE: &str = "UPDATE trips SET in_scope = ?2 WHERE doc = ?1";

/// Writes the row of a trip and the jobs that it names.
pub(crate) fn write(transaction: &Transaction<'_>, view: &TripView) -> Result<()> {
    let receipts = view.receipts.iter().filter(|line| line.void.is_none()).count();
    transaction.prepare_cached(UPSERT)?.execute(params![
        view.id.as_bytes(),
        view.technician.as_bytes(),
        text(view, TripField::Kind),
        text(view, TripField::From),
        text(view, TripField::To),
        number(view, TripField::StartedAt),
        number(view, TripField::EndedAt),
        number(view, TripField::DistanceM),
        view.void,
        i64::try_from(view.jobs.len()).unwrap_or(i64::MAX),
        i64::try_from(receipts).unwrap_or(i64::MAX),
    ])?;
    transaction.prepare_cached(CLEAR_JOBS)?.execute([view.id.as_bytes()])?;
    let mut add = transaction.prepare_cached(ADD_JOB)?;
    for job in &view.jobs {
        add.execute([view.id.as_bytes(), job.as_bytes()])?;
    }
    Ok(())
}

fn text(view: &TripView, field: TripField) -> &str {
    match view.fields.get(&field) {
        Some(FieldValue::Text(text)) => text,
        _ => "",
    }
}

fn number(view: &TripView, field: TripField) -> Option<i64> {
    match view.fields.get(&field) {
        Some(FieldValue::Int(number)) => Some(*number),
        Some(FieldValue::Instant(instant)) => Some(instant.millis()),
        _ => None,
    }
}

pub(crate) fn set_scope(transaction: &Transaction<'_>, doc: DocId, scope: Scope) -> Result<()> {
    transaction.prepare_cached(SET_SCOPE)?.execute(params![doc.as_bytes(), scope == Scope::In])?;
    Ok(())
}

/// Takes the row of a trip away, and the jobs that it names.
pub(crate) fn remove(transaction: &Transaction<'_>, doc: DocId) -> Result<()> {
    transaction.execute(REMOVE, [doc.as_bytes()])?;
    transaction.execute(CLEAR_JOBS, [doc.as_bytes()])?;
    Ok(())
}
