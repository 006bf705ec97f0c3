//! A job as JSON: every instant RFC 3339, every id a text.

use domain::{
    ActorClass, AttachmentLine, ChecklistAnswer, DocId, Event, JobKind, JobView, LabourLine, Money, Note,
    PartLine, Position, UserId, Uuid,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::FieldsBody;
use super::instants::EventInstantsBody;
use crate::evidence::EventInstants;
use crate::http::deadlines::DeadlineBody;
use crate::http::inbox::InboxItemBody;
use crate::office::{JobShow, Received};
use crate::rfc3339::Rfc3339;

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        pub(in crate::http) struct $name {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Skip::skip")] $field: $kind,)*
        }
    )*};
}

/// Absent values are left out.
trait Skip {
    fn skip(&self) -> bool {
        false
    }
}
impl<T> Skip for Option<T> {
    fn skip(&self) -> bool {
        self.is_none()
    }
}
impl<T> Skip for Vec<T> {}
macro_rules! never_skipped {
    ($($kind:ty),*) => { $(impl Skip for $kind {})* };
}
never_skipped!(
    String,
    i64,
    u64,
    bool,
    i16,
    Rfc3339,
    FieldsBody,
    MoneyBody,
    EventBody,
    ReceivedBody,
    &'static str
);

bodies! {
    /// A job.
    JobBody {
        /// Its id.
        #[schema(format = "uuid")]
        id: String,
        /// Its state; goes into `If-Match`.
        etag: String,
        /// `visit` or `bench`.
        kind: &'static str,
        /// Where it stands.
        status: &'static str,
        /// The event that put it there.
        status_since: Option<String>,
        /// Its single-value fields.
        fields: FieldsBody,
        /// What happened, by time.
        events: Vec<EventBody>,
        /// Parts used.
        parts: Vec<PartBody>,
        /// Labour.
        labour: Vec<LabourBody>,
        /// Checklist answers.
        checklist: Vec<AnswerBody>,
        /// Notes.
        notes: Vec<NoteBody>,
        /// What is wrong and why.
        diagnosis: String,
        /// What was done about it.
        solution: String,
        /// Photos, signatures and receipts.
        attachments: Vec<AttachmentBody>,
        /// Its clocks.
        deadlines: Vec<DeadlineBody>,
        /// What waits for a decision.
        undecided: Vec<InboxItemBody>,
        /// The trips that name it.
        trips: Vec<String>,
        /// When the server received what.
        received: ReceivedBody,
    }

    /// Something that happened.
    EventBody {
        /// Its id.
        id: String,
        /// What happened.
        kind: &'static str,
        /// When, by the author's device.
        at: Rfc3339,
        /// When it happened, how that is known, and whether it is doubtful.
        instants: Option<EventInstantsBody>,
        /// Minutes east of UTC that the device showed.
        utc_offset_minutes: i16,
        /// Who.
        #[schema(format = "uuid")]
        by: String,
        /// The events that the author had seen.
        after: Vec<String>,
        /// Why.
        reason: Option<String>,
        /// Promised or proposed time.
        until: Option<Rfc3339>,
        /// Where the author was.
        position: Option<PositionBody>,
        /// To which team.
        team: Option<String>,
        /// Whom the dispatcher assigned.
        #[schema(format = "uuid")]
        technician: Option<String>,
        /// Whether the status table does not allow it where it stands.
        misplaced: bool,
    }

    /// A place.
    PositionBody {
        /// Latitude in millionths of a degree.
        lat_microdegrees: i64,
        /// Longitude in millionths of a degree.
        lon_microdegrees: i64,
    }

    /// Money.
    MoneyBody {
        /// In the minor unit of the currency.
        minor: i64,
        /// ISO 4217.
        currency: String,
    }

    /// A line of parts used.
    PartBody {
        /// Its id.
        id: String,
        /// Number in the catalogue.
        part_no: String,
        /// Its name when it was used.
        name: String,
        /// How many, in thousandths.
        quantity_thousandths: i64,
        /// Price of one.
        unit_price: MoneyBody,
        /// Serial number of the part put in.
        serial_in: Option<String>,
        /// Serial number of the part taken out.
        serial_out: Option<String>,
        /// Where it came from.
        source: &'static str,
        /// Who pays for it.
        coverage: &'static str,
        /// Who wrote it.
        #[schema(format = "uuid")]
        by: String,
        /// Why it is void.
        void: Option<String>,
    }

    /// A stretch of labour.
    LabourBody {
        /// Its id.
        id: String,
        /// Who worked.
        #[schema(format = "uuid")]
        technician: String,
        /// From when.
        started_at: Rfc3339,
        /// Until when.
        ended_at: Option<Rfc3339>,
    }

    /// An answer on the checklist.
    AnswerBody {
        /// The item's key.
        item: String,
        /// The answer.
        answer: String,
        /// When.
        at: Rfc3339,
        /// Who.
        #[schema(format = "uuid")]
        by: String,
    }

    /// A note.
    NoteBody {
        /// Its id.
        id: String,
        /// Who wrote it.
        #[schema(format = "uuid")]
        by: String,
        /// When, by the author's device.
        at: Rfc3339,
        /// The words.
        text: String,
        /// Why it is void.
        void: Option<String>,
    }

    /// A photo, signature or receipt.
    AttachmentBody {
        /// Its id.
        id: String,
        /// SHA-256 of its bytes: the address under `/v1/attachments/`.
        hash: String,
        /// Media type.
        mime: String,
        /// Bytes.
        size: u64,
        /// Caption.
        caption: String,
        /// `photo`, `signature` or `receipt`.
        kind: &'static str,
        /// Who attached it.
        #[schema(format = "uuid")]
        by: String,
    }

    /// When the server received what.
    ReceivedBody {
        /// The first change.
        first_at: Rfc3339,
        /// The last change.
        last_at: Rfc3339,
        /// Who made the last one; nobody if it was the server.
        #[schema(format = "uuid")]
        last_by: Option<String>,
        /// Its position in the log.
        position: i64,
    }
}

