//! Single-value fields.

use std::collections::BTreeSet;

use automerge::ROOT;
use domain::{FieldType, FieldValue, JobFieldEdit, TripFieldEdit};

use super::draft::{Draft, check};
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;
use crate::schema::ScalarType;

impl Draft<'_> {
    pub(super) fn set_job_fields(&mut self, edits: &[JobFieldEdit]) -> Result<(), EditError> {
        reject_twice(edits.iter().map(|edit| edit.field.path()))?;
        edits.iter().try_for_each(|edit| {
            let value = checked_job_field(edit)?;
            self.put_job_field(edit, &value)
        })
    }

    /// Writes a field whose value was checked.
    pub(super) fn put_job_field(&mut self, edit: &JobFieldEdit, value: &Scalar) -> Result<(), EditError> {
        let (section, key) = (edit.field.section(), edit.field.key());
        let object = self.section(section)?;
        let node = self.reader.node(&self.root.maps(section));
        self.put(node.slots(key), &object, key, value);
        Ok(())
    }

    pub(super) fn set_trip_fields(&mut self, edits: &[TripFieldEdit]) -> Result<(), EditError> {
        self.require_valid_trip()?;
        reject_twice(edits.iter().map(|edit| edit.field.path()))?;
        for edit in edits {
            let value = checked_trip_field(edit)?;
            let slots = self.root.slots(edit.field.key()).to_vec();
            self.put(&slots, &ROOT, edit.field.key(), &value);
        }
        Ok(())
    }
}

/// The value of a field as it is written; null clears.
pub(super) fn checked_job_field(edit: &JobFieldEdit) -> Result<Scalar, EditError> {
    if edit.field.is_assignment() {
        return Err(invalid(edit.field.path(), "the assignment changes only by assigning"));
    }
    checked(edit.field.path(), edit.field.value_type(), edit.value.as_ref())
}

pub(super) fn checked_trip_field(edit: &TripFieldEdit) -> Result<Scalar, EditError> {
    checked(edit.field.path(), edit.field.value_type(), edit.value.as_ref())
}

pub(super) fn checked(
    path: String,
    kind: FieldType,
    value: Option<&FieldValue>,
) -> Result<Scalar, EditError> {
    let Some(value) = value else { return Ok(Scalar::Null) };
    let scalar = Scalar::of_field(value);
    check(|| path, ScalarType::of_field(kind), &scalar)?;
    Ok(scalar)
}

/// A command that sets one field twice does not say what it wants.
pub(super) fn reject_twice(paths: impl Iterator<Item = String>) -> Result<(), EditError> {
    let mut seen = BTreeSet::new();
    for path in paths {
        if !seen.insert(path.clone()) {
            return Err(invalid(path, "it is set twice in one command"));
        }
    }
    Ok(())
}
