//! A phone's work: offline, over the death of the program, and back with the office.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::over_http::World;

use crate::program::Program;

/// A picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Enrols the phone and brings its jobs.
async fn signed_in(world: &World, program: &Program) {
    let session = program.call("enrol", json!({"code": world.enrolment_code()})).await;
    assert_eq!(session["role"], "technician");
    let report = program.call("sync", json!({})).await;
    assert_eq!(report["finish"], "complete");
}

/// Works on a job without a network; what a page does, edit by edit.
async fn work(program: &Program, job: &Value) {
    program.call("accept", json!({ "job": job })).await;
    program.call("arrive", json!({"job": job, "position": {"latitude": 35.69, "longitude": 51.39}})).await;
    program.call("startWork", json!({ "job": job })).await;
    let part = json!({
        "partNo": "SEAL-12", "name": "shaft seal", "quantity": 1500, "source": "van", "coverage": "warranty",
        "unitPrice": {"minor": 250_000, "currency": "IRR"},
    });
    program.call("addPart", json!({"job": job, "part": part})).await;
    program.call("addNote", json!({"job": job, "text": "پله‌ها تاریک است"})).await;
    let text = json!({"job": job, "text": "diagnosis", "value": "the seal is worn", "seen": ""});
    program.call("setText", text).await;
    for kind in ["photo", "signature"] {
        let photo = json!({"job": job, "kind": kind, "mime": "image/png", "bytes": PIXEL, "caption": kind});
        program.call("addAttachment", photo).await;
    }
}

/// Seen to fail: with the mark that keeps the switch left out, the phone that was started
/// again was online.
#[tokio::test]
async fn what_was_typed_offline_outlives_the_program_and_reaches_the_office() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "پمپ آب"}})).await;
    let name = json!(job.to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &world.address(), "0");
    signed_in(&world, &program).await;
    program.switch(false).await;
    work(&program, &name).await;
    let error = program.answer("sync", json!({})).await;
    assert_eq!(error["error"]["type"], "offline", "{error}");
    let waiting = program.call("outbox", json!({})).await;
    assert!(waiting.as_array().is_some_and(|edits| edits.len() >= 8), "{waiting}");
    let (address, port) = (program.address.clone(), program.port());
    program.kill();

    let program = Program::start(folder.path(), &world.address(), &port);
    assert_eq!(program.address, address, "the page's address stays");
    assert_eq!(program.network().await, r#"{"online":false}"#);
    assert_eq!(program.call("outbox", json!({})).await, waiting);
    let shown = program.call("job", json!({ "job": name })).await;
    assert_eq!(shown["status"], "working");
    assert_eq!(shown["notes"][0]["text"], "پله‌ها تاریک است");
    let hash = shown["attachments"][0]["attachment"]["hash"].as_str().expect("a hash").to_owned();
    let picture = program.get(&format!("files/{hash}")).await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.expect("bytes").starts_with(b"\x89PNG"));

    program.switch(true).await;
    let report = program.call("sync", json!({"choices": {"budgetSeconds": 20}})).await;
    assert_eq!((&report["finish"], &report["refused"]), (&json!("complete"), &json!(0)), "{report}");
    assert_eq!(program.call("outbox", json!({})).await, json!([]));
    let office = world.shown(job).await;
    for (at, expected) in [
        ("/status", json!("working")),
        ("/notes/0/text", json!("پله‌ها تاریک است")),
        ("/diagnosis", json!("the seal is worn")),
        ("/parts/0/part_no", json!("SEAL-12")),
    ] {
        assert_eq!(office.pointer(at), Some(&expected), "{at} in {office:#}");
    }
}

#[tokio::test]
async fn a_refused_edit_waits_for_its_correction() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "pump"}})).await;
    let name = json!(job.to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &world.address(), "0");
    signed_in(&world, &program).await;
    let long = "x".repeat(20_001);
    let error = program.answer("addNote", json!({"job": name, "text": long})).await;
    assert_eq!(error["error"]["type"], "notAllowed", "{error}");
    assert_eq!(error["error"]["info"]["code"], "value_invalid");
    program.call("leavePolicyToServer", json!({})).await;
    let account = json!([{"field": "accountName", "value": {"type": "text", "value": "Somebody"}}]);
    program.call("setJobFields", json!({"job": name, "edits": account})).await;
    program.call("sync", json!({})).await;
    let refused = program.call("needsAttention", json!({})).await;
    assert_eq!(refused[0]["typed"]["type"], "fields", "{refused}");
    assert_eq!(refused[0]["reason"]["code"], "not_yours", "{refused}");
    let phone = json!({"field": "contactPhone", "value": {"type": "text", "value": "+982112345678"}});
    let again = json!({"entry": refused[0]["id"], "typed": {"type": "fields", "edits": [phone]}});
    program.call("correct", again).await;
    assert_eq!(program.call("needsAttention", json!({})).await, json!([]));
    program.call("sync", json!({})).await;
    let office = world.shown(job).await;
    assert_eq!(office.pointer("/fields/contact/phone"), Some(&json!("+982112345678")), "{office:#}");
}

/// Reads an event stream until it told of something.
async fn heard(stream: &mut reqwest::Response, what: &str) {
    let mut told = String::new();
    while !told.contains(what) {
        let piece = stream.chunk().await.expect("a piece").unwrap_or_else(|| panic!("it ended: {told}"));
        told.push_str(&String::from_utf8_lossy(&piece));
    }
}

#[tokio::test]
async fn a_page_hears_of_edits_and_of_the_switch() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &world.address(), "0");
    signed_in(&world, &program).await;
    let mut stream = program.request(Method::GET, "events").send().await.expect("a stream");
    heard(&mut stream, r#"data: {"online":true}"#).await;
    let fields = json!([{"field": "requestSubject", "value": {"type": "text", "value": "drips"}}]);
    let saved = program.call("createJob", json!({"kind": "visit", "fields": fields})).await;
    let job = saved["doc"].as_str().expect("an id");
    heard(&mut stream, &format!(r#"data: {{"jobs":["{job}"],"type":"jobsChanged"}}"#)).await;
    program.switch(false).await;
    heard(&mut stream, r#"data: {"online":false}"#).await;
}

#[tokio::test]
async fn a_rating_is_asked_for_and_needs_a_network() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &world.address(), "0");
    signed_in(&world, &program).await;
    let rating = program.call("fetchRating", json!({})).await;
    assert_eq!((&rating["standing"], &rating["surveys"]), (&json!("noRating"), &json!(0)), "{rating}");
    program.switch(false).await;
    let error = program.answer("fetchRating", json!({})).await;
    assert_eq!(error["error"]["type"], "offline", "{error}");
}
