//! The policy, as one table: who may do what, where, and when. What no row
//! allows is refused. `docs/policy.md` prints it.

use domain::{DocKind, EventKind, JobField, Role};

use super::place::{Act, Place, When};
use crate::subject::Hand;

/// One row: whoever of `hand` does one of `acts` at one of `places`, if all of
/// `when` hold.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What the rule is called.
    pub name: &'static str,
    /// Whose hand.
    pub hand: Hand,
    /// Where.
    pub places: &'static [Place],
    /// What.
    pub acts: &'static [Act],
    /// Under which conditions, all of them.
    pub when: &'static [When],
}

const TECHNICIAN: Hand = Hand::Role(Role::Technician);
const DISPATCHER: Hand = Hand::Role(Role::Dispatcher);
const REPRESENTATIVE: Hand = Hand::Role(Role::Representative);
const ADMINISTRATOR: Hand = Hand::Role(Role::Administrator);
const QUALITY: Hand = Hand::Role(Role::Quality);
const CUSTOMER_RELATIONS: Hand = Hand::Role(Role::CustomerRelations);
const DESK: Hand = Hand::Role(Role::Desk);

/// The sections that describe the job: the office's.
const DESCRIPTION: &[Place] = &[
    Place::Section("account"),
    Place::Section("contact"),
    Place::Section("initiator"),
    Place::Section("site"),
    Place::Section("asset"),
    Place::Section("request"),
];

/// What a technician finds out on site and may correct.
const SITE_FACTS: &[Place] = &[
    Place::Field(JobField::ContactPhone),
    Place::Field(JobField::ContactMobile),
    Place::Field(JobField::SiteAddress),
    Place::Field(JobField::AssetSerial),
];

const TECHNICIAN_EVENTS: &[EventKind] = &[
    EventKind::Accepted,
    EventKind::Declined,
    EventKind::Proposal,
    EventKind::Contacted,
    EventKind::Promised,
    EventKind::CustomerReplied,
    EventKind::Answered,
    EventKind::Travelling,
    EventKind::Arrived,
    EventKind::Working,
    EventKind::WaitingPart,
    EventKind::WaitingCustomer,
    EventKind::Done,
];

const OFFICE_EVENTS: &[EventKind] = &[
    EventKind::Contacted,
    EventKind::Promised,
    EventKind::CustomerReplied,
    EventKind::Answered,
    EventKind::HandedOver,
    EventKind::Closed,
    EventKind::Cancelled,
    EventKind::Reopened,
];

/// What is said to the customer, by whom the case is handled, and its end, which is that of
/// the request.
const DESK_EVENTS: &[EventKind] = &[
    EventKind::Closed,
    EventKind::Contacted,
    EventKind::Promised,
    EventKind::CustomerReplied,
    EventKind::Answered,
    EventKind::HandedOver,
];

