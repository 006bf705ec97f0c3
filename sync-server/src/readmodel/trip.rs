//! A trip's row and the jobs that it served.

use std::sync::LazyLock;

use domain::{DocId, FieldValue, TripField, TripView};
use rusqlite::{Transaction, params};

use super::Fold;
use super::upsert::Table;
use crate::error::CoreError;
use crate::sql::{column, int};

const TRIPS: Table = Table {
    name: "trips",
    keys: &["doc"],
    fixed: &["received_at"],
    columns: &[
        "technician",
        "kind",
        "from_place",
        "to_place",
        "started_at",
        "ended_at",
        "distance_m",
        "approval_request",
        "note",
        "void",
        "receipts_count",
        "updated_at",
        "position",
    ],
};
static UPSERT: LazyLock<String> = LazyLock::new(|| TRIPS.upsert());
const JOBS_OF: &str = "SELECT job FROM trip_jobs WHERE trip = ?1";
const ADD_JOB: &str = "INSERT OR IGNORE INTO trip_jobs (trip, job) VALUES (?1, ?2)";
const REMOVE_JOB: &str = "DELETE FROM trip_jobs WHERE trip = ?1 AND job = ?2";

/// Writes the rows.
pub(super) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>, view: &TripView) -> Result<(), CoreError> {
    use TripField as F;
    tx.prepare_cached(&UPSERT)?.execute(params![
        fold.doc.as_bytes(),
        fold.received_at.millis(),
        view.technician.as_bytes(),
        text(view, F::Kind),
        text(view, F::From),
        text(view, F::To),
        number(view, F::StartedAt),
        number(view, F::EndedAt),
        number(view, F::DistanceM),
        text(view, F::ApprovalRequest),
        text(view, F::Note),
        view.void,
        int(view.receipts.iter().filter(|line| line.void.is_none()).count()),
        fold.received_at.millis(),
        fold.position,
    ])?;
    fold_jobs(tx, fold.doc, &view.jobs)
}

fn fold_jobs(tx: &Transaction<'_>, trip: DocId, jobs: &[DocId]) -> Result<(), CoreError> {
    let mut statement = tx.prepare_cached(JOBS_OF)?;
    let rows = statement.query_map([trip.as_bytes()], |row| column::<DocId>(row, 0))?;
    let before: Vec<DocId> = rows.collect::<Result<_, _>>()?;
    for gone in before.iter().filter(|job| !jobs.contains(job)) {
        tx.prepare_cached(REMOVE_JOB)?.execute((trip.as_bytes(), gone.as_bytes()))?;
    }
    for added in jobs.iter().filter(|job| !before.contains(job)) {
        tx.prepare_cached(ADD_JOB)?.execute((trip.as_bytes(), added.as_bytes()))?;
    }
    Ok(())
}

fn text(view: &TripView, field: TripField) -> Option<&str> {
    match view.fields.get(&field) {
        Some(FieldValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(view: &TripView, field: TripField) -> Option<i64> {
    match view.fields.get(&field) {
        Some(FieldValue::Int(number)) => Some(*number),
        Some(FieldValue::Instant(instant)) => Some(instant.millis()),
        _ => None,
    }
}
