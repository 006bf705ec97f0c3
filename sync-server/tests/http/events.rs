//! The stream that tells pages which jobs changed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::office::{Answer, JsonBody, Office, text};

/// A page that listens.
struct Page {
    response: Response,
    text: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: i64,
    data: Value,
}

impl Page {
    async fn open(office: &Office, token: &str, after: Option<i64>) -> Self {
        let request = office.ask(Method::GET, "/v1/live/events", Some(token));
        let request = match after {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let response = request.send().await.expect("answers");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; none when the server ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                match read(&block) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.chunk()).await;
            let bytes = chunk.expect("in time").ok().flatten()?;
            self.text += std::str::from_utf8(&bytes).expect("UTF-8");
        }
    }
}

fn read(block: &str) -> Option<Event> {
    let value = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(Event {
        name: value("event")?.to_owned(),
        id: value("id")?.parse().expect("a number"),
        data: serde_json::from_str(value("data")?).expect("JSON"),
    })
}

async fn register(office: &Office, token: &str, assignment: &Value) -> String {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let key = format!("call-{}", CALLS.fetch_add(1, Ordering::Relaxed));
    let request = office.ask(Method::POST, "/v1/jobs", Some(token)).header("idempotency-key", key);
    let body =
        json!({"kind": "visit", "fields": {"request": {"subject": "A leak"}}, "assignment": assignment});
    text(&Answer::of(request.json_body(&body)).await.expect(201)["id"])
}

/// Checked by telling everybody of all jobs: the technician was told of the first.
#[tokio::test]
async fn each_page_is_told_of_the_jobs_that_it_may_see() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let tech = office.token("tech").await;
    let mut board = Page::open(&office, &dispatcher, None).await;
    let mut own = Page::open(&office, &tech, None).await;
    assert_eq!(board.next().await.expect("hello").name, "hello");
    assert_eq!(own.next().await.expect("hello").name, "hello");
    let first = register(&office, &dispatcher, &json!({"technician": office.id("other_tech")})).await;
    let told = board.next().await.expect("an event");
    assert_eq!((told.name.as_str(), &told.data["jobs"]), ("changed", &json!([first])));
    let second = register(&office, &dispatcher, &json!({"technician": office.id("tech")})).await;
    assert_eq!(board.next().await.expect("an event").data["jobs"], json!([second]));
    assert_eq!(own.next().await.expect("an event").data["jobs"], json!([second]));
}

/// Checked by beginning at the newest position in any case: nothing came.
#[tokio::test]
async fn a_stream_goes_on_where_it_broke_off() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let mut page = Page::open(&office, &dispatcher, None).await;
    let begun = page.next().await.expect("hello").id;
    drop(page);
    let missed = register(&office, &dispatcher, &json!({})).await;
    let mut again = Page::open(&office, &dispatcher, Some(begun)).await;
    again.next().await.expect("hello");
    let told = again.next().await.expect("an event");
    assert_eq!(told.data, json!({"jobs": [missed], "all": false, "position": told.id}));

    let mut ahead = Page::open(&office, &dispatcher, Some(told.id + 1_000)).await;
    ahead.next().await.expect("hello");
    assert_eq!(ahead.next().await.expect("an event").data["all"], true, "the server was set back");
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_with_the_server() {
    let office = Office::open().await;
    let session = office.session("dispatcher", "browser").await;
    let mut page = Page::open(&office, &text(&session["access_token"]), None).await;
    page.next().await.expect("hello");
    office.delete("/v1/sessions/current", &text(&session["access_token"])).await.expect(204);
    assert!(page.next().await.is_none());

    let mut page = Page::open(&office, &office.token("dispatcher").await, None).await;
    page.next().await.expect("hello");
    let stopping = tokio::spawn(office.server.stop());
    assert!(page.next().await.is_none());
    stopping.await.expect("stopped");
}
