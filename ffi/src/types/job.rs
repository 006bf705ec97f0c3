//! A job, its parts, and lists of jobs.

use client_core::domain::{
    ActorClass, AgencyId, Attachment, AttachmentId, AttachmentKind, AttachmentLine, ChecklistAnswer,
    Coverage, Currency, DocId, Event, EventId, EventKind, FieldConflict, FieldValue, Hash32, Instant,
    JobField, JobFieldEdit, JobKind, JobView, LabourId, LabourLine, LineId, Money, Note, NoteId, Part,
    PartLine, PartSource, Position, RivalValue, Stamp, StatusConflict, StatusConflictKind, Thousandths,
    UserId, Uuid,
};
use client_core::{JobFilter, JobRow, JobScope, Page, Totals};

use super::outbox::OutboxItem;
use super::words::JobStatus;

/// Which jobs a list shows.
#[uniffi::remote(Record)]
pub struct JobFilter {
    /// Which jobs.
    pub scope: JobScope,
    /// Only these statuses; all if empty.
    #[uniffi(default)]
    pub statuses: Vec<JobStatus>,
    /// Only jobs that have every word of this text somewhere.
    #[uniffi(default)]
    pub text: Option<String>,
}

/// Which part of a list.
#[uniffi::remote(Record)]
pub struct Page {
    /// How many rows to skip.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// How many rows to give; at most 500.
    #[uniffi(default = 50)]
    pub limit: u32,
}

/// A job as a list shows it.
#[uniffi::remote(Record)]
pub struct JobRow {
    /// Its id.
    pub doc: DocId,
    /// Where it stands.
    pub status: JobStatus,
    /// The number that people use; empty until the server gave one.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// The customer's name.
    pub account: String,
    /// Whom to ask for.
    pub contact: String,
    /// The number to call.
    pub phone: String,
    /// The city.
    pub city: String,
    /// The address.
    pub address: String,
    /// The device's serial number.
    pub serial: String,
    /// The device's model.
    pub model: String,
    /// How soon.
    pub priority: String,
    /// Who goes.
    pub technician: Option<UserId>,
    /// The promised window's start.
    pub window_start: Option<Instant>,
    /// The promised window's end.
    pub window_end: Option<Instant>,
    /// Where it is.
    pub position: Option<Position>,
    /// How many conflicts stand in it.
    pub conflicts: u32,
    /// How many of its edits wait for the server.
    pub unsent: u32,
    /// How many of its edits need attention.
    pub attention: u32,
}

/// How many jobs are in a status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StatusCount {
    /// The status.
    pub status: JobStatus,
    /// How many.
    pub jobs: u64,
}

/// What the phone holds, in figures.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Tally {
    /// Jobs in scope.
    pub jobs: u64,
    /// Jobs in scope by status.
    pub by_status: Vec<StatusCount>,
    /// Open jobs.
    pub open: u64,
    /// Jobs whose promised window touches today.
    pub today: u64,
    /// Open jobs whose promised window has passed.
    pub overdue: u64,
    /// Edits that wait for the server.
    pub unsent: u64,
    /// Edits that need attention.
    pub attention: u64,
    /// Attachments that wait to be sent.
    pub uploads: u64,
}

impl From<Totals> for Tally {
    fn from(totals: Totals) -> Self {
        let Totals { jobs, by_status, open, today, overdue, unsent, attention, uploads } = totals;
        let by_status = by_status.into_iter().map(|(status, jobs)| StatusCount { status, jobs }).collect();
        Self { jobs, by_status, open, today, overdue, unsent, attention, uploads }
    }
}

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

/// The customer account.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Account {
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
}

/// Whom to ask for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The number to call.
    pub phone: String,
    /// A second number.
    pub mobile: String,
    /// E-mail address.
    pub email: String,
}

/// The place.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// The address.
    pub address: String,
    /// The city.
    pub city: String,
    /// The zone that travel is priced by.
    pub zone: String,
    /// Where it is.
    pub position: Option<Position>,
}

/// The device under service.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Asset {
    /// Its id.
    pub id: Option<Uuid>,
    /// Serial number.
    pub serial: String,
    /// Model.
    pub model: String,
    /// Production batch.
    pub batch: String,
    /// `imported`, `produced`, `assembled`, or empty.
    pub origin: String,
    /// When the warranty ends.
    pub warranty_until: Option<Instant>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestFacts {
    /// The number that people use; empty until the server gave one.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// What the customer said.
    pub description: String,
    /// What kind of request.
    pub kind: String,
    /// How soon.
    pub priority: String,
    /// How bad.
    pub severity: String,
    /// Category.
    pub category: String,
    /// Cause of the problem.
    pub cause: String,
    /// When the customer asked.
    pub received_at: Option<Instant>,
    /// What the registrar adds.
    pub registrar_comment: String,
    /// Estimated time needed.
    pub estimated_minutes: Option<i64>,
}

/// Who goes, and when.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Assigned {
    /// The technician.
    pub technician: Option<UserId>,
    /// The agency.
    pub representative: Option<AgencyId>,
    /// The promised window's start.
    pub window_start: Option<Instant>,
    /// The promised window's end.
    pub window_end: Option<Instant>,
    /// What the technician should know.
    pub note: String,
}

/// What came of the work.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outcome {
    /// The result in a sentence.
    pub result: String,
    /// The fault group that was found.
    pub fault: String,
    /// Whether the user was shown how to use the product.
    pub training_given: Option<bool>,
    /// Whether the leaflet was handed over.
    pub leaflet: Option<bool>,
    /// Whether somebody has to come again.
    pub follow_up_needed: Option<bool>,
    /// Hours spent, in thousandths.
    pub hours: Option<Thousandths>,
    /// Days spent, in thousandths.
    pub days: Option<Thousandths>,
}

