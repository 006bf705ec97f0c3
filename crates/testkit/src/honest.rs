//! What an honest person would do next: a random command that the person's role
//! allows on the document as it is seen. Simulations draw on it; the gate must
//! admit all of it.

use domain::{
    EditCommand, EventKind, FieldValue, JobCommand, JobField, JobText, JobView, Role, Status, Step,
    TripCommand, TripField, TripView, UserId, transition,
};

use crate::commands::{answer, replace_text, set_field, set_trip_field, some_value, words};
use crate::{Kit, Person};

/// Events that a technician records.
const TECHNICIAN_EVENTS: &[EventKind] = &[
    EventKind::Accepted,
    EventKind::Declined,
    EventKind::Proposal,
    EventKind::Contacted,
    EventKind::Promised,
    EventKind::CustomerReplied,
    EventKind::Answered,
    EventKind::Travelling,
    EventKind::Arrived,
    EventKind::Working,
    EventKind::WaitingPart,
    EventKind::WaitingCustomer,
    EventKind::Done,
];

/// Events that a dispatcher records without assigning.
const DISPATCHER_EVENTS: &[EventKind] = &[
    EventKind::Contacted,
    EventKind::Promised,
    EventKind::CustomerReplied,
    EventKind::Answered,
    EventKind::HandedOver,
    EventKind::Closed,
    EventKind::Cancelled,
    EventKind::Reopened,
];

/// Fields that a technician may correct.
const TECHNICIAN_FIELDS: &[JobField] = &[
    JobField::ContactPhone,
    JobField::ContactMobile,
    JobField::SiteAddress,
    JobField::AssetSerial,
    JobField::OutcomeTrainingGiven,
    JobField::OutcomeLeaflet,
    JobField::OutcomeFollowUpNeeded,
    JobField::OutcomeHours,
    JobField::OutcomeDays,
    JobField::OutcomeFault,
    JobField::OutcomeResult,
];

/// What a person would do next on a job; `None` if nothing comes to mind.
/// `technicians` are those whom a dispatcher may send.
pub fn next_job_command(
    kit: &mut Kit,
    person: &Person,
    job: &JobView,
    technicians: &[UserId],
) -> Option<EditCommand> {
    match person.role {
        Role::Technician => technician_on_job(kit, person, job),
        Role::Dispatcher => dispatcher_on_job(kit, job, technicians),
        Role::Representative => representative_on_job(kit, person, job),
        Role::Administrator | Role::Quality | Role::CustomerRelations | Role::Desk => None,
    }
}

fn technician_on_job(kit: &mut Kit, person: &Person, job: &JobView) -> Option<EditCommand> {
    if job.technician() != Some(person.user) {
        return None;
    }
    if job.status == Status::Closed {
        let text = words(&mut kit.rng);
        return Some(kit.add_note(&text));
    }
    match kit.rng.below(12) {
        0..=2 => legal_event(kit, job, TECHNICIAN_EVENTS),
        3 => Some(kit.add_part("fan")),
        4 => change_own_part(kit, person, job),
        5 => Some(on_labour(kit, person, job)),
        6 => Some(answer(["leak", "earth", "noise"][kit.rng.index(3)], &words(&mut kit.rng))),
        7 => Some(note(kit, person, job)),
        8 => Some(kit.add_attachment()),
        9 | 10 => Some(on_text(kit, job)),
        _ => Some(some_field(kit, TECHNICIAN_FIELDS)),
    }
}

fn dispatcher_on_job(kit: &mut Kit, job: &JobView, technicians: &[UserId]) -> Option<EditCommand> {
    let office: Vec<JobField> = JobField::ALL
        .iter()
        .copied()
        .filter(|field| !field.is_assignment() && field.section() != "outcome")
        .collect();
    match kit.rng.below(6) {
        0 | 1 => assign(kit, job, technicians),
        2 => legal_event(kit, job, DISPATCHER_EVENTS),
        3 => Some(kit.add_attachment()),
        4 => {
            let text = words(&mut kit.rng);
            Some(kit.add_note(&text))
        }
        _ => Some(some_field(kit, &office)),
    }
}

fn representative_on_job(kit: &mut Kit, person: &Person, job: &JobView) -> Option<EditCommand> {
    let agency = job.id_of(JobField::AssignmentRepresentative)?;
    if person.agency.map(domain::AgencyId::uuid) != Some(agency) {
        return None;
    }
    match kit.rng.below(3) {
        0 => legal_event(kit, job, &[EventKind::Contacted, EventKind::CustomerReplied]),
        1 => Some(kit.add_attachment()),
        _ => Some(note(kit, person, job)),
    }
}

