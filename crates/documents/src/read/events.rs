//! The events of a job, and what they come to.

use std::collections::BTreeMap;

use domain::{
    Event, EventId, EventKind, Instant, Position, Stamp, StatusFold, UserId, Uuid, causal_order, fold_status,
};

use super::entries::Entry;
use super::node::{Node, Reader};
use crate::schema::{EntryShape, after_ids};

/// The events, those of kinds that only a later schema knows included: they keep
/// their place in the graph, say nothing about status, and are not shown.
pub(crate) struct EventLog {
    all: Vec<Event>,
    strange: Vec<EventId>,
}

impl EventLog {
    pub(crate) fn read(reader: &Reader<'_>, root: &Node, shape: &'static EntryShape) -> Self {
        Self::of(&Entry::all(reader, root, shape))
    }

    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut log = Self { all: Vec::with_capacity(entries.len()), strange: Vec::new() };
        for entry in entries {
            let Ok(id) = entry.id().parse::<EventId>() else { continue };
            match event(entry, id) {
                Some(event) => log.all.push(event),
                None => {
                    log.strange.push(id);
                    log.all.push(stand_in(entry, id));
                }
            }
        }
        log
    }

    pub(crate) fn fold(&self) -> StatusFold {
        fold_status(&self.all)
    }

    /// The events that can be shown, by time; those of one millisecond as their authors
    /// saw them follow.
    pub(crate) fn into_shown(self) -> Vec<Event> {
        let place: BTreeMap<EventId, usize> = causal_order(&self.all).into_iter().zip(0..).collect();
        let strange = self.strange;
        let mut shown: Vec<Event> =
            self.all.into_iter().filter(|event| !strange.contains(&event.id)).collect();
        shown.sort_by_key(|event| (event.stamp.at, place.get(&event.id).copied()));
        shown
    }
}

fn event(entry: &Entry, id: EventId) -> Option<Event> {
    Some(Event {
        id,
        kind: EventKind::from_name(&entry.text("kind")?)?,
        stamp: entry.stamp()?,
        by: entry.user("by")?,
        after: after(entry)?,
        reason: entry.text("reason"),
        until: entry.instant("until"),
        position: position(entry),
        team: entry.text("team"),
        technician: entry.bytes("technician").and_then(|bytes| Uuid::from_slice(bytes).ok()),
    })
}

/// What holds an unreadable event's place: a kind that leaves the status alone.
fn stand_in(entry: &Entry, id: EventId) -> Event {
    Event {
        id,
        kind: EventKind::Contacted,
        stamp: Stamp { at: Instant::from_millis(0), offset_minutes: 0 },
        by: UserId::from_uuid(Uuid::nil()),
        after: after(entry).unwrap_or_default(),
        reason: None,
        until: None,
        position: None,
        team: None,
        technician: None,
    }
}

fn after(entry: &Entry) -> Option<Vec<EventId>> {
    after_ids(&entry.text("after")?)
}

fn position(entry: &Entry) -> Option<Position> {
    Some(Position { lat_microdegrees: entry.int("lat")?, lon_microdegrees: entry.int("lon")? })
}
