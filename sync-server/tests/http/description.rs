//! The API's description and the pages made of it.

use serde_json::Value;

use crate::office::{Answer, Office};

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[expect(clippy::disallowed_methods, reason = "the switch by which printed documents are written anew")]
fn wants_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The file in the repository is what the server serves, so that a change of
/// the API is read in a diff.
#[tokio::test]
async fn the_description_is_the_snapshot() {
    let office = Office::open().await;
    let served = Answer::of(office.http.get(office.url("/openapi.json"))).await.text;
    if wants_update() {
        std::fs::write(SNAPSHOT, &served).expect("written");
    }
    let kept = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert_eq!(kept, served, "sync-server/openapi.json is out of date: run the tests with UPDATE_DOCS=1");
}

#[tokio::test]
async fn the_description_is_whole() {
    let office = Office::open().await;
    let api = Answer::of(office.http.get(office.url("/openapi.json"))).await.expect(200);
    assert_eq!(api["openapi"], "3.1.0");
    let mut references = Vec::new();
    collect_references(&api, &mut references);
    for reference in references {
        let found = reference.trim_start_matches('#');
        assert!(api.pointer(found).is_some(), "{reference} leads nowhere");
    }
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let at = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{at} has no summary");
            assert!(operation["tags"][0].is_string(), "{at} has no tag");
            assert!(operation["responses"]["default"].is_object(), "{at} has no problem");
        }
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_pages_are_plain_and_ask_for_nothing_from_elsewhere() {
    let office = Office::open().await;
    for path in ["/docs", "/docs/errors"] {
        let page = Answer::of(office.http.get(office.url(path))).await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        for outside in ["<script", "http://", "https://", "<img", "<link", "url("] {
            assert!(!page.text.contains(outside), "{path} has {outside}");
        }
    }
    let page = Answer::of(office.http.get(office.url("/docs"))).await.text;
    for word in ["/v1/sessions", "create_user", "For: administrator."] {
        assert!(page.contains(word), "{word}");
    }
}
