//! Letters: sent at the closing, tried again, given up, skipped.

use reqwest::Method;
use serde_json::{Value, json};
use sync_server::config::MailConfig;

use super::{Field, all, closed_job};
use crate::office::{Answer, JsonBody, Office};
use crate::smtp::{MailServer, body_of};

async fn office_with(url: &str) -> Office {
    Office::open_with(|config| {
        config.mail = MailConfig {
            smtp_url: Some(url.into()),
            from: Some("Hamgam <service@example.com>".into()),
            public_url: Some("https://service.example".into()),
        };
    })
    .await
}

async fn mail(office: &Office) -> Value {
    let admin = office.token("admin").await;
    office.get("/v1/mail", &admin).await.expect(200)["mail"].clone()
}

#[tokio::test]
async fn the_letter_brings_a_link_that_works() {
    let server = MailServer::start().await;
    let office = office_with(&server.url()).await;
    let mut field = Field::of(&office, "tech").await;
    let contact = json!({"email": "customer@example.com", "name": "Mrs. Karimi"});
    closed_job(&office, &mut field, &contact, "boiler\r\nBcc: everybody@example.com").await;
    office.server.mail().run_due().await;
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    let head = letters[0].split("\n\n").next().expect("a head");
    assert!(
        head.contains("To: customer@example.com") && head.contains("Auto-Submitted: auto-generated"),
        "{head}"
    );
    assert!(head.contains("Message-ID: <hamgam.") && !head.contains("Bcc"), "{head}");
    let body = body_of(&letters[0]);
    let token = body.split("https://service.example/survey/").nth(1).expect("a link");
    let token: String = token.chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(token.len(), 72);
    assert!(
        body.contains("boiler") && body.contains("Dear customer") && body.contains("Здравствуйте"),
        "{body}"
    );
    let path = format!("/v1/surveys/by-link/{token}");
    Answer::of(office.ask(Method::POST, &path, None).json_body(&all(5))).await.expect(200);
    let mail = mail(&office).await;
    assert_eq!(
        (&mail[0]["state"], mail[0].get("recipient")),
        (&json!("sent"), None),
        "the address is forgotten"
    );
    office.server.mail().run_due().await;
    assert_eq!(server.letters().len(), 1, "sent once");
}

#[tokio::test]
async fn a_letter_is_tried_again_and_given_up_at_last() {
    let server = MailServer::start().await;
    let office = office_with(&server.url()).await;
    let mut field = Field::of(&office, "tech").await;
    server.answer(["451 try later", "451 try later"]);
    closed_job(&office, &mut field, &json!({"email": "slow@example.com", "phone": "0912"}), "boiler").await;
    office.server.mail().run_due().await;
    let waiting = mail(&office).await;
    assert_eq!((&waiting[0]["state"], &waiting[0]["attempts"]), (&json!("queued"), &json!(1)));
    office.server.mail().run_due().await;
    assert_eq!(mail(&office).await[0]["attempts"], 1, "not before its time");
    for seconds in [61, 301] {
        office.clock.pass_seconds(seconds);
        office.server.mail().run_due().await;
    }
    assert_eq!(mail(&office).await[0]["state"], "sent");
    assert_eq!(server.letters().len(), 1);

    server.answer(["550 no such user"]);
    closed_job(&office, &mut field, &json!({"email": "gone@example.com", "phone": "0912"}), "stove").await;
    office.server.mail().run_due().await;
    let admin = office.token("admin").await;
    let dead = office.get("/v1/mail?state=dead", &admin).await.expect(200);
    let dead = &dead["mail"][0];
    assert_eq!((&dead["recipient"], &dead["attempts"]), (&json!("gone@example.com"), &json!(1)));
    assert!(dead["problem"].as_str().expect("why").contains("no such user"), "{dead}");
    let caller = office.token("caller").await;
    let calls = office.get("/v1/surveys/calls", &caller).await.expect(200);
    let subjects: Vec<&Value> =
        calls["calls"].as_array().expect("calls").iter().map(|call| &call["subject"]).collect();
    assert_eq!(subjects, ["stove"], "who gets no letter is called at once, who got one is not");
    office.post(&format!("/v1/mail/{}/retry", dead["id"]), &admin, &json!({})).await.expect(204);
    office.server.mail().run_due().await;
    assert_eq!(server.letters().len(), 2);
    office.post(&format!("/v1/mail/{}/retry", dead["id"]), &admin, &json!({})).await.expect_code("conflict");
}

/// Seen to fail: without the limit over a whole letter it never came to its end, since
/// the library's own limit covers only the connecting.
#[tokio::test]
async fn a_mail_server_that_says_nothing_is_given_up_until_later() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let office = office_with(&format!("smtp://{}", silent.local_addr().expect("an address"))).await;
    let mut field = Field::of(&office, "tech").await;
    closed_job(&office, &mut field, &json!({"email": "slow@example.com"}), "boiler").await;
    tokio::time::pause();
    office.server.mail().run_due().await;
    tokio::time::resume();
    let waiting = mail(&office).await;
    assert_eq!((&waiting[0]["state"], &waiting[0]["attempts"]), (&json!("queued"), &json!(1)));
    assert_eq!(waiting[0]["problem"], "the mail server takes too long");
}

#[tokio::test]
async fn without_a_mail_server_customers_are_called() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    closed_job(&office, &mut field, &json!({"email": "customer@example.com", "phone": "0912"}), "boiler")
        .await;
    office.server.mail().run_due().await;
    assert_eq!(mail(&office).await[0]["state"], "skipped");
    let caller = office.token("caller").await;
    let calls = office.get("/v1/surveys/calls", &caller).await.expect(200);
    assert_eq!(calls["calls"][0]["subject"], "boiler");
}

#[tokio::test]
async fn half_a_configuration_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let entropy = sync_server::clock::SystemEntropy;
    sync_server::auth::KeyRing::create_missing(folder.path(), &sync_server::clock::SystemClock, &entropy)
        .expect("keys");
    for (url, from, says) in [
        (Some("smtp://127.0.0.1:25"), None, "smtp_url, mail_from and public_url together"),
        (Some("gopher://x:secret@y"), Some("a@example.com"), "smtp_url cannot be read"),
        (Some("smtp://127.0.0.1:25"), Some("nobody"), "mail_from cannot be read"),
    ] {
        let mut config = crate::office::config(folder.path());
        config.mail.smtp_url = url.map(Into::into);
        config.mail.from = from.map(str::to_owned);
        config.mail.public_url = Some("https://service.example".into());
        let refused = sync_server::server::Server::start(&config, Default::default()).await;
        let text = refused.expect_err("refused").to_string();
        assert!(text.contains(says) && !text.contains("secret"), "{text}");
        assert!(!format!("{config:?}").contains("secret"));
    }
}
