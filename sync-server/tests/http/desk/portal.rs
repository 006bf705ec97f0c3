//! The customer's side: a link, pages without script, replies.

use domain::Uuid;
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::clock::{Clock, SystemEntropy};
use sync_server::desk::RequestId;
use sync_server::surveys::SurveyLinks;

use super::{Desk, kinds};
use crate::office::{Answer, JsonBody};
use crate::surveys::Field;

/// The token of a request's link, as a message would have it.
fn link(desk: &Desk, request: &str) -> String {
    let links = SurveyLinks::open(desk.office.data.path(), &SystemEntropy, 30, "").expect("the key is there");
    let id: Uuid = request.parse().expect("an id");
    links.request_token(RequestId::from_uuid(id), desk.office.clock.now())
}

async fn get(desk: &Desk, path: &str) -> Answer {
    Answer::of(desk.office.ask(Method::GET, path, None)).await
}

async fn post(desk: &Desk, path: &str, body: &Value) -> Answer {
    Answer::of(desk.office.ask(Method::POST, path, None).json_body(body)).await
}

#[tokio::test]
async fn the_customer_follows_replies_and_confirms_and_never_sees_a_note() {
    let desk = Desk::open().await;
    let mut field = Field::of(&desk.office, "tech").await;
    let request = desk.service(&json!({})).await;
    let portal = format!("/v1/portal/requests/{}", link(&desk, &request));
    desk.act("expert", &request, &json!({"act": "note", "text": "a difficult customer"})).await.expect(200);
    desk.act("expert", &request, &json!({"act": "wait", "reason": "when are you at home?"}))
        .await
        .expect(200);
    let shown = get(&desk, &portal).await;
    for private in ["difficult", "sounds worried", "0912", "expert"] {
        assert!(!shown.text.contains(private), "{private} in {}", shown.text);
    }
    let shown = shown.expect(200);
    assert_eq!((&shown["status"], &shown["may_reply"]), (&json!("waiting_customer"), &json!(true)));
    post(&desk, &format!("{portal}/replies"), &json!({"text": "after five"})).await.expect(204);
    let at_desk = desk.show("expert", &request).await;
    assert_eq!(at_desk["request"]["status"], "open", "a reply ends the wait");
    assert!(kinds(&at_desk).contains(&"customer_replied".to_owned()));
    let clocks = at_desk["deadlines"].to_string();
    assert!(clocks.contains("\"reply\""), "R104: the reply clock runs: {clocks}");
    post(&desk, &format!("{portal}/confirmation"), &json!({})).await.expect_code("request_step");

    let job = desk.visit(&request, &field).await;
    field.finish(&desk.office, job.parse().expect("an id")).await;
    assert_eq!(get(&desk, &portal).await.expect(200)["may_confirm"], true);
    for _twice in 0..2 {
        post(&desk, &format!("{portal}/confirmation"), &json!({})).await.expect(204);
    }
    let at_desk = desk.show("expert", &request).await;
    assert_eq!(kinds(&at_desk).iter().filter(|kind| *kind == "confirmed").count(), 1);
    desk.act("expert", &request, &json!({"act": "close"})).await.expect(200);
    let late = post(&desk, &format!("{portal}/replies"), &json!({"text": "it leaks again"})).await;
    late.expect_code("request_closed");
    let at_desk = desk.show("expert", &request).await;
    let last = at_desk["activities"].as_array().expect("a list").last().expect("one").clone();
    assert_eq!(
        (&last["kind"], &last["text"]),
        (&json!("remark"), &json!("it leaks again")),
        "nothing is lost"
    );
    let notices = desk.office.get("/v1/notices", desk.token("expert")).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "request_late_reply");
}

