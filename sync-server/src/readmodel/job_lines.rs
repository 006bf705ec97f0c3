//! A job's events, parts and labour as rows. Lines are never taken away from a
//! document, so rows are only added or changed.

use std::sync::LazyLock;

use domain::{DocId, Event, JobView, LabourLine, PartLine};
use rusqlite::{Transaction, params};

use super::upsert::Table;
use crate::error::CoreError;

const EVENTS: Table = Table {
    name: "job_events",
    keys: &["doc", "event"],
    fixed: &[],
    columns: &["kind", "at", "tz", "by", "reason", "until", "lat", "lon", "team", "technician", "misplaced"],
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

/// Writes the rows that differ.
pub(super) fn fold(tx: &Transaction<'_>, doc: DocId, view: &JobView) -> Result<(), CoreError> {
    for event in &view.events {
        fold_event(tx, doc, event, view.misplaced.contains(&event.id))?;
    }
    for line in &view.parts {
        fold_part(tx, doc, line)?;
    }
    for line in &view.labour {
        fold_labour(tx, doc, line)?;
    }
    Ok(())
}

fn fold_event(tx: &Transaction<'_>, doc: DocId, event: &Event, misplaced: bool) -> Result<(), CoreError> {
    tx.prepare_cached(&UPSERT_EVENT)?.execute(params![
        doc.as_bytes(),
        event.id.as_bytes(),
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
        misplaced,
    ])?;
    Ok(())
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
