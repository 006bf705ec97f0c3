//! The phone's page in Chromium: `sync-server/web/tests/phone`, against a real server and
//! a real program with a phone in it.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use system_tests::over_http::{PASSWORD, World};

/// The folder of the pages.
fn web() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sync-server/web"))
}

#[tokio::test]
async fn a_technician_works_in_the_browser() {
    let world = World::start().await;
    let fields = json!({
        "request": {"subject": "pump drips", "description": "since Monday"},
        "account": {"name": "Roya Ahmadi"}, "contact": {"name": "Roya", "phone": "+982112345678"},
        "site": {"address": "12 Valiasr", "city": "Tehran", "lat": 35_700_000, "lon": 51_400_000},
        "asset": {"serial": "P-1001", "model": "P1"},
    });
    let job = world.job_with(fields).await;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec", "tests/phone/phone.test.js"]).current_dir(web());
    node.env("HAMGAM_SERVER", world.address()).env("HAMGAM_PASSWORD", PASSWORD);
    node.env("HAMGAM_PHONES", env!("CARGO_BIN_EXE_hamgam-phones")).env("HAMGAM_CODE", world.enrolment_code());
    node.env("HAMGAM_JOB", job.to_string());
    let output = tokio::task::spawn_blocking(move || node.output()).await.expect("it ends");
    let output = output.expect("Node runs (Debian: nodejs, npm, chromium)");
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}", told[0], told[1]);
}