fn text(id: impl ToString) -> String {
    id.to_string()
}

/// The side that wrote a value or a change.
pub(in crate::http) const fn side_name(class: ActorClass) -> &'static str {
    match class {
        ActorClass::Office => "office",
        ActorClass::Technician => "technician",
        ActorClass::Server => "server",
    }
}

impl From<JobShow> for JobBody {
    fn from(shown: JobShow) -> Self {
        let JobShow { view, etag, received, trips, undecided, mut instants, deadlines } = shown;
        let mut body = |event: &Event| event_body(event, &view, instants.remove(&event.id));
        let events = view.events.iter().map(&mut body).collect();
        let JobView { id, kind, status, status_since, fields, .. } = view;
        Self {
            id: text(id),
            etag: text(etag),
            kind: JobKind::name(kind),
            status: status.name(),
            status_since: status_since.map(text),
            fields: FieldsBody(fields),
            events,
            parts: view.parts.into_iter().map(PartBody::from).collect(),
            labour: view.labour.into_iter().map(LabourBody::from).collect(),
            checklist: view.checklist.into_iter().map(AnswerBody::from).collect(),
            notes: view.notes.into_iter().map(NoteBody::from).collect(),
            diagnosis: view.diagnosis,
            solution: view.solution,
            attachments: view.attachments.into_iter().map(AttachmentBody::from).collect(),
            deadlines: deadlines.into_iter().map(DeadlineBody::from).collect(),
            undecided: undecided.into_iter().map(InboxItemBody::from).collect(),
            trips: trips.into_iter().map(|trip: DocId| text(trip)).collect(),
            received: received.into(),
        }
    }
}

fn event_body(event: &Event, view: &JobView, instants: Option<EventInstants>) -> EventBody {
    EventBody {
        id: text(event.id),
        kind: event.kind.name(),
        at: Rfc3339(event.stamp.at),
        instants: instants.map(|instants| EventInstantsBody::from((event.id, instants))),
        utc_offset_minutes: event.stamp.offset_minutes,
        by: text(event.by),
        after: event.after.iter().map(text).collect(),
        reason: event.reason.clone(),
        until: event.until.map(Rfc3339),
        position: event.position.map(PositionBody::from),
        team: event.team.clone(),
        technician: event.technician.map(|id: Uuid| text(id)),
        misplaced: view.misplaced.contains(&event.id),
    }
}

impl From<Position> for PositionBody {
    fn from(position: Position) -> Self {
        let Position { lat_microdegrees, lon_microdegrees } = position;
        Self { lat_microdegrees, lon_microdegrees }
    }
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.code().to_owned() }
    }
}

impl From<PartLine> for PartBody {
    fn from(line: PartLine) -> Self {
        let PartLine { id, part, by, void } = line;
        Self {
            id: text(id),
            part_no: part.part_no,
            name: part.name,
            quantity_thousandths: part.quantity.0,
            unit_price: part.unit_price.into(),
            serial_in: part.serial_in,
            serial_out: part.serial_out,
            source: part.source.name(),
            coverage: part.coverage.name(),
            by: text(by),
            void,
        }
    }
}

impl From<LabourLine> for LabourBody {
    fn from(line: LabourLine) -> Self {
        let LabourLine { id, technician, started_at, ended_at } = line;
        Self {
            id: text(id),
            technician: text(technician),
            started_at: Rfc3339(started_at),
            ended_at: ended_at.map(Rfc3339),
        }
    }
}

impl From<ChecklistAnswer> for AnswerBody {
    fn from(answer: ChecklistAnswer) -> Self {
        let ChecklistAnswer { item, answer, at, by } = answer;
        Self { item, answer, at: Rfc3339(at), by: text(by) }
    }
}

impl From<Note> for NoteBody {
    fn from(note: Note) -> Self {
        let Note { id, by, stamp, text: words, void } = note;
        Self { id: text(id), by: text(by), at: Rfc3339(stamp.at), text: words, void }
    }
}

impl From<AttachmentLine> for AttachmentBody {
    fn from(line: AttachmentLine) -> Self {
        let AttachmentLine { id, attachment, by } = line;
        Self {
            id: text(id),
            hash: text(attachment.hash),
            mime: attachment.mime,
            size: attachment.size,
            caption: attachment.caption,
            kind: attachment.kind.name(),
            by: text(by),
        }
    }
}

impl From<Received> for ReceivedBody {
    fn from(received: Received) -> Self {
        let Received { first_at, last_at, last_by, position } = received;
        let last_by = last_by.map(|by: UserId| text(by));
        Self { first_at: Rfc3339(first_at), last_at: Rfc3339(last_at), last_by, position }
    }
}
