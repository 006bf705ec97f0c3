//! Events: of a kind that the author may record, legal where they stand, after
//! exactly what the author had seen.

use documents::inspect::Scalar;
use documents::schema::after_scalar;
use domain::{EventId, EventKind};

use super::fields::check_reason;
use super::place::{Act, Target};
use super::refuse;
use super::scene::Scene;
use super::writes::NewEntry;
use crate::refusal::{Refusal, RefusalCode};

/// The kind that an event says it is.
pub(super) fn kind_of(entry: &NewEntry) -> Result<EventKind, Refusal> {
    match entry.get("kind") {
        Some(Scalar::Text(word)) => EventKind::from_name(word),
        _ => None,
    }
    .ok_or_else(|| invalid(entry, "kind", "there is no such kind of event"))
}

/// What holds for every event beyond the types of its keys.
pub(super) fn check(scene: &Scene<'_>, entry: &NewEntry) -> Result<(), Refusal> {
    let kind = kind_of(entry)?;
    scene.allow(Act::Add, &Target::Event(kind), &entry.path())?;
    let frontier = scene.job().map(|job| job.frontier.clone()).unwrap_or_default();
    check_after(entry, &frontier)?;
    check_shape(entry, kind)
}

/// An event comes after exactly the events without a successor that its author
/// had seen.
pub(super) fn check_after(entry: &NewEntry, frontier: &[EventId]) -> Result<(), Refusal> {
    if entry.get("after") == Some(&after_scalar(frontier)) {
        Ok(())
    } else {
        Err(invalid(entry, "after", "it does not come after exactly the events that its author had seen"))
    }
}

/// What a kind asks for, and what only it may carry.
pub(super) fn check_shape(entry: &NewEntry, kind: EventKind) -> Result<(), Refusal> {
    match entry.get("reason") {
        Some(reason) => {
            let row = entry.shape.key("reason");
            row.map_or(Ok(()), |row| check_reason(&format!("{}.reason", entry.path()), row.value, reason))?;
        }
        None if kind.needs_reason() => return Err(invalid(entry, "reason", "a reason must be given")),
        None => {}
    }
    if kind.needs_until() && entry.get("until").is_none() {
        return Err(invalid(entry, "until", "the promised time must be given"));
    }
    if entry.get("lat").is_some() != entry.get("lon").is_some() {
        return Err(invalid(entry, "lat", "a position has a latitude and a longitude"));
    }
    if (kind == EventKind::Assigned) != entry.get("technician").is_some() {
        return Err(invalid(
            entry,
            "technician",
            "an `assigned` event names the technician, and no other does",
        ));
    }
    if kind == EventKind::HandedOver && entry.get("team").is_none() {
        return Err(invalid(entry, "team", "the team must be named"));
    }
    Ok(())
}

fn invalid(entry: &NewEntry, key: &str, message: &str) -> Refusal {
    refuse(RefusalCode::ValueInvalid, format!("{}.{key}", entry.path()), message)
}
