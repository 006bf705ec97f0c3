//! The status of a job: a pure function of its event graph.
//!
//! Each event names the events that its author had seen without a successor
//! (`after`), so the events form a graph. Every event turns the status before it
//! into the status after it by [`transition`]; where branches meet, [`merge`]
//! gives a defined status and lists what cannot both hold. Device time plays no
//! part. An event that the table does not allow leaves the status as it was and
//! is listed, so that work is never hidden.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Event, EventId, EventKind};

macro_rules! statuses {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// Where a job stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Status { $(#[doc = $doc] $variant,)* }

        impl Status {
            /// Every status, from the first to the last.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word in rows and in the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
            /// What it means, in a line.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

statuses! {
    New, "new", "Registered, nobody assigned.";
    Assigned, "assigned", "Given to a technician.";
    Accepted, "accepted", "The technician accepted.";
    Travelling, "travelling", "On the way.";
    OnSite, "on_site", "Arrived.";
    Working, "working", "Work in progress.";
    WaitingPart, "waiting_part", "Stopped for a part.";
    WaitingCustomer, "waiting_customer", "Stopped for the customer.";
    Cancelled, "cancelled", "Called off by the office.";
    Done, "done", "The technician has finished.";
    Closed, "closed", "The office has closed it.";
}

impl Status {
    /// Whether nobody has to do anything about it on site any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Closed | Self::Cancelled)
    }
    /// Whether the technician had set out.
    #[must_use]
    pub const fn work_had_begun(self) -> bool {
        matches!(
            self,
            Self::Travelling
                | Self::OnSite
                | Self::Working
                | Self::WaitingPart
                | Self::WaitingCustomer
                | Self::Done
        )
    }
}

/// What an event does to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The status becomes this.
    To(Status),
    /// The event says nothing about status (a contact, a promise, a proposal).
    Stay,
    /// The event does not fit this status.
    Illegal,
}

/// The state machine, a cell for each status and kind of event. `docs/status.md`
/// prints it as a table.
#[must_use]
pub const fn transition(from: Status, kind: EventKind) -> Step {
    use EventKind as K;
    use Status as S;
    let on_the_job = matches!(
        from,
        S::Assigned
            | S::Accepted
            | S::Travelling
            | S::OnSite
            | S::Working
            | S::WaitingPart
            | S::WaitingCustomer
    );
    let legal = match kind {
        K::Proposal | K::Contacted | K::Promised | K::CustomerReplied | K::Answered | K::HandedOver => {
            return Step::Stay;
        }
        K::Registered => false, // only ever the first event
        K::Assigned => on_the_job || matches!(from, S::New),
        K::Unassigned => on_the_job,
        K::Accepted => matches!(from, S::Assigned),
        K::Declined => matches!(from, S::Assigned | S::Accepted),
        // Steps may be skipped: a technician who forgot to press *travelling*
        // has still arrived.
        K::Travelling | K::Arrived | K::Working => on_the_job,
        K::WaitingPart | K::WaitingCustomer => on_the_job,
        K::Done => matches!(from, S::OnSite | S::Working | S::WaitingPart | S::WaitingCustomer),
        K::Closed => matches!(from, S::Done),
        K::Cancelled => on_the_job || matches!(from, S::New),
        K::Reopened => from.is_over(),
    };
    if legal { Step::To(after(kind)) } else { Step::Illegal }
}

/// The status that a legal status-changing event leads to.
const fn after(kind: EventKind) -> Status {
    match kind {
        EventKind::Assigned => Status::Assigned,
        EventKind::Accepted => Status::Accepted,
        EventKind::Travelling => Status::Travelling,
        EventKind::Arrived => Status::OnSite,
        EventKind::Working => Status::Working,
        EventKind::WaitingPart => Status::WaitingPart,
        EventKind::WaitingCustomer => Status::WaitingCustomer,
        EventKind::Done => Status::Done,
        EventKind::Closed => Status::Closed,
        EventKind::Cancelled => Status::Cancelled,
        _ => Status::New,
    }
}

