//! A trip as people see it.

use domain::{DocId, DocKind, MergeRule, TripView, UserId, Uuid};

use super::choose::{candidates, conflict, standing};
use super::entries::Entry;
use super::fields::{note_conflict, trip_fields};
use super::job::schema_in;
use super::node::{Held, Node, Reader, id_in};
use crate::ReadError;
use crate::inspect::Scalar;
use crate::schema::{ScalarType, TRIP_VOID, entry_shape};

/// Reads a trip. What a later schema added is passed over.
pub(crate) fn trip(reader: &Reader<'_>) -> Result<TripView, ReadError> {
    let root = reader.root();
    let mut field_conflicts = Vec::new();
    let fields = trip_fields(&root, &mut field_conflicts);
    let void = root.slots(TRIP_VOID.key);
    note_conflict(void, &mut field_conflicts, || {
        conflict(|| TRIP_VOID.key.to_owned(), candidates(void, TRIP_VOID.value, MergeRule::TechnicianWins))
    });
    let receipts: Vec<Entry> = entry_shape(DocKind::Trip, "receipts")
        .map(|shape| Entry::all(reader, &root, shape))
        .unwrap_or_default();
    receipts.iter().for_each(|entry| entry.note_conflicts(&mut field_conflicts));
    Ok(TripView {
        id: id_in(&root)?,
        schema: schema_in(&root)?,
        technician: technician_in(&root)?,
        fields,
        jobs: jobs_in(&reader.node(&root.maps("jobs"))),
        receipts: receipts.iter().filter_map(Entry::receipt_line).collect(),
        void: void_in(&root),
        field_conflicts,
    })
}

/// Why the trip is void, if it is.
pub(crate) fn void_in(root: &Node) -> Option<String> {
    match standing(root.slots(TRIP_VOID.key), TRIP_VOID.value, MergeRule::TechnicianWins)? {
        Scalar::Text(reason) => Some(reason.clone()),
        _ => None,
    }
}

/// The jobs on the trip: key the UUID, value true.
pub(crate) fn jobs_in(jobs: &Node) -> Vec<DocId> {
    jobs.keys()
        .filter(|(_, slots)| {
            standing(slots, ScalarType::Bool, MergeRule::TechnicianWins) == Some(&Scalar::Bool(true))
        })
        .filter_map(|(key, _)| key.parse().ok().filter(|id: &DocId| id.to_string() == key))
        .collect()
}

fn technician_in(root: &Node) -> Result<UserId, ReadError> {
    root.slots("technician")
        .iter()
        .find_map(|slot| match &slot.held {
            Held::Scalar(Scalar::Bytes(bytes)) => Uuid::from_slice(bytes).ok().map(UserId::from_uuid),
            _ => None,
        })
        .ok_or_else(|| ReadError { path: "technician".to_owned() })
}
