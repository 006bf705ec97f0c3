//! Short messages out, and what gateways bring in.

use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use sync_server::clock::Clock;
use sync_server::config::{InboundConfig, SmsConfig};
use sync_server::inbound::HookKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Desk, full, kinds, with};
use crate::office::{Answer, Office, text};

const KEY: &str = "sixteen letters!";

/// A gateway as small as can be: keeps what it is given, answers as it is told to.
pub(super) struct Gateway {
    url: String,
    given: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Gateway {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/send", listener.local_addr().expect("an address"));
        let (given, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let (kept, told) = (Arc::clone(&given), Arc::clone(&answers));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
                loop {
                    let read = stream.read(&mut chunk).await.expect("read");
                    bytes.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    if let Ok(body) = serde_json::from_str(body) {
                        kept.lock().expect("no panic").push((head.to_lowercase(), body));
                        break;
                    }
                }
                let status = told.lock().expect("no panic").pop().unwrap_or(200);
                let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.expect("answered");
            }
        });
        Self { url, given, answers }
    }

    pub(super) fn given(&self) -> Vec<(String, Value)> {
        self.given.lock().expect("no panic").clone()
    }
}

pub(super) async fn desk_with(gateway: &Gateway) -> Desk {
    let url = gateway.url.clone();
    let office = Office::open_with(|config| {
        config.sms = SmsConfig { url: Some(url), token: Some("gateway-token".into()) };
        config.inbound = InboundConfig { maildir: None, hook_key: Some(KEY.into()) };
    });
    Desk::of(office.await).await
}

async fn hook(desk: &Desk, source: &str, body: &Value) -> Answer {
    let seconds = desk.office.clock.now().millis() / 1_000;
    signed(desk, source, body, seconds, &HookKey::new(&KEY.into())).await
}

async fn signed(desk: &Desk, source: &str, body: &Value, seconds: i64, key: &HookKey) -> Answer {
    let body = body.to_string();
    let ask = desk.office.ask(Method::POST, &format!("/v1/hooks/{source}"), None);
    let ask = ask.header("x-hamgam-timestamp", seconds.to_string());
    let ask = ask.header("x-hamgam-signature", key.sign(seconds, body.as_bytes()));
    Answer::of(ask.header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn messages_go_out_once_and_are_tried_again() {
    let gateway = Gateway::start().await;
    let desk = desk_with(&gateway).await;
    let body = json!({"kind": "service", "channel": "phone", "fields": with(&full(), &json!({"language": "en"})), "tell": "sms"});
    let request = text(&desk.register("operator", &body).await.expect(201)["request"]["id"]);
    gateway.answers.lock().expect("no panic").push(503);
    desk.office.server.sms().run_due().await;
    desk.office.clock.pass_seconds(61);
    for _twice in 0..2 {
        desk.office.server.sms().run_due().await;
    }
    let given = gateway.given();
    assert_eq!(given.len(), 2, "turned away once, taken once");
    assert_eq!(given[0].1["id"], given[1].1["id"], "the same message has the same id");
    assert!(given[1].0.contains("authorization: bearer gateway-token"));
    assert_eq!(given[1].1["to"], "0912 345 6789");
    assert!(text(&given[1].1["text"]).starts_with("R-100001 Your request was registered: since yesterday"));
    gateway.answers.lock().expect("no panic").push(422);
    desk.act("expert", &request, &json!({"act": "answer", "text": "turn it off"})).await.expect(200);
    desk.office.server.sms().run_due().await;
    let states: Vec<Value> = desk.show("expert", &request).await["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["state"].clone())
        .collect();
    assert_eq!(states, ["sent", "dead"], "what the gateway will never take is given up");
}

#[tokio::test]
async fn a_short_message_and_a_call_become_requests_and_replies_once() {
    let gateway = Gateway::start().await;
    let desk = desk_with(&gateway).await;
    let first = json!({"id": "s1", "from": "+989123456789", "text": "no heat"});
    let taken = hook(&desk, "sms", &first).await.expect(200);
    assert_eq!((&taken["outcome"], &taken["number"]), (&json!("request"), &json!("R-100001")));
    hook(&desk, "sms", &first).await.expect_code("hook_replayed");
    let reply = json!({"id": "s2", "from": "0912 345 6789", "text": "and it leaks"});
    assert_eq!(hook(&desk, "sms", &reply).await.expect(200)["outcome"], "reply");
    let call = json!({"id": "s1", "from": "02188776655", "text": "pressed 2: service"});
    assert_eq!(hook(&desk, "ivr", &call).await.expect(200)["number"], "R-100002", "another source");
    let list = desk.office.get("/v1/requests?text=leaks", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"], json!([]), "what was said later is in the activities");
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(
        (&list["requests"][0]["channel"], &list["requests"][1]["channel"]),
        (&json!("ivr"), &json!("sms"))
    );
    let shown = desk.show("operator", &text(&list["requests"][1]["id"])).await;
    assert_eq!(kinds(&shown), ["registered", "customer_replied"]);
}

#[tokio::test]
async fn what_is_not_signed_lately_with_the_key_is_not_taken() {
    let gateway = Gateway::start().await;
    let desk = desk_with(&gateway).await;
    let body = json!({"id": "1", "from": "0912", "text": "x"});
    let (key, other) = (HookKey::new(&KEY.into()), HookKey::new(&"another sixteen l".into()));
    let now = desk.office.clock.now().millis() / 1_000;
    signed(&desk, "sms", &body, now, &other).await.expect_code("hook_unsigned");
    signed(&desk, "sms", &body, now - 400, &key).await.expect_code("hook_unsigned");
    signed(&desk, "pigeon", &body, now, &key).await.expect_code("not_found");
    signed(&desk, "sms", &json!({"id": "", "from": "0912", "text": "x"}), now, &key)
        .await
        .expect_code("invalid");
    signed(&desk, "sms", &body, now, &key).await.expect(200);
    let bare = Desk::open().await;
    hook(&bare, "sms", &body).await.expect_code("hook_unsigned");
}
