//! What happened on a job. Events are a set; status is a fold over them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{EventId, Instant, Position, Stamp, UserId};

macro_rules! event_kinds {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// The kind of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventKind { $(#[doc = $doc] $variant,)* }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word in the document.
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

event_kinds! {
    Registered, "registered", "The job was created; the first event of every job.";
    Assigned, "assigned", "The dispatcher gave it to a technician.";
    Unassigned, "unassigned", "The dispatcher took it back.";
    Accepted, "accepted", "The technician accepted it.";
    Declined, "declined", "The technician declined it, with a reason.";
    Proposal, "proposal", "The technician proposes another time (`until`) or technician, with a reason.";
    Contacted, "contacted", "The customer was contacted.";
    Promised, "promised", "A time was promised to the customer, with a reason.";
    CustomerReplied, "customer_replied", "The customer replied.";
    Answered, "answered", "The customer was answered.";
    HandedOver, "handed_over", "The case was handed to another team.";
    Travelling, "travelling", "On the way.";
    Arrived, "arrived", "On site.";
    Working, "working", "Work began or went on.";
    WaitingPart, "waiting_part", "Work waits for a part, with a reason.";
    WaitingCustomer, "waiting_customer", "Work waits for the customer, with a reason.";
    Done, "done", "The technician finished the work.";
    Closed, "closed", "The office closed the job.";
    Cancelled, "cancelled", "The office cancelled the job, with a reason.";
    Reopened, "reopened", "The job was opened again, with a reason.";
    Imported, "imported", "Taken over from an earlier system as finished work.";
}

impl EventKind {
    /// Whether it must carry a reason.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::Declined
                | Self::Promised
                | Self::WaitingPart
                | Self::WaitingCustomer
                | Self::Cancelled
                | Self::Reopened
        )
    }
    /// Whether it must carry `until`.
    #[must_use]
    pub const fn needs_until(self) -> bool {
        matches!(self, Self::Promised)
    }
}

/// What a person records: the document adds who, when, and after what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEvent {
    /// Its id, 8 random bytes.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// Why, where the kind asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Promised or proposed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Where the author was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// To which team, for `handed_over`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

impl NewEvent {
    /// An event of a kind with nothing else said.
    #[must_use]
    pub const fn new(id: EventId, kind: EventKind) -> Self {
        Self { id, kind, reason: None, until: None, position: None, team: None }
    }
    /// The same with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// An event as it stands in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When, by the author's device.
    pub stamp: Stamp,
    /// Who.
    pub by: UserId,
    /// The events that the author had seen without a successor, sorted.
    pub after: Vec<EventId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Promised or proposed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Where the author was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// To which team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whom the dispatcher assigned, for `assigned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technician: Option<Uuid>,
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn every_kind_finds_itself_by_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(EventKind::from_name("exploded"), None);
    }
}
