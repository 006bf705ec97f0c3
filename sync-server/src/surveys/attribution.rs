//! Who is spoken of: the technicians on the visit that completed the job, whoever
//! it is assigned to when it is closed or later.
//!
//! The completing visit is read from the event graph: from the `done` event that the
//! closing builds on, back to the last arrival or setting out before it. On it were
//! those who wrote these events, and those whose labour is recorded for that time.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Event, EventId, EventKind, JobView, UserId};

/// An event's place in the graph.
type Graph<'a> = BTreeMap<EventId, &'a Event>;

/// The technicians on the completing visit, sorted. `is_field` says whether a person
/// goes to customers: what the office wrote in somebody's name makes nobody a
/// technician of the visit.
pub(super) fn completed_by(
    view: &JobView,
    closing: &Event,
    mut is_field: impl FnMut(UserId) -> bool,
) -> Vec<UserId> {
    let graph: Graph<'_> = view.events.iter().map(|event| (event.id, event)).collect();
    let before = ancestors(&graph, closing);
    let placed = |event: &Event| !view.misplaced.contains(&event.id);
    let done: Vec<&Event> = before
        .iter()
        .filter_map(|id| graph.get(id).copied())
        .filter(|event| event.kind == EventKind::Done && placed(event))
        .collect();
    let earlier: BTreeSet<EventId> = done.iter().flat_map(|event| ancestors(&graph, event)).collect();
    let mut people = BTreeSet::new();
    for last in done.iter().filter(|event| !earlier.contains(&event.id)) {
        people.extend(on_visit(view, &graph, last));
    }
    people.retain(|person| is_field(*person));
    if people.is_empty() {
        people.extend(assigned(&graph, &before));
    }
    people.into_iter().collect()
}

/// Everything that an event builds on.
fn ancestors(graph: &Graph<'_>, event: &Event) -> BTreeSet<EventId> {
    let mut found = BTreeSet::new();
    let mut waiting = event.after.clone();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(graph.get(&id).into_iter().flat_map(|event| event.after.iter().copied()));
        }
    }
    found
}

fn on_visit(view: &JobView, graph: &Graph<'_>, done: &Event) -> BTreeSet<UserId> {
    let visit = visit_of(graph, done);
    let began = visit.iter().map(|event| event.stamp.at).min().unwrap_or(done.stamp.at);
    let labour = view
        .labour
        .iter()
        .filter(|line| line.started_at <= done.stamp.at && line.ended_at.is_none_or(|ended| ended > began));
    visit.iter().map(|event| event.by).chain(labour.map(|line| line.technician)).collect()
}

/// The events of the field from a `done` back to where the visit began.
fn visit_of<'a>(graph: &Graph<'a>, done: &'a Event) -> Vec<&'a Event> {
    use EventKind as K;
    let (mut visit, mut seen) = (vec![done], BTreeSet::new());
    let mut waiting = done.after.clone();
    while let Some(event) = waiting.pop().and_then(|id| graph.get(&id).copied()) {
        if !seen.insert(event.id) {
            continue;
        }
        match event.kind {
            K::Arrived | K::Travelling => visit.push(event),
            K::Working => {
                visit.push(event);
                waiting.extend(&event.after);
            }
            K::Registered | K::Assigned | K::Unassigned | K::Accepted | K::Declined | K::Done => {}
            K::Closed | K::Cancelled | K::Reopened | K::Imported => {}
            K::Proposal | K::Contacted | K::Promised | K::CustomerReplied | K::Answered => {
                waiting.extend(&event.after);
            }
            K::HandedOver | K::WaitingPart | K::WaitingCustomer => waiting.extend(&event.after),
        }
    }
    visit
}

/// Where no field event tells: who was last assigned before the closing.
fn assigned(graph: &Graph<'_>, before: &BTreeSet<EventId>) -> Option<UserId> {
    let last = before
        .iter()
        .filter_map(|id| graph.get(id).copied())
        .filter(|event| event.kind == EventKind::Assigned && event.technician.is_some())
        .max_by_key(|event| (ancestors(graph, event).len(), event.id));
    last.and_then(|event| event.technician).map(UserId::from_uuid)
}
