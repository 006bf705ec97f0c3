//! The dispatcher's conflict inbox: what cannot both hold, since when, and
//! whether a later write has settled it. Nothing is ever taken out of it here;
//! what the office decided stands in a table of its own.

use std::collections::BTreeMap;

use domain::{DocId, Event, FieldConflict, JobView, StatusConflict, TripView};
use rusqlite::{Transaction, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Fold;
use crate::error::CoreError;

/// The kinds that a document can stop showing.
const STANDING: &str = "SELECT id, mark, detail FROM conflicts \
     WHERE doc = ?1 AND superseded_at IS NULL AND kind <> 'late_work'";
const OPEN: &str = "INSERT INTO conflicts (id, doc, kind, path, mark, detail, opened_at, received_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const SUPERSEDE: &str = "UPDATE conflicts SET superseded_at = ?2 WHERE id = ?1";
const RETELL: &str = "UPDATE conflicts SET detail = ?2 WHERE id = ?1";

/// The kind of a field with several values.
pub(crate) const FIELD: &str = "field";
/// The kind of work that came after the assignment was withdrawn.
pub(crate) const LATE_WORK: &str = "late_work";

/// A conflict as the document shows it now.
pub(super) struct Found {
    kind: &'static str,
    path: String,
    /// What makes it this conflict and not the next at the same place.
    distinction: String,
    detail: Value,
}

/// What a job shows.
pub(super) fn of_job(view: &JobView) -> Result<Vec<Found>, CoreError> {
    let fields = view.field_conflicts.iter().map(of_field);
    let statuses = view.status_conflicts.iter().map(|conflict| Ok(of_status(view, conflict)));
    fields.chain(statuses).collect()
}

/// What a trip shows.
pub(super) fn of_trip(view: &TripView) -> Result<Vec<Found>, CoreError> {
    view.field_conflicts.iter().map(of_field).collect()
}

/// Another set of written values at one place is another conflict: a decision on
/// the first says nothing of it.
fn of_field(conflict: &FieldConflict) -> Result<Found, CoreError> {
    let mut ops: Vec<&str> = conflict.values.iter().map(|rival| rival.op.as_str()).collect();
    ops.sort_unstable();
    let detail = serde_json::to_value(&conflict.values)
        .map_err(|error| CoreError::refused(wire::ErrorCode::Internal, error.to_string()))?;
    Ok(Found {
        kind: FIELD,
        path: conflict.path.clone(),
        distinction: ops.join(" "),
        detail: json!({ "values": detail }),
    })
}

/// Known by the event that was overruled: what stands may move on meanwhile.
fn of_status(view: &JobView, conflict: &StatusConflict) -> Found {
    let event = |id| view.event(id).map(event_json);
    Found {
        kind: conflict.kind.name(),
        path: format!("events.{}", conflict.against),
        distinction: String::new(),
        detail: json!({ "stands": event(conflict.stands), "against": event(conflict.against) }),
    }
}

fn event_json(event: &Event) -> Value {
    json!({
        "id": event.id.to_string(),
        "kind": event.kind.name(),
        "at": event.stamp.at.millis(),
        "by": event.by.to_string(),
        "reason": event.reason,
        "technician": event.technician.map(|id| id.to_string()),
    })
}

/// Opens what is new, retells what moved on, marks what a later write settled.
pub(super) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>, found: Vec<Found>) -> Result<(), CoreError> {
    let mut standing = standing(tx, fold.doc)?;
    for conflict in found {
        let mark = format!("{}/{}/{}", conflict.kind, conflict.path, conflict.distinction);
        let detail = conflict.detail.to_string();
        match standing.remove(&mark) {
            Some(row) if row.detail == detail => {}
            Some(row) => {
                tx.prepare_cached(RETELL)?.execute((row.id, detail))?;
            }
            None => open(tx, fold, &Opened { kind: conflict.kind, path: conflict.path, mark, detail })?,
        }
    }
    for settled in standing.into_values() {
        tx.prepare_cached(SUPERSEDE)?.execute((settled.id, fold.position))?;
    }
    match late_work(fold) {
        Some(late) => open(tx, fold, &late),
        None => Ok(()),
    }
}

/// One entry for all late changes of a batch.
fn late_work(fold: &Fold<'_>) -> Option<Opened> {
    let mark = fold.late.first()?.to_string();
    let changes: Vec<String> = fold.late.iter().map(ToString::to_string).collect();
    let detail = json!({ "changes": changes, "by": fold.by.map(|by| by.to_string()) }).to_string();
    Some(Opened { kind: LATE_WORK, path: format!("changes.{mark}"), mark, detail })
}

struct Standing {
    id: [u8; 16],
    detail: String,
}

fn standing(tx: &Transaction<'_>, doc: DocId) -> Result<BTreeMap<String, Standing>, CoreError> {
    let mut statement = tx.prepare_cached(STANDING)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        Ok((row.get(1)?, Standing { id: row.get(0)?, detail: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Opened {
    kind: &'static str,
    path: String,
    mark: String,
    detail: String,
}

fn open(tx: &Transaction<'_>, fold: &Fold<'_>, conflict: &Opened) -> Result<(), CoreError> {
    tx.prepare_cached(OPEN)?.execute(params![
        conflict_id(fold.doc, &conflict.mark, fold.position),
        fold.doc.as_bytes(),
        conflict.kind,
        conflict.path,
        conflict.mark,
        conflict.detail,
        fold.position,
        fold.received_at.millis(),
    ])?;
    Ok(())
}

/// Follows from the document, the conflict and where it opened: a rebuild gives
/// the same.
fn conflict_id(doc: DocId, mark: &str, position: i64) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(doc.as_bytes());
    digest.update(position.to_be_bytes());
    digest.update(mark);
    let digest = digest.finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    id
}
