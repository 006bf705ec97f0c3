//! What is wrong with a request is said with a stable code, and nothing changes.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::office::{Answer, JsonBody, Office};
use crate::probes::NOTHING;

/// Method, path, body, the expected code, the expected first wrong value.
type Case = (&'static str, String, Value, &'static str, &'static str);

fn cases() -> Vec<Case> {
    let long = "x".repeat(300);
    let user = |change: Value| {
        let mut user = json!({"name": "new", "display_name": "New", "role": "dispatcher"});
        for (key, value) in change.as_object().expect("an object") {
            user[key] = value.clone();
        }
        user
    };
    vec![
        // Wrong type, missing field, too long, unknown word, unknown field.
        ("POST", "/v1/users".into(), user(json!({"name": 5})), "invalid", "name"),
        ("POST", "/v1/users".into(), json!({"name": "new", "role": "dispatcher"}), "invalid", "."),
        ("POST", "/v1/users".into(), user(json!({"name": long})), "invalid", "name"),
        ("POST", "/v1/users".into(), user(json!({"name": " "})), "invalid", "name"),
        ("POST", "/v1/users".into(), user(json!({"role": "king"})), "invalid", "role"),
        ("POST", "/v1/users".into(), user(json!({"agency": "north"})), "invalid", "agency"),
        ("POST", "/v1/users".into(), user(json!({"crown": true})), "invalid", "crown"),
        ("POST", "/v1/users".into(), user(json!({"password": "short"})), "invalid", "password"),
        ("POST", "/v1/users".into(), user(json!({"password": "x".repeat(600)})), "invalid", "password"),
        ("POST", "/v1/users".into(), user(json!({"role": "representative"})), "invalid", "agency"),
        ("POST", "/v1/users".into(), json!([1, 2]), "invalid", "[0]"),
        ("POST", "/v1/agencies".into(), json!({"name": ""}), "invalid", "name"),
        ("POST", "/v1/enrolment-codes".into(), json!({}), "invalid", "."),
        ("GET", "/v1/users?role=king".into(), Value::Null, "invalid", "role"),
        ("GET", "/v1/users?colour=red".into(), Value::Null, "invalid", "colour"),
        ("GET", "/v1/devices?user=me".into(), Value::Null, "invalid", "user"),
        // Unknown ids, and what can be no id.
        ("POST", "/v1/users".into(), user(json!({"agency": NOTHING})), "not_found", ""),
        ("POST", "/v1/enrolment-codes".into(), json!({"user": NOTHING}), "not_found", ""),
        ("POST", format!("/v1/users/{NOTHING}/disable"), json!({}), "not_found", ""),
        ("POST", "/v1/users/everybody/disable".into(), json!({}), "not_found", ""),
        ("DELETE", format!("/v1/devices/{NOTHING}"), Value::Null, "not_found", ""),
        ("DELETE", format!("/v1/enrolment-codes/{NOTHING}"), Value::Null, "not_found", ""),
        // Unknown addresses and methods.
        ("GET", "/v1/unicorns".into(), Value::Null, "not_found", ""),
        ("GET", "/unicorns".into(), Value::Null, "not_found", ""),
        ("PUT", "/v1/users".into(), json!({}), "method_not_allowed", ""),
        ("PATCH", "/healthz".into(), Value::Null, "method_not_allowed", ""),
    ]
}

#[tokio::test]
async fn each_wrong_request_gets_its_code_and_changes_nothing() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let before = office.get("/v1/users", &admin).await.text;
    for (method, path, body, code, place) in cases() {
        let method: Method = method.parse().expect("a method");
        let mut request = office.ask(method.clone(), &path, Some(&admin));
        if !body.is_null() {
            request = request.json_body(&body);
        }
        let answer = Answer::of(request).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {answer:?}");
        if code == "invalid" {
            assert_eq!(answer.body["errors"][0]["path"], place, "{method} {path} {body}: {answer:?}");
            assert!(!answer.body["errors"][0]["message"].as_str().expect("a message").is_empty());
        }
    }
    assert_eq!(office.get("/v1/users", &admin).await.text, before);
}