/// Two things said about a job that cannot both hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatusConflict {
    /// What kind of clash.
    pub kind: StatusConflictKind,
    /// The event whose status stands.
    pub stands: EventId,
    /// The event that was written without knowing of it.
    pub against: EventId,
}

/// The kinds of clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusConflictKind {
    /// Finished in the field while the office cancelled it.
    DoneWhileCancelled,
    /// Begun in the field while the office cancelled it.
    StartedWhileCancelled,
    /// Taken up by one technician while the office gave it to another.
    TwoTechnicians,
    /// Written after the job was over, without knowing that it was.
    AfterTheEnd,
}

impl StatusConflictKind {
    /// The word in rows and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DoneWhileCancelled => "done_while_cancelled",
            Self::StartedWhileCancelled => "started_while_cancelled",
            Self::TwoTechnicians => "two_technicians",
            Self::AfterTheEnd => "after_the_end",
        }
    }
}

/// Whether a technician holds the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nobody,
    Technician,
}

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
#[must_use]
pub fn fold_status(events: &[Event]) -> StatusFold {
    let graph = Graph::new(events);
    let mut branches: Vec<Option<Branch>> = vec![None; graph.events.len()];
    let mut misplaced: BTreeSet<EventId> = graph.unreachable.iter().copied().collect();
    for &index in &graph.order {
        let event = graph.events[index];
        let before = graph.merge(&graph.branches_before(index, &branches));
        let (branch, fits) = graph.step(index, before);
        if !fits {
            misplaced.insert(event.id);
        }
        branches[index] = Some(branch);
    }
    let heads: Vec<Branch> = graph.heads.iter().filter_map(|&index| branches[index]).collect();
    let standing = graph.merge(&heads);
    StatusFold {
        status: standing.map_or(Status::New, |branch| branch.status),
        since: standing.map(|branch| graph.events[branch.origin].id),
        conflicts: standing.map_or_else(Vec::new, |branch| graph.conflicts(branch, &heads)),
        misplaced: misplaced.into_iter().collect(),
        frontier: graph.heads.iter().map(|&index| graph.events[index].id).collect(),
    }
}

/// The events sorted by id, their ancestors, and an order in which every event
/// comes after all that it names.
struct Graph<'a> {
    events: Vec<&'a Event>,
    after: Vec<Vec<usize>>,
    order: Vec<usize>,
    depth: Vec<usize>,
    ancestors: Vec<Vec<u64>>,
    heads: Vec<usize>,
    unreachable: Vec<EventId>,
}

impl<'a> Graph<'a> {
    fn new(events: &'a [Event]) -> Self {
        let by_id: BTreeMap<EventId, &Event> = events.iter().map(|event| (event.id, event)).collect();
        let index: BTreeMap<EventId, usize> = by_id.keys().enumerate().map(|(i, id)| (*id, i)).collect();
        let events: Vec<&Event> = by_id.into_values().collect();
        let after: Vec<Option<Vec<usize>>> = events
            .iter()
            .map(|event| event.after.iter().map(|id| index.get(id).copied()).collect())
            .collect();
        let words = events.len().div_ceil(64);
        let mut graph = Self {
            order: Vec::with_capacity(events.len()),
            depth: vec![0; events.len()],
            ancestors: vec![vec![0; words]; events.len()],
            heads: Vec::new(),
            unreachable: Vec::new(),
            after: after.iter().map(|known| known.clone().unwrap_or_default()).collect(),
            events,
        };
        graph.sort(&after);
        graph.find_heads();
        graph
    }

    /// Kahn's algorithm; ties by id, so the order is a function of the set.
    fn sort(&mut self, after: &[Option<Vec<usize>>]) {
        let mut successors: Vec<Vec<usize>> = vec![Vec::new(); self.events.len()];
        let mut missing: Vec<usize> = vec![0; self.events.len()];
        let mut ready = BTreeSet::new();
        for (index, named) in after.iter().enumerate() {
            match named {
                None => missing[index] = usize::MAX,
                Some(named) if named.is_empty() => {
                    ready.insert(index);
                }
                Some(named) => {
                    missing[index] = named.len();
                    named.iter().for_each(|&earlier| successors[earlier].push(index));
                }
            }
        }
        while let Some(index) = ready.pop_first() {
            self.order.push(index);
            self.inherit(index);
            for &next in &successors[index] {
                if missing[next] != usize::MAX {
                    missing[next] -= 1;
                    if missing[next] == 0 {
                        ready.insert(next);
                    }
                }
            }
        }
        let reached: BTreeSet<usize> = self.order.iter().copied().collect();
        self.unreachable = (0..self.events.len())
            .filter(|index| !reached.contains(index))
            .map(|index| self.events[index].id)
            .collect();
    }

