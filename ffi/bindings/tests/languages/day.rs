//! A technician's day, told by a program in some language: it works offline, is
//! killed, starts again, is refused, corrects, and the office sees what it shows.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use system_tests::over_http::World;

use crate::tools;

/// Plays the day. `program` gives the command to which the life, the database, the
/// server's address and a code are added.
pub(crate) async fn play(program: impl Fn() -> Command) {
    let world = World::start().await;
    let fields = json!({"request": {"subject": "پمپ آب"}, "contact": {"name": "Roya", "phone": "1"}});
    let job = world.job_with(fields).await;
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("field.sqlite");
    let life = |name: &str| {
        let mut command = program();
        command.arg(name).arg(&database).arg(world.address()).arg(world.enrolment_code());
        command
    };
    kill_when_ready(&mut life("work"));
    let told = tools::run(&mut life("resume"));
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    let expected = json!({
        "status": "done", "subject": "پمپ آب", "phone": "+982188776655",
        "diagnosis": "🔧 shaft seal worn, replaced", "solution": "seal replaced",
        "parts": [[2000, null], [1000, "counted twice"]], "notes": ["the stairs are dark"],
        "photos": ["the old seal"], "receipts": [40_000], "approval": "two hours each way",
    });
    assert_eq!(sorted_parts(told), sorted_parts(expected.clone()));
    let office = world.shown(job).await;
    for (at, expected) in [
        ("/status", "done"),
        ("/fields/request/subject", "پمپ آب"),
        ("/fields/contact/phone", "+982188776655"),
        ("/fields/outcome/result", "runs dry"),
        ("/diagnosis", "🔧 shaft seal worn, replaced"),
        ("/solution", "seal replaced"),
        ("/notes/0/text", "the stairs are dark"),
    ] {
        assert_eq!(office.pointer(at), Some(&json!(expected)), "{at} in {office:#}");
    }
}

/// Lines stand in the order of their random ids.
fn sorted_parts(mut told: Value) -> Value {
    let parts = told["parts"].as_array_mut().expect("parts");
    parts.sort_by_key(|part| part.to_string());
    told
}

/// Starts a life of the app, and kills it without warning once it has done its work.
fn kill_when_ready(command: &mut Command) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let last = lines.map(|line| line.expect("text")).find(|line| line == "ready");
    child.kill().expect("killed");
    let status = child.wait().expect("it ended");
    assert!(last.is_some(), "it ended by itself ({status}); what it said stands above");
}
