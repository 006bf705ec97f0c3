//! The first change of a document: exactly the template, the root values, what is
//! given, and for a job its `registered` event. Nothing else.

use documents::SCHEMA_VERSION;
use documents::inspect::Scalar;
use documents::schema::{root_rows, template};
use domain::{DocKind, EventKind, JobField};

use super::fields::{check_member_value, check_present, check_root_field, check_section_field};
use super::place::{Act, Target};
use super::scene::Scene;
use super::writes::{NewEntry, Write};
use super::{entries, events, refuse};
use crate::refusal::{Refusal, RefusalCode};

/// Judges a first change.
pub(super) fn check(scene: &Scene<'_>, writes: &[Write]) -> Result<(), Refusal> {
    let kind = scene.case.kind;
    scene.allow(Act::Create, &Target::Document(kind), kind.name())?;
    for write in writes {
        check_write(scene, write)?;
    }
    check_complete(kind, writes)
}

fn check_write(scene: &Scene<'_>, write: &Write) -> Result<(), Refusal> {
    match write {
        // The sorter has compared its name and kind with the template.
        Write::Container { .. } => Ok(()),
        Write::Root { key, value } => check_root(scene, key, value),
        Write::Field { section, key, value } => {
            given(&write.path(), value)?;
            if JobField::at(section, key).is_some_and(JobField::is_assignment) {
                let message = "a job is assigned after it is registered";
                return Err(refuse(RefusalCode::ShapeForeign, write.path(), message));
            }
            check_section_field(scene, Act::Give, (section, key), value)
        }
        Write::Member { key, value } => {
            given(&write.path(), value)?;
            scene.allow(Act::Give, &Target::TripJobs, &write.path())?;
            check_member_value(&write.path(), key, value)
        }
        Write::Entry(entry) if write.is_event() => check_registered(scene, entry),
        Write::Entry(_) | Write::Line(_) | Write::Splice(_) => {
            Err(refuse(RefusalCode::ShapeForeign, write.path(), "a first change does not write this"))
        }
    }
}

/// The root values: the schema that we write, the document's id, and for a trip
/// its technician, who is the author.
fn check_root(scene: &Scene<'_>, key: &str, value: &Scalar) -> Result<(), Refusal> {
    let Some(row) = root_rows(scene.case.kind).iter().find(|row| row.key == key) else {
        given(key, value)?;
        return check_root_field(scene, Act::Give, key, value);
    };
    check_present(key, row.value, value)?;
    let (is_right, code, message) = match key {
        "schema" => (
            *value == Scalar::Uint(SCHEMA_VERSION),
            RefusalCode::ValueInvalid,
            "it is not the schema that this server writes",
        ),
        "id" => (
            *value == Scalar::Bytes(scene.case.id.as_bytes().to_vec()),
            RefusalCode::ValueInvalid,
            "it is not the id under which the document was sent",
        ),
        "technician" => (
            *value == Scalar::Bytes(scene.author().as_bytes().to_vec()),
            RefusalCode::AuthorForged,
            "a trip is its author's",
        ),
        _ => (true, RefusalCode::ValueInvalid, ""),
    };
    if is_right { Ok(()) } else { Err(refuse(code, key, message)) }
}

/// The first event, which the template includes for whoever may register a job.
fn check_registered(scene: &Scene<'_>, entry: &NewEntry) -> Result<(), Refusal> {
    let path = entry.path();
    if !entry.shape.admits_id(&entry.id) {
        return Err(refuse(RefusalCode::PathUnknown, path, "it cannot be named so"));
    }
    if events::kind_of(entry)? != EventKind::Registered {
        return Err(refuse(RefusalCode::ShapeForeign, path, "the first event of a job is `registered`"));
    }
    events::check_after(entry, &[])?;
    events::check_shape(entry, EventKind::Registered)?;
    entries::check_keys(scene, entry, &path)
}

/// A new document has no value to clear.
fn given(path: &str, value: &Scalar) -> Result<(), Refusal> {
    match value {
        Scalar::Null => Err(refuse(RefusalCode::ShapeForeign, path, "there is nothing to clear yet")),
        _ => Ok(()),
    }
}

/// Every container and every root value, and one event for a job. None can be
/// there twice, since no key is written twice.
fn check_complete(kind: DocKind, writes: &[Write]) -> Result<(), Refusal> {
    let has_container = |name: &str| {
        writes.iter().any(|write| matches!(write, Write::Container { name: own, .. } if own == name))
    };
    let has_root =
        |name: &str| writes.iter().any(|write| matches!(write, Write::Root { key, .. } if key == name));
    let missing = template(kind)
        .iter()
        .map(|row| row.name)
        .find(|name| !has_container(name))
        .or_else(|| root_rows(kind).iter().map(|row| row.key).find(|key| !has_root(key)));
    if let Some(missing) = missing {
        return Err(refuse(
            RefusalCode::ShapeForeign,
            missing,
            "the first change lacks a part of the template",
        ));
    }
    let events = writes.iter().filter(|write| write.is_event()).count();
    let expected = usize::from(kind == DocKind::Job);
    if events == expected {
        Ok(())
    } else {
        Err(refuse(
            RefusalCode::ShapeForeign,
            "events",
            "the first change of a job records `registered` alone",
        ))
    }
}
