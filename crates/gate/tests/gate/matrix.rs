//! Every role tries everything, on what is its own and on what is not. The
//! verdicts are printed in `docs/policy.md`, so that a change of the policy is
//! read in a diff; `UPDATE_DOCS=1` writes the page anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use documents::{Document, RawChange};
use domain::{
    Assignment, DocKind, EditCommand, EventKind, FieldValue, JobCommand, JobField, JobText, Role, Status,
    Step, TripCommand, TripField, transition,
};
use gate::{NotAdmitted, policy};
use testkit::{Kit, Person, answer, replace_text, set_field, set_trip_field, some_value};

use crate::common::{Held, Office, subject};

/// Who tries, and whether the document is that person's business.
struct Column {
    title: &'static str,
    role: Role,
    is_own: bool,
}

const COLUMNS: [Column; 9] = [
    Column { title: "technician, his own", role: Role::Technician, is_own: true },
    Column { title: "technician, another's", role: Role::Technician, is_own: false },
    Column { title: "dispatcher", role: Role::Dispatcher, is_own: true },
    Column { title: "representative, his agency's", role: Role::Representative, is_own: true },
    Column { title: "representative, another's", role: Role::Representative, is_own: false },
    Column { title: "administrator", role: Role::Administrator, is_own: true },
    Column { title: "quality", role: Role::Quality, is_own: true },
    Column { title: "customer relations", role: Role::CustomerRelations, is_own: true },
    Column { title: "desk", role: Role::Desk, is_own: true },
];

/// Makes a command out of the kit.
type Make<T> = Box<dyn Fn(&mut Kit) -> T>;

/// The rows of the policy that allowed an attempt, or the code that refused it.
type Verdict = Result<Vec<&'static str>, String>;

/// What somebody tries.
enum Attempt {
    /// A command on a job in a status.
    OnJob(Status, Make<EditCommand>),
    /// A command on a job that the person registered a moment ago.
    OnOwnRegistration(Make<EditCommand>),
    /// A command on a line of the person's own, made by the first command.
    OnLine(Make<(EditCommand, EditCommand)>),
    /// A command on a trip.
    OnTrip(Make<EditCommand>),
    /// Making a document.
    Create(Make<EditCommand>),
}

fn attempts() -> Vec<(String, Attempt)> {
    let mut all: Vec<(String, Attempt)> = Vec::new();
    all.push(("register a job".into(), Attempt::Create(Box::new(|kit| kit.create_job("leak")))));
    for field in JobField::ALL.iter().copied().filter(|field| !field.is_assignment()) {
        let set = move |kit: &mut Kit| set_field(field, Some(some_value(field.value_type(), &mut kit.rng)));
        all.push((format!("set `{}`", field.path()), Attempt::OnJob(Status::Working, Box::new(set))));
    }
    all.extend(assignments());
    for kind in EventKind::ALL.iter().copied() {
        if matches!(kind, EventKind::Registered | EventKind::Assigned | EventKind::Unassigned) {
            continue; // the first comes with the job, the others with the assignment
        }
        let status = Status::ALL.iter().copied().find(|status| transition(*status, kind) != Step::Illegal);
        let status = status.expect("every event fits somewhere");
        all.push((
            format!("record `{}`", kind.name()),
            Attempt::OnJob(status, Box::new(move |kit| kit.record(kind))),
        ));
    }
    all.push((
        "record `imported` on a job registered by oneself".into(),
        Attempt::OnOwnRegistration(Box::new(|kit| kit.record(EventKind::Imported))),
    ));
    all.extend(lines());
    for status in [Status::Working, Status::Closed] {
        let when = if status == Status::Closed { " of a closed job" } else { "" };
        all.extend(work(status).into_iter().map(|(name, attempt)| (format!("{name}{when}"), attempt)));
    }
    all.extend(trips());
    all
}

