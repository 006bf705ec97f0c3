//! Who may ask, and for what.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::program::Program;

/// No server is there: a phone works without one.
const NOWHERE: &str = "http://127.0.0.1:9";

fn started() -> (Program, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (Program::start(folder.path(), NOWHERE, "0"), folder)
}

#[tokio::test]
async fn the_page_and_what_it_loads_come_under_a_strict_policy() {
    let (program, _folder) = started();
    for (path, kind) in
        [("", "text/html; charset=utf-8"), ("assets/phone-1.js", "text/javascript; charset=utf-8")]
    {
        let answer = program.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["content-type"], kind);
        let policy = answer.headers()["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
}

/// Seen to fail: with `guard::is_secret` answering yes, the first address showed the page.
#[tokio::test]
async fn nobody_comes_in_without_the_secret() {
    let (program, _folder) = started();
    let port = program.port();
    let wrong = "0".repeat(32);
    for path in
        [format!("{wrong}/reza/"), "/reza/".to_owned(), format!("{wrong}/reza/network"), String::new()]
    {
        let answer = reqwest::get(format!("http://127.0.0.1:{port}/{path}")).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["../other/", "assets/../../secret", "files/secret", "phones/secret"] {
        assert_eq!(program.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// Seen to fail: with the comparisons in `guard::comes_from_here` taken out, each of the six
/// got the page, the events and the call.
#[tokio::test]
async fn another_page_cannot_call() {
    let (program, _folder) = started();
    let strangers = [
        ("host", "rebound.example"),
        ("host", "localhost"),
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (header, value) in strangers {
        for (method, path) in [(Method::GET, ""), (Method::GET, "events"), (Method::POST, "call/session")] {
            let request = program.request(method, path).header("content-type", "application/json");
            let answer = request.header(header, value).body("{}").send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{header}: {value} for {path:?}");
        }
    }
    let own = program.address.split('/').take(3).collect::<Vec<_>>().join("/");
    let request = program.request(Method::POST, "call/session").header("origin", own);
    let answer = request.header("content-type", "application/json").header("sec-fetch-site", "same-origin");
    assert_eq!(answer.body("{}").send().await.expect("an answer").status(), StatusCode::OK);
}

/// A form of another page sends no JSON, and a page of ours nothing else.
#[tokio::test]
async fn a_call_is_json_and_knows_its_arguments() {
    let (program, _folder) = started();
    let form = program.request(Method::POST, "call/signOut").body("{}").send().await.expect("an answer");
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (call, arguments, told) in [
        ("shutdown", json!({}), "there is no call shutdown"),
        ("attachmentPath", json!({"hash": "00"}), "there is no call attachmentPath"),
        ("addAttachmentFile", json!({"path": "/etc/passwd"}), "there is no call addAttachmentFile"),
        ("accept", json!({}), "job: a value is expected"),
        ("accept", json!({"job": "x", "by": "me"}), "the call has no argument by"),
        ("outbox", json!({"limit": -1}), "limit: a whole number of its size is expected"),
        (
            "outbox",
            json!([]),
            "the arguments are no JSON object: invalid type: sequence, expected a map at line 1 column 0",
        ),
    ] {
        let answer = program.answer(call, arguments).await;
        assert_eq!(answer["error"]["type"], "badInput", "{answer}");
        assert_eq!(answer["error"]["info"]["english"], told);
    }
}

#[tokio::test]
async fn a_phone_has_a_plain_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["..", "a/b", "", ".hidden"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hamgam-phones"));
        command.args(["--server", NOWHERE, "--phone", name, "--data"]).arg(folder.path());
        let output = command.output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains("is no name of a phone"), "{name:?}: {told}");
    }
}
