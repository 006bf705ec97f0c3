//! Entries: complete when they are made, bound to their author, and corrected or
//! voided only as the schema says.

use documents::inspect::{Object, Scalar};
use documents::schema::{EntryId, EntryKey, Presence, Rewrite};
use domain::{JobView, TripView};

use super::fields::{check_present, check_reason};
use super::place::{Act, Target};
use super::scene::{LineFacts, Scene};
use super::writes::{LineWrite, NewEntry};
use super::{events, refuse};
use crate::refusal::{Refusal, RefusalCode};

/// The key under which an entry is void.
const VOID: &str = "void";

/// A new entry: allowed, complete, of its author, and under an id that is free.
pub(super) fn check_new(scene: &Scene<'_>, entry: &NewEntry) -> Result<(), Refusal> {
    let path = entry.path();
    if !entry.shape.admits_id(&entry.id) {
        return Err(refuse(RefusalCode::PathUnknown, path, "it cannot be named so"));
    }
    if entry.shape.section == "events" {
        events::check(scene, entry)?;
    } else {
        scene.allow(Act::Add, &Target::Entry(entry.shape.section), &path)?;
    }
    check_free(scene, entry, &path)?;
    check_keys(scene, entry, &path)
}

/// An id is taken if anything stands there now, seen by the author or not: nobody
/// may slip a rival under another's line. Only an answer is written over another.
fn check_free(scene: &Scene<'_>, entry: &NewEntry, path: &str) -> Result<(), Refusal> {
    let Some(document) = scene.case.document.filter(|_| entry.shape.id == EntryId::Local) else {
        return Ok(());
    };
    let standing = document.standing(&document.heads());
    let sections = standing.at_key(&Object::Root, entry.shape.section);
    let is_free =
        sections.iter().all(|section| standing.at_key(&Object::Made(*section), &entry.id).is_empty());
    if is_free { Ok(()) } else { Err(refuse(RefusalCode::ValueInvalid, path, "it exists already")) }
}

/// Every key known, of its type, all that must be there, and nothing said in
/// another's name.
pub(super) fn check_keys(scene: &Scene<'_>, entry: &NewEntry, path: &str) -> Result<(), Refusal> {
    for (name, value) in &entry.keys {
        let path = format!("{path}.{name}");
        let row = known_key(entry, name, &path)?;
        if name == VOID {
            return Err(refuse(RefusalCode::ValueInvalid, path, "a new line cannot be void"));
        }
        check_present(&path, row.value, value)?;
        check_bound(scene, (entry.shape.section, name), value, &path)?;
    }
    let missing = entry
        .shape
        .keys
        .iter()
        .find(|row| row.presence == Presence::Required && entry.get(row.key).is_none());
    match missing {
        None => Ok(()),
        Some(row) => Err(refuse(RefusalCode::ValueInvalid, format!("{path}.{}", row.key), "it is missing")),
    }
}

fn known_key(entry: &NewEntry, name: &str, path: &str) -> Result<&'static EntryKey, Refusal> {
    let row = entry.shape.key(name);
    row.ok_or_else(|| refuse(RefusalCode::PathUnknown, path, "there is no such key"))
}

/// Who and when are not the author's to choose.
fn check_bound(
    scene: &Scene<'_>,
    (section, key): (&str, &str),
    value: &Scalar,
    path: &str,
) -> Result<(), Refusal> {
    match (section, key) {
        (_, "by") | ("labour", "technician") => {
            if *value == Scalar::Bytes(scene.author().as_bytes().to_vec()) {
                Ok(())
            } else {
                Err(refuse(RefusalCode::AuthorForged, path, "it names somebody else as its author"))
            }
        }
        (_, "at") => {
            if *value == Scalar::Timestamp(scene.time_ms()) {
                Ok(())
            } else {
                Err(refuse(RefusalCode::ValueInvalid, path, "it is not the time of the change"))
            }
        }
        _ => Ok(()),
    }
}

/// A key of a line that is there: voided or corrected by its author.
pub(super) fn check_line(scene: &Scene<'_>, line: &LineWrite) -> Result<(), Refusal> {
    let path = line.path();
    let row = line.shape.key(&line.key);
    let row = row.ok_or_else(|| refuse(RefusalCode::PathUnknown, path.as_str(), "there is no such key"))?;
    let facts = facts_of(scene, line)
        .ok_or_else(|| refuse(RefusalCode::PathUnknown, path.as_str(), "there is no such line"))?;
    let act = if line.key == VOID { Act::Void } else { Act::Correct };
    scene.allow_line(act, &Target::Entry(line.shape.section), &path, facts)?;
    match row.rewrite {
        Rewrite::Never => Err(refuse(RefusalCode::ValueInvalid, path, "it is never written again")),
        Rewrite::Once if !line.is_first => {
            Err(refuse(RefusalCode::ValueInvalid, path, "it is written once only"))
        }
        Rewrite::Once => check_reason(&path, row.value, &line.value),
        Rewrite::Often if row.presence == Presence::Optional && line.value == Scalar::Null => Ok(()),
        Rewrite::Often => check_present(&path, row.value, &line.value),
    }
}

fn facts_of(scene: &Scene<'_>, line: &LineWrite) -> Option<LineFacts> {
    match (scene.job(), scene.trip()) {
        (Some(job), _) => facts_in_job(job, line),
        (_, Some(trip)) => facts_in_trip(trip, line),
        _ => None,
    }
}

fn facts_in_job(job: &JobView, line: &LineWrite) -> Option<LineFacts> {
    let is_it = |id: &dyn std::fmt::Display| id.to_string() == line.id;
    match line.shape.section {
        "parts" => job
            .parts
            .iter()
            .find(|part| is_it(&part.id))
            .map(|part| LineFacts { author: Some(part.by), is_void: part.void.is_some() }),
        "labour" => job
            .labour
            .iter()
            .find(|labour| is_it(&labour.id))
            .map(|labour| LineFacts { author: Some(labour.technician), is_void: false }),
        "notes" => job
            .notes
            .iter()
            .find(|note| is_it(&note.id))
            .map(|note| LineFacts { author: Some(note.by), is_void: note.void.is_some() }),
        // Events, answers and attachments are never written again: whoever
        // tries has no row in the table.
        _ => Some(LineFacts::default()),
    }
}

fn facts_in_trip(trip: &TripView, line: &LineWrite) -> Option<LineFacts> {
    trip.receipts
        .iter()
        .find(|receipt| receipt.id.to_string() == line.id)
        .map(|receipt| LineFacts { author: Some(trip.technician), is_void: receipt.void.is_some() })
}