/// A list that is narrowed by a word that it does not have is no empty list.
#[tokio::test]
async fn a_word_that_a_filter_does_not_have_is_refused() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let month = format!("/v1/scores/{}/1405-08/evidence?component=charm", office.agency);
    for (path, place) in [
        ("/v1/requests?list=hers", "list"),
        ("/v1/requests?status=opened", "status"),
        ("/v1/requests?kind=wish", "kind"),
        ("/v1/complaints?state=new", "state"),
        ("/v1/solutions?state=best", "state"),
        ("/v1/surveys?state=new", "state"),
        ("/v1/mail?state=new", "state"),
        ("/v1/jobs?status=opened", "status"),
        ("/v1/jobs?priority=highest", "priority"),
        ("/v1/inbox?kind=clash", "kind"),
        ("/v1/deadlines?clock=lunch", "clock"),
        (&month, "component"),
    ] {
        let answer = office.get(path, &admin).await;
        assert_eq!(answer.code(), "invalid", "{path}: {answer:?}");
        let error = &answer.body["errors"][0];
        assert_eq!((&error["path"], &error["code"]), (&json!(place), &json!("unknown_word")), "{path}");
        assert!(error["message"].as_str().expect("a message").starts_with("one of "), "{path}: {error}");
    }
}

#[tokio::test]
async fn bodies_that_are_not_json_are_refused() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let post = |media_type: &'static str, body: &'static str| {
        let request = office.ask(Method::POST, "/v1/agencies", Some(&admin));
        Answer::of(request.header("content-type", media_type).body(body))
    };
    post("text/plain", r#"{"name": "South"}"#).await.expect_code("unsupported_media_type");
    post("", r#"{"name": "South"}"#).await.expect_code("unsupported_media_type");
    post("application/json", r#"{"name": "South"#).await.expect_code("body_truncated");
    post("application/json", "").await.expect_code("body_truncated");
    post("application/json", "<html>").await.expect_code("bad_request");
    post("application/json", r#"{"name": "South"} {}"#).await.expect_code("bad_request");
    post("application/json; charset=utf-8", r#"{"name": "South"}"#).await.expect(201);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_says_so() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(300 * 1024));
    let said =
        office.ask(Method::POST, "/v1/agencies", Some(&admin)).header("content-type", "application/json");
    Answer::of(said.body(body.clone())).await.expect_code("body_too_large");
    let mut stream = TcpStream::connect(office.server.address()).await.expect("connects");
    let head = format!(
        "POST /v1/agencies HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {admin}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = exchange(&mut stream, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn a_body_cut_short_is_refused() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let mut stream = TcpStream::connect(office.server.address()).await.expect("connects");
    let head = format!(
        "POST /v1/agencies HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {admin}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"name\":"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    // The server may answer or hang up; it must not enter an agency.
    drop(stream.read_to_string(&mut answer).await);
    assert!(answer.is_empty() || answer.contains("body_truncated"), "{answer}");
    let agencies = office.get("/v1/agencies", &admin).await.expect(200);
    assert_eq!(agencies["agencies"].as_array().expect("a list").len(), 1);
}

#[tokio::test]
async fn a_request_that_is_no_http_is_hung_up_on() {
    let office = Office::open().await;
    for bytes in [b"\x16\x03\x01\x02\x00\x01\x00".as_slice(), b"GET /\r\n\r\n", b"\0\0\0\0\r\n\r\n"] {
        let mut stream = TcpStream::connect(office.server.address()).await.expect("connects");
        let answer = exchange(&mut stream, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    Answer::of(office.http.get(office.url("/healthz"))).await.expect(200);
}

async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    // The server may hang up before it has read everything.
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    drop(tokio::time::timeout(std::time::Duration::from_secs(5), stream.read_to_end(&mut answer)).await);
    String::from_utf8_lossy(&answer).into_owned()
}
