//! A job section by section, with all that this phone knows of it.

use client_core::domain::{
    AgencyId, AttachmentLine, ChecklistAnswer, DocId, Event, FieldConflict, FieldValue, Instant, JobField,
    JobKind, JobView, LabourLine, Note, PartLine, Position, StatusConflict, Thousandths, UserId, Uuid,
};

use super::outbox::OutboxItem;
use super::words::JobStatus;

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
