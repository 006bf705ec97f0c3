//! What stands in a job line by line: events, parts, labour, notes, attachments,
//! conflicts, and the values that they are made of.

use client_core::domain::{
    ActorClass, Attachment, AttachmentId, AttachmentKind, AttachmentLine, ChecklistAnswer, Coverage,
    Currency, Event, EventId, EventKind, FieldConflict, FieldValue, Hash32, Instant, JobField, JobFieldEdit,
    LabourId, LabourLine, LineId, Money, Note, NoteId, Part, PartLine, PartSource, Position, RivalValue,
    Stamp, StatusConflict, StatusConflictKind, Thousandths, UserId, Uuid,
};

/// A value.
#[uniffi::remote(Enum)]
pub enum FieldValue {
    /// Text of a bounded length.
    Text(String),
    /// A whole number; the field's name says its unit.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// An instant.
    Instant(Instant),
    /// The id of a record elsewhere.
    Id(Uuid),
}

/// A field set to a value, or cleared.
#[uniffi::remote(Record)]
pub struct JobFieldEdit {
    /// Which field.
    pub field: JobField,
    /// Its new value; none clears it.
    #[uniffi(default)]
    pub value: Option<FieldValue>,
}

/// An amount in the minor unit of its currency; 1 is one rial.
#[uniffi::remote(Record)]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// The currency by its ISO 4217 code.
    pub currency: Currency,
}

/// When something was done, by the device's clock.
#[uniffi::remote(Record)]
pub struct Stamp {
    /// The instant.
    pub at: Instant,
    /// Minutes east of UTC that the device showed.
    pub offset_minutes: i16,
}

/// Something that happened on a job.
#[uniffi::remote(Record)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What.
    pub kind: EventKind,
    /// When, by the author's device.
    pub stamp: Stamp,
    /// Who.
    pub by: UserId,
    /// The events that the author had seen without a successor.
    pub after: Vec<EventId>,
    /// Why.
    pub reason: Option<String>,
    /// A promised or proposed time.
    pub until: Option<Instant>,
    /// Where.
    pub position: Option<Position>,
    /// To which team.
    pub team: Option<String>,
    /// Whom the dispatcher assigned.
    pub technician: Option<Uuid>,
}

/// A part used.
#[uniffi::remote(Record)]
pub struct Part {
    /// Number in the catalogue.
    pub part_no: String,
    /// Its name.
    pub name: String,
    /// How many, in thousandths: 1500 is one and a half.
    pub quantity: Thousandths,
    /// Price of one.
    pub unit_price: Money,
    /// Serial number of the part put in.
    #[uniffi(default)]
    pub serial_in: Option<String>,
    /// Serial number of the part taken out.
    #[uniffi(default)]
    pub serial_out: Option<String>,
    /// Where it came from.
    pub source: PartSource,
    /// Who pays for it.
    pub coverage: Coverage,
}

/// A line of parts used.
#[uniffi::remote(Record)]
pub struct PartLine {
    /// Its id.
    pub id: LineId,
    /// The part.
    pub part: Part,
    /// Who wrote it.
    pub by: UserId,
    /// Why it is void, if it is.
    pub void: Option<String>,
}

/// A stretch of labour.
#[uniffi::remote(Record)]
pub struct LabourLine {
    /// Its id.
    pub id: LabourId,
    /// Who worked.
    pub technician: UserId,
    /// From when.
    pub started_at: Instant,
    /// Until when; none while it runs.
    pub ended_at: Option<Instant>,
}

/// An answer on the checklist.
#[uniffi::remote(Record)]
pub struct ChecklistAnswer {
    /// The item's key.
    pub item: String,
    /// The answer.
    pub answer: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: UserId,
}

/// A note.
#[uniffi::remote(Record)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it.
    pub by: UserId,
    /// When.
    pub stamp: Stamp,
    /// The words.
    pub text: String,
    /// Why it is void, if it is.
    pub void: Option<String>,
}

/// A photo, signature or receipt.
#[uniffi::remote(Record)]
pub struct Attachment {
    /// SHA-256 of its bytes.
    pub hash: Hash32,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Caption.
    pub caption: String,
    /// What it shows.
    pub kind: AttachmentKind,
}

/// An attachment of a job.
#[uniffi::remote(Record)]
pub struct AttachmentLine {
    /// Its id.
    pub id: AttachmentId,
    /// What it is.
    pub attachment: Attachment,
    /// Who attached it.
    pub by: UserId,
}

/// One of several values.
#[uniffi::remote(Record)]
pub struct RivalValue {
    /// The value; none if it was cleared.
    pub value: Option<FieldValue>,
    /// Which side wrote it.
    pub class: Option<ActorClass>,
    /// The operation that wrote it.
    pub op: String,
}

/// A field in which several values stand, each written without knowing of the
/// others. The first is the one that shows.
#[uniffi::remote(Record)]
pub struct FieldConflict {
    /// The place, such as `contact.phone`.
    pub path: String,
    /// The values.
    pub values: Vec<RivalValue>,
}

/// Two events that cannot both hold.
#[uniffi::remote(Record)]
pub struct StatusConflict {
    /// How they clash.
    pub kind: StatusConflictKind,
    /// The event whose status stands.
    pub stands: EventId,
    /// The event that was written without knowing of it.
    pub against: EventId,
}
