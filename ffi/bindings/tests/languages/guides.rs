//! The guides of docs/apps: what they show runs.

use std::process::Command;

use serde_json::json;
use system_tests::over_http::{PASSWORD, World};

use crate::{python, tools};

/// The guides with Python in them.
const PAGES: [&str; 5] = ["python", "observing", "attachments", "errors", "conflicts"];

/// The first app, against a server with one job for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_app_works_a_job_and_syncs_it() {
    let world = World::start().await;
    let job = world.job_with(json!({"request": {"subject": "pump"}})).await;
    let mut app = Command::new(python::interpreter());
    app.arg("-B").arg(tools::root().join("docs/apps/day.py")).args([
        &world.address(),
        "technician",
        PASSWORD,
    ]);
    let told = tools::run(&mut app);
    assert!(told.contains("0 need attention") && told.contains("status: done"), "{told}");
    let shown = world.shown(job).await;
    assert_eq!((&shown["status"], &shown["diagnosis"]), (&json!("done"), &json!("the seal is worn")));
}

/// Every piece of Python in the guides, page by page and in its order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_snippet_of_python_runs() {
    let world = World::start().await;
    for page in PAGES {
        world.job_with(json!({"request": {"subject": page}})).await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut runner = python::script("snippets.py");
        runner.arg(tools::root().join("docs/apps").join(page).with_extension("md"));
        runner.args([&world.address(), "technician", PASSWORD]).arg(folder.path().join("field.sqlite"));
        let told = tools::run(&mut runner);
        assert!(told.contains("pieces ran"), "{told}");
    }
}
