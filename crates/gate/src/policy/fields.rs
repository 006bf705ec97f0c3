//! Single values: fields of a job and of a trip, the jobs of a trip.

use std::str::FromStr;

use documents::inspect::Scalar;
use documents::schema::{ScalarType, TRIP_VOID};
use domain::{DocId, DocKind, JobField, TripField};

use super::place::{Act, Target};
use super::refuse;
use super::scene::Scene;
use crate::refusal::{Refusal, RefusalCode};

/// A scalar in the root, written by an edit: only a trip has such fields.
pub(super) fn check_root(scene: &Scene<'_>, key: &str, value: &Scalar) -> Result<(), Refusal> {
    if scene.case.kind == DocKind::Trip && key == TRIP_VOID.key {
        scene.allow(Act::Void, &Target::TripVoid, key)?;
        return check_reason(key, TRIP_VOID.value, value);
    }
    check_root_field(scene, Act::Set, key, value)
}

/// A field of a trip.
pub(super) fn check_root_field(
    scene: &Scene<'_>,
    act: Act,
    key: &str,
    value: &Scalar,
) -> Result<(), Refusal> {
    let field = match scene.case.kind {
        DocKind::Trip => TripField::at("", key),
        DocKind::Job => None,
    };
    let field = field.ok_or_else(|| no_such_place(key))?;
    scene.allow(act, &Target::TripField(field), key)?;
    check_value(key, ScalarType::of_field(field.value_type()), value)
}

/// A field of a section, set or cleared by an edit.
pub(super) fn check_field(
    scene: &Scene<'_>,
    (section, key): (&str, &str),
    value: &Scalar,
) -> Result<(), Refusal> {
    check_section_field(scene, Act::Set, (section, key), value)
}

/// A field of a section.
pub(super) fn check_section_field(
    scene: &Scene<'_>,
    act: Act,
    (section, key): (&str, &str),
    value: &Scalar,
) -> Result<(), Refusal> {
    let path = format!("{section}.{key}");
    let field = match scene.case.kind {
        DocKind::Job => JobField::at(section, key),
        DocKind::Trip => None,
    };
    let field = field.ok_or_else(|| no_such_place(&path))?;
    scene.allow(act, &Target::JobField(field), &path)?;
    check_value(&path, ScalarType::of_field(field.value_type()), value)
}

/// A job put on a trip, or taken off it.
pub(super) fn check_member(scene: &Scene<'_>, key: &str, value: &Scalar) -> Result<(), Refusal> {
    let path = format!("jobs.{key}");
    scene.allow(Act::Set, &Target::TripJobs, &path)?;
    check_member_value(&path, key, value)
}

/// The key is a job's UUID as it is printed, the value true, or null once taken off.
pub(super) fn check_member_value(path: &str, key: &str, value: &Scalar) -> Result<(), Refusal> {
    let is_id = DocId::from_str(key).is_ok_and(|id| id.to_string() == key);
    if is_id && matches!(value, Scalar::Bool(true) | Scalar::Null) {
        Ok(())
    } else {
        Err(refuse(RefusalCode::ValueInvalid, path, "the key must be a job's id, and the value true or null"))
    }
}

/// A value that may be cleared.
fn check_value(path: &str, kind: ScalarType, value: &Scalar) -> Result<(), Refusal> {
    if *value == Scalar::Null { Ok(()) } else { check_present(path, kind, value) }
}

/// A value that must be there.
pub(super) fn check_present(path: &str, kind: ScalarType, value: &Scalar) -> Result<(), Refusal> {
    if kind.admits(value) {
        Ok(())
    } else {
        Err(refuse(RefusalCode::ValueInvalid, path, format!("it must be {}", kind.describe())))
    }
}

/// A reason that somebody can read.
pub(super) fn check_reason(path: &str, kind: ScalarType, value: &Scalar) -> Result<(), Refusal> {
    check_present(path, kind, value)?;
    match value {
        Scalar::Text(text) if text.trim().is_empty() => {
            Err(refuse(RefusalCode::ValueInvalid, path, "a reason must be given"))
        }
        _ => Ok(()),
    }
}

fn no_such_place(path: &str) -> Refusal {
    refuse(RefusalCode::PathUnknown, path, "there is no such place in the document")
}
