//! What a technician does on a job, as commands with the minutes between them.
//! The history and the day are both made of these.

use domain::{
    Coverage, Currency, DocId, EditCommand, EventId, EventKind, FieldValue, Instant, JobCommand, JobField,
    JobFieldEdit, JobText, LabourId, LineId, Money, NewEvent, NoteId, Part, PartSource, Receipt, ReceiptId,
    ReceiptKind, Thousandths, TripCommand, TripField, TripFieldEdit,
};
use testkit::Rng;

use crate::organisation::{CataloguePart, Customer};
use crate::words::Fault;

/// A command, and how many minutes after the one before.
pub(crate) struct Step {
    pub(crate) minutes: i64,
    pub(crate) command: EditCommand,
}

fn step(minutes: i64, command: JobCommand) -> Step {
    Step { minutes, command: EditCommand::Job(command) }
}

/// Records that something happened.
pub(crate) fn event(rng: &mut Rng, kind: EventKind) -> JobCommand {
    JobCommand::Record { event: NewEvent::new(EventId::from_bytes(rng.bytes()), kind) }
}

/// The same with a reason.
pub(crate) fn event_because(rng: &mut Rng, kind: EventKind, reason: &str) -> JobCommand {
    JobCommand::Record { event: NewEvent::new(EventId::from_bytes(rng.bytes()), kind).because(reason) }
}

/// A note.
pub(crate) fn note(rng: &mut Rng, text: &str) -> JobCommand {
    note_with_id(NoteId::from_bytes(rng.bytes()), text)
}

/// A note under a given id.
pub(crate) fn note_with_id(id: NoteId, text: &str) -> JobCommand {
    JobCommand::AddNote { id, text: text.to_owned() }
}

/// One field set to a text.
pub(crate) fn set_text(field: JobField, text: &str) -> JobCommand {
    JobCommand::SetFields {
        edits: vec![JobFieldEdit { field, value: Some(FieldValue::Text(text.to_owned())) }],
    }
}

/// A part from the van.
pub(crate) fn part(rng: &mut Rng, part: &CataloguePart, coverage: Coverage) -> JobCommand {
    JobCommand::AddPart {
        id: LineId::from_bytes(rng.bytes()),
        part: Part {
            part_no: part.number.clone(),
            name: part.name.clone(),
            quantity: Thousandths(1000),
            unit_price: Money { minor: part.price_rial, currency: Currency::IRR },
            serial_in: None,
            serial_out: None,
            source: PartSource::Van,
            coverage,
        },
    }
}

/// From *assigned* to *working*.
pub(crate) fn begin(rng: &mut Rng) -> Vec<Step> {
    vec![
        step(0, event(rng, EventKind::Accepted)),
        step(12, event(rng, EventKind::Contacted)),
        step(5, event(rng, EventKind::Travelling)),
        step(25, event(rng, EventKind::Arrived)),
        step(4, event(rng, EventKind::Working)),
    ]
}

/// From *waiting for a part* to *working* again, on another day.
pub(crate) fn resume(rng: &mut Rng) -> Vec<Step> {
    vec![
        step(0, event(rng, EventKind::Travelling)),
        step(25, event(rng, EventKind::Arrived)),
        step(4, event(rng, EventKind::Working)),
    ]
}

/// From *working* to *done*: diagnosis, part, solution, labour, outcome.
pub(crate) fn finish(
    rng: &mut Rng,
    fault: &Fault,
    mended_with: Option<JobCommand>,
    began: Instant,
) -> Vec<Step> {
    let minutes = rng.between(20, 110);
    let mut steps = vec![step(
        10,
        JobCommand::ReplaceText { text: JobText::Diagnosis, value: fault.diagnosis.to_owned() },
    )];
    steps.extend(mended_with.map(|command| step(5, command)));
    steps.extend([
        step(minutes, JobCommand::ReplaceText { text: JobText::Solution, value: fault.solution.to_owned() }),
        step(
            1,
            JobCommand::AddLabour {
                id: LabourId::from_bytes(rng.bytes()),
                started_at: began,
                ended_at: Some(began.plus_millis((minutes + 16) * 60_000)),
            },
        ),
        step(1, outcome(fault)),
        step(2, event(rng, EventKind::Done)),
    ]);
    steps
}

fn outcome(fault: &Fault) -> JobCommand {
    let edit = |field, value| JobFieldEdit { field, value: Some(value) };
    JobCommand::SetFields {
        edits: vec![
            edit(JobField::OutcomeFault, FieldValue::Text(fault.group.to_owned())),
            edit(JobField::OutcomeTrainingGiven, FieldValue::Bool(true)),
            edit(JobField::OutcomeFollowUpNeeded, FieldValue::Bool(false)),
        ],
    }
}

/// A trip that served some jobs.
pub(crate) fn trip(
    from: &str,
    customer: &Customer,
    jobs: Vec<DocId>,
    started_at: Instant,
    metres: i64,
) -> TripCommand {
    let edit = |field, value| TripFieldEdit { field, value: Some(value) };
    let kind = if metres > 40_000 { "out_of_city" } else { "in_city" };
    TripCommand::Create {
        fields: vec![
            edit(TripField::Kind, FieldValue::Text(kind.to_owned())),
            edit(TripField::From, FieldValue::Text(from.to_owned())),
            edit(TripField::To, FieldValue::Text(customer.address.clone())),
            edit(TripField::StartedAt, FieldValue::Instant(started_at)),
            edit(TripField::EndedAt, FieldValue::Instant(started_at.plus_millis(50 * 60_000))),
            edit(TripField::DistanceM, FieldValue::Int(metres)),
        ],
        jobs,
    }
}

/// A parking receipt without a photo.
pub(crate) fn parking(rng: &mut Rng) -> TripCommand {
    TripCommand::AddReceipt {
        id: ReceiptId::from_bytes(rng.bytes()),
        receipt: Receipt {
            kind: ReceiptKind::Parking,
            amount: Money { minor: 150_000, currency: Currency::IRR },
            photo: None,
        },
    }
}

/// Metres between two places in millionths of a degree, near enough for a story:
/// a straight line on a flat map at this latitude.
pub(crate) fn metres_between(a: (i64, i64), b: (i64, i64)) -> i64 {
    let north = (a.0 - b.0) * 111 / 1000;
    let east = (a.1 - b.1) * 91 / 1000;
    (north * north + east * east).isqrt()
}
