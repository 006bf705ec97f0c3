//! Through the levels of support to a visit and back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, full, kinds, with};
use crate::office::{Answer, JsonBody, text};
use crate::surveys::Field;

#[tokio::test]
async fn a_request_goes_from_the_call_to_the_visit_and_is_closed() {
    let desk = Desk::open().await;
    let mut field = Field::of(&desk.office, "tech").await;
    let request = desk.service(&json!({"product": "oven"})).await;
    let shown = desk.show("operator", &request).await;
    assert_eq!(shown["request"]["unit"], "call_centre");
    assert_eq!(shown["request"]["number"], "R-100001");
    assert_eq!(shown["escalates_to"], "executional");

    desk.act("operator", &request, &json!({"act": "take"})).await.expect(200);
    let passed = json!({"act": "hand_over", "unit": "executional", "reason": "needs somebody on site"});
    let acted = desk.act("operator", &request, &passed).await.expect(200);
    assert_eq!((&acted["status"], &acted["unit"]), (&json!("open"), &json!("executional")));
    let shown = desk.show("expert", &request).await;
    assert_eq!(shown["request"]["controller"], desk.id("operator"), "the registrar stays in control");
    assert!(shown["request"]["owner"].is_null(), "nobody there has taken it yet");

    desk.act("expert", &request, &json!({"act": "contact", "text": "she is at home"})).await.expect(200);
    let promise =
        json!({"act": "promise", "until": "2030-10-01T10:00:00Z", "reason": "the part comes tomorrow"});
    let acted = desk.act("expert", &request, &promise).await.expect(200);
    assert_eq!(acted["status"], "scheduled");
    let job = desk.visit(&request, &field).await;
    let shown = desk.show("expert", &request).await;
    assert_eq!(shown["request"]["owner"], desk.id("expert"), "who spoke with the customer is accountable");
    assert_eq!(
        (&shown["visits"][0]["job"], &shown["visits"][0]["status"]),
        (&json!(job), &json!("assigned"))
    );
    let made = desk.office.get(&format!("/v1/jobs/{job}"), desk.token("expert")).await.expect(200);
    assert_eq!(made["fields"]["account"]["name"], "Karimi");
    assert_eq!(made["fields"]["request"]["subject"], "no hot water");

    field.finish(&desk.office, text(&json!(job)).parse().expect("an id")).await;
    let shown = desk.show("expert", &request).await;
    assert_eq!(shown["request"]["status"], "done", "its last visit is over");
    assert_eq!(
        kinds(&shown),
        [
            "registered",
            "taken",
            "handed_over",
            "contacted",
            "promised",
            "visit_made",
            "visit_moved",
            "visit_moved",
            "finished"
        ]
    );
    let support = json!({"act": "offer_support", "support": "temporary", "text": "a month", "until": "2030-11-01T00:00:00Z"});
    desk.act("expert", &request, &support).await.expect(200);
    let before = versions(&desk.show("expert", &request).await);
    assert_eq!(desk.act("expert", &request, &json!({"act": "close"})).await.expect(200)["status"], "closed");
    let after = versions(&desk.show("expert", &request).await);
    assert_eq!(after.0 - before.0, 2, "the visit's end and the request's");
    assert_eq!(after.1 - before.1, 2, "no version stands for two states");
    let job = desk.office.get(&format!("/v1/jobs/{job}"), desk.token("dispatcher")).await.expect(200);
    assert_eq!(job["status"], "closed", "closing a request closes its visits");
    let csv = desk.office.get("/v1/reports/activities?format=csv", desk.token("manager")).await;
    let took = csv.text.lines().find(|line| line.contains("handed_over")).map(str::to_owned);
    assert!(
        took.is_some_and(|line| line.starts_with("R-100001,") && line.contains("operator")),
        "{}",
        csv.text
    );
    assert!(!csv.text.contains("Karimi"), "{}", csv.text);
    let listed = desk.office.get("/v1/reports/requests", desk.token("quality")).await.expect(200);
    assert_eq!(
        (&listed["rows"][0]["number"], &listed["rows"][0]["state"]),
        (&json!("R-100001"), &json!("closed"))
    );
}

