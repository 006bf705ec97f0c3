//! Commands that a test, a benchmark or the demonstration gives, with the least
//! said: new ids come from the kit, the rest has sensible values.

use domain::{
    Assignment, Attachment, AttachmentId, AttachmentKind, Coverage, Currency, DocId, EditCommand, EventId,
    EventKind, FieldType, FieldValue, Hash32, Instant, JobCommand, JobField, JobFieldEdit, JobKind, JobText,
    LabourId, LineId, Money, NewEvent, NoteId, Part, PartSource, Receipt, ReceiptId, ReceiptKind,
    Thousandths, TripCommand, TripField, TripFieldEdit, UserId, Uuid,
};

use crate::{Kit, Rng};

macro_rules! local_ids {
    ($($name:ident, $id:ident, $doc:literal;)*) => {
        impl Kit {
            $(
                #[doc = $doc]
                pub fn $name(&mut self) -> $id {
                    $id::from_bytes(self.rng.bytes())
                }
            )*
        }
    };
}

local_ids! {
    event_id, EventId, "A new event's id.";
    line_id, LineId, "A new line's id.";
    labour_id, LabourId, "A new stretch of labour's id.";
    note_id, NoteId, "A new note's id.";
    attachment_id, AttachmentId, "A new attachment's id.";
    receipt_id, ReceiptId, "A new receipt's id.";
}

impl Kit {
    /// Registers a visit about a subject.
    pub fn create_job(&mut self, subject: &str) -> EditCommand {
        self.create_job_with(vec![text_edit(JobField::RequestSubject, subject)])
    }

    /// Registers a visit with the given fields.
    pub fn create_job_with(&mut self, fields: Vec<JobFieldEdit>) -> EditCommand {
        let event = self.event_id();
        EditCommand::Job(JobCommand::Create { kind: JobKind::Visit, event, fields })
    }

    /// Gives a job to a technician, or takes it back.
    pub fn assign(&mut self, technician: Option<UserId>) -> EditCommand {
        self.assign_as(Assignment { technician, ..Assignment::default() })
    }

    /// Changes the whole assignment.
    pub fn assign_as(&mut self, assignment: Assignment) -> EditCommand {
        let event = self.event_id();
        EditCommand::Job(JobCommand::Assign { event, assignment, reason: None })
    }

    /// Records an event, with a reason, a time and a team where its kind asks for them.
    pub fn record(&mut self, kind: EventKind) -> EditCommand {
        let mut event = NewEvent::new(self.event_id(), kind);
        if kind.needs_reason() {
            event = event.because("as agreed by telephone");
        }
        if kind.needs_until() {
            event.until = Some(self.clock.now().plus_days(1));
        }
        if kind == EventKind::HandedOver {
            event.team = Some("electronics".to_owned());
        }
        EditCommand::Job(JobCommand::Record { event })
    }

    /// Adds a line of one part.
    pub fn add_part(&mut self, name: &str) -> EditCommand {
        let (id, part) = (self.line_id(), self.part(name));
        EditCommand::Job(JobCommand::AddPart { id, part })
    }

    /// A part under warranty, of a random quantity and price.
    pub fn part(&mut self, name: &str) -> Part {
        Part {
            part_no: format!("P-{:04}", self.rng.below(10_000)),
            name: name.to_owned(),
            quantity: Thousandths(1_000 * self.rng.between(1, 5)),
            unit_price: Money { minor: 10_000 * self.rng.between(1, 500), currency: Currency::IRR },
            serial_in: None,
            serial_out: None,
            source: *self.rng.pick(PartSource::ALL),
            coverage: *self.rng.pick(Coverage::ALL),
        }
    }

    /// Adds an open stretch of labour, begun now.
    pub fn add_labour(&mut self) -> EditCommand {
        let (id, started_at) = (self.labour_id(), self.clock.now());
        EditCommand::Job(JobCommand::AddLabour { id, started_at, ended_at: None })
    }

    /// Adds a note.
    pub fn add_note(&mut self, text: &str) -> EditCommand {
        let id = self.note_id();
        EditCommand::Job(JobCommand::AddNote { id, text: text.to_owned() })
    }