/// The policy. An administrator writes documents only to take over past jobs:
/// people, devices and reference data are not documents.
pub const ROWS: &[Row] = &[
    Row {
        name: "technician registers a job",
        hand: TECHNICIAN,
        places: &[Place::Document(DocKind::Job)],
        acts: &[Act::Create],
        when: &[],
    },
    Row {
        name: "technician describes the job that he registers",
        hand: TECHNICIAN,
        places: DESCRIPTION,
        acts: &[Act::Give],
        when: &[],
    },
    Row {
        name: "technician corrects what he finds on site",
        hand: TECHNICIAN,
        places: SITE_FACTS,
        acts: &[Act::Set],
        when: &[When::Holds, When::Open],
    },
    Row {
        name: "technician reports progress",
        hand: TECHNICIAN,
        places: &[Place::Events(TECHNICIAN_EVENTS)],
        acts: &[Act::Add],
        when: &[When::Holds, When::Fits],
    },
    Row {
        name: "technician records work",
        hand: TECHNICIAN,
        places: &[Place::Entries("parts"), Place::Entries("labour"), Place::Entries("checklist")],
        acts: &[Act::Add],
        when: &[When::Holds, When::Open],
    },
    Row {
        name: "technician corrects his own lines",
        hand: TECHNICIAN,
        places: &[Place::Entries("parts"), Place::Entries("labour")],
        acts: &[Act::Correct, Act::Void],
        when: &[When::Holds, When::Open, When::OwnLine],
    },
    Row {
        name: "technician says what was wrong and what was done",
        hand: TECHNICIAN,
        places: &[Place::Text("diagnosis"), Place::Text("solution")],
        acts: &[Act::Splice],
        when: &[When::Holds, When::Open],
    },
    Row {
        name: "technician states the outcome",
        hand: TECHNICIAN,
        places: &[Place::Section("outcome")],
        acts: &[Act::Set],
        when: &[When::Holds, When::Open],
    },
    Row {
        name: "technician adds notes and attachments",
        hand: TECHNICIAN,
        places: &[Place::Entries("notes"), Place::Entries("attachments")],
        acts: &[Act::Add],
        when: &[When::Holds],
    },
    Row {
        name: "technician voids his own note",
        hand: TECHNICIAN,
        places: &[Place::Entries("notes")],
        acts: &[Act::Void],
        when: &[When::Holds, When::OwnLine],
    },
    Row {
        name: "technician begins a trip",
        hand: TECHNICIAN,
        places: &[Place::Document(DocKind::Trip)],
        acts: &[Act::Create],
        when: &[],
    },
    Row {
        name: "technician says where and how far",
        hand: TECHNICIAN,
        places: &[Place::TripFields, Place::TripJobs],
        acts: &[Act::Give],
        when: &[],
    },
    Row {
        name: "technician keeps his own trip",
        hand: TECHNICIAN,
        places: &[Place::TripFields, Place::TripJobs],
        acts: &[Act::Set],
        when: &[When::OwnTrip],
    },
    Row {
        name: "technician keeps the receipts of his own trip",
        hand: TECHNICIAN,
        places: &[Place::Entries("receipts")],
        acts: &[Act::Add, Act::Void],
        when: &[When::OwnTrip],
    },
    Row {
        name: "technician voids his own trip",
        hand: TECHNICIAN,
        places: &[Place::TripVoid],
        acts: &[Act::Void],
        when: &[When::OwnTrip],
    },
    Row {
        name: "dispatcher registers a job",
        hand: DISPATCHER,
        places: &[Place::Document(DocKind::Job)],
        acts: &[Act::Create],
        when: &[],
    },
    Row {
        name: "dispatcher describes the job",
        hand: DISPATCHER,
        places: DESCRIPTION,
        acts: &[Act::Give, Act::Set],
        when: &[],
    },
    Row {
        name: "dispatcher assigns",
        hand: DISPATCHER,
        places: &[Place::Section("assignment")],
        acts: &[Act::Set],
        when: &[When::Agrees],
    },
    Row {
        name: "dispatcher gives the job and takes it back",
        hand: DISPATCHER,
        places: &[Place::Events(&[EventKind::Assigned, EventKind::Unassigned])],
        acts: &[Act::Add],
        when: &[When::Fits, When::Agrees],
    },
    Row {
        name: "dispatcher follows the case",
        hand: DISPATCHER,
        places: &[Place::Events(OFFICE_EVENTS)],
        acts: &[Act::Add],
        when: &[When::Fits],
    },
    Row {
        name: "dispatcher adds notes and attachments",
        hand: DISPATCHER,
        places: &[Place::Entries("notes"), Place::Entries("attachments")],
        acts: &[Act::Add],
        when: &[],
    },
    Row {
        name: "dispatcher voids his own note",
        hand: DISPATCHER,
        places: &[Place::Entries("notes")],
        acts: &[Act::Void],
        when: &[When::OwnLine],
    },
    Row {
        name: "representative talks to the customer",
        hand: REPRESENTATIVE,
        places: &[Place::Events(&[EventKind::Contacted, EventKind::CustomerReplied])],
        acts: &[Act::Add],
        when: &[When::OwnAgency, When::Fits],
    },
    Row {
        name: "representative adds notes and attachments",
        hand: REPRESENTATIVE,
        places: &[Place::Entries("notes"), Place::Entries("attachments")],
        acts: &[Act::Add],
        when: &[When::OwnAgency],
    },
    Row {
        name: "representative voids his own note",
        hand: REPRESENTATIVE,
        places: &[Place::Entries("notes")],
        acts: &[Act::Void],
        when: &[When::OwnAgency, When::OwnLine],
    },
    Row {
        name: "administrator takes over a past job",
        hand: ADMINISTRATOR,
        places: &[Place::Document(DocKind::Job)],
        acts: &[Act::Create],
        when: &[],
    },
    Row {
        name: "administrator describes the past job that he takes over",
        hand: ADMINISTRATOR,
        places: DESCRIPTION,
        acts: &[Act::Give],
        when: &[],
    },
    Row {
        name: "administrator closes what he takes over",
        hand: ADMINISTRATOR,
        places: &[Place::Events(&[EventKind::Imported])],
        acts: &[Act::Add],
        when: &[When::Fits, When::OwnRegistration],
    },
    Row {
        name: "quality officer presses a job",
        hand: QUALITY,
        places: &[Place::Field(JobField::RequestPriority), Place::Field(JobField::RequestSeverity)],
        acts: &[Act::Set],
        when: &[],
    },
    Row {
        name: "quality officer adds notes",
        hand: QUALITY,
        places: &[Place::Entries("notes")],
        acts: &[Act::Add],
        when: &[],
    },
    Row {
        name: "quality officer voids his own note",
        hand: QUALITY,
        places: &[Place::Entries("notes")],
        acts: &[Act::Void],
        when: &[When::OwnLine],
    },
    Row {
        name: "customer relations talks to the customer",
        hand: CUSTOMER_RELATIONS,
        places: &[Place::Events(&[EventKind::Contacted, EventKind::CustomerReplied])],
        acts: &[Act::Add],
        when: &[When::Fits],
    },
    Row {
        name: "customer relations adds notes",
        hand: CUSTOMER_RELATIONS,
        places: &[Place::Entries("notes")],
        acts: &[Act::Add],
        when: &[],
    },
    Row {
        name: "customer relations voids its own note",
        hand: CUSTOMER_RELATIONS,
        places: &[Place::Entries("notes")],
        acts: &[Act::Void],
        when: &[When::OwnLine],
    },
    Row {
        name: "desk makes a visit of a request",
        hand: DESK,
        places: &[Place::Document(DocKind::Job)],
        acts: &[Act::Create],
        when: &[],
    },
    Row {
        name: "desk describes the job",
        hand: DESK,
        places: DESCRIPTION,
        acts: &[Act::Give, Act::Set],
        when: &[],
    },
    Row {
        name: "desk talks to the customer",
        hand: DESK,
        places: &[Place::Events(DESK_EVENTS)],
        acts: &[Act::Add],
        when: &[When::Fits],
    },
    Row {
        name: "desk adds notes and attachments",
        hand: DESK,
        places: &[Place::Entries("notes"), Place::Entries("attachments")],
        acts: &[Act::Add],
        when: &[],
    },
    Row {
        name: "server upgrades an old document",
        hand: Hand::Server,
        places: &[Place::Template],
        acts: &[Act::Upgrade],
        when: &[],
    },
];