#[tokio::test]
async fn technical_support_answers_without_knowing_the_customer() {
    let desk = Desk::open().await;
    let request = desk.service(&json!({})).await;
    desk.office
        .get(&format!("/v1/requests/{request}"), desk.token("engineer"))
        .await
        .expect_code("not_found");
    let question = json!({"act": "ask_solution", "unit": "technical", "question": "E4 after every start?"});
    assert_eq!(desk.act("expert", &request, &question).await.expect(200)["status"], "waiting_solution");
    let answer = desk.office.get(&format!("/v1/requests/{request}"), desk.token("engineer")).await;
    for private in ["Karimi", "0912", "sounds worried", "account"] {
        assert!(!answer.text.contains(private), "{private} in {}", answer.text);
    }
    let shown = answer.expect(200);
    assert_eq!(shown["request"]["fields"]["product"], "boiler 24");
    let list = desk.office.get("/v1/requests?list=solutions", desk.token("engineer")).await.expect(200);
    assert_eq!(list["requests"][0]["id"], json!(request));
    assert!(!list.to_string().contains("Karimi"), "{list}");
    for act in [
        json!({"act": "answer", "text": "x"}),
        json!({"act": "contact", "text": "x"}),
        json!({"act": "take"}),
    ] {
        desk.act("engineer", &request, &act).await.expect_code("duty_required");
    }
    desk.office.get("/v1/customers?text=karimi", desk.token("engineer")).await.expect_code("duty_required");
    let given = json!({"act": "give_solution", "text": "clean the flame sensor"});
    assert_eq!(desk.act("engineer", &request, &given).await.expect(200)["status"], "open");
    desk.act("engineer", &request, &given).await.expect_code("conflict");
    let notices = desk.office.get("/v1/notices", desk.token("expert")).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "solution_given");
}

/// How many activities a request has, and its version.
fn versions(shown: &Value) -> (usize, i64) {
    let activities = shown["activities"].as_array().expect("activities");
    (activities.len(), shown["request"]["version"].as_i64().expect("a version"))
}

/// R168, R172, R15: the registrar answers; only what is done is closed.
#[tokio::test]
async fn a_question_is_answered_by_who_registered_it() {
    let mut desk = Desk::open().await;
    let body = json!({"kind": "information", "channel": "email", "fields": full()});
    let registered = desk.register("operator", &body).await.expect(201);
    assert_eq!(registered["request"]["unit"], "call_centre");
    assert_eq!(registered["request"]["owner"], desk.id("operator"));
    let request = text(&registered["request"]["id"]);
    desk.act("operator", &request, &json!({"act": "close"})).await.expect_code("request_step");
    desk.act("operator", &request, &json!({"act": "answer", "text": " "})).await.expect_code("invalid");
    let answered =
        desk.act("operator", &request, &json!({"act": "answer", "text": "until nine"})).await.expect(200);
    assert_eq!(answered["status"], "done");
    desk.act("operator", &request, &json!({"act": "close"})).await.expect(200);
    let late = desk.act("operator", &request, &json!({"act": "answer", "text": "or ten"})).await;
    late.expect_code("request_closed");
    assert!(text(&late.body["detail"]).contains("reopen"), "{late:?}");
    desk.act("operator", &request, &json!({"act": "reopen", "reason": "asked again"})).await.expect(200);
    desk.act("operator", &request, &json!({"act": "cancel", "reason": "settled"})).await.expect(200);
    desk.pass_days(31).await;
    let reopened = desk.act("operator", &request, &json!({"act": "reopen", "reason": "once more"})).await;
    reopened.expect_code("request_closed");
}

/// R171.
#[tokio::test]
async fn interest_goes_to_the_sales_department() {
    let desk = Desk::open().await;
    let fields = with(&full(), &json!({"interest": "a larger boiler"}));
    let registered =
        desk.register("operator", &json!({"kind": "purchase", "channel": "phone", "fields": fields})).await;
    let registered = registered.expect(201);
    assert_eq!(registered["request"]["unit"], "sales");
    let request = text(&registered["request"]["id"]);
    let passed = json!({"act": "to_sales", "unit": "sales", "text": "she asks for a price"});
    desk.act("operator", &request, &passed).await.expect(200);
    desk.act("operator", &request, &json!({"act": "offer", "text": "900"}))
        .await
        .expect_code("duty_required");
    desk.act("seller", &request, &json!({"act": "offer", "text": "900"})).await.expect(200);
    desk.act("seller", &request, &json!({"act": "finish", "result": "bought"})).await.expect(200);
    let request = desk.service(&json!({})).await;
    desk.act("operator", &request, &passed).await.expect_code("request_step");
}

#[tokio::test]
async fn what_is_missing_is_named_and_a_rule_that_is_missing_loses_nothing() {
    let desk = Desk::open().await;
    let missing = |answer: &Answer| -> Vec<String> {
        let errors = answer.body["errors"].as_array().expect("errors").iter();
        errors.map(|error| format!("{} {}", text(&error["path"]), text(&error["code"]))).collect()
    };
    let bare = desk.register("operator", &json!({"kind": "service", "channel": "phone", "fields": {}})).await;
    bare.expect_code("invalid");
    let named = missing(&bare);
    for fact in
        ["account", "contact_name", "contact_way", "initiator", "subject", "registrar_comment", "product"]
    {
        assert!(named.contains(&format!("{fact} request.required")), "{fact}: {named:?}");
    }
    let wrong = with(
        &full(),
        &json!({"priority": "soon", "email": "nowhere", "account": super::super::probes::NOTHING}),
    );
    let wrong =
        desk.register("operator", &json!({"kind": "service", "channel": "phone", "fields": wrong})).await;
    assert_eq!(missing(&wrong), ["priority unknown_word", "email contact.email", "account customer.unknown"]);

    let odd =
        json!({"kind": "pre_sale", "channel": "post", "fields": with(&full(), &json!({"seller": "Shop"}))});
    let registered = desk.register("operator", &odd).await.expect(201);
    let codes: Vec<&Value> =
        registered["warnings"].as_array().expect("some").iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["routing.no_rule"]);
    assert_eq!(registered["request"]["unit"], "call_centre", "it stays with who registered it");
    let rules =
        json!({"effective_from": "2026-01-01", "version": "r2", "content": {"rules": [{"unit": "moon"}]}});
    let wrong = desk.office.post("/v1/rulebook/routing", desk.token("admin"), &rules).await;
    assert_eq!(missing(&wrong), ["content.rules[0].unit routing.unknown_unit"]);
}

