//! Who writes what, as a table of words: the model's own, to hold against the
//! gate's.

use domain::{EventKind, Role};

/// Places of a job or trip that a role may write once the document is made. A
/// place is the start of a path.
const TECHNICIAN: &[&str] = &[
    "contact.phone",
    "contact.mobile",
    "site.address",
    "asset.serial",
    "events.",
    "parts.",
    "labour.",
    "checklist.",
    "notes.",
    "attachments.",
    "diagnosis",
    "solution",
    "outcome.",
];
const DISPATCHER: &[&str] = &[
    "account.",
    "contact.",
    "initiator.",
    "site.",
    "asset.",
    "request.",
    "assignment.",
    "events.",
    "notes.",
    "attachments.",
];
const REPRESENTATIVE: &[&str] = &["events.", "notes.", "attachments."];
const DESK: &[&str] = &[
    "account.",
    "contact.",
    "initiator.",
    "site.",
    "asset.",
    "request.",
    "events.",
    "notes.",
    "attachments.",
];

/// Whether a role may write at a place of a job.
#[must_use]
pub fn may_write(role: Role, path: &str) -> bool {
    let places = match role {
        Role::Technician => TECHNICIAN,
        Role::Dispatcher => DISPATCHER,
        Role::Representative => REPRESENTATIVE,
        Role::Administrator => &[],
        Role::Quality => &["request.priority", "request.severity", "notes."],
        Role::CustomerRelations => &["events.", "notes."],
        Role::Desk => DESK,
    };
    places.iter().any(|place| path.starts_with(place))
}

/// Whether a role may record an event.
#[must_use]
pub fn may_record(role: Role, kind: EventKind) -> bool {
    use EventKind as E;
    match kind {
        E::Registered => {
            matches!(role, Role::Technician | Role::Dispatcher | Role::Administrator | Role::Desk)
        }
        E::Contacted | E::CustomerReplied => !matches!(role, Role::Administrator | Role::Quality),
        E::Promised | E::Answered => matches!(role, Role::Technician | Role::Dispatcher | Role::Desk),
        E::HandedOver | E::Closed => matches!(role, Role::Dispatcher | Role::Desk),
        E::Assigned | E::Unassigned | E::Cancelled | E::Reopened => role == Role::Dispatcher,
        E::Imported => role == Role::Administrator,
        E::Accepted
        | E::Declined
        | E::Proposal
        | E::Travelling
        | E::Arrived
        | E::Working
        | E::WaitingPart
        | E::WaitingCustomer
        | E::Done => role == Role::Technician,
    }
}