#[tokio::test]
async fn a_customer_adds_photos_once_and_what_comes_late_is_kept() {
    let desk = Desk::open().await;
    let request = desk.service(&json!({})).await;
    let files = format!("/v1/portal/requests/{}/files", link(&desk, &request));
    let send = async |name: &str, bytes: Vec<u8>| {
        let path = format!("{files}?name={name}");
        let asked = desk.office.ask(reqwest::Method::POST, &path, None).header("content-type", "image/jpeg");
        crate::office::Answer::of(asked.body(bytes)).await
    };
    for _twice in 0..2 {
        send("plate.jpg", b"a photo".to_vec()).await.expect(204);
    }
    let shown = desk.show("operator", &request).await;
    assert_eq!(shown["files"].as_array().map(Vec::len), Some(1), "the same again is the one that is there");
    assert_eq!(kinds(&shown).iter().filter(|kind| *kind == "customer_replied").count(), 1);
    let path = format!("/v1/requests/{request}/files/{}", shown["files"][0]["id"]);
    assert_eq!(desk.office.get(&path, desk.token("operator")).await.text, "a photo");
    for (name, bytes, code) in [("%20", vec![1], "file.name"), ("x", Vec::new(), "file.size")] {
        assert_eq!(send(name, bytes).await.body["errors"][0]["code"], code);
    }
    send("big.jpg", vec![0; 10 * 1024 * 1024 + 1]).await.expect_code("body_too_large");
    for place in 0..3_u8 {
        send("big.jpg", vec![place; 10 * 1024 * 1024]).await.expect(204);
    }
    let full = send("more.jpg", vec![9; 10 * 1024 * 1024]).await;
    assert_eq!(full.body["errors"][0]["code"], "file.too_many");
    desk.act("operator", &request, &json!({"act": "cancel", "reason": "settled"})).await.expect(200);
    send("late.jpg", b"late".to_vec()).await.expect_code("request_closed");
    let shown = desk.show("operator", &request).await;
    assert_eq!(shown["files"].as_array().map(Vec::len), Some(5), "what came late is kept");
}

#[tokio::test]
async fn a_link_is_for_one_request_and_for_a_while() {
    let mut desk = Desk::open().await;
    let (request, other) = (desk.service(&json!({})).await, desk.service(&json!({"subject": "other"})).await);
    let token = link(&desk, &request);
    assert_eq!(
        get(&desk, &format!("/v1/portal/requests/{token}")).await.expect(200)["subject"],
        "no hot water"
    );
    let forged = token.replace(&request.replace('-', ""), &other.replace('-', ""));
    assert_ne!(forged, token);
    for bad in [forged.as_str(), "abc", &token.to_uppercase()] {
        get(&desk, &format!("/v1/portal/requests/{bad}")).await.expect_code("request_link_invalid");
        get(&desk, &format!("/request/{bad}")).await.expect_code("request_link_invalid");
    }
    // A link to a survey opens no request, and the other way round.
    get(&desk, &format!("/v1/surveys/by-link/{token}")).await.expect_code("survey_link_invalid");
    desk.pass_days(31).await;
    get(&desk, &format!("/v1/portal/requests/{token}")).await.expect_code("request_link_expired");
    post(&desk, &format!("/v1/portal/requests/{token}/replies"), &json!({"text": "x"}))
        .await
        .expect_code("request_link_expired");
}

#[tokio::test]
async fn the_page_works_without_script_in_three_languages() {
    let desk = Desk::open().await;
    let request = desk.service(&json!({"language": "en", "subject": "<b>leak</b> & more"})).await;
    let token = link(&desk, &request);
    let page = get(&desk, &format!("/request/{token}")).await;
    assert_eq!(page.status.as_u16(), 200);
    for words in
        ["lang=\"en\"", "&lt;b&gt;leak&lt;/b&gt; &amp; more", "Your request was registered", "<textarea"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert!(!page.text.contains("<script"));
    assert!(get(&desk, &format!("/request/{token}?lang=fa")).await.text.contains("dir=\"rtl\""));
    let ask = desk.office.ask(Method::POST, &format!("/request/{token}?lang=ru"), None);
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let form = |text: &str| format!("{}{}--b--\r\n", part("act", "reply"), part("text", text));
    let ask = ask.header("content-type", "multipart/form-data; boundary=b").body(form("да\r\nok"));
    let page = Answer::of(ask).await;
    assert!(page.text.contains("да<br>ok"), "sent back to the page: {}", page.text);
    let empty = desk.office.ask(Method::POST, &format!("/request/{token}"), None);
    let empty = empty.header("content-type", "multipart/form-data; boundary=b").body(form(""));
    Answer::of(empty).await.expect_code("invalid");
}