#[tokio::test]
async fn registering_twice_with_one_key_is_registering_once() {
    let desk = Desk::open().await;
    let body = json!({"kind": "service", "channel": "phone", "fields": full()});
    let ask = |body: Value| {
        let request = desk.office.ask(Method::POST, "/v1/requests", Some(desk.token("operator")));
        Answer::of(request.header("idempotency-key", "k1").json_body(&body))
    };
    let first = ask(body.clone()).await.expect(201);
    let again = ask(body).await.expect(201);
    assert_eq!(first["request"]["id"], again["request"]["id"]);
    ask(json!({"kind": "information", "channel": "phone", "fields": full()}))
        .await
        .expect_code("idempotency_mismatch");
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"].as_array().expect("a list").len(), 1);
}

#[tokio::test]
async fn two_people_do_not_do_it_at_once_and_nobody_beyond_his_duties() {
    let desk = Desk::open().await;
    let request = desk.service(&json!({})).await;
    let version = desk.show("operator", &request).await["request"]["version"].clone();
    let path = format!("/v1/requests/{request}/activities");
    let act = |who: &'static str, version: Value| {
        let ask = desk.office.ask(Method::POST, &path, Some(desk.token(who)));
        Answer::of(ask.header("if-match", format!("\"{version}\"")).json_body(&json!({"act": "take"})))
    };
    act("operator", version.clone()).await.expect(200);
    act("expert", version).await.expect_code("precondition_failed");
    for (who, code) in [("seller", "not_found"), ("keeper", "not_found"), ("manager", "duty_required")] {
        desk.act(who, &request, &json!({"act": "take"})).await.expect_code(code);
    }
    let member = format!("/v1/units/call_centre/members/{}", desk.id("operator"));
    desk.office.delete(&member, desk.token("admin")).await.expect(204);
    desk.act("operator", &request, &json!({"act": "note", "text": "x"})).await.expect_code("not_found");
}

/// R14, R16: who hands a caller over has not let him wait; the other clocks go on.
#[tokio::test]
async fn the_clocks_of_a_request_run_at_the_desk_and_those_of_the_visit_in_the_field() {
    let mut desk = Desk::open().await;
    let field = Field::of(&desk.office, "tech").await;
    let request = desk.service(&json!({})).await;
    let states = |shown: &Value| -> Vec<String> {
        let clocks = shown["deadlines"].as_array().expect("a list").iter();
        clocks.map(|clock| format!("{} {}", text(&clock["clock"]), text(&clock["state"]))).collect()
    };
    let shown = desk.show("operator", &request).await;
    assert_eq!(
        states(&shown),
        [
            "call_answer running",
            "close running",
            "first_contact running",
            "first_response running",
            "resolve_or_schedule running"
        ]
    );
    let passed = json!({"act": "hand_over", "unit": "executional", "reason": "a visit"});
    desk.act("operator", &request, &passed).await.expect(200);
    assert_eq!(states(&desk.show("operator", &request).await)[0], "call_answer met");
    let job = desk.visit(&request, &field).await;
    let of_job =
        desk.office.get(&format!("/v1/jobs/{job}/deadlines"), desk.token("dispatcher")).await.expect(200);
    assert_eq!(states(&of_job), ["first_contact running", "repair running"]);

    desk.pass_days(16).await;
    desk.office.server.timer().run_due().await;
    let shown = desk.show("expert", &request).await;
    assert!(states(&shown).contains(&"first_response breached".to_owned()), "{:?}", states(&shown));
    let notices = desk.office.get("/v1/notices", desk.token("expert")).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "deadline_breached", "the unit is told");
    let list =
        desk.office.get("/v1/deadlines?state=breached&clock=first_response", desk.token("quality")).await;
    let list = list.expect(200);
    assert_eq!(list["deadlines"][0]["request"], json!(request));
    let id = &list["deadlines"][0]["escalation"]["id"];
    let taken = json!({"reason": "two were ill"});
    let path = format!("/v1/escalations/{id}/take-over");
    desk.office.post(&path, desk.token("quality"), &taken).await.expect(200);
    let shown = desk.show("quality", &request).await;
    assert_eq!(shown["request"]["fields"]["priority"], "high");
    assert_eq!(shown["request"]["controller"], json!(desk.office.id("quality").to_string()));
    assert_eq!(kinds(&shown).last().map(String::as_str), Some("taken_over"));
}
