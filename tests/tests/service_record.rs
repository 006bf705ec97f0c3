//! The service record as the requirements describe it (R122 to R150 and what
//! other sections ask of the same record): every field entered at the office
//! reaches the phone, what the technician enters reaches the office, over real
//! HTTP.

use std::collections::BTreeMap;

use client_core::{EditOutcome, Page};
use domain::{
    DocId, EditCommand, EventKind, FieldType, FieldValue, Instant, JobCommand, JobField, JobFieldEdit,
    JobFields, JobKind, JobText, NewEvent, Status, Uuid,
};
use reqwest::Method;
use serde_json::{Map, Value, json};
use system_tests::over_http::{Phone, World};

/// A value that is no other field's.
fn value_of(field: JobField, number: i64) -> FieldValue {
    match field.value_type() {
        FieldType::Text(_) => FieldValue::Text(format!("{} №{number} ۱۲", field.path())),
        FieldType::Choice(words) => FieldValue::Text(words[words.len() - 1].to_owned()),
        FieldType::Int(_, _) => FieldValue::Int(number),
        FieldType::Bool => FieldValue::Bool(true),
        FieldType::Instant => FieldValue::Instant(Instant::from_millis(1_790_000_000_000 + number * 60_000)),
        FieldType::Id => {
            FieldValue::Id(Uuid::from_u128(u128::from(number.unsigned_abs()) << 64 | 0x7000 << 64))
        }
    }
}

/// Every field of some kind with a value of its own.
fn filled(wanted: impl Fn(JobField) -> bool) -> JobFields {
    let fields = JobField::ALL.iter().copied().filter(|field| wanted(*field));
    fields.zip(1..).map(|(field, number)| (field, value_of(field, number))).collect()
}

/// As the office's API takes and shows fields.
fn as_json(fields: &JobFields) -> Value {
    let mut sections: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (field, value) in fields {
        let value = match value {
            FieldValue::Text(text) => json!(text),
            FieldValue::Int(number) => json!(number),
            FieldValue::Bool(yes) => json!(yes),
            FieldValue::Id(id) => json!(id),
            FieldValue::Instant(instant) => json!(sync_server_instant(*instant)),
        };
        sections.entry(field.section()).or_default().insert(field.key().to_owned(), value);
    }
    json!(sections)
}

/// RFC 3339 in UTC, for the few instants of these tests.
fn sync_server_instant(instant: Instant) -> String {
    let minutes = (instant.millis() - 1_790_000_000_000) / 60_000;
    // 1,790,000,000 s after 1970 is 2026-09-21T14:13:20Z.
    let minute_of_day = 14 * 60 + 13 + minutes;
    format!("2026-09-21T{:02}:{:02}:20Z", minute_of_day / 60, minute_of_day % 60)
}

fn record(phone: &Phone, job: DocId, kind: EventKind) {
    let event = NewEvent::new(phone.client.ids().event(), kind);
    execute(phone, job, JobCommand::Record { event });
}

fn execute(phone: &Phone, job: DocId, command: JobCommand) {
    let receipt = phone.client.execute(job, &EditCommand::Job(command)).expect("the edit is saved");
    assert!(matches!(receipt.outcome, EditOutcome::Saved { .. }));
}

/// Seen to fail: with `request.severity` left out of the fields that the server's
/// API shows, it was the one that was missed.
#[tokio::test]
async fn every_field_goes_from_the_office_to_the_phone_and_back() {
    let world = World::start().await;
    let office = filled(|field| {
        !field.is_assignment() && field.section() != "outcome" && field != JobField::RequestNumber
    });
    assert!(office.len() >= 35, "{}", office.len());
    let job = world.job_with(as_json(&office)).await;
    let phone = world.phone("phone").await;
    phone.sync().await;
    let held = phone.client.job(job).expect("the phone has it").view.fields;
    for (field, value) in &office {
        assert_eq!(held.get(field), Some(value), "{} on the phone", field.path());
    }
    let outcome = filled(|field| field.section() == "outcome");
    let edits =
        outcome.iter().map(|(field, value)| JobFieldEdit { field: *field, value: Some(value.clone()) });
    execute(&phone, job, JobCommand::SetFields { edits: edits.collect() });
    phone.sync().await;
    let shown = &world.shown(job).await["fields"];
    for (section, values) in
        as_json(&office).as_object().into_iter().chain(as_json(&outcome).as_object()).flatten()
    {
        for (key, value) in values.as_object().expect("a section") {
            assert_eq!(&shown[section][key], value, "{section}.{key} at the office");
        }
    }
}

#[tokio::test]
async fn each_word_of_a_choice_may_be_said_and_no_other() {
    let world = World::start().await;
    for field in JobField::ALL.iter().copied() {
        let FieldType::Choice(words) = field.value_type() else { continue };
        let with = |word: &str| json!({field.section(): {field.key(): word}});
        for word in words {
            let job = world.job_with(with(word)).await;
            assert_eq!(&world.shown(job).await["fields"][field.section()][field.key()], word);
        }
        let body = json!({"kind": "visit", "fields": with("something else")});
        let (status, problem) = world.office(Method::POST, "/v1/jobs", Some(&body)).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid")), "{}", field.path());
        assert_eq!(problem["errors"][0]["path"], format!("fields.{}", field.path()));
    }
}