    /// Attaches a photo of random content.
    pub fn add_attachment(&mut self) -> EditCommand {
        self.add_attachment_of(AttachmentKind::Photo)
    }

    /// Attaches something of random content.
    pub fn add_attachment_of(&mut self, kind: AttachmentKind) -> EditCommand {
        let id = self.attachment_id();
        let attachment = Attachment {
            hash: Hash32::from_bytes(self.rng.bytes()),
            mime: "image/jpeg".to_owned(),
            size: 1 + self.rng.below(3_000_000),
            caption: "name plate".to_owned(),
            kind,
        };
        EditCommand::Job(JobCommand::AddAttachment { id, attachment })
    }

    /// Begins a trip that serves the given jobs.
    pub fn create_trip(&mut self, jobs: Vec<DocId>) -> EditCommand {
        let fields = vec![
            TripFieldEdit { field: TripField::Kind, value: Some(FieldValue::Text("in_city".to_owned())) },
            TripFieldEdit { field: TripField::StartedAt, value: Some(FieldValue::Instant(self.clock.now())) },
        ];
        EditCommand::Trip(TripCommand::Create { fields, jobs })
    }

    /// Adds a receipt to a trip.
    pub fn add_receipt(&mut self) -> EditCommand {
        let id = self.receipt_id();
        let amount = Money { minor: 1_000 * self.rng.between(1, 900), currency: Currency::IRR };
        let receipt = Receipt { kind: *self.rng.pick(ReceiptKind::ALL), amount, photo: None };
        EditCommand::Trip(TripCommand::AddReceipt { id, receipt })
    }
}

/// Sets one field of a job.
#[must_use]
pub fn set_field(field: JobField, value: Option<FieldValue>) -> EditCommand {
    EditCommand::Job(JobCommand::SetFields { edits: vec![JobFieldEdit { field, value }] })
}

/// Sets one field of a trip.
#[must_use]
pub fn set_trip_field(field: TripField, value: Option<FieldValue>) -> EditCommand {
    EditCommand::Trip(TripCommand::SetFields { edits: vec![TripFieldEdit { field, value }] })
}

/// Replaces the diagnosis or the solution.
#[must_use]
pub fn replace_text(text: JobText, value: &str) -> EditCommand {
    EditCommand::Job(JobCommand::ReplaceText { text, value: value.to_owned() })
}

/// Answers an item of the checklist.
#[must_use]
pub fn answer(item: &str, answer: &str) -> EditCommand {
    EditCommand::Job(JobCommand::Answer { item: item.to_owned(), answer: answer.to_owned() })
}

/// One text field, set.
#[must_use]
pub fn text_edit(field: JobField, text: &str) -> JobFieldEdit {
    JobFieldEdit { field, value: Some(FieldValue::Text(text.to_owned())) }
}

/// Some value that a field of this type takes.
pub fn some_value(kind: FieldType, rng: &mut Rng) -> FieldValue {
    match kind {
        FieldType::Text(_) => FieldValue::Text(words(rng)),
        FieldType::Choice(choices) => FieldValue::Text((*rng.pick(choices)).to_owned()),
        FieldType::Int(low, high) => FieldValue::Int(rng.between(low, high)),
        FieldType::Bool => FieldValue::Bool(rng.chance(1, 2)),
        FieldType::Instant => FieldValue::Instant(Instant::from_millis(rng.between(0, 2_000_000_000_000))),
        FieldType::Id => FieldValue::Id(Uuid::from_bytes(rng.bytes())),
    }
}

/// A few words in one of the three languages of the house.
pub fn words(rng: &mut Rng) -> String {
    const PHRASES: &[&str] = &[
        "compressor hums, fan stands still",
        "شیر برقی نشتی دارد",
        "заменён фильтр, протечки нет",
        "خریدار فردا پس از ساعت ۴ خانه است",
        "display shows E4",
        "درب یخچال خوب بسته نمی‌شود",
        "клиент просит перезвонить",
        "cable 🔌 replaced",
    ];
    let count = 1 + rng.below(3);
    (0..count).map(|_| *rng.pick(PHRASES)).collect::<Vec<_>>().join("; ")
}
