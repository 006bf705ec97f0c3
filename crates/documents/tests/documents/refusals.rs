//! Commands that cannot be carried out: each says where and why, and leaves the
//! document as it was.

use crate::common::*;
use documents::{Document, EditContext, EditError};
use domain::limits::{LONG_TEXT_CHARS_MAX, MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{
    Assignment, Attachment, AttachmentKind, BlobHash, DocKind, EditCommand, EventKind, FieldValue, Instant,
    JobCommand, JobField, JobFieldEdit, JobText, NewEvent, Part, Position, Stamp, Thousandths, TripCommand,
};

/// The path of an `Invalid`.
#[track_caller]
fn invalid(error: EditError) -> String {
    match error {
        EditError::Invalid { path, message } => {
            assert!(!message.is_empty());
            path
        }
        other => panic!("{other:?} is not about a value"),
    }
}

fn clear(field: JobField) -> JobFieldEdit {
    JobFieldEdit { field, value: None }
}

#[test]
fn a_field_takes_its_own_type_and_size_once() {
    let (mut document, _) = new_job();
    let int = |field, number| JobFieldEdit { field, value: Some(FieldValue::Int(number)) };
    let cases: Vec<(&str, Vec<JobFieldEdit>)> = vec![
        ("contact.phone", vec![text(JobField::ContactPhone, &"9".repeat(SHORT_TEXT_CHARS_MAX + 1))]),
        ("contact.phone", vec![int(JobField::ContactPhone, 9)]),
        ("site.lat", vec![int(JobField::SiteLat, 90_000_001)]),
        ("request.priority", vec![text(JobField::RequestPriority, "highest")]),
        ("outcome.leaflet", vec![text(JobField::OutcomeLeaflet, "yes")]),
        ("site.name", vec![text(JobField::SiteName, "a"), clear(JobField::SiteName)]),
        ("assignment.note", vec![text(JobField::AssignmentNote, "by the back door")]),
        (
            "asset.warranty_until",
            vec![JobFieldEdit {
                field: JobField::AssetWarrantyUntil,
                value: Some(FieldValue::Instant(Instant::from_millis(i64::MAX))),
            }],
        ),
    ];
    for (path, edits) in cases {
        let good = text(JobField::SiteCity, "Shiraz");
        let edits = [vec![good], edits].concat();
        let error = refuses(&mut document, OFFICE, &job(JobCommand::SetFields { edits }));
        assert_eq!(invalid(error), path);
    }
    let exact = text(JobField::ContactPhone, &"۹".repeat(SHORT_TEXT_CHARS_MAX));
    does(&mut document, OFFICE, 1, &set(exact));
}

#[test]
fn an_event_fits_the_status() {
    let (mut document, _) = new_job();
    let error = refuses(&mut document, SARA, &record(2, EventKind::Accepted));
    assert_eq!(error, EditError::WrongStatus { status: "new", event: "accepted" });
    let error = refuses(&mut document, OFFICE, &record(2, EventKind::Registered));
    assert_eq!(error, EditError::WrongStatus { status: "new", event: "registered" });
    does(&mut document, OFFICE, 1, &record_because(2, EventKind::Cancelled, "double"));
    let error = refuses(&mut document, OFFICE, &assign(3, Some(SARA)));
    assert_eq!(error, EditError::WrongStatus { status: "cancelled", event: "assigned" });
}

#[test]
fn an_event_says_what_its_kind_asks_for() {
    let (mut document, _) = new_job();
    does(&mut document, OFFICE, 1, &assign(2, Some(SARA)));
    let id = event_id(3);
    let path = |key: &str| format!("events.{id}.{key}");
    let new = |kind| NewEvent::new(id, kind);
    let until = Some(Instant::from_millis(MORNING));
    let cases = vec![
        (path("kind"), new(EventKind::Assigned)),
        (path("kind"), new(EventKind::Unassigned)),
        (path("reason"), new(EventKind::Declined)),
        (path("reason"), new(EventKind::Declined).because(" \u{a0}\n")),
        (path("reason"), new(EventKind::Contacted).because("")),
        (path("reason"), new(EventKind::Declined).because("x".repeat(MEDIUM_TEXT_CHARS_MAX + 1))),
        (path("reason"), NewEvent { until, ..new(EventKind::Promised) }),
        (path("until"), new(EventKind::Promised).because("he asked")),
        (path("team"), new(EventKind::HandedOver)),
        (path("team"), NewEvent { team: Some(" ".to_owned()), ..new(EventKind::HandedOver) }),
        (
            path("lat"),
            NewEvent {
                position: Some(Position { lat_microdegrees: 90_000_001, lon_microdegrees: 0 }),
                ..new(EventKind::Contacted)
            },
        ),
        (
            path("lon"),
            NewEvent {
                position: Some(Position { lat_microdegrees: 0, lon_microdegrees: -180_000_001 }),
                ..new(EventKind::Contacted)
            },
        ),
    ];
    for (path, event) in cases {
        let error = refuses(&mut document, SARA, &job(JobCommand::Record { event }));
        assert_eq!(invalid(error), path);
    }
    let promised = NewEvent { until, ..new(EventKind::Promised).because("he asked") };
    does(&mut document, SARA, 2, &job(JobCommand::Record { event: promised }));
    let error = refuses(&mut document, SARA, &record(3, EventKind::Contacted));
    assert_eq!(error, EditError::Exists { path: format!("events.{id}") });
}

#[test]
fn a_window_does_not_end_before_it_starts_and_a_reason_goes_with_an_event() {
    let (mut document, _) = new_job();
    let at = |minute: i64| Some(Instant::from_millis(MORNING + minute));
    let assignment = Assignment { window_start: at(2), window_end: at(1), ..Assignment::default() };
    let command = JobCommand::Assign { event: event_id(2), assignment, reason: None };
    assert_eq!(invalid(refuses(&mut document, OFFICE, &job(command))), "assignment.window_end");

    let assignment = Assignment { window_start: at(1), window_end: at(2), ..Assignment::default() };
    let reason = Some("nobody hears this".to_owned());
    let command = JobCommand::Assign { event: event_id(2), assignment, reason };
    assert_eq!(invalid(refuses(&mut document, OFFICE, &job(command))), "assignment.reason");
}

#[test]
fn a_line_of_parts_is_whole_and_its_authors() {
    let (mut document, _) = new_job();
    let id = line_id(1);
    let add = |part: Part| job(JobCommand::AddPart { id, part });
    let cases: Vec<(&str, Part)> = vec![
        ("quantity", Part { quantity: Thousandths(0), ..a_part() }),
        ("quantity", Part { quantity: Thousandths(-1), ..a_part() }),
        ("name", Part { name: "x".repeat(SHORT_TEXT_CHARS_MAX + 1), ..a_part() }),
        ("unit_price", {
            let mut part = a_part();
            part.unit_price.minor = -1;
            part
        }),
    ];
    for (key, part) in cases {
        assert_eq!(invalid(refuses(&mut document, SARA, &add(part))), format!("parts.{id}.{key}"));
    }
    does(&mut document, SARA, 1, &add(a_part()));
    let path = format!("parts.{id}");
    assert_eq!(refuses(&mut document, SARA, &add(a_part())), EditError::Exists { path: path.clone() });

    let correct = |id, part| job(JobCommand::CorrectPart { id, part });
    let dearer = Part { quantity: Thousandths(2_000), ..a_part() };
    for stranger in [REZA, OFFICE] {
        let error = refuses(&mut document, stranger, &correct(id, dearer.clone()));
        assert_eq!(error, EditError::NotYours { path: path.clone() });
    }
    let none = Part { quantity: Thousandths(0), ..a_part() };
    assert_eq!(invalid(refuses(&mut document, SARA, &correct(id, none))), format!("{path}.quantity"));
    let error = refuses(&mut document, SARA, &correct(line_id(2), dearer.clone()));
    assert_eq!(error, EditError::NotFound { path: format!("parts.{}", line_id(2)) });

    let void = |id, reason: &str| job(JobCommand::VoidPart { id, reason: reason.to_owned() });
    for stranger in [REZA, OFFICE] {
        let error = refuses(&mut document, stranger, &void(id, "not mine"));
        assert_eq!(error, EditError::NotYours { path: path.clone() });
    }
    assert_eq!(invalid(refuses(&mut document, SARA, &void(id, " "))), format!("{path}.void"));
    does(&mut document, SARA, 2, &void(id, "wrong job"));
    let error = refuses(&mut document, SARA, &void(id, "again"));
    assert_eq!(error, EditError::Exists { path: format!("{path}.void") });
    assert_eq!(invalid(refuses(&mut document, SARA, &correct(id, dearer))), path);
}

#[test]
fn labour_ends_after_it_begins_and_by_who_worked() {
    let (mut document, _) = new_job();
    let (id, started_at) = (labour_id(1), Instant::from_millis(MORNING));
    let early = started_at.plus_millis(-1);
    let path = format!("labour.{id}");
    let add = |ended_at| job(JobCommand::AddLabour { id, started_at, ended_at });
    assert_eq!(invalid(refuses(&mut document, SARA, &add(Some(early)))), format!("{path}.ended_at"));
    let end = |ended_at| job(JobCommand::EndLabour { id, ended_at });
    let error = refuses(&mut document, SARA, &end(started_at));
    assert_eq!(error, EditError::NotFound { path: path.clone() });
    does(&mut document, SARA, 1, &add(None));
    assert_eq!(invalid(refuses(&mut document, SARA, &end(early))), format!("{path}.ended_at"));
    assert_eq!(refuses(&mut document, REZA, &end(started_at)), EditError::NotYours { path });
}

#[test]
fn notes_answers_and_attachments_are_of_their_size() {
    let (mut document, _) = new_job();
    let id = note_id(1);
    let note = |text: String| job(JobCommand::AddNote { id, text });
    for bad in [" ".to_owned(), "x".repeat(LONG_TEXT_CHARS_MAX + 1)] {
        assert_eq!(invalid(refuses(&mut document, SARA, &note(bad))), format!("notes.{id}.text"));
    }
    does(&mut document, SARA, 1, &note("x".repeat(LONG_TEXT_CHARS_MAX)));
    let void = job(JobCommand::VoidNote { id, reason: "typo".to_owned() });
    for stranger in [REZA, OFFICE] {
        let error = refuses(&mut document, stranger, &void);
        assert_eq!(error, EditError::NotYours { path: format!("notes.{id}") });
    }
    let answer = |item: &str, answer: &str| {
        job(JobCommand::Answer { item: item.to_owned(), answer: answer.to_owned() })
    };
    let long = "k".repeat(65);
    assert_eq!(invalid(refuses(&mut document, SARA, &answer("", "no"))), "checklist.");
    assert_eq!(invalid(refuses(&mut document, SARA, &answer(&long, "no"))), format!("checklist.{long}"));
    let wordy = "x".repeat(MEDIUM_TEXT_CHARS_MAX + 1);
    assert_eq!(invalid(refuses(&mut document, SARA, &answer("leak", &wordy))), "checklist.leak.answer");
    let attachment = Attachment {
        hash: BlobHash::from_bytes([1; 32]),
        mime: "image/jpeg".to_owned(),
        size: domain::limits::ATTACHMENT_BYTES_MAX + 1,
        caption: String::new(),
        kind: AttachmentKind::Photo,
    };
    let id = attachment_id(1);
    let add = job(JobCommand::AddAttachment { id, attachment });
    assert_eq!(invalid(refuses(&mut document, SARA, &add)), format!("attachments.{id}.size"));
}

#[test]
fn a_text_is_edited_where_it_is_and_stays_of_its_size() {
    let (mut document, _) = new_job();
    let splice = |at, delete, insert: &str| {
        job(JobCommand::SpliceText { text: JobText::Diagnosis, at, delete, insert: insert.to_owned() })
    };
    let replace = |value: String| job(JobCommand::ReplaceText { text: JobText::Diagnosis, value });
    does(&mut document, SARA, 1, &replace("پمپ".to_owned()));
    for beyond in [splice(4, 0, "x"), splice(0, 4, ""), splice(3, 1, "x"), splice(u32::MAX, u32::MAX, "x")] {
        assert_eq!(invalid(refuses(&mut document, SARA, &beyond)), "diagnosis");
    }
    let much = "x".repeat(LONG_TEXT_CHARS_MAX + 1);
    assert_eq!(invalid(refuses(&mut document, SARA, &replace(much.clone()))), "diagnosis");
    assert_eq!(invalid(refuses(&mut document, SARA, &splice(0, 0, &much))), "diagnosis");
    // What no gate would admit, because it takes more operations than fit in a change.
    let at_once = "x".repeat(10_001);
    assert_eq!(invalid(refuses(&mut document, SARA, &replace(at_once))), "change");
}

#[test]
fn a_command_fits_its_document() {
    let (mut document, _) = new_job();
    let wrong = EditError::WrongDocument(DocKind::Job);
    assert_eq!(refuses(&mut document, OFFICE, &create_job(vec![])), wrong);
    let trip_command = trip(TripCommand::Void { reason: "mistake".to_owned() });
    assert_eq!(refuses(&mut document, SARA, &trip_command), wrong);
    let mut empty = Document::from_changes(DocKind::Job, []).expect("no changes are no document");
    assert_eq!(empty.edit(&record(2, EventKind::Contacted), &at_minute(SARA, 1)), Err(wrong));
    let error = Document::create(doc_id(1), &record(2, EventKind::Contacted), &at_minute(SARA, 1));
    assert_eq!(error.err(), Some(EditError::WrongDocument(DocKind::Job)));
}

#[test]
fn a_job_is_created_without_an_assignment_and_from_good_values() {
    let create = |fields: Vec<JobFieldEdit>| {
        Document::create(doc_id(1), &create_job(fields), &at_minute(OFFICE, 0)).map(|_| ()).expect_err("bad")
    };
    assert_eq!(invalid(create(vec![text(JobField::AssignmentNote, "x")])), "assignment.note");
    assert_eq!(invalid(create(vec![text(JobField::RequestType, "x")])), "request.type");
    let twice = vec![text(JobField::SiteName, "a"), text(JobField::SiteName, "b")];
    assert_eq!(invalid(create(twice)), "site.name");
}

#[test]
fn a_stamp_is_of_this_world() {
    let (mut document, _) = new_job();
    let strange = |at, offset_minutes| EditContext {
        stamp: Stamp { at: Instant::from_millis(at), offset_minutes },
        ..at_minute(SARA, 0)
    };
    let command: EditCommand = record(2, EventKind::Contacted);
    for (path, context) in [("stamp.at", strange(i64::MAX, 0)), ("stamp.tz", strange(0, 1081))] {
        assert_eq!(invalid(document.edit(&command, &context).expect_err("a strange stamp")), path);
    }
}
