//! What a command writes: what differs, and nothing where nothing would change.

use crate::common::*;
use documents::inspect::{Action, Key, Scalar, decode};
use documents::{Document, RawChange};
use domain::{
    Assignment, EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobText, Part, Status,
    Thousandths,
};

/// The map keys that a change writes, in order.
fn keys(change: &RawChange) -> Vec<(String, Action)> {
    let decoded = decode(&change.bytes).expect("our own change");
    decoded
        .ops
        .into_iter()
        .filter_map(|op| match op.key {
            Key::Map(key) => Some((key, op.action)),
            _ => None,
        })
        .collect()
}

fn put_text(key: &str, value: &str) -> (String, Action) {
    (key.to_owned(), Action::Put(Scalar::Text(value.to_owned())))
}

#[test]
fn a_change_is_by_its_actor_at_its_time() {
    let (mut document, first) = new_job();
    let change = does(&mut document, SARA, 7, &record(2, EventKind::Contacted));
    let header = decode(&change.bytes).expect("our own change").header;
    assert_eq!((header.actor, header.seq, header.time), (SARA.actor, 1, MORNING + 7 * 60_000));
    assert_eq!(header.deps, vec![first.hash]);
    assert_eq!(document.heads(), vec![change.hash]);
}

#[test]
fn only_what_differs_is_written() {
    let (mut document, _) = new_job();
    let edits = vec![
        text(JobField::ContactPhone, "+98 21 5550 0101"),
        text(JobField::SiteCity, "Tehran"),
        JobFieldEdit { field: JobField::SiteAddress, value: None },
        JobFieldEdit { field: JobField::SiteZone, value: None },
    ];
    let change = does(&mut document, OFFICE, 1, &job(JobCommand::SetFields { edits }));
    assert_eq!(
        keys(&change),
        vec![put_text("city", "Tehran"), ("address".to_owned(), Action::Put(Scalar::Null))]
    );
    let view = document.job().expect("a job");
    assert!(!view.fields.contains_key(&JobField::SiteAddress), "cleared");
    changes_nothing(&mut document, OFFICE, &set(JobFieldEdit { field: JobField::SiteAddress, value: None }));
    changes_nothing(&mut document, OFFICE, &set(text(JobField::SiteCity, "Tehran")));
}

#[test]
fn a_correction_writes_the_keys_that_differ() {
    let (mut document, _) = new_job();
    let id = line_id(1);
    does(&mut document, SARA, 1, &job(JobCommand::AddPart { id, part: a_part() }));
    let part = Part {
        quantity: Thousandths(2_000),
        serial_in: None,
        serial_out: Some("S-0".to_owned()),
        ..a_part()
    };
    let correct = job(JobCommand::CorrectPart { id, part: part.clone() });
    let change = does(&mut document, SARA, 2, &correct);
    assert_eq!(
        keys(&change),
        vec![
            ("quantity".to_owned(), Action::Put(Scalar::Int(2_000))),
            ("serial_in".to_owned(), Action::Put(Scalar::Null)),
            put_text("serial_out", "S-0"),
        ]
    );
    changes_nothing(&mut document, SARA, &correct);
    let view = document.job().expect("a job");
    assert_eq!(view.parts.first().map(|line| &line.part), Some(&part));
}

#[test]
fn an_assignment_writes_its_fields_and_its_event_in_one_change() {
    let (mut document, _) = new_job();
    let change = does(&mut document, OFFICE, 1, &assign(2, Some(SARA)));
    let technician = Action::Put(Scalar::Bytes(SARA.user.as_bytes().to_vec()));
    let written = keys(&change);
    assert_eq!(
        written.iter().filter(|(key, action)| key == "technician" && *action == technician).count(),
        2
    );
    assert!(written.contains(&put_text("kind", "assigned")));
    let view = document.job().expect("a job");
    assert_eq!(view.event(event_id(2)).and_then(|event| event.technician), Some(SARA.user.uuid()));
    assert_eq!((view.status, view.technician()), (Status::Assigned, Some(SARA.user)));
}

#[test]
fn a_new_window_is_no_event_and_leaves_the_work_where_it_stands() {
    let (mut document, _) = new_job();
    does(&mut document, OFFICE, 1, &assign(2, Some(SARA)));
    does(&mut document, SARA, 2, &record(3, EventKind::Accepted));
    let assignment = Assignment {
        technician: Some(SARA.user),
        window_start: Some(Instant::from_millis(MORNING)),
        ..Assignment::default()
    };
    let command = job(JobCommand::Assign { event: event_id(4), assignment, reason: None });
    let change = does(&mut document, OFFICE, 3, &command);
    assert_eq!(keys(&change), vec![("window_start".to_owned(), Action::Put(Scalar::Timestamp(MORNING)))]);
    let view = document.job().expect("a job");
    assert_eq!((view.status, view.events.len()), (Status::Accepted, 3));
    changes_nothing(&mut document, OFFICE, &command);
}

