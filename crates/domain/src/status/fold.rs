//! The fold of a job's events into its status.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::{Status, StatusConflict, StatusConflictKind, Step, transition};
use crate::{Event, EventId, EventKind};

/// What the events of a job come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusFold {
    /// Where the job stands.
    pub status: Status,
    /// The event that put it there.
    pub since: Option<EventId>,
    /// What cannot both hold, sorted.
    pub conflicts: Vec<StatusConflict>,
    /// Events that the table does not allow where they stand, sorted.
    pub misplaced: Vec<EventId>,
    /// The events without a successor, sorted: what a new event comes after.
    pub frontier: Vec<EventId>,
}

/// Whether a technician holds the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nobody,
    Technician,
}

/// A branch of the graph as the fold sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Branch {
    status: Status,
    /// The event that set the status.
    origin: usize,
    /// The office's latest word on who goes: depth in the graph, then event.
    assignment: Option<(usize, usize)>,
    /// Whether a technician holds the job under that word.
    held: Held,
}

/// Folds the events of a job. Any order of the same events gives the same result.
/// Events in a cycle, or after an unknown event, are misplaced.
///
/// A clash is listed from the moment when its two branches meet until the office
/// decides in sight of both: until it assigns, takes back, cancels, closes or
/// reopens the job in an event that comes after both. A technician who works on,
/// or a call to the customer, settles nothing.
#[must_use]
pub fn fold_status(events: &[Event]) -> StatusFold {
    let graph = Graph::new(events);
    let mut fold = Fold {
        branches: vec![Vec::new(); graph.events.len()],
        misplaced: graph.unreachable.iter().copied().collect(),
        clashes: BTreeSet::new(),
        decisions: Vec::new(),
        graph,
    };
    for index in fold.graph.order.clone() {
        fold.step(index);
    }
    fold.finish()
}

/// The events in an order in which each comes after all that it names; names of events
/// that are not there say nothing. Any order of the same events gives the same result.
#[must_use]
pub fn causal_order(events: &[Event]) -> Vec<EventId> {
    let known: BTreeSet<EventId> = events.iter().map(|event| event.id).collect();
    let mut linked = events.to_vec();
    linked.iter_mut().for_each(|event| event.after.retain(|id| known.contains(id)));
    Graph::new(&linked).into_order()
}

/// The fold under way.
struct Fold<'a> {
    graph: Graph<'a>,
    /// After each event: the branches that met and that no event has followed up.
    branches: Vec<Vec<Branch>>,
    misplaced: BTreeSet<EventId>,
    /// Every clash: what stood, what stood against it, and how they clash.
    clashes: BTreeSet<(usize, usize, StatusConflictKind)>,
    /// The events by which the office decided.
    decisions: Vec<usize>,
}

