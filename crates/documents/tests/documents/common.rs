//! What the tests of documents share: people, devices, and a short way to edit.

use documents::{Document, EditContext, EditError, RawChange};
use domain::{
    ActorClass, ActorId, Assignment, AttachmentId, Coverage, Currency, DocId, EditCommand, EventId,
    EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobKind, LabourId, LineId, Money,
    NewEvent, NoteId, Part, PartSource, ReceiptId, Stamp, Thousandths, TripCommand, UserId, Uuid,
};

/// A person at a device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) actor: ActorId,
}

pub(crate) const fn person(class: ActorClass, number: u8) -> Person {
    let mut actor = [number; 16];
    actor[0] = class.byte();
    Person { user: UserId::from_uuid(Uuid::from_bytes([number; 16])), actor: ActorId::from_bytes(actor) }
}

pub(crate) const OFFICE: Person = person(ActorClass::Office, 1);
pub(crate) const DESK: Person = person(ActorClass::Office, 4);
pub(crate) const SARA: Person = person(ActorClass::Technician, 2);
pub(crate) const REZA: Person = person(ActorClass::Technician, 3);
pub(crate) const SERVER: Person = person(ActorClass::Server, 9);

/// The morning of the tests: 2026-03-02T06:30Z in Tehran.
pub(crate) const MORNING: i64 = 1_772_433_000_000;

pub(crate) fn at_minute(person: Person, minute: i64) -> EditContext {
    let at = Instant::from_millis(MORNING + minute * 60_000);
    EditContext { author: person.user, actor: person.actor, stamp: Stamp { at, offset_minutes: 210 } }
}

pub(crate) fn doc_id(number: u8) -> DocId {
    DocId::new(Instant::from_millis(MORNING), [number; 10])
}

pub(crate) const fn event_id(number: u8) -> EventId {
    EventId::from_bytes([number; 8])
}
pub(crate) const fn line_id(number: u8) -> LineId {
    LineId::from_bytes([number; 8])
}
pub(crate) const fn labour_id(number: u8) -> LabourId {
    LabourId::from_bytes([number; 8])
}
pub(crate) const fn note_id(number: u8) -> NoteId {
    NoteId::from_bytes([number; 8])
}
pub(crate) const fn attachment_id(number: u8) -> AttachmentId {
    AttachmentId::from_bytes([number; 8])
}
pub(crate) const fn receipt_id(number: u8) -> ReceiptId {
    ReceiptId::from_bytes([number; 8])
}

pub(crate) fn text(field: JobField, value: &str) -> JobFieldEdit {
    JobFieldEdit { field, value: Some(FieldValue::Text(value.to_owned())) }
}

pub(crate) fn create_job(fields: Vec<JobFieldEdit>) -> EditCommand {
    EditCommand::Job(JobCommand::Create { kind: JobKind::Visit, event: event_id(1), fields })
}

/// A job with a few fields, made by the office.
pub(crate) fn new_job() -> (Document, RawChange) {
    let fields = vec![
        text(JobField::AccountName, "فروشگاه نور"),
        text(JobField::ContactPhone, "+98 21 5550 0101"),
        text(JobField::SiteAddress, "تهران، خیابان آزادی ۱۲"),
        text(JobField::RequestSubject, "Washing machine does not drain"),
        text(JobField::RequestPriority, "high"),
    ];
    Document::create(doc_id(1), &create_job(fields), &at_minute(OFFICE, 0)).expect("a good job")
}

pub(crate) fn record(id: u8, kind: EventKind) -> EditCommand {
    EditCommand::Job(JobCommand::Record { event: NewEvent::new(event_id(id), kind) })
}

pub(crate) fn record_because(id: u8, kind: EventKind, reason: &str) -> EditCommand {
    EditCommand::Job(JobCommand::Record { event: NewEvent::new(event_id(id), kind).because(reason) })
}

pub(crate) fn job(command: JobCommand) -> EditCommand {
    EditCommand::Job(command)
}

pub(crate) fn trip(command: TripCommand) -> EditCommand {
    EditCommand::Trip(command)
}

pub(crate) fn assign(id: u8, person: Option<Person>) -> EditCommand {
    let assignment = Assignment { technician: person.map(|person| person.user), ..Assignment::default() };
    EditCommand::Job(JobCommand::Assign { event: event_id(id), assignment, reason: None })
}

pub(crate) fn set(edit: JobFieldEdit) -> EditCommand {
    EditCommand::Job(JobCommand::SetFields { edits: vec![edit] })
}

pub(crate) fn a_part() -> Part {
    Part {
        part_no: "PMP-220".to_owned(),
        name: "Drain pump".to_owned(),
        quantity: Thousandths(1_000),
        unit_price: Money { minor: 4_500_000, currency: Currency::IRR },
        serial_in: Some("S-1".to_owned()),
        serial_out: None,
        source: PartSource::Van,
        coverage: Coverage::Warranty,
    }
}

/// Edits and expects a change.
pub(crate) fn does(document: &mut Document, person: Person, minute: i64, command: &EditCommand) -> RawChange {
    document.edit(command, &at_minute(person, minute)).expect("a legal command").expect("a change")
}

/// Edits and expects a refusal that leaves the document as it was.
pub(crate) fn refuses(document: &mut Document, person: Person, command: &EditCommand) -> EditError {
    let before = document.save();
    let error = document.edit(command, &at_minute(person, 60)).expect_err("an illegal command");
    assert_eq!(document.save(), before, "a refused command changes nothing");
    error
}

/// Edits and expects that there is nothing to write.
pub(crate) fn changes_nothing(document: &mut Document, person: Person, command: &EditCommand) {
    let before = document.save();
    assert_eq!(document.edit(command, &at_minute(person, 60)), Ok(None));
    assert_eq!(document.save(), before);
}

/// Applies each side's changes to the other.
pub(crate) fn meet(one: &mut Document, other: &mut Document) {
    let to_other = one.changes_since(&other.heads());
    let to_one = other.changes_since(&one.heads());
    other.apply(to_other.iter().map(|change| change.bytes.as_slice())).expect("their changes apply");
    one.apply(to_one.iter().map(|change| change.bytes.as_slice())).expect("our changes apply");
    assert_eq!(one.heads(), other.heads());
}