#[tokio::test]
async fn the_requirements_channels_types_and_statuses_are_there() {
    let words = |field: JobField| match field.value_type() {
        FieldType::Choice(words) => words.to_vec(),
        _ => Vec::new(),
    };
    // R56 to R60, R154; R165, R21, R48; R82.
    for channel in ["phone", "sms", "ivr", "web", "email", "messenger", "post", "in_person"] {
        assert!(words(JobField::RequestChannel).contains(&channel), "{channel}");
    }
    for kind in ["complaint", "information", "service", "purchase", "installation", "pre_sale"] {
        assert!(words(JobField::RequestType).contains(&kind), "{kind}");
    }
    for origin in ["imported", "produced", "assembled"] {
        assert!(words(JobField::AssetOrigin).contains(&origin), "{origin}");
    }
    // R112, R134, R172.
    for status in ["new", "assigned", "waiting_part", "waiting_customer", "done", "closed"] {
        assert!(Status::from_name(status).is_some(), "{status}");
    }
}

/// R126: an id at once, also offline; the number for people when the server
/// knows of it.
#[tokio::test]
async fn a_job_made_offline_gets_its_number_from_the_server() {
    let world = World::start().await;
    let phone = world.phone("phone").await;
    let subject = FieldValue::Text("seen while I was there".to_owned());
    let fields = vec![JobFieldEdit { field: JobField::RequestSubject, value: Some(subject) }];
    let made = phone.client.create_job(JobKind::Visit, fields).expect("made offline");
    let number = |phone: &Phone| {
        phone.client.job(made.doc).expect("here").view.text(JobField::RequestNumber).to_owned()
    };
    assert_eq!(number(&phone), "");
    phone.sync().await;
    phone.sync().await;
    assert!(!number(&phone).is_empty());
    assert_eq!(world.shown(made.doc).await["fields"]["request"]["number"], number(&phone));
}

/// R172 and R112: the technician's *done* is not the office's *closed*. R121:
/// nothing is closed that was not worked on.
#[tokio::test]
async fn done_is_not_closed_and_nothing_is_closed_before_it_is_done() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "The pump leaks"}})).await;
    let close = format!("/v1/jobs/{job}/close");
    let (status, problem) = world.office(Method::POST, &close, Some(&json!({}))).await;
    assert_eq!((status, &problem["code"]), (422, &json!("wrong_status")));
    let phone = world.phone("phone").await;
    phone.sync().await;
    for kind in [EventKind::Accepted, EventKind::Travelling, EventKind::Working, EventKind::Done] {
        record(&phone, job, kind);
    }
    phone.sync().await;
    assert_eq!(world.shown(job).await["status"], "done");
    let (status, closed) = world.office(Method::POST, &close, Some(&json!({}))).await;
    assert_eq!((status, &closed["status"]), (200, &json!("closed")), "{closed}");
}

/// R122 and R149: what was found and done can be found by others, at the office
/// and on the phone, however its letters are typed.
#[tokio::test]
async fn a_solution_is_found_by_its_words() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "یخچال خنک نمی‌کند", "cause": "wear"}})).await;
    let phone = world.phone("phone").await;
    phone.sync().await;
    let replace = |text, value: &str| JobCommand::ReplaceText { text, value: value.to_owned() };
    execute(&phone, job, replace(JobText::Diagnosis, "رلهٔ کمپرسور سوخته بود"));
    execute(&phone, job, replace(JobText::Solution, "رله تعویض شد"));
    phone.sync().await;
    // Arabic yeh and kaf, as another keyboard writes them.
    let found = phone.client.search("كمپرسور", Page::default()).expect("searches");
    assert_eq!(found.iter().map(|row| row.doc).collect::<Vec<_>>(), [job]);
    let (status, list) =
        world.office(Method::GET, "/v1/jobs/search?q=%D8%AA%D8%B9%D9%88%DB%8C%D8%B6", None).await;
    assert_eq!(status, 200, "{list}");
    assert!(list.to_string().contains(&job.to_string()), "{list}");
}

/// R6 and R19: a promise says until when and why.
#[tokio::test]
async fn a_promise_has_a_time_and_a_reason_and_is_kept() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "The pump leaks"}})).await;
    let phone = world.phone("phone").await;
    phone.sync().await;
    let bare = NewEvent::new(phone.client.ids().event(), EventKind::Promised);
    let refused = phone.client.execute(job, &EditCommand::Job(JobCommand::Record { event: bare.clone() }));
    assert!(refused.is_err());
    let mut promise = bare.because("the part comes on Sunday");
    promise.until = Some(Instant::from_millis(1_790_000_000_000));
    execute(&phone, job, JobCommand::Record { event: promise });
    phone.sync().await;
    let shown = world.shown(job).await;
    let promised = shown["events"].as_array().into_iter().flatten().find(|event| event["kind"] == "promised");
    let promised = promised.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(promised["reason"], "the part comes on Sunday");
    assert_eq!(promised["until"], sync_server_instant(Instant::from_millis(1_790_000_000_000)));
    assert_eq!(promised["by"], json!(world.technician));
}
