//! Edits made on this phone, and what became of them.

use client_core::domain::{
    Attachment, DocId, DocKind, EventKind, Instant, JobFieldEdit, JobKind, JobText, LabourId, LineId, NoteId,
    Part, Position, Receipt, ReceiptId, TripFieldEdit,
};
use client_core::{EditOutcome, EditReceipt, EntryState, OutboxEntry, Reason, Resolution};

/// An edit is saved on this phone: it survives a power cut.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Saved {
    /// The document.
    pub doc: DocId,
    /// Its entry in the outbox; none if it would have changed nothing.
    pub entry: Option<i64>,
}

impl From<EditReceipt> for Saved {
    fn from(receipt: EditReceipt) -> Self {
        let entry = match receipt.outcome {
            EditOutcome::Saved { entry } => Some(entry),
            EditOutcome::NothingToChange => None,
        };
        Self { doc: receipt.doc, entry }
    }
}

/// Why an edit needs attention.
#[uniffi::remote(Record)]
pub struct Reason {
    /// A stable word; its text has the key `error.` and this code.
    pub code: String,
    /// The place in the document.
    pub path: Option<String>,
    /// A sentence in English.
    pub message: String,
}

/// An edit made on this phone.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutboxItem {
    /// Its number; later edits have larger ones.
    pub id: i64,
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// When it was made, by this device.
    pub at: Instant,
    /// What was typed; none if this version cannot read it.
    pub typed: Option<TypedEdit>,
    /// What became of it.
    pub state: EntryState,
    /// Why, if it was refused or could not be made again.
    pub reason: Option<Reason>,
    /// The entry that it makes again.
    pub replays: Option<i64>,
    /// The entry that made it again, or took its place.
    pub replaced_by: Option<i64>,
    /// What a person decided.
    pub resolution: Option<Resolution>,
}

impl From<OutboxEntry> for OutboxItem {
    fn from(entry: OutboxEntry) -> Self {
        Self {
            id: entry.id,
            doc: entry.doc,
            kind: entry.kind,
            at: entry.stamp.at,
            typed: entry.command.as_ref().map(TypedEdit::from),
            state: entry.state,
            reason: entry.reason,
            replays: entry.replays,
            replaced_by: entry.replaced_by,
            resolution: entry.resolution,
        }
    }
}

/// What was typed.
pub type TypedEdit = client_core::Typed;

/// What was typed, without the ids and offsets that the machine adds. A correction
/// is one of the same kind.
#[uniffi::remote(Enum)]
pub enum TypedEdit {
    /// A job was made.
    Job {
        /// Visit or bench work.
        kind: JobKind,
        /// What was known.
        fields: Vec<JobFieldEdit>,
    },
    /// Fields of a job.
    Fields {
        /// Each field and its value.
        edits: Vec<JobFieldEdit>,
    },
    /// Something happened.
    Event {
        /// What.
        kind: EventKind,
        /// Why.
        reason: Option<String>,
        /// A promised or proposed time.
        until: Option<Instant>,
        /// Where.
        position: Option<Position>,
    },
    /// A line of parts, new or corrected.
    Part {
        /// The line.
        line: LineId,
        /// What stands in it.
        part: Part,
    },
    /// A line of parts was voided.
    VoidPart {
        /// The line.
        line: LineId,
        /// Why.
        reason: String,
    },
    /// A stretch of labour, or its end.
    Labour {
        /// The stretch.
        labour: LabourId,
        /// Its beginning, where that was said.
        started_at: Option<Instant>,
        /// Its end.
        ended_at: Option<Instant>,
    },
    /// An answer on the checklist.
    Answer {
        /// The item.
        item: String,
        /// The answer.
        answer: String,
    },
    /// A note.
    Note {
        /// The words.
        text: String,
    },
    /// A note was voided.
    VoidNote {
        /// The note.
        note: NoteId,
        /// Why.
        reason: String,
    },
    /// A text as a whole.
    Text {
        /// Which.
        which: JobText,
        /// The words.
        value: String,
    },
    /// Words put into a text, or taken out of it. Its correction is a whole `Text`.
    Words {
        /// Which text.
        which: JobText,
        /// The words that were put in.
        inserted: String,
        /// How many characters were taken out.
        deleted: u32,
    },
    /// An attachment.
    Attachment {
        /// What it is.
        attachment: Attachment,
    },
    /// A trip was made.
    Trip {
        /// What was known.
        fields: Vec<TripFieldEdit>,
        /// The jobs it served.
        jobs: Vec<DocId>,
    },
    /// Fields of a trip.
    TripFields {
        /// Each field and its value.
        edits: Vec<TripFieldEdit>,
    },
    /// A job was named as served by a trip.
    TripJob {
        /// The job.
        job: DocId,
    },
    /// A job was taken off a trip.
    TripWithoutJob {
        /// The job.
        job: DocId,
    },
    /// A receipt of a trip.
    Receipt {
        /// Its id.
        id: ReceiptId,
        /// What stands in it.
        receipt: Receipt,
    },
    /// A receipt was voided.
    VoidReceipt {
        /// Its id.
        id: ReceiptId,
        /// Why.
        reason: String,
    },
    /// A trip was voided.
    VoidTrip {
        /// Why.
        reason: String,
    },
    /// A visit was assigned, which only the office does.
    Assignment,
}