#[test]
fn taking_a_job_back_is_told_and_giving_it_again_too() {
    let (mut document, _) = new_job();
    changes_nothing(&mut document, OFFICE, &assign(2, None));
    does(&mut document, OFFICE, 1, &assign(2, Some(SARA)));
    does(&mut document, OFFICE, 2, &assign(3, None));
    let view = document.job().expect("a job");
    assert_eq!((view.status, view.technician()), (Status::New, None));
    assert_eq!(view.event(event_id(3)).map(|event| event.kind), Some(EventKind::Unassigned));

    does(&mut document, OFFICE, 3, &assign(4, Some(SARA)));
    does(&mut document, SARA, 4, &record_because(5, EventKind::Declined, "ill"));
    let view = document.job().expect("a job");
    assert_eq!(
        (view.status, view.technician()),
        (Status::New, Some(SARA.user)),
        "she declined, and is still named"
    );
    does(&mut document, OFFICE, 5, &assign(6, Some(SARA)));
    assert_eq!(document.job().expect("a job").status, Status::Assigned);
}

#[test]
fn a_new_event_comes_after_all_that_had_no_successor() {
    let (mut document, _) = new_job();
    let mut other = document.clone();
    does(&mut document, SARA, 1, &record(2, EventKind::Contacted));
    does(&mut other, OFFICE, 1, &record(3, EventKind::Answered));
    meet(&mut document, &mut other);
    does(&mut document, SARA, 2, &record(4, EventKind::CustomerReplied));
    let view = document.job().expect("a job");
    assert_eq!(
        view.event(event_id(4)).map(|event| event.after.clone()),
        Some(vec![event_id(2), event_id(3)])
    );
    assert_eq!(view.frontier, vec![event_id(4)]);
}

#[test]
fn the_same_said_again_writes_nothing() {
    let (mut document, _) = new_job();
    let answer = job(JobCommand::Answer { item: "leak".to_owned(), answer: "no".to_owned() });
    does(&mut document, SARA, 1, &answer);
    changes_nothing(&mut document, SARA, &answer);
    let diagnosis = job(JobCommand::ReplaceText { text: JobText::Diagnosis, value: "Blocked".to_owned() });
    does(&mut document, SARA, 2, &diagnosis);
    changes_nothing(&mut document, SARA, &diagnosis);
    let (id, started_at) = (labour_id(1), Instant::from_millis(MORNING));
    let ended_at = started_at.plus_millis(1);
    does(&mut document, SARA, 3, &job(JobCommand::AddLabour { id, started_at, ended_at: Some(ended_at) }));
    changes_nothing(&mut document, SARA, &job(JobCommand::EndLabour { id, ended_at }));
    changes_nothing(&mut document, SARA, &job(JobCommand::SetFields { edits: vec![] }));
}

#[test]
fn another_person_who_says_the_same_signs_it() {
    let (mut document, _) = new_job();
    let answer = job(JobCommand::Answer { item: "leak".to_owned(), answer: "no".to_owned() });
    does(&mut document, SARA, 1, &answer);
    does(&mut document, REZA, 2, &answer);
    let view = document.job().expect("a job");
    assert_eq!(view.checklist.first().map(|answer| answer.by), Some(REZA.user));
}

#[test]
fn the_first_change_makes_the_whole_template() {
    let (_, first) = new_job();
    let decoded = decode(&first.bytes).expect("our own change");
    let made: Vec<String> = decoded
        .ops
        .iter()
        .filter(|op| matches!(op.action, Action::MakeMap | Action::MakeText))
        .filter_map(|op| match &op.key {
            Key::Map(key) => Some(key.clone()),
            _ => None,
        })
        .collect();
    let template: Vec<&str> =
        documents::schema::template(domain::DocKind::Job).iter().map(|row| row.name).collect();
    for name in template {
        assert_eq!(made.iter().filter(|made| *made == name).count(), 1, "{name}");
    }
    assert_eq!(decoded.header.seq, 1);
    let other = Document::create(
        doc_id(1),
        &create_job(vec![JobFieldEdit {
            field: JobField::AssetOrigin,
            value: Some(FieldValue::Text("produced".into())),
        }]),
        &at_minute(OFFICE, 0),
    );
    assert_ne!(other.expect("a job").1.hash, first.hash);
}
