//! The words of the policy table: where, what, and under which condition.

use std::fmt;

use domain::{DocKind, EventKind, JobField, TripField};

/// What is done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Makes a document.
    Create,
    /// Gives a value when making a document.
    Give,
    /// Sets or clears a value.
    Set,
    /// Adds an entry: an event, a line, a note.
    Add,
    /// Writes an entry's value again.
    Correct,
    /// Voids an entry, or a trip, with a reason.
    Void,
    /// Edits a text in place.
    Splice,
    /// Makes a container that an older document lacks.
    Upgrade,
}

impl Act {
    /// The word in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Give => "give at creation",
            Self::Set => "set",
            Self::Add => "add",
            Self::Correct => "correct",
            Self::Void => "void",
            Self::Splice => "edit in place",
            Self::Upgrade => "upgrade",
        }
    }
}

/// One place in a document, as an operation touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// The document itself.
    Document(DocKind),
    /// A field of a job.
    JobField(JobField),
    /// A field of a trip.
    TripField(TripField),
    /// An event of a kind.
    Event(EventKind),
    /// An entry of a section other than `events`.
    Entry(&'a str),
    /// A text.
    Text(&'a str),
    /// The jobs that a trip served.
    TripJobs,
    /// Why a trip is void.
    TripVoid,
    /// A container, or the schema's number.
    Template,
}

/// A place, or several, as a row of the table names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A document of a kind.
    Document(DocKind),
    /// Every field of a section of a job.
    Section(&'static str),
    /// One field of a job.
    Field(JobField),
    /// Every field of a trip.
    TripFields,
    /// Events of these kinds.
    Events(&'static [EventKind]),
    /// Entries of a section other than `events`.
    Entries(&'static str),
    /// A text.
    Text(&'static str),
    /// The jobs that a trip served.
    TripJobs,
    /// Why a trip is void.
    TripVoid,
    /// Containers and the schema's number.
    Template,
}

impl Place {
    /// Whether the row that names this place speaks of a target.
    #[must_use]
    pub fn covers(&self, target: &Target<'_>) -> bool {
        match (self, target) {
            (Self::Document(own), Target::Document(kind)) => own == kind,
            (Self::Section(section), Target::JobField(field)) => *section == field.section(),
            (Self::Field(own), Target::JobField(field)) => own == field,
            (Self::Events(kinds), Target::Event(kind)) => kinds.contains(kind),
            (Self::Entries(own), Target::Entry(section)) => own == section,
            (Self::Text(own), Target::Text(text)) => own == text,
            (Self::TripFields, Target::TripField(_))
            | (Self::TripJobs, Target::TripJobs)
            | (Self::TripVoid, Target::TripVoid)
            | (Self::Template, Target::Template) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(kind) => write!(f, "a {}", kind.name()),
            Self::Section(section) => write!(f, "`{section}.*`"),
            Self::Field(field) => write!(f, "`{}`", field.path()),
            Self::TripFields => f.write_str("fields of a trip"),
            Self::Events(kinds) => {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                write!(f, "`events`: {}", words.join(", "))
            }
            Self::Entries(section) => write!(f, "`{section}`"),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::TripJobs => f.write_str("`jobs` of a trip"),
            Self::TripVoid => f.write_str("`void` of a trip"),
            Self::Template => f.write_str("missing containers, `schema`"),
        }
    }
}

/// A condition, judged at the change's dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The author is assigned to the job, or registered it and nobody ever was.
    Holds,
    /// The job is not closed.
    Open,
    /// The state machine has a step for the event.
    Fits,
    /// The line is the author's own, and not void.
    OwnLine,
    /// The trip is the author's own, and not void.
    OwnTrip,
    /// The job is done for the author's agency.
    OwnAgency,
    /// The author registered the job.
    OwnRegistration,
    /// The event and the assignment come together and agree.
    Agrees,
}

impl When {
    /// Every condition, in the order of the table's legend.
    pub const ALL: [Self; 8] = [
        Self::Holds,
        Self::Open,
        Self::Fits,
        Self::OwnLine,
        Self::OwnTrip,
        Self::OwnAgency,
        Self::OwnRegistration,
        Self::Agrees,
    ];

    /// The word in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds the job",
            Self::Open => "not closed",
            Self::Fits => "status allows",
            Self::OwnLine => "own line",
            Self::OwnTrip => "own trip",
            Self::OwnAgency => "own agency",
            Self::OwnRegistration => "registered it",
            Self::Agrees => "assignment agrees",
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Holds => {
                "The author is assigned to the job, or registered it himself and nobody was ever assigned."
            }
            Self::Open => "The office has not closed the job.",
            Self::Fits => "The state machine (`docs/status.md`) has a step for this event.",
            Self::OwnLine => "The author wrote the line, and it is not void.",
            Self::OwnTrip => "The trip is the author's, and it is not void.",
            Self::OwnAgency => "`assignment.representative` is the author's agency.",
            Self::OwnRegistration => "The author registered the job.",
            Self::Agrees => {
                "`assigned` comes with the technician whom the assignment names, `unassigned` with none, and whoever \
                 is newly named or removed gets the event."
            }
        }
    }
}
