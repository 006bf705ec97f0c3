//! The server as a process part: health, figures, stopping, ports and folders.

use std::time::Duration;

use sync_server::server::{Server, StartError, Surroundings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::office::{Answer, Office, config};

#[tokio::test]
async fn health_readiness_and_figures() {
    let office = Office::open().await;
    assert_eq!(Answer::of(office.http.get(office.url("/healthz"))).await.expect(200)["status"], "ok");
    assert_eq!(Answer::of(office.http.get(office.url("/readyz"))).await.expect(200)["status"], "ok");
    let token = office.token("dispatcher").await;
    office.get("/v1/users", &token).await.expect(200);
    let figures = Answer::of(office.http.get(office.url("/metrics"))).await;
    assert!(figures.text.contains(r#"hamgam_http_requests_total{operation="list_users",status="200"} 1"#));
    assert!(figures.text.ends_with("# EOF\n"), "{}", figures.text);
    let personal = [office.id("dispatcher").to_string(), "dispatcher".to_owned(), "127.0.0.1".to_owned()];
    for word in personal {
        assert!(!figures.text.contains(&word), "{word} is personal");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_is_not_stored() {
    let office = Office::open().await;
    let first = Answer::of(office.http.get(office.url("/healthz"))).await;
    let second = Answer::of(office.http.get(office.url("/healthz"))).await;
    assert_eq!(first.header("x-request-id").len(), 16);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(first.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish_and_frees_folder_and_port() {
    let office = Office::open().await;
    let address = office.server.address();
    let mut slow = TcpStream::connect(address).await.expect("connects");
    let body = r#"{"name":"nobody","password":"no password"}"#;
    let head = format!(
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.expect("sent");
    // The server has begun with it once it has read the head.
    Answer::of(office.http.get(office.url("/healthz"))).await.expect(200);
    let Office { server, data, .. } = office;
    let stopping = tokio::spawn(server.stop());
    slow.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.contains("bad_credentials"), "{answer}");
    stopping.await.expect("stopped");

    let mut again = config(data.path());
    again.listen = address;
    let server = Server::start(&again, Surroundings::default()).await.expect("starts again at once");
    server.stop().await;
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let office = Office::open().await;
    let address = office.server.address();
    let mut stuck = TcpStream::connect(address).await.expect("connects");
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    stuck.write_all(head.as_bytes()).await.expect("sent");
    Answer::of(office.http.get(office.url("/healthz"))).await.expect(200);
    let stopped = tokio::time::timeout(Duration::from_secs(8), office.server.stop()).await;
    assert!(stopped.is_ok(), "drain_seconds is 2");
}

#[tokio::test]
async fn a_second_server_and_a_taken_port_say_what_to_do() {
    let office = Office::open().await;
    let same = Server::start(&config(office.data.path()), Surroundings::default()).await;
    let text = same.expect_err("the folder is in use").to_string();
    assert!(text.contains("another server is running"), "{text}");

    let other = tempfile::tempdir().expect("a folder");
    let no_keys = Server::start(&config(other.path()), Surroundings::default()).await.expect_err("no keys");
    assert!(no_keys.to_string().contains("hamgam-server init"), "{no_keys}");

    let keys = sync_server::auth::KeyRing::create_missing(
        other.path(),
        &sync_server::clock::SystemClock,
        &sync_server::clock::SystemEntropy,
    );
    keys.expect("keys are made");
    let mut taken = config(other.path());
    taken.listen = office.server.address();
    let refused = Server::start(&taken, Surroundings::default()).await.expect_err("the port is in use");
    assert!(matches!(refused, StartError::Listen { .. }));
    assert!(refused.to_string().contains("choose another port with --listen"), "{refused}");
}
