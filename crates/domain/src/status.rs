//! The status of a job: a pure function of its event graph.
//!
//! Each event names the events that its author had seen without a successor
//! (`after`), so the events form a graph. Every event turns the status before it
//! into the status after it by [`transition`]; where branches meet, [`fold_status`]
//! gives a defined status and lists what cannot both hold. Device time plays no
//! part. An event that the table does not allow leaves the status as it was and
//! is listed, so that work is never hidden. `docs/status.md` prints the machine.

mod fold;
mod graph;
mod print;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use fold::{StatusFold, causal_order, fold_status};
pub use print::status_markdown;

use crate::{EventId, EventKind};

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
        // A past job comes as a whole: nobody here assigned or did it.
        K::Imported => matches!(from, S::New),
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
        EventKind::Closed | EventKind::Imported => Status::Closed,
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

macro_rules! conflict_kinds {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// The kinds of clash.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum StatusConflictKind { $(#[doc = $doc] $variant,)* }

        impl StatusConflictKind {
            /// Every kind.
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
        }
    };
}

conflict_kinds! {
    DoneWhileCancelled, "done_while_cancelled", "Finished in the field while the office cancelled it.";
    StartedWhileCancelled, "started_while_cancelled", "Begun in the field while the office cancelled it.";
    TwoTechnicians, "two_technicians", "Taken up by one technician while the office gave it to another or took it back.";
    AfterTheEnd, "after_the_end", "Work that went on while the office closed the job.";
}