fn assign(kit: &mut Kit, job: &JobView, technicians: &[UserId]) -> Option<EditCommand> {
    let is_legal = |kind| transition(job.status, kind) != Step::Illegal;
    if kit.rng.chance(1, 4) && is_legal(EventKind::Unassigned) {
        return Some(kit.assign(None));
    }
    if technicians.is_empty() || !is_legal(EventKind::Assigned) {
        return None;
    }
    let technician = *kit.rng.pick(technicians);
    Some(kit.assign(Some(technician)))
}

fn legal_event(kit: &mut Kit, job: &JobView, kinds: &[EventKind]) -> Option<EditCommand> {
    let legal: Vec<EventKind> =
        kinds.iter().copied().filter(|kind| transition(job.status, *kind) != Step::Illegal).collect();
    if legal.is_empty() {
        return None;
    }
    let kind = *kit.rng.pick(&legal);
    Some(kit.record(kind))
}

fn change_own_part(kit: &mut Kit, person: &Person, job: &JobView) -> Option<EditCommand> {
    let own: Vec<_> = job.parts.iter().filter(|line| line.by == person.user && line.void.is_none()).collect();
    if own.is_empty() {
        return None;
    }
    let id = kit.rng.pick(&own).id;
    let command = if kit.rng.chance(1, 2) {
        JobCommand::VoidPart { id, reason: words(&mut kit.rng) }
    } else {
        JobCommand::CorrectPart { id, part: kit.part("corrected") }
    };
    Some(EditCommand::Job(command))
}

fn on_labour(kit: &mut Kit, person: &Person, job: &JobView) -> EditCommand {
    let open = job.labour.iter().find(|line| line.technician == person.user && line.ended_at.is_none());
    match open {
        Some(line) => {
            let ended_at = kit.clock.now().plus_millis(60_000);
            EditCommand::Job(JobCommand::EndLabour { id: line.id, ended_at: ended_at.max(line.started_at) })
        }
        None => kit.add_labour(),
    }
}

fn note(kit: &mut Kit, person: &Person, job: &JobView) -> EditCommand {
    let own = job.notes.iter().find(|note| note.by == person.user && note.void.is_none());
    match own {
        Some(note) if kit.rng.chance(1, 3) => {
            EditCommand::Job(JobCommand::VoidNote { id: note.id, reason: words(&mut kit.rng) })
        }
        _ => {
            let text = words(&mut kit.rng);
            kit.add_note(&text)
        }
    }
}

fn on_text(kit: &mut Kit, job: &JobView) -> EditCommand {
    let text = *kit.rng.pick(JobText::ALL);
    let current = match text {
        JobText::Diagnosis => &job.diagnosis,
        JobText::Solution => &job.solution,
    };
    if kit.rng.chance(1, 4) {
        return replace_text(text, &words(&mut kit.rng));
    }
    let length = u64::try_from(current.chars().count()).unwrap_or(0);
    let at = kit.rng.below(length + 1);
    let delete = kit.rng.below((length - at).min(6) + 1);
    let insert = words(&mut kit.rng);
    let as_u32 = |value: u64| u32::try_from(value).unwrap_or(0);
    EditCommand::Job(JobCommand::SpliceText { text, at: as_u32(at), delete: as_u32(delete), insert })
}

fn some_field(kit: &mut Kit, fields: &[JobField]) -> EditCommand {
    let field = *kit.rng.pick(fields);
    let value = kit.rng.chance(9, 10).then(|| some_value(field.value_type(), &mut kit.rng));
    set_field(field, value)
}

/// What the technician of a trip would do next on it.
pub fn next_trip_command(kit: &mut Kit, trip: &TripView) -> Option<EditCommand> {
    let command = match kit.rng.below(6) {
        0 => TripCommand::AddJob { job: kit.doc_id() },
        1 => TripCommand::RemoveJob { job: *trip.jobs.first()? },
        2 => return Some(kit.add_receipt()),
        3 => {
            let open = trip.receipts.iter().find(|line| line.void.is_none())?;
            TripCommand::VoidReceipt { id: open.id, reason: words(&mut kit.rng) }
        }
        4 => {
            let value = FieldValue::Int(kit.rng.between(0, 500_000));
            return Some(set_trip_field(TripField::DistanceM, Some(value)));
        }
        _ => {
            let field = *kit.rng.pick(TripField::ALL);
            let value = some_value(field.value_type(), &mut kit.rng);
            return Some(set_trip_field(field, Some(value)));
        }
    };
    Some(EditCommand::Trip(command))
}
