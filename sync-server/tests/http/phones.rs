//! The exchange and the live signal at their doors; what goes through them is
//! tested where it is made.

use std::time::Duration;

use domain::{DocId, DocKind, Instant};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message as Frame};
use wire::{Bytes, Message, Push, SyncRequest, SyncResponse};

use crate::office::{Answer, Office, text};

fn request() -> SyncRequest {
    SyncRequest { version: wire::PROTOCOL_VERSION, ..SyncRequest::default() }
}

async fn send(office: &Office, token: &str, headers: &[(&str, &str)], body: Vec<u8>) -> reqwest::Response {
    let mut asked = office.ask(Method::POST, "/v1/sync", Some(token));
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    asked.body(body).send().await.expect("an answer")
}

pub(crate) async fn exchange(office: &Office, token: &str, request: &SyncRequest) -> SyncResponse {
    let body = request.to_body();
    let mut headers = vec![("content-type", wire::MEDIA_TYPE)];
    if body.encoding == wire::Encoding::Zstd {
        headers.push(("content-encoding", wire::ZSTD));
    }
    let response = send(office, token, &headers, body.bytes).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], wire::MEDIA_TYPE);
    let encoding = match response.headers().get("content-encoding") {
        Some(_) => wire::Encoding::Zstd,
        None => wire::Encoding::Plain,
    };
    SyncResponse::from_body(&response.bytes().await.expect("a body"), encoding).expect("a response")
}

#[tokio::test]
async fn an_exchange_with_nothing_new_is_small() {
    let office = Office::open().await;
    let token = text(&office.session("tech", "phone").await["access_token"]);
    let first = exchange(&office, &token, &request()).await;
    let again = SyncRequest { epoch: first.epoch, cursor: Some(first.cursor), ..request() };
    assert!(again.to_body().bytes.len() <= 150);
    let second = exchange(&office, &token, &again).await;
    assert!(second.renewal.is_none() && second.events.is_none());
    assert!(second.to_body().bytes.len() <= 150);
}

#[tokio::test]
async fn a_phone_is_renewed_inside_the_exchange() {
    let office = Office::open().await;
    let token = text(&office.session("tech", "phone").await["access_token"]);
    office.clock.pass_seconds(7 * 3600);
    let renewal = exchange(&office, &token, &request()).await.renewal.expect("a fresh token");
    office.clock.pass_seconds(6 * 3600);
    let late = send(&office, &token, &[("content-type", wire::MEDIA_TYPE)], request().to_body().bytes).await;
    assert_eq!(late.status(), 401);
    exchange(&office, renewal.access_token.expose(), &request()).await;
}

/// What it is, its headers, its body, the expected code.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<u8>, &'a str);

#[tokio::test]
async fn each_wrong_exchange_gets_its_code() {
    let office = Office::open().await;
    let token = text(&office.session("tech", "phone").await["access_token"]);
    let plain = [("content-type", wire::MEDIA_TYPE)];
    let zstd = [("content-type", wire::MEDIA_TYPE), ("content-encoding", "zstd")];
    let good = request().to_body().bytes;
    let old = SyncRequest { version: 0, ..SyncRequest::default() }.to_body().bytes;
    let long = SyncRequest { cursor: Some((0..400).map(|i: u32| i.to_be_bytes()[3]).collect()), ..request() };
    let packed = long.to_body().bytes;
    let bomb = zstd::bulk::compress(&vec![0; 9 * 1024 * 1024], 3).expect("compressed");
    let cases: [Case<'_>; 11] = [
        ("JSON", &[("content-type", "application/json")], b"{}".to_vec(), "unsupported_media_type"),
        ("no type", &[], good.clone(), "unsupported_media_type"),
        ("gzip", &[plain[0], ("content-encoding", "gzip")], good.clone(), "unsupported_media_type"),
        ("empty", &plain, Vec::new(), "body_truncated"),
        ("cut", &plain, good[..good.len() - 1].to_vec(), "body_truncated"),
        ("cut inside zstd", &zstd, packed[..packed.len() / 2].to_vec(), "body_truncated"),
        ("no zstd", &zstd, b"<html>captive portal</html>".to_vec(), "bad_request"),
        ("no CBOR map", &plain, b"<html>".to_vec(), "bad_request"),
        ("bytes behind", &plain, [good.as_slice(), b"x"].concat(), "bad_request"),
        ("an old app", &plain, old, "update_app"),
        ("inflates past the limit", &zstd, bomb, "body_too_large"),
    ];
    for (what, headers, body, code) in cases {
        let mut asked = office.ask(Method::POST, "/v1/sync", Some(&token));
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let answer = Answer::of(asked.body(body)).await;
        assert_eq!(answer.code(), code, "{what}: {answer:?}");
    }
    let huge = send(&office, &token, &plain, vec![0; 9 * 1024 * 1024]).await;
    assert_eq!(huge.status(), 413);
}

