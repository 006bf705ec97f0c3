//! Everything that a person does to a job or a trip, as typed commands.
//!
//! A command carries the ids of what it will create, so that a replay under
//! another actor makes the same lines. The phone keeps each command beside the
//! change that it produced; the office's edits go through the same commands.

use serde::{Deserialize, Serialize};

use crate::{
    AttachmentId, BlobHash, DocId, EventId, Instant, JobFieldEdit, LabourId, LineId, Money, NewEvent, NoteId,
    ReceiptId, Thousandths, TripFieldEdit, UserId,
};

/// What kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// A visit to a customer or bench work.
    Job,
    /// One journey of one technician.
    Trip,
}

impl DocKind {
    /// The word in rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Trip => "trip",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "job" => Some(Self::Job),
            "trip" => Some(Self::Trip),
            _ => None,
        }
    }
}

/// Where a job is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// At the customer's.
    Visit,
    /// At the workshop.
    Bench,
}

impl JobKind {
    /// The word in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Bench => "bench",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "visit" => Some(Self::Visit),
            "bench" => Some(Self::Bench),
            _ => None,
        }
    }
}

/// One edit of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditCommand {
    /// An edit of a job.
    Job(JobCommand),
    /// An edit of a trip.
    Trip(TripCommand),
}

impl EditCommand {
    /// The kind of document that it edits.
    #[must_use]
    pub const fn doc_kind(&self) -> DocKind {
        match self {
            Self::Job(_) => DocKind::Job,
            Self::Trip(_) => DocKind::Trip,
        }
    }
    /// Whether it makes the document.
    #[must_use]
    pub const fn creates(&self) -> bool {
        matches!(self, Self::Job(JobCommand::Create { .. }) | Self::Trip(TripCommand::Create { .. }))
    }
}

/// An edit of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobCommand {
    /// Makes the job: the template, the given fields, the `registered` event.
    Create {
        /// Visit or bench work.
        kind: JobKind,
        /// The id of its `registered` event.
        event: EventId,
        /// What is known at the start; no assignment.
        fields: Vec<JobFieldEdit>,
    },
    /// Sets or clears fields outside the assignment.
    SetFields {
        /// The fields; each at most once.
        edits: Vec<JobFieldEdit>,
    },
    /// Gives the job to a technician, or takes it back.
    Assign {
        /// The id of its `assigned` or `unassigned` event. Written if who goes changes or has to be
        /// said again; another window, agency or note alone is no event.
        event: EventId,
        /// The assignment as it shall be.
        assignment: Assignment,
        /// Why, for the technician who loses it.
        reason: Option<String>,
    },
    /// Records that something happened.
    Record {
        /// What.
        event: NewEvent,
    },
    /// Adds a line of parts used.
    AddPart {
        /// The line's id.
        id: LineId,
        /// The line.
        part: Part,
    },
    /// Corrects a line; its author only.
    CorrectPart {
        /// The line's id.
        id: LineId,
        /// The line as it shall be.
        part: Part,
    },
    /// Voids one's own line with a reason; nothing is deleted.
    VoidPart {
        /// The line's id.
        id: LineId,
        /// Why.
        reason: String,
    },
    /// Adds a stretch of labour.
    AddLabour {
        /// Its id.
        id: LabourId,
        /// When work began.
        started_at: Instant,
        /// When it ended, if it has.
        ended_at: Option<Instant>,
    },
    /// Ends a stretch of labour, or corrects its end.
    EndLabour {
        /// Its id.
        id: LabourId,
        /// When it ended.
        ended_at: Instant,
    },
    /// Answers an item of the checklist.
    Answer {
        /// The item's key, from the checklist's template.
        item: String,
        /// The answer.
        answer: String,
    },
    /// Adds a note.
    AddNote {
        /// Its id.
        id: NoteId,
        /// The words.
        text: String,
    },
    /// Voids one's own note with a reason.
    VoidNote {
        /// Its id.
        id: NoteId,
        /// Why.
        reason: String,
    },
    /// Edits a text in place. Positions count Unicode code points.
    SpliceText {
        /// Which text.
        text: JobText,
        /// Where.
        at: u32,
        /// How many code points go.
        delete: u32,
        /// What comes.
        insert: String,
    },
    /// Replaces a text; only what differs is written.
    ReplaceText {
        /// Which text.
        text: JobText,
        /// The whole text as it shall be.
        value: String,
    },
    /// Attaches a photo, signature or receipt; the bytes travel separately.
    AddAttachment {
        /// Its id.
        id: AttachmentId,
        /// What it is.
        attachment: Attachment,
    },
}

