//! A job and a trip as people see them: the document read out, with what cannot
//! both hold listed beside what stands.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    ActorClass, Attachment, AttachmentId, DocId, Event, EventId, FieldValue, Instant, JobField, JobFields,
    JobKind, LabourId, LineId, NoteId, Part, Receipt, ReceiptId, Stamp, Status, StatusConflict, TripFields,
    UserId,
};

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Its id.
    pub id: DocId,
    /// The schema version that it was written with.
    pub schema: u64,
    /// Visit or bench work.
    pub kind: JobKind,
    /// Where it stands: the fold over `events`.
    pub status: Status,
    /// The event that put it there.
    pub status_since: Option<EventId>,
    /// Its single-value fields, nested by section when serialised.
    #[serde(serialize_with = "fields_by_section")]
    pub fields: JobFields,
    /// What happened, sorted by time, then id.
    pub events: Vec<Event>,
    /// The events without a successor.
    pub frontier: Vec<EventId>,
    /// Events that the status table does not allow where they stand.
    pub misplaced: Vec<EventId>,
    /// Parts used.
    pub parts: Vec<PartLine>,
    /// Labour.
    pub labour: Vec<LabourLine>,
    /// Checklist answers, by item.
    pub checklist: Vec<ChecklistAnswer>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Diagnosis.
    pub diagnosis: String,
    /// Solution.
    pub solution: String,
    /// Attachments.
    pub attachments: Vec<AttachmentLine>,
    /// Fields where several values stand.
    pub field_conflicts: Vec<FieldConflict>,
    /// Events that cannot both hold.
    pub status_conflicts: Vec<StatusConflict>,
}

impl JobView {
    /// A text field's value, or the empty text.
    #[must_use]
    pub fn text(&self, field: JobField) -> &str {
        match self.fields.get(&field) {
            Some(FieldValue::Text(text)) => text,
            _ => "",
        }
    }
    /// An instant field's value.
    #[must_use]
    pub fn instant(&self, field: JobField) -> Option<Instant> {
        match self.fields.get(&field) {
            Some(FieldValue::Instant(instant)) => Some(*instant),
            _ => None,
        }
    }
    /// An id field's value.
    #[must_use]
    pub fn id_of(&self, field: JobField) -> Option<uuid::Uuid> {
        match self.fields.get(&field) {
            Some(FieldValue::Id(id)) => Some(*id),
            _ => None,
        }
    }
    /// Who is assigned.
    #[must_use]
    pub fn technician(&self) -> Option<UserId> {
        self.id_of(JobField::AssignmentTechnician).map(UserId::from_uuid)
    }
    /// Who registered it, and when.
    #[must_use]
    pub fn registered(&self) -> Option<&Event> {
        self.events.iter().find(|event| event.kind == crate::EventKind::Registered)
    }
    /// An event by its id.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }
}

fn fields_by_section<S: Serializer>(fields: &JobFields, out: S) -> Result<S::Ok, S::Error> {
    let mut sections: std::collections::BTreeMap<&str, std::collections::BTreeMap<&str, PlainValue<'_>>> =
        std::collections::BTreeMap::new();
    for (field, value) in fields {
        sections.entry(field.section()).or_default().insert(field.key(), PlainValue(value));
    }
    let mut map = out.serialize_map(Some(sections.len()))?;
    for (section, values) in sections {
        map.serialize_entry(section, &values)?;
    }
    map.end()
}

/// A value written as plain JSON, without its type's name.
struct PlainValue<'a>(&'a FieldValue);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FieldValue::Text(text) => out.serialize_str(text),
            FieldValue::Int(number) => out.serialize_i64(*number),
            FieldValue::Bool(yes) => out.serialize_bool(*yes),
            FieldValue::Instant(instant) => out.serialize_i64(instant.millis()),
            FieldValue::Id(id) => id.serialize(out),
        }
    }
}

/// A line of parts used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartLine {
    /// Its id.
    pub id: LineId,
    /// The line.
    pub part: Part,
    /// Who wrote it.
    pub by: UserId,
    /// Why it is void, if it is.
    pub void: Option<String>,
}

/// A stretch of labour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabourLine {
    /// Its id.
    pub id: LabourId,
    /// Who worked.
    pub technician: UserId,
    /// From when.
    pub started_at: Instant,
    /// Until when.
    pub ended_at: Option<Instant>,
}

/// An answer on the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentLine {
    /// Its id.
    pub id: AttachmentId,
    /// What it is.
    pub attachment: Attachment,
    /// Who attached it.
    pub by: UserId,
}

/// A field in which several values stand, each written without knowing of the
/// others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The place, such as `contact.phone` or `parts.<id>.quantity`.
    pub path: String,
    /// The value that stands, then the others in a fixed order.
    pub values: Vec<RivalValue>,
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RivalValue {
    /// The value; `None` if it was cleared.
    pub value: Option<FieldValue>,
    /// Which side wrote it.
    pub class: Option<ActorClass>,
    /// The operation that wrote it, `counter@actor`.
    pub op: String,
}

/// A trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TripView {
    /// Its id.
    pub id: DocId,
    /// The schema version that it was written with.
    pub schema: u64,
    /// Whose trip it is.
    pub technician: UserId,
    /// Its single-value fields.
    pub fields: TripFields,
    /// The jobs it served, sorted.
    pub jobs: Vec<DocId>,
    /// Receipts.
    pub receipts: Vec<ReceiptLine>,
    /// Why it is void, if it is.
    pub void: Option<String>,
    /// Fields where several values stand.
    pub field_conflicts: Vec<FieldConflict>,
}

/// A receipt of a trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// Its id.
    pub id: ReceiptId,
    /// The receipt.
    pub receipt: Receipt,
    /// Why it is void, if it is.
    pub void: Option<String>,
}

/// Either kind of document, read out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DocView {
    /// A job.
    Job(Box<JobView>),
    /// A trip.
    Trip(Box<TripView>),
}
