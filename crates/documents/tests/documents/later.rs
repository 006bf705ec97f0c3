//! Documents of other schemas: a later one is read as far as it is understood and
//! kept whole; an older one is read and brought up.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding};

use crate::common::*;
use documents::{Document, EditError, SCHEMA_VERSION};
use domain::{DocKind, EventKind, JobCommand, JobField, JobKind, JobText, Status};

/// Writes with Automerge itself, as software of another schema would.
fn by_hand(document: &Document, person: Person, work: impl FnOnce(&mut Transaction<'_>)) -> Document {
    let mut inner = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    let changes: Vec<automerge::Change> = document.changes().iter().map(parse).collect();
    inner.apply_changes(changes).expect("our own changes");
    inner.set_actor(ActorId::from(person.actor.as_bytes().as_slice()));
    let mut transaction = inner.transaction();
    work(&mut transaction);
    transaction.commit_with(CommitOptions::default().with_time(MORNING));
    Document::load(document.kind(), &inner.save_nocompress()).expect("it loads")
}

#[expect(clippy::disallowed_methods, reason = "our own bytes, in a test")]
fn parse(change: &documents::RawChange) -> automerge::Change {
    automerge::Change::from_bytes(change.bytes.clone()).expect("our own change")
}

fn map(transaction: &Transaction<'_>, parent: ObjId, key: &str) -> ObjId {
    transaction.get(parent, key).expect("a map").expect("it is there").1
}

/// What a later schema might add everywhere: a root key, a container, a field, a
/// key of a line, a kind of event.
fn of_a_later_schema() -> Document {
    let (mut document, _) = new_job();
    does(&mut document, OFFICE, 1, &assign(2, Some(SARA)));
    does(&mut document, SARA, 2, &job(JobCommand::AddPart { id: line_id(1), part: a_part() }));
    by_hand(&document, SERVER, |later| {
        later.put(ROOT, "schema", SCHEMA_VERSION + 1).expect("put");
        later.put(ROOT, "mood", 5_i64).expect("put");
        let drones = later.put_object(ROOT, "drones", ObjType::Map).expect("put");
        later.put(&drones, "count", 2_i64).expect("put");
        let contact = map(later, ROOT, "contact");
        later.put(&contact, "messenger", "@nour").expect("put");
        let parts = map(later, ROOT, "parts");
        let line = map(later, parts, &line_id(1).to_string());
        later.put(&line, "colour", "white").expect("put");
        let events = map(later, ROOT, "events");
        let event = later.put_object(&events, event_id(50).to_string(), ObjType::Map).expect("put");
        later.put(&event, "kind", "hovering").expect("put");
        later.put(&event, "after", event_id(2).to_string()).expect("put");
    })
}

#[test]
fn a_later_document_is_read_as_far_as_it_is_understood() {
    let view = of_a_later_schema().job().expect("a job");
    assert_eq!((view.schema, view.kind, view.status), (SCHEMA_VERSION + 1, JobKind::Visit, Status::Assigned));
    assert_eq!(view.text(JobField::ContactPhone), "+98 21 5550 0101");
    assert_eq!(view.parts.first().map(|line| &line.part), Some(&a_part()));
    assert!(view.misplaced.is_empty() && view.field_conflicts.is_empty());
    assert_eq!(view.events.len(), 2, "a kind that is not known is not shown");
    assert_eq!(view.frontier, vec![event_id(50)], "and keeps its place");
}

#[test]
fn a_later_document_is_edited_and_saved_whole() {
    let mut document = of_a_later_schema();
    does(&mut document, SARA, 5, &record(3, EventKind::Accepted));
    does(&mut document, SARA, 6, &set(text(JobField::ContactPhone, "+98 912")));
    let view = document.job().expect("a job");
    assert_eq!((view.status, view.misplaced.as_slice()), (Status::Accepted, &[][..]));
    assert_eq!(view.event(event_id(3)).map(|event| event.after.clone()), Some(vec![event_id(50)]));

    let raw = Automerge::load(&document.save()).expect("our own bytes");
    let at = |path: &[&str], key: &str| {
        let object = path
            .iter()
            .fold(ROOT, |object, key| raw.get(object, *key).expect("a map").expect("it is there").1);
        raw.get(object, key).expect("a value").and_then(|(value, _)| value.into_scalar().ok())
    };
    assert_eq!(at(&[], "mood"), Some(ScalarValue::Int(5)));
    assert_eq!(at(&["drones"], "count"), Some(ScalarValue::Int(2)));
    assert_eq!(at(&["contact"], "messenger"), Some(ScalarValue::Str("@nour".into())));
    assert_eq!(at(&["parts", &line_id(1).to_string()], "colour"), Some(ScalarValue::Str("white".into())));
    assert_eq!(document.upgrade(&at_minute(SERVER, 9)), Ok(None), "a later schema is left alone");
}

/// A new word where we know a few: the line cannot be shown, and stays.
#[test]
fn a_field_with_a_new_word_is_read_and_a_strange_type_is_passed_over() {
    let (document, _) = new_job();
    let later = by_hand(&document, SERVER, |later| {
        let request = map(later, ROOT, "request");
        later.put(&request, "priority", "whenever").expect("put");
        later.put(&request, "severity", 3_i64).expect("put");
        later.put(&request, "cause", 0.5_f64).expect("put");
    });
    let view = later.job().expect("a job");
    assert_eq!(view.text(JobField::RequestPriority), "whenever");
    assert!(!view.fields.contains_key(&JobField::RequestSeverity));
    assert!(!view.fields.contains_key(&JobField::RequestCause));
}

/// The template of schema 0, as it might have been: no checklist, no attachments,
/// no solution.
fn of_schema_0() -> Document {
    let mut inner = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    inner.set_actor(ActorId::from(OFFICE.actor.as_bytes().as_slice()));
    let mut old = inner.transaction();
    old.put(ROOT, "schema", ScalarValue::Uint(0)).expect("put");
    old.put(ROOT, "id", doc_id(1).as_bytes().to_vec()).expect("put");
    old.put(ROOT, "kind", "bench").expect("put");
    for name in [
        "account",
        "contact",
        "initiator",
        "site",
        "asset",
        "request",
        "assignment",
        "parts",
        "labour",
        "notes",
        "outcome",
    ] {
        old.put_object(ROOT, name, ObjType::Map).expect("put");
    }
    old.put_object(ROOT, "diagnosis", ObjType::Text).expect("put");
    let events = old.put_object(ROOT, "events", ObjType::Map).expect("put");
    let event = old.put_object(&events, event_id(1).to_string(), ObjType::Map).expect("put");
    old.put(&event, "kind", "registered").expect("put");
    old.put(&event, "at", ScalarValue::Timestamp(MORNING)).expect("put");
    old.put(&event, "tz", 210_i64).expect("put");
    old.put(&event, "by", OFFICE.user.as_bytes().to_vec()).expect("put");
    old.put(&event, "after", "").expect("put");
    old.commit();
    Document::load(DocKind::Job, &inner.save_nocompress()).expect("it loads")
}

#[test]
fn an_older_document_is_read_and_brought_up_by_the_server() {
    let mut document = of_schema_0();
    let view = document.job().expect("a job");
    assert_eq!((view.schema, view.kind, view.status), (0, JobKind::Bench, Status::New));
    assert_eq!((view.solution.as_str(), view.checklist.len()), ("", 0));
    let answer = job(JobCommand::Answer { item: "leak".to_owned(), answer: "no".to_owned() });
    let solution = job(JobCommand::ReplaceText { text: JobText::Solution, value: "x".to_owned() });
    for command in [&answer, &solution] {
        assert!(matches!(refuses(&mut document, SARA, command), EditError::NotFound { .. }));
    }
    for person in [OFFICE, SARA] {
        let error = document.upgrade(&at_minute(person, 1)).expect_err("only the server does this");
        assert!(matches!(error, EditError::Invalid { path, .. } if path == "actor"));
    }
    let change = document.upgrade(&at_minute(SERVER, 1)).expect("an upgrade").expect("a change");
    assert_eq!(document.heads(), vec![change.hash]);
    assert_eq!(document.upgrade(&at_minute(SERVER, 2)), Ok(None), "once is enough");
    does(&mut document, SARA, 3, &answer);
    does(&mut document, SARA, 4, &solution);
    let view = document.job().expect("a job");
    assert_eq!((view.schema, view.solution.as_str(), view.checklist.len()), (SCHEMA_VERSION, "x", 1));
}

#[test]
fn a_document_of_this_schema_needs_no_upgrade() {
    let (mut document, _) = new_job();
    assert_eq!(document.upgrade(&at_minute(SERVER, 1)), Ok(None));
}

/// A server restored from a backup may upgrade a document a second time. Then two
/// maps stand at one key and two texts at another, and nothing in them is lost.
/// With only the latest
/// of the maps read, the answer in the other was gone.
#[test]
fn what_two_upgrades_made_is_read_as_one() {
    let document = of_schema_0();
    let restored = Person { actor: domain::ActorId::new(domain::ActorClass::Server, [7; 15]), ..SERVER };
    let (mut left, mut right) = (document.clone(), document);
    let answer = |item: &str| job(JobCommand::Answer { item: item.to_owned(), answer: "yes".to_owned() });
    let solution =
        |value: &str| job(JobCommand::ReplaceText { text: JobText::Solution, value: value.to_owned() });
    left.upgrade(&at_minute(SERVER, 1)).expect("an upgrade");
    right.upgrade(&at_minute(restored, 1)).expect("an upgrade");
    does(&mut left, SARA, 2, &answer("leak"));
    does(&mut left, SARA, 3, &solution("Pump. "));
    does(&mut right, REZA, 2, &answer("earth"));
    does(&mut right, REZA, 3, &solution("Hose."));
    meet(&mut left, &mut right);
    let view = left.job().expect("a job");
    assert_eq!(view, right.job().expect("a job"));
    let items: Vec<&str> = view.checklist.iter().map(|answer| answer.item.as_str()).collect();
    assert_eq!(items, ["earth", "leak"]);
    assert!(view.solution.contains("Pump. ") && view.solution.contains("Hose."), "{}", view.solution);

    let at = u32::try_from(view.solution.chars().count()).expect("short");
    let more = JobCommand::SpliceText { text: JobText::Solution, at, delete: 0, insert: "!".to_owned() };
    does(&mut left, SARA, 5, &job(more));
    assert_eq!(left.job().expect("a job").solution, format!("{}!", view.solution));
    does(&mut left, SARA, 6, &solution("Both."));
    assert_eq!(left.job().expect("a job").solution, "Both.");
    does(&mut left, SARA, 7, &answer("noise"));
    assert_eq!(left.job().expect("a job").checklist.len(), 3);
}