fn assignments() -> Vec<(String, Attempt)> {
    let assign = |kit: &mut Kit| {
        let technician = kit.technician();
        kit.assign(Some(technician.user))
    };
    let window = |kit: &mut Kit| {
        let assignment = Assignment { window_start: Some(kit.clock.now()), ..Assignment::default() };
        kit.assign_as(assignment)
    };
    vec![
        ("assign a job".into(), Attempt::OnJob(Status::Assigned, Box::new(assign))),
        ("take a job back".into(), Attempt::OnJob(Status::Assigned, Box::new(|kit| kit.assign(None)))),
        ("set the window of an unassigned job".into(), Attempt::OnJob(Status::New, Box::new(window))),
    ]
}

fn work(status: Status) -> Vec<(String, Attempt)> {
    let on = |make: fn(&mut Kit) -> EditCommand| Attempt::OnJob(status, Box::new(make));
    vec![
        ("add to `parts`".into(), on(|kit| kit.add_part("fan"))),
        ("add to `labour`".into(), on(Kit::add_labour)),
        ("answer the `checklist`".into(), on(|_| answer("leak", "no"))),
        ("add to `notes`".into(), on(|kit| kit.add_note("بعداً زنگ بزنید"))),
        ("add to `attachments`".into(), on(Kit::add_attachment)),
        ("edit `diagnosis`".into(), on(|_| replace_text(JobText::Diagnosis, "worn bearing"))),
        ("edit `solution`".into(), on(|_| replace_text(JobText::Solution, "заменён подшипник"))),
    ]
}

fn lines() -> Vec<(String, Attempt)> {
    let correct_part = |kit: &mut Kit| {
        let (id, first, second) = (kit.line_id(), kit.part("fan"), kit.part("fan 2"));
        (JobCommand::AddPart { id, part: first }, JobCommand::CorrectPart { id, part: second })
    };
    let void_part = |kit: &mut Kit| {
        let (id, part) = (kit.line_id(), kit.part("fan"));
        (JobCommand::AddPart { id, part }, JobCommand::VoidPart { id, reason: "not used".into() })
    };
    let end_labour = |kit: &mut Kit| {
        let (id, started_at) = (kit.labour_id(), kit.clock.now());
        let ended_at = started_at.plus_millis(60_000);
        (JobCommand::AddLabour { id, started_at, ended_at: None }, JobCommand::EndLabour { id, ended_at })
    };
    let void_note = |kit: &mut Kit| {
        let id = kit.note_id();
        (
            JobCommand::AddNote { id, text: "wrong job".into() },
            JobCommand::VoidNote { id, reason: "wrong job".into() },
        )
    };
    let on = |make: fn(&mut Kit) -> (JobCommand, JobCommand)| {
        Attempt::OnLine(Box::new(move |kit| {
            let (first, second) = make(kit);
            (EditCommand::Job(first), EditCommand::Job(second))
        }))
    };
    vec![
        ("correct one's own part".into(), on(correct_part)),
        ("void one's own part".into(), on(void_part)),
        ("end one's own labour".into(), on(end_labour)),
        ("void one's own note".into(), on(void_note)),
    ]
}

fn trips() -> Vec<(String, Attempt)> {
    let on = |make: fn(&mut Kit) -> TripCommand| {
        Attempt::OnTrip(Box::new(move |kit| EditCommand::Trip(make(kit))))
    };
    let mut all: Vec<(String, Attempt)> = vec![(
        "begin a trip".into(),
        Attempt::Create(Box::new(|kit| {
            let job = kit.doc_id();
            kit.create_trip(vec![job])
        })),
    )];
    for field in TripField::ALL.iter().copied() {
        let set = move |kit: &mut Kit| {
            let value = match field {
                TripField::Kind => FieldValue::Text("out_of_city".to_owned()), // it began in the city
                _ => some_value(field.value_type(), &mut kit.rng),
            };
            set_trip_field(field, Some(value))
        };
        all.push((format!("set `{}` of a trip", field.path()), Attempt::OnTrip(Box::new(set))));
    }
    all.push(("add a job to a trip".into(), on(|kit| TripCommand::AddJob { job: kit.doc_id() })));
    all.push(("add a receipt to a trip".into(), Attempt::OnTrip(Box::new(Kit::add_receipt))));
    all.push(("void a trip".into(), on(|_| TripCommand::Void { reason: "cancelled on the way".into() })));
    all
}

