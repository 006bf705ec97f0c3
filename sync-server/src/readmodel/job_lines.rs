//! A job's events with their evidence, its parts and labour as rows. Lines are never taken away from a
//! document, so rows are only added or changed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{ChangeHash, DocId, Event, EventId, Instant, JobView, LabourLine, PartLine, causal_order};
use rusqlite::{Transaction, params};

use super::upsert::Table;
use crate::error::CoreError;
use crate::evidence::{Evidence, decided_instants};
use crate::sql::int;

const EVENTS: Table = Table {
    name: "job_events",
    keys: &["doc", "event"],
    fixed: &["change", "received_at", "offset_ms", "corrected_at", "effective_at", "suspect"],
    columns: &[
        "kind",
        "at",
        "tz",
        "by",
        "reason",
        "until",
        "lat",
        "lon",
        "team",
        "technician",
        "misplaced",
        "place",
    ],
};
const PARTS: Table = Table {
    name: "job_parts",
    keys: &["doc", "line"],
    fixed: &[],
    columns: &[
        "part_no",
        "name",
        "quantity",
        "unit_minor",
        "currency",
        "serial_in",
        "serial_out",
        "source",
        "coverage",
        "by",
        "void",
    ],
};
const LABOUR: Table = Table {
    name: "job_labour",
    keys: &["doc", "labour"],
    fixed: &[],
    columns: &["technician", "started_at", "ended_at"],
};
static UPSERT_EVENT: LazyLock<String> = LazyLock::new(|| EVENTS.upsert());
static UPSERT_PART: LazyLock<String> = LazyLock::new(|| PARTS.upsert());
static UPSERT_LABOUR: LazyLock<String> = LazyLock::new(|| LABOUR.upsert());

/// Whether a batch told something of a job's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventRows {
    /// Rows came, or changed.
    Moved,
    /// All are as they were.
    Same,
}

/// Writes the rows that differ. Of an event that has a row its evidence stands there.
pub(super) fn fold(
    tx: &Transaction<'_>,
    doc: DocId,
    view: &JobView,
    evidence: &BTreeMap<EventId, Evidence>,
) -> Result<EventRows, CoreError> {
    let decided = if evidence.is_empty() { BTreeMap::new() } else { decided_instants(tx, doc)? };
    let mut events = EventRows::Same;
    let places: BTreeMap<EventId, usize> = causal_order(&view.events).into_iter().zip(0..).collect();
    for event in &view.events {
        let seen = Seen {
            place: places.get(&event.id).copied().unwrap_or_default(),
            misplaced: view.misplaced.contains(&event.id),
            evidence: evidence.get(&event.id).copied(),
            decided: decided.get(&event.id).copied(),
        };
        if fold_event(tx, doc, event, &seen)? > 0 {
            events = EventRows::Moved;
        }
    }
    for line in &view.parts {
        fold_part(tx, doc, line)?;
    }
    for line in &view.labour {
        fold_labour(tx, doc, line)?;
    }
    Ok(events)
}

/// What stands beside an event in its row.
struct Seen {
    /// Its place among the events of the job as their authors saw them follow.
    place: usize,
    misplaced: bool,
    evidence: Option<Evidence>,
    decided: Option<Instant>,
}

fn fold_event(tx: &Transaction<'_>, doc: DocId, event: &Event, seen: &Seen) -> Result<usize, CoreError> {
    let evidence = seen.evidence.as_ref();
    let corrected_at = evidence.map_or(event.stamp.at, |evidence| evidence.corrected_at);
    Ok(tx.prepare_cached(&UPSERT_EVENT)?.execute(params![
        doc.as_bytes(),
        event.id.as_bytes(),
        evidence.and_then(|evidence| evidence.change.as_ref()).map(ChangeHash::as_bytes),
        evidence.map_or(0, |evidence| evidence.received_at.millis()),
        evidence.and_then(|evidence| evidence.offset_ms),
        corrected_at.millis(),
        seen.decided.unwrap_or(corrected_at).millis(),
        evidence.and_then(|evidence| evidence.suspect).filter(|_| seen.decided.is_none()),
        event.kind.name(),
        event.stamp.at.millis(),
        event.stamp.offset_minutes,
        event.by.as_bytes(),
        event.reason,
        event.until.map(domain::Instant::millis),
        event.position.map(|position| position.lat_microdegrees),
        event.position.map(|position| position.lon_microdegrees),
        event.team,
        event.technician.map(domain::Uuid::into_bytes),
        seen.misplaced,
        int(seen.place),
    ])?)
}

fn fold_part(tx: &Transaction<'_>, doc: DocId, line: &PartLine) -> Result<(), CoreError> {
    let part = &line.part;
    tx.prepare_cached(&UPSERT_PART)?.execute(params![
        doc.as_bytes(),
        line.id.as_bytes(),
        part.part_no,
        part.name,
        part.quantity.0,
        part.unit_price.minor,
        part.unit_price.currency.code(),
        part.serial_in,
        part.serial_out,
        part.source.name(),
        part.coverage.name(),
        line.by.as_bytes(),
        line.void,
    ])?;
    Ok(())
}

fn fold_labour(tx: &Transaction<'_>, doc: DocId, line: &LabourLine) -> Result<(), CoreError> {
    tx.prepare_cached(&UPSERT_LABOUR)?.execute(params![
        doc.as_bytes(),
        line.id.as_bytes(),
        line.technician.as_bytes(),
        line.started_at.millis(),
        line.ended_at.map(domain::Instant::millis),
    ])?;
    Ok(())
}