    fn inherit(&mut self, index: usize) {
        for earlier in self.after[index].clone() {
            self.depth[index] = self.depth[index].max(self.depth[earlier] + 1);
            let inherited = self.ancestors[earlier].clone();
            for (own, theirs) in self.ancestors[index].iter_mut().zip(inherited) {
                *own |= theirs;
            }
            self.ancestors[index][earlier / 64] |= 1 << (earlier % 64);
        }
    }

    fn find_heads(&mut self) {
        let named: BTreeSet<usize> =
            self.order.iter().flat_map(|&index| self.after[index].iter().copied()).collect();
        let reached: BTreeSet<usize> = self.order.iter().copied().collect();
        self.heads = reached.difference(&named).copied().collect();
    }

    fn is_ancestor(&self, earlier: usize, later: usize) -> bool {
        self.ancestors[later][earlier / 64] >> (earlier % 64) & 1 == 1
    }

    fn branches_before(&self, index: usize, branches: &[Option<Branch>]) -> Vec<Branch> {
        self.after[index].iter().filter_map(|&earlier| branches[earlier]).collect()
    }

    /// The branch after an event, and whether the event fitted.
    fn step(&self, index: usize, before: Option<Branch>) -> (Branch, bool) {
        let kind = self.events[index].kind;
        let Some(before) = before else {
            let branch = Branch { status: Status::New, origin: index, assignment: None, held: Held::Nobody };
            return (branch, kind == EventKind::Registered);
        };
        match transition(before.status, kind) {
            Step::Stay => (before, true),
            Step::Illegal => (before, false),
            Step::To(status) => (self.moved(index, before, status), true),
        }
    }

    fn moved(&self, index: usize, before: Branch, status: Status) -> Branch {
        let here = Some((self.depth[index], index));
        let (assignment, held) = match self.events[index].kind {
            EventKind::Assigned => (here, Held::Technician),
            EventKind::Unassigned => (here, Held::Nobody),
            EventKind::Declined => (before.assignment, Held::Nobody),
            _ => (before.assignment, before.held),
        };
        let status = match (self.events[index].kind, held) {
            (EventKind::Reopened, Held::Technician) => Status::Assigned,
            _ => status,
        };
        Branch { status, origin: index, assignment, held }
    }

    /// Drops branches whose status another branch had already seen.
    fn rivals(&self, branches: &[Branch]) -> Vec<Branch> {
        branches
            .iter()
            .filter(|one| !branches.iter().any(|other| self.is_ancestor(one.origin, other.origin)))
            .copied()
            .collect()
    }

    /// The branch that stands where several meet: work done is never thrown
    /// away, then the office's *cancelled*, then the newer assignment, then the
    /// work that has come further; equal ones by event id.
    fn merge(&self, branches: &[Branch]) -> Option<Branch> {
        self.rivals(branches).into_iter().max_by_key(|branch| {
            let over = if branch.status.is_over() { Some(over_rank(branch.status)) } else { None };
            (over, branch.assignment, branch.status, branch.origin)
        })
    }

    fn conflicts(&self, standing: Branch, heads: &[Branch]) -> Vec<StatusConflict> {
        let mut conflicts: Vec<StatusConflict> = self
            .rivals(heads)
            .into_iter()
            .filter(|rival| rival.origin != standing.origin)
            .filter_map(|rival| {
                let kind = clash(standing, rival)?;
                let (stands, against) = (self.events[standing.origin].id, self.events[rival.origin].id);
                Some(StatusConflict { kind, stands, against })
            })
            .collect();
        conflicts.sort();
        conflicts.dedup();
        conflicts
    }
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