/// One trial: the office, the document, who tries, and what.
fn try_it(column: &Column, attempt: &Attempt) -> Verdict {
    let mut office = Office::new(11);
    let person = office.kit.person(column.role);
    let (held, change) = prepare(&mut office, column, &person, attempt);
    match office.judge(&subject(&person), &held, &change.bytes) {
        Ok(admitted) => Ok(admitted.rules().to_vec()),
        Err(NotAdmitted::Refused(refusal)) => Err(refusal.code.name().to_owned()),
        Err(other) => panic!("{}: {other:?}", column.title),
    }
}

fn prepare(office: &mut Office, column: &Column, person: &Person, attempt: &Attempt) -> (Held, RawChange) {
    let kit = &mut office.kit;
    match attempt {
        Attempt::Create(make) => {
            let command = make(kit);
            let (document, change) = kit.create(person, &command);
            let id = document.id().expect("it has an id");
            (Held { id, kind: command.doc_kind(), document: None }, change)
        }
        Attempt::OnJob(status, make) => {
            let document = job_in(kit, *status, column, person);
            let command = make(kit);
            draft(kit, document, person, &command)
        }
        Attempt::OnOwnRegistration(make) => {
            let create = kit.create_job("taken over");
            let (document, _) = kit.create(person, &create);
            let command = make(kit);
            draft(kit, document, person, &command)
        }
        Attempt::OnLine(make) => {
            let mut document = job_in(kit, Status::Working, column, person);
            let (first, second) = make(kit);
            kit.edit(&mut document, person, &first);
            draft(kit, document, person, &second)
        }
        Attempt::OnTrip(make) => {
            let owner =
                if column.is_own && person.role == Role::Technician { *person } else { kit.technician() };
            let create = kit.create_trip(Vec::new());
            let (document, _) = kit.create(&owner, &create);
            let command = make(kit);
            draft(kit, document, person, &command)
        }
    }
}

fn draft(kit: &mut Kit, document: Document, person: &Person, command: &EditCommand) -> (Held, RawChange) {
    let change = kit.edit(&mut document.clone(), person, command);
    let id = document.id().expect("it has an id");
    (Held { id, kind: document.kind(), document: Some(document) }, change)
}

/// A job in a status, assigned to the person or done for the person's agency if
/// it is the person's own. Made by the editor alone: the gate has no part in it.
pub(crate) fn job_of(
    kit: &mut Kit,
    status: Status,
    technician: &Person,
    representative: &Person,
) -> Document {
    let dispatcher = kit.dispatcher();
    let create = kit.create_job("no heat");
    let (mut job, _) = kit.create(&dispatcher, &create);
    let assignment = Assignment {
        technician: Some(technician.user),
        representative: representative.agency,
        ..Assignment::default()
    };
    let assign = kit.assign_as(assignment);
    kit.edit(&mut job, &dispatcher, &assign);
    let steps: &[EventKind] = match status {
        Status::New => &[EventKind::Declined],
        Status::Assigned => &[],
        Status::Accepted => &[EventKind::Accepted],
        Status::Travelling => &[EventKind::Travelling],
        Status::OnSite => &[EventKind::Arrived],
        Status::Working => &[EventKind::Working],
        Status::WaitingPart => &[EventKind::WaitingPart],
        Status::WaitingCustomer => &[EventKind::WaitingCustomer],
        Status::Cancelled => &[EventKind::Cancelled],
        Status::Done => &[EventKind::Working, EventKind::Done],
        Status::Closed => &[EventKind::Working, EventKind::Done, EventKind::Closed],
    };
    for kind in steps {
        let event = kit.record(*kind);
        kit.edit(&mut job, technician, &event);
    }
    assert_eq!(job.job().expect("it is a job").status, status);
    job
}

