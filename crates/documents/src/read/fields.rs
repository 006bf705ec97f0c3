//! The single-value fields.

use domain::{FieldConflict, FieldValue, Instant, JobField, JobFields, TripField, TripFields, Uuid};

use super::choose::{candidates, conflict, standing};
use super::node::{Node, Slot};
use crate::inspect::Scalar;
use crate::schema::ScalarType;

/// The fields of a job that have a value. `section` gives the node of a section.
pub(super) fn job_fields<'a>(
    section: impl Fn(&str) -> Option<&'a Node>,
    conflicts: &mut Vec<FieldConflict>,
) -> JobFields {
    let mut fields = JobFields::new();
    for field in JobField::ALL {
        let slots = section(field.section()).map_or(&[][..], |node| node.slots(field.key()));
        let kind = ScalarType::of_field(field.value_type());
        if let Some(value) = standing(slots, kind, field.rule()).and_then(field_value) {
            fields.insert(*field, value);
        }
        note_conflict(slots, conflicts, || conflict(|| field.path(), candidates(slots, kind, field.rule())));
    }
    fields
}

/// The fields of a trip that have a value.
pub(super) fn trip_fields(root: &Node, conflicts: &mut Vec<FieldConflict>) -> TripFields {
    let mut fields = TripFields::new();
    for field in TripField::ALL {
        let slots = root.slots(field.key());
        let kind = ScalarType::of_field(field.value_type());
        if let Some(value) = standing(slots, kind, field.rule()).and_then(field_value) {
            fields.insert(*field, value);
        }
        note_conflict(slots, conflicts, || conflict(|| field.path(), candidates(slots, kind, field.rule())));
    }
    fields
}

/// Looks for a conflict only where more than one value stands.
pub(super) fn note_conflict(
    slots: &[Slot],
    conflicts: &mut Vec<FieldConflict>,
    find: impl FnOnce() -> Option<FieldConflict>,
) {
    if slots.len() > 1 {
        conflicts.extend(find());
    }
}

fn field_value(scalar: &Scalar) -> Option<FieldValue> {
    match scalar {
        Scalar::Text(text) => Some(FieldValue::Text(text.clone())),
        Scalar::Int(number) => Some(FieldValue::Int(*number)),
        Scalar::Bool(yes) => Some(FieldValue::Bool(*yes)),
        Scalar::Timestamp(millis) => Some(FieldValue::Instant(Instant::from_millis(*millis))),
        Scalar::Bytes(bytes) => Uuid::from_slice(bytes).ok().map(FieldValue::Id),
        Scalar::Uint(_) | Scalar::Null | Scalar::Foreign => None,
    }
}