/// A job with all that this phone knows of it, its own unsent edits included.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct JobDetail {
    /// Its id.
    pub doc: DocId,
    /// Visit or bench work.
    pub kind: JobKind,
    /// Where it stands.
    pub status: JobStatus,
    /// The customer.
    pub account: Account,
    /// Whom to ask for.
    pub contact: Contact,
    /// The place.
    pub site: Site,
    /// The device.
    pub asset: Asset,
    /// What was asked for.
    pub request: RequestFacts,
    /// Who goes, and when.
    pub assignment: Assigned,
    /// What came of the work.
    pub outcome: Outcome,
    /// What happened, by time.
    pub events: Vec<Event>,
    /// Parts used.
    pub parts: Vec<PartLine>,
    /// Labour.
    pub labour: Vec<LabourLine>,
    /// Checklist answers.
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
    /// Why it left the scope; none while it is in it.
    pub left_reason: Option<String>,
    /// Its edits that wait for the server.
    pub unsent: Vec<OutboxItem>,
    /// Its edits that need attention.
    pub attention: Vec<OutboxItem>,
}

impl From<client_core::JobDetail> for JobDetail {
    fn from(detail: client_core::JobDetail) -> Self {
        let client_core::JobDetail { view, left_reason, unsent, attention } = detail;
        let read = Fields(&view);
        Self {
            doc: view.id,
            kind: view.kind,
            status: view.status,
            account: Account { id: read.id(JobField::AccountId), name: read.text(JobField::AccountName) },
            contact: read.contact(),
            site: read.site(),
            asset: read.asset(),
            request: read.request(),
            assignment: read.assignment(),
            outcome: read.outcome(),
            events: view.events,
            parts: view.parts,
            labour: view.labour,
            checklist: view.checklist,
            notes: view.notes,
            diagnosis: view.diagnosis,
            solution: view.solution,
            attachments: view.attachments,
            field_conflicts: view.field_conflicts,
            status_conflicts: view.status_conflicts,
            left_reason,
            unsent: unsent.into_iter().map(OutboxItem::from).collect(),
            attention: attention.into_iter().map(OutboxItem::from).collect(),
        }
    }
}

/// The single-value fields of a job, section by section.
struct Fields<'a>(&'a JobView);

impl Fields<'_> {
    fn text(&self, field: JobField) -> String {
        self.0.text(field).to_owned()
    }
    fn id(&self, field: JobField) -> Option<Uuid> {
        self.0.id_of(field)
    }
    fn int(&self, field: JobField) -> Option<i64> {
        match self.0.fields.get(&field) {
            Some(FieldValue::Int(number)) => Some(*number),
            _ => None,
        }
    }
    fn bool(&self, field: JobField) -> Option<bool> {
        match self.0.fields.get(&field) {
            Some(FieldValue::Bool(yes)) => Some(*yes),
            _ => None,
        }
    }

    fn contact(&self) -> Contact {
        Contact {
            name: self.text(JobField::ContactName),
            phone: self.text(JobField::ContactPhone),
            mobile: self.text(JobField::ContactMobile),
            email: self.text(JobField::ContactEmail),
        }
    }

    fn site(&self) -> Site {
        let (lat, lon) = (self.int(JobField::SiteLat), self.int(JobField::SiteLon));
        let position = lat
            .zip(lon)
            .map(|(lat_microdegrees, lon_microdegrees)| Position { lat_microdegrees, lon_microdegrees });
        Site {
            name: self.text(JobField::SiteName),
            address: self.text(JobField::SiteAddress),
            city: self.text(JobField::SiteCity),
            zone: self.text(JobField::SiteZone),
            position,
        }
    }

    fn asset(&self) -> Asset {
        Asset {
            id: self.id(JobField::AssetId),
            serial: self.text(JobField::AssetSerial),
            model: self.text(JobField::AssetModel),
            batch: self.text(JobField::AssetBatch),
            origin: self.text(JobField::AssetOrigin),
            warranty_until: self.0.instant(JobField::AssetWarrantyUntil),
        }
    }

    fn request(&self) -> RequestFacts {
        RequestFacts {
            number: self.text(JobField::RequestNumber),
            subject: self.text(JobField::RequestSubject),
            description: self.text(JobField::RequestDescription),
            kind: self.text(JobField::RequestType),
            priority: self.text(JobField::RequestPriority),
            severity: self.text(JobField::RequestSeverity),
            category: self.text(JobField::RequestCategory),
            cause: self.text(JobField::RequestCause),
            received_at: self.0.instant(JobField::RequestReceivedAt),
            registrar_comment: self.text(JobField::RequestRegistrarComment),
            estimated_minutes: self.int(JobField::RequestEstimatedMinutes),
        }
    }

    fn assignment(&self) -> Assigned {
        Assigned {
            technician: self.0.technician(),
            representative: self.id(JobField::AssignmentRepresentative).map(AgencyId::from_uuid),
            window_start: self.0.instant(JobField::AssignmentWindowStart),
            window_end: self.0.instant(JobField::AssignmentWindowEnd),
            note: self.text(JobField::AssignmentNote),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            result: self.text(JobField::OutcomeResult),
            fault: self.text(JobField::OutcomeFault),
            training_given: self.bool(JobField::OutcomeTrainingGiven),
            leaflet: self.bool(JobField::OutcomeLeaflet),
            follow_up_needed: self.bool(JobField::OutcomeFollowUpNeeded),
            hours: self.int(JobField::OutcomeHours).map(Thousandths),
            days: self.int(JobField::OutcomeDays).map(Thousandths),
        }
    }
}
