//! Many who say nothing, say it slowly, or say too much.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sync_server::http::limits::{By, RATES, SIGN_IN_NAME};
use sync_server::http::operations::OPERATIONS;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::office::{Answer, JsonBody, Office};
use crate::probes::probes;

/// Well below the time after which an idle connection is closed by itself.
const SOON: Duration = Duration::from_secs(20);

async fn is_served(office: &Office) {
    let asked = Answer::of(office.http.get(office.url("/healthz")));
    tokio::time::timeout(SOON, asked).await.expect("served at once").expect(200);
}

#[tokio::test]
async fn sockets_that_say_nothing_keep_nobody_out() {
    let office = Office::open_with(|config| config.connections_max = 50).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(office.server.address()).await.expect("connects"));
    }
    is_served(&office).await;
    // The ones that came first had to go.
    let mut nothing = Vec::new();
    let ended = tokio::time::timeout(SOON, silent[0].read_to_end(&mut nothing)).await;
    assert!(ended.expect("closed by the server").is_ok_and(|read| read == 0));
}

/// Headers of which a byte comes now and then are no request yet.
#[tokio::test]
async fn headers_that_never_end_keep_nobody_out() {
    let office = Office::open_with(|config| config.connections_max = 50).await;
    let mut slow = Vec::new();
    for _ in 0..60 {
        let mut socket = TcpStream::connect(office.server.address()).await.expect("connects");
        socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.expect("sent");
        slow.push(socket);
    }
    is_served(&office).await;
    // Another byte to each changes nothing; those that were closed do not take it.
    for socket in &mut slow {
        drop(socket.write_all(b"x").await);
    }
    is_served(&office).await;
}

/// A request that is being answered is not cut off to make room for another.
#[tokio::test]
async fn who_is_being_answered_keeps_the_place() {
    let office = Office::open_with(|config| config.connections_max = 4).await;
    let mut working = TcpStream::connect(office.server.address()).await.expect("connects");
    let body = r#"{"name":"nobody","password":"no password"}"#;
    let head = format!(
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    working.write_all(head.as_bytes()).await.expect("sent");
    is_served(&office).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(office.server.address()).await.expect("connects"));
    }
    is_served(&office).await;
    working.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    working.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.contains("bad_credentials"), "{answer}");
}

/// A body that does not come is waited for as long as its operation's row says. The wait
/// itself is skipped: where nothing else can go on, a paused clock is set to what comes
/// next.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the runtime's paused clock, not the machine's")]
async fn a_body_that_never_comes_is_given_up() {
    let office = Office::open().await;
    let row = OPERATIONS.iter().find(|row| row.id == "create_session").expect("a row");
    let mut slow = TcpStream::connect(office.server.address()).await.expect("connects");
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
        content-length: 900\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.expect("sent");
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let mut answer = String::new();
    let limit = Duration::from_secs(u64::from(row.seconds)) + SOON;
    tokio::time::timeout(limit, slow.read_to_string(&mut answer)).await.expect("in time").expect("read");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(began.elapsed() >= Duration::from_secs(u64::from(row.seconds)), "{:?}", began.elapsed());
}

/// Each limit, at one of the operations that name it: its burst passes, then the
/// code and the time to wait, and another limit is not touched by it. Those by name are
/// asked inside: below, and in `desk::intake`.
#[tokio::test]
async fn each_limit_of_the_table_holds() {
    let office = Office::open_with(|config| config.rate_factor = 1).await;
    let token = office.token("dispatcher").await;
    let all = probes(&office);
    for rate in RATES.iter().filter(|rate| rate.by != By::Name) {
        let mut rows = OPERATIONS.iter().filter(|row| row.rate.name == rate.name);
        let probe = rows.find_map(|row| all.iter().find(|probe| probe.id == row.id));
        let probe = probe.unwrap_or_else(|| panic!("{} limits nothing", rate.name));
        // A body that cannot be read costs little, and is counted all the same.
        let request = || match probe.method {
            Method::GET | Method::HEAD => probe.request(&office, Some(&token)),
            _ => office.ask(probe.method.clone(), &probe.path, Some(&token)).body("x"),
        };
        let mut passed = 0;
        let refused = loop {
            let answer = Answer::of(request()).await;
            if answer.status.as_u16() == 429 {
                break answer;
            }
            passed += 1;
            assert!(passed <= rate.burst * 2, "{} never refuses", rate.name);
        };
        // The test itself has signed in some times.
        assert!(passed + 8 >= rate.burst, "{}: {passed} of {}", rate.name, rate.burst);
        assert!(refused.header("retry-after").parse::<u32>().expect("seconds") >= 1, "{}", rate.name);
        if rate.by == By::Person {
            let other = office.token("admin").await;
            let theirs = Answer::of(office.ask(Method::GET, "/v1/sessions/current", Some(&other))).await;
            assert_eq!(theirs.status, 200, "{}: another person is another matter", rate.name);
        }
    }
}

/// The limit by name is asked inside signing in.
#[tokio::test]
async fn one_name_cannot_be_tried_for_ever() {
    let office = Office::open_with(|config| config.rate_factor = 1).await;
    let attempt = || {
        let device = json!({"name": "a device", "kind": "browser"});
        let body = json!({"name": "tech", "password": "wrong password", "device": device});
        Answer::of(office.http.post(office.url("/v1/sessions")).json_body(&body))
    };
    for _ in 0..SIGN_IN_NAME.burst {
        attempt().await.expect_code("bad_credentials");
    }
    attempt().await.expect_code("too_many_requests");
    office.token("dispatcher").await;
}