fn job_in(kit: &mut Kit, status: Status, column: &Column, person: &Person) -> Document {
    let (other_technician, other_representative) = (kit.technician(), kit.person(Role::Representative));
    let own = |role: Role, other: Person| if column.is_own && person.role == role { *person } else { other };
    let technician = own(Role::Technician, other_technician);
    let representative = own(Role::Representative, other_representative);
    job_of(kit, status, &technician, &representative)
}

/// The page: the table, and what came of trying everything.
fn page(verdicts: &[(String, Vec<Verdict>)]) -> String {
    let mut page = String::from(
        "# Who may write what\n\nPrinted from `crates/gate/src/policy/table.rs` by `UPDATE_DOCS=1 cargo test -p gate`; \
         the same test fails when this part is stale. What people do at \
         the desk, outside of documents, stands [below](#who-does-what-at-the-desk).\n\n## The table\n\n",
    );
    page.push_str(&policy::markdown());
    page.push_str(
        "\n## As tried\n\nEach cell is a real change, made by the editor under that role and judged by the gate: *yes*, \
         or the code with which it is refused. *Own* means assigned to that technician, done for that agency, or that \
         technician's trip.\n\n",
    );
    let titles: Vec<&str> = COLUMNS.iter().map(|column| column.title).collect();
    writeln!(page, "| | {} |", titles.join(" | ")).expect("a string takes text");
    writeln!(page, "|---|{}|", vec!["---"; COLUMNS.len()].join("|")).expect("a string takes text");
    for (name, row) in verdicts {
        let cells: Vec<&str> =
            row.iter().map(|cell| cell.as_ref().map_or_else(String::as_str, |_| "**yes**")).collect();
        writeln!(page, "| {name} | {} |", cells.join(" | ")).expect("a string takes text");
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch with which a person renews the page")]
fn the_policy_page_is_what_the_gate_does() {
    let verdicts: Vec<_> = attempts()
        .into_iter()
        .map(|(name, attempt)| (name, COLUMNS.iter().map(|column| try_it(column, &attempt)).collect()))
        .collect();
    let used: BTreeSet<&str> =
        verdicts.iter().flat_map(|(_, row): &(String, Vec<_>)| row).flatten().flatten().copied().collect();
    for row in policy::ROWS.iter().filter(|row| row.hand != gate::Hand::Server) {
        assert!(used.contains(row.name), "no attempt of the matrix is allowed by {:?}", row.name);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.md");
    let printed = std::fs::read_to_string(&path).unwrap_or_default();
    // The part behind it is the desk's, whose test prints that.
    let desk =
        printed.find("\n## Who does what at the desk\n").and_then(|at| printed.get(at..)).unwrap_or_default();
    let page = format!("{}{desk}", page(&verdicts));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
        return;
    }
    assert!(printed == page, "docs/policy.md is stale: run UPDATE_DOCS=1 cargo test -p gate");
}

#[test]
fn a_document_of_another_kind_is_no_way_around() {
    let mut office = Office::new(12);
    let (_, technician, mut held) = office.assigned_job();
    let note = office.kit.add_note("x");
    let change = office.draft(&technician, &held, &note);
    held.kind = DocKind::Trip;
    let verdict = office.judge(&subject(&technician), &held, &change.bytes);
    // Where it stands, and not by the policy of that kind, which would refuse it as well.
    let refusal = crate::common::refusal(verdict);
    assert_eq!((refusal.stage, refusal.code), (gate::Stage::Causality, gate::RefusalCode::PathUnknown));
}