/// An edit of a trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TripCommand {
    /// Makes the trip.
    Create {
        /// What is known at the start.
        fields: Vec<TripFieldEdit>,
        /// The jobs it served.
        jobs: Vec<DocId>,
    },
    /// Sets or clears fields.
    SetFields {
        /// The fields; each at most once.
        edits: Vec<TripFieldEdit>,
    },
    /// Names another job that the trip served.
    AddJob {
        /// The job.
        job: DocId,
    },
    /// Takes a job off the trip.
    RemoveJob {
        /// The job.
        job: DocId,
    },
    /// Adds a receipt.
    AddReceipt {
        /// Its id.
        id: ReceiptId,
        /// The receipt.
        receipt: Receipt,
    },
    /// Voids a receipt with a reason.
    VoidReceipt {
        /// Its id.
        id: ReceiptId,
        /// Why.
        reason: String,
    },
    /// Voids the trip with a reason.
    Void {
        /// Why.
        reason: String,
    },
}

/// Who goes, for which agency, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The technician; `None` takes the job back.
    pub technician: Option<UserId>,
    /// The agency.
    pub representative: Option<crate::AgencyId>,
    /// The promised window's start.
    pub window_start: Option<Instant>,
    /// The promised window's end.
    pub window_end: Option<Instant>,
    /// What the technician should know.
    pub note: Option<String>,
}

/// A part used, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Number in the catalogue.
    pub part_no: String,
    /// Its name when it was used.
    pub name: String,
    /// How many, in thousandths.
    pub quantity: Thousandths,
    /// Price of one.
    pub unit_price: Money,
    /// Serial number of the part put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_in: Option<String>,
    /// Serial number of the part taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_out: Option<String>,
    /// Where it came from.
    pub source: PartSource,
    /// Who pays for it.
    pub coverage: Coverage,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident, $word:literal, $vdoc:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $vdoc] $variant,)* }
        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word in the document.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

words! {
    /// Where a part came from.
    PartSource {
        Van, "van", "The technician's van stock.";
        Agency, "agency", "The agency's stock.";
        Warehouse, "warehouse", "Sent from the warehouse for this job.";
        Customer, "customer", "Brought by the customer.";
        Purchase, "purchase", "Bought on the way.";
    }
    /// Who pays for a part.
    Coverage {
        Warranty, "warranty", "The maker, under warranty.";
        Contract, "contract", "Covered by a support contract.";
        Customer, "customer", "The customer.";
        Goodwill, "goodwill", "The maker, as goodwill.";
    }
    /// What an attachment shows.
    AttachmentKind {
        Photo, "photo", "A photograph.";
        Signature, "signature", "The customer's signature.";
        Receipt, "receipt", "A receipt.";
    }
    /// What a receipt of a trip is for.
    ReceiptKind {
        Toll, "toll", "Road toll.";
        Parking, "parking", "Parking.";
        Ferry, "ferry", "Ferry.";
        Lodging, "lodging", "A night's lodging.";
        Other, "other", "Anything else.";
    }
    /// The texts of a job that several people may edit together.
    JobText {
        Diagnosis, "diagnosis", "What is wrong and why.";
        Solution, "solution", "What was done about it.";
    }
}

/// A photo, signature or receipt of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Caption.
    pub caption: String,
    /// What it shows.
    pub kind: AttachmentKind,
}

/// A receipt of a trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What it is for.
    pub kind: ReceiptKind,
    /// How much was paid.
    pub amount: Money,
    /// The photo's hash, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<BlobHash>,
}