#[tokio::test]
async fn a_device_that_sends_broken_bytes_is_held_back_and_released() {
    let office = Office::open().await;
    let session = office.session("tech", "phone").await;
    let token = text(&session["access_token"]);
    for number in 0..3_u8 {
        let doc = DocId::new(Instant::from_millis(1_790_000_000_000), [number; 10]);
        let push = Push { doc, kind: DocKind::Job, changes: vec![Bytes(vec![number; 30])] };
        let verdicts =
            exchange(&office, &token, &SyncRequest { pushes: Some(vec![push]), ..request() }).await;
        assert!(verdicts.verdicts.expect("verdicts").len() > usize::from(number));
    }
    office.clock.pass_seconds(5);
    office.get("/v1/sessions/current", &token).await.expect_code("device_quarantined");
    let dispatcher = office.token("dispatcher").await;
    let path = format!("/v1/devices/{}/release", text(&session["device"]));
    office.post(&path, &dispatcher, &json!({})).await.expect(200);
    office.get("/v1/sessions/current", &token).await.expect(200);
}

type Live = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

async fn connect(office: &Office, headers: &[(&'static str, &str)]) -> Result<Live, tungstenite::Error> {
    let address = office.server.address();
    let mut request = format!("ws://{address}/v1/live").into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let stream = tokio::net::TcpStream::connect(address).await.expect("connects");
    tokio_tungstenite::client_async(request, stream).await.map(|(live, _)| live)
}

/// The next text or close frame.
async fn next(live: &mut Live) -> Frame {
    loop {
        let frame = tokio::time::timeout(Duration::from_secs(20), live.next()).await.expect("in time");
        match frame.expect("open").expect("a frame") {
            Frame::Ping(_) | Frame::Pong(_) => {}
            other => return other,
        }
    }
}

async fn hint(live: &mut Live) -> i64 {
    let frame = next(live).await;
    let body: Value = serde_json::from_str(frame.to_text().expect("a text")).expect("JSON");
    body["position"].as_i64().expect("a position")
}

#[tokio::test]
async fn the_live_signal_tells_whom_it_concerns() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let tech = text(&office.session("tech", "phone").await["access_token"]);
    let mut office_live =
        connect(&office, &[("authorization", &format!("Bearer {dispatcher}"))]).await.expect("open");
    let protocols = format!("hamgam.live, access_token.{tech}");
    let mut tech_live = connect(&office, &[("sec-websocket-protocol", &protocols)]).await.expect("open");
    let new = |technician: &str| {
        json!({
            "kind": "visit",
            "fields": {"request": {"subject": "A boiler that does not start"}},
            "assignment": {"technician": office.id(technician)},
        })
    };
    let post = |body: Value, key: &'static str| {
        let request = office.ask(Method::POST, "/v1/jobs", Some(&dispatcher)).header("idempotency-key", key);
        Answer::of(crate::office::JsonBody::json_body(request, &body))
    };
    post(new("other_tech"), "first").await.expect(201);
    let first = hint(&mut office_live).await;
    post(new("tech"), "second").await.expect(201);
    let second = hint(&mut office_live).await;
    assert!(second > first);
    assert_eq!(hint(&mut tech_live).await, second, "the first job was not for this technician");
}

#[tokio::test]
async fn the_live_signal_ends_with_the_session_and_with_the_server() {
    let office = Office::open().await;
    let refused = connect(&office, &[]).await.expect_err("nobody");
    assert!(matches!(&refused, tungstenite::Error::Http(response) if response.status() == 401), "{refused}");
    let session = office.session("tech", "phone").await;
    let bearer = format!("Bearer {}", text(&session["access_token"]));
    let mut live = connect(&office, &[("authorization", &bearer)]).await.expect("open");
    let dispatcher = office.token("dispatcher").await;
    office.delete(&format!("/v1/devices/{}", text(&session["device"])), &dispatcher).await.expect(200);
    let Frame::Close(Some(close)) = next(&mut live).await else { panic!("it is closed") };
    assert_eq!(u16::from(close.code), 4401);

    let bearer = format!("Bearer {dispatcher}");
    let mut live = connect(&office, &[("authorization", &bearer)]).await.expect("open");
    let stopping = tokio::spawn(office.server.stop());
    let Frame::Close(Some(close)) = next(&mut live).await else { panic!("it is closed") };
    assert_eq!(u16::from(close.code), 1001);
    stopping.await.expect("stopped");
}
