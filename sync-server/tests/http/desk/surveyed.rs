//! R162: what is closed without a visit is asked about, too, and rates no technician.

use reqwest::Method;
use serde_json::{Value, json};

use super::mail::{header, mail_config};
use super::{Desk, full, with};
use crate::office::{Answer, JsonBody, Office, text};
use crate::smtp::{MailServer, body_of};
use crate::surveys::Field;

async fn closed(desk: &Desk, fields: &Value) -> String {
    let fields = with(&with(&full(), &json!({"language": "en"})), fields);
    let body = json!({"kind": "service", "channel": "phone", "fields": fields, "tell": "none"});
    let id = text(&desk.register("operator", &body).await.expect(201)["request"]["id"]);
    close(desk, &id).await;
    id
}

async fn close(desk: &Desk, id: &str) {
    desk.act("expert", id, &json!({"act": "take"})).await.expect(200);
    desk.act("expert", id, &json!({"act": "finish", "result": "told how to reset it"})).await.expect(200);
    desk.act("expert", id, &json!({"act": "close"})).await.expect(200);
}

async fn surveys(desk: &Desk) -> Vec<Value> {
    let quality = desk.token("quality");
    desk.office.get("/v1/surveys", quality).await.expect(200)["surveys"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_request_closed_without_a_visit_is_asked_about_and_rates_nobody() {
    let server = MailServer::start().await;
    let desk = Desk::of(Office::open_with(|config| config.mail = mail_config(&server)).await).await;
    let request = closed(&desk, &json!({"email": "k@example.com"})).await;
    desk.office.server.mail().run_due().await;
    let letters = server.letters();
    let asking: Vec<&String> =
        letters.iter().filter(|letter| header(letter, "Subject") == "How was our service?").collect();
    assert_eq!(asking.len(), 1, "{letters:?}");
    let body = body_of(asking[0]);
    assert!(body.contains("your request has been closed: R-100001 no hot water"), "{body}");
    let token = body.split("https://service.example/survey/").nth(1).expect("a link");
    let token: String = token.chars().take_while(char::is_ascii_hexdigit).collect();
    let path = format!("/v1/surveys/by-link/{token}");
    let shown = Answer::of(desk.office.ask(Method::GET, &path, None)).await.expect(200);
    let keys: Vec<String> =
        shown["questions"].as_array().expect("a list").iter().map(|one| text(&one["key"])).collect();
    assert_eq!(
        (keys, &shown["technicians"]),
        (vec!["recommend".into(), "effort".into(), "remark".into()], &json!([]))
    );
    let answer = async |answers: Value| {
        Answer::of(desk.office.ask(Method::POST, &path, None).json_body(&json!({"answers": answers}))).await
    };
    let about_nobody = answer(json!({"solved": 5})).await;
    assert_eq!(about_nobody.body["errors"][0]["code"], "survey.unknown_criterion");
    answer(json!({"recommend": 10, "effort": 7})).await.expect(200);
    answer(json!({"recommend": 0})).await.expect_code("survey_taken");

    let rows = surveys(&desk).await;
    assert_eq!(
        (&rows[0]["number"], &rows[0]["counts"], &rows[0]["technicians"], &rows[0]["fate"]),
        (&json!("R-100001"), &json!(false), &json!([]), &json!("stands"))
    );
    let month = text(&desk.office.get("/v1/scores", desk.token("quality")).await.expect(200)["month"]);
    let path = format!("/v1/surveys/coverage?month={month}");
    let coverage = desk.office.get(&path, desk.token("quality")).await.expect(200);
    assert_eq!((&coverage["counted"], &coverage["nps"]), (&json!(1), &json!(100.0)), "{coverage}");

    // An answer stands, whatever becomes of the request.
    desk.act("expert", &request, &json!({"act": "reopen", "reason": "again"})).await.expect(200);
    close(&desk, &request).await;
    assert_eq!(surveys(&desk).await.len(), 1);
    assert_eq!(surveys(&desk).await[0]["state"], "completed");
}

#[tokio::test]
async fn a_visit_asks_for_its_request_and_who_has_no_address_is_called() {
    let desk = Desk::open().await;
    let mut field = Field::of(&desk.office, "tech").await;
    let visited = desk.service(&json!({})).await;
    let job = desk.visit(&visited, &field).await;
    field.finish(&desk.office, job.parse().expect("an id")).await;
    desk.act("expert", &visited, &json!({"act": "close"})).await.expect(200);
    let rows = surveys(&desk).await;
    assert_eq!((rows.len(), &rows[0]["job"]), (1, &json!(job)), "one closing, one survey");

    let request = closed(&desk, &json!({"contact_name": "Mr. Amini"})).await;
    let caller = desk.office.token("caller").await;
    let calls = async || {
        let calls = desk.office.get("/v1/surveys/calls", &caller).await.expect(200)["calls"].clone();
        calls.as_array().expect("a list").iter().filter(|call| call["contact_name"] == "Mr. Amini").count()
    };
    assert_eq!(calls().await, 1);
    desk.act("expert", &request, &json!({"act": "reopen", "reason": "again"})).await.expect(200);
    assert_eq!(calls().await, 0, "nobody is asked while it goes on");
    close(&desk, &request).await;
    assert_eq!(calls().await, 1);
}