impl Fold<'_> {
    fn step(&mut self, index: usize) {
        let kind = self.graph.events[index].kind;
        let met = self.meet(&self.graph.after[index]);
        let Some(standing) = stands(&met) else {
            let branch = Branch { status: Status::New, origin: index, assignment: None, held: Held::Nobody };
            self.follow(index, vec![branch], kind == EventKind::Registered);
            return;
        };
        match transition(standing.status, kind) {
            Step::Stay => self.follow(index, met, true),
            Step::Illegal => self.follow(index, met, false),
            Step::To(status) => {
                self.clashes.extend(clashes(standing, &met));
                if is_decision(kind) {
                    self.decisions.push(index);
                }
                self.follow(index, vec![self.moved(index, standing, status)], true);
            }
        }
    }

    fn follow(&mut self, index: usize, branches: Vec<Branch>, fits: bool) {
        if !fits {
            self.misplaced.insert(self.graph.events[index].id);
        }
        self.branches[index] = branches;
    }

    fn finish(mut self) -> StatusFold {
        let met = self.meet(&self.graph.heads);
        let standing = stands(&met);
        if let Some(standing) = standing {
            self.clashes.extend(clashes(standing, &met));
        }
        let id = |index: usize| self.graph.events[index].id;
        let mut conflicts: Vec<StatusConflict> = self
            .clashes
            .iter()
            .filter(|(one, other, _)| !self.is_decided(*one, *other))
            .map(|(one, other, kind)| StatusConflict { kind: *kind, stands: id(*one), against: id(*other) })
            .collect();
        conflicts.sort();
        StatusFold {
            status: standing.map_or(Status::New, |branch| branch.status),
            since: standing.map(|branch| id(branch.origin)),
            conflicts,
            misplaced: self.misplaced.iter().copied().collect(),
            frontier: self.graph.heads.iter().map(|&index| id(index)).collect(),
        }
    }

    /// The branches that meet after the given events: all of theirs but those
    /// whose status another branch had already seen.
    fn meet(&self, events: &[usize]) -> Vec<Branch> {
        let mut met: Vec<Branch> = Vec::new();
        for branch in events.iter().flat_map(|&event| &self.branches[event]) {
            if met.iter().all(|known| known.origin != branch.origin) {
                met.push(*branch);
            }
        }
        let seen = |one: &Branch| met.iter().any(|other| self.graph.is_ancestor(one.origin, other.origin));
        met.iter().filter(|branch| !seen(branch)).copied().collect()
    }

    fn moved(&self, index: usize, before: Branch, status: Status) -> Branch {
        let here = Some((self.graph.depth[index], index));
        let kind = self.graph.events[index].kind;
        let (assignment, held) = match kind {
            EventKind::Assigned => (here, Held::Technician),
            EventKind::Unassigned => (here, Held::Nobody),
            EventKind::Declined => (before.assignment, Held::Nobody),
            _ => (before.assignment, before.held),
        };
        let status = match (kind, held) {
            (EventKind::Reopened, Held::Technician) => Status::Assigned,
            _ => status,
        };
        Branch { status, origin: index, assignment, held }
    }

    /// Whether the office decided in sight of both.
    fn is_decided(&self, one: usize, other: usize) -> bool {
        let seen = |event, by| self.graph.is_ancestor(event, by);
        self.decisions.iter().any(|&decision| seen(one, decision) && seen(other, decision))
    }
}

/// The events by which the office says how a job shall go on.
const fn is_decision(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Assigned
            | EventKind::Unassigned
            | EventKind::Cancelled
            | EventKind::Reopened
            | EventKind::Closed
    )
}

/// The branch that stands where several meet: work done is never thrown away,
/// then the office's *cancelled*, then the newer assignment, then the work that
/// has come further; equal ones by event id.
fn stands(met: &[Branch]) -> Option<Branch> {
    met.iter().copied().max_by_key(|branch| {
        let over = if branch.status.is_over() { Some(over_rank(branch.status)) } else { None };
        (over, branch.assignment, branch.status, branch.origin)
    })
}

fn clashes(standing: Branch, met: &[Branch]) -> Vec<(usize, usize, StatusConflictKind)> {
    met.iter()
        .filter(|rival| rival.origin != standing.origin)
        .filter_map(|rival| Some((standing.origin, rival.origin, clash(standing, *rival)?)))
        .collect()
}

const fn over_rank(status: Status) -> u8 {
    match status {
        Status::Closed => 2,
        Status::Done => 1,
        _ => 0,
    }
}

/// Whether two branches that did not know of each other can both hold.
fn clash(standing: Branch, rival: Branch) -> Option<StatusConflictKind> {
    match (standing.status, rival.status) {
        (Status::Done | Status::Closed, Status::Cancelled) => Some(StatusConflictKind::DoneWhileCancelled),
        (Status::Cancelled, other) if other.work_had_begun() => {
            Some(StatusConflictKind::StartedWhileCancelled)
        }
        (Status::Done | Status::Closed, Status::Done | Status::Closed) => {
            (standing.assignment != rival.assignment).then_some(StatusConflictKind::TwoTechnicians)
        }
        _ if standing.assignment != rival.assignment => {
            let taken_up = |status: Status| status == Status::Accepted || status.work_had_begun();
            (taken_up(standing.status) || taken_up(rival.status))
                .then_some(StatusConflictKind::TwoTechnicians)
        }
        (Status::Closed, other) if other.work_had_begun() => Some(StatusConflictKind::AfterTheEnd),
        _ => None,
    }
}
