//! Complaint files.

use serde_json::{Value, json};

use super::{Desk, full, with};
use crate::office::{Answer, text};
use crate::surveys::Field;

async fn complaint(desk: &Desk, more: &Value) -> String {
    let fields = with(&full(), &with(&json!({"against": "the technician was rude"}), more));
    let body = json!({"kind": "complaint", "channel": "phone", "fields": fields});
    text(&desk.register("operator", &body).await.expect(201)["request"]["id"])
}

async fn act(desk: &Desk, who: &str, request: &str, act: Value) -> Answer {
    desk.office.post(&format!("/v1/requests/{request}/complaint"), desk.token(who), &act).await
}

#[tokio::test]
async fn a_complaint_is_examined_handled_decided_and_counts_in_the_score() {
    let desk = Desk::open().await;
    let mut field = Field::of(&desk.office, "tech").await;
    let asked = desk.service(&json!({})).await;
    let job = desk.visit(&asked, &field).await;
    field.finish(&desk.office, job.parse().expect("an id")).await;
    desk.act("expert", &asked, &json!({"act": "close"})).await.expect(200);

    let request = complaint(&desk, &json!({"against_request": asked})).await;
    act(&desk, "operator", &request, json!({"act": "open", "job": job})).await.expect(200);
    let serious = json!({"act": "examine", "ground": "serious_objection", "text": "we look into it"});
    act(&desk, "operator", &request, serious.clone()).await.expect_code("duty_required");
    let file = act(&desk, "judge", &request, serious.clone()).await.expect(200);
    assert_eq!((&file["state"], &file["number"]), (&json!("admitted"), &json!("C-100001")));
    assert_eq!(file["agency"], json!(desk.office.agency.to_string()), "the job tells it");
    act(&desk, "judge", &request, serious).await.expect_code("conflict");

    let to = |who: &str| json!({"act": "give_to", "handler": desk.id(who), "due_at": "2030-01-01T00:00:00Z"});
    let wrong = act(&desk, "judge", &request, to("operator")).await;
    assert_eq!(wrong.body["errors"][0]["code"], "complaint.handler", "R78: a restricted duty");
    act(&desk, "judge", &request, to("handler")).await.expect(200);
    let path = format!("/v1/requests/{request}/complaint");
    desk.office.get(&path, desk.token("expert")).await.expect_code("not_found");
    desk.office.get(&path, desk.token("handler")).await.expect(200);
    act(&desk, "handler", &request, json!({"act": "contact", "text": "apologised"})).await.expect(200);
    let settled = json!({"act": "contact", "text": "she is content", "settled": true});
    let file = act(&desk, "handler", &request, settled.clone()).await.expect(200);
    assert_eq!((&file["contacts"], &file["settled_at_contact"]), (&json!(2), &json!(2)), "R79");
    act(&desk, "handler", &request, settled).await.expect_code("conflict");

    let decide = json!({"act": "decide", "decision": "upheld_major", "reason": "three say so"});
    act(&desk, "handler", &request, decide.clone()).await.expect_code("duty_required");
    let bare = act(&desk, "judge", &request, decide.clone()).await;
    assert_eq!(bare.body["errors"][0]["code"], "complaint.action");
    let decided = with(&decide, &json!({"action": "a course in conduct"}));
    act(&desk, "judge", &request, decided).await.expect(200);
    desk.act("judge", &request, &json!({"act": "finish", "result": "apology"})).await.expect(200);
    desk.act("judge", &request, &json!({"act": "close"})).await.expect(200);
    act(&desk, "manager", &request, json!({"act": "correct", "text": "the course was held"}))
        .await
        .expect(200);

    let report = "/v1/reports/complaint-files";
    desk.office.get(report, desk.token("operator")).await.expect_code("duty_required");
    let figures = desk.office.get(report, desk.token("manager")).await.expect(200);
    let line = &figures["rows"][0];
    assert_eq!((&line["upheld"], &line["settled_early"]), (&json!(1), &json!(1)), "R79: {figures}");
    let decisions = desk.office.get("/v1/quality-decisions", desk.token("quality")).await.expect(200);
    let first = &decisions["decisions"][0];
    assert_eq!(
        (&first["case"], &first["decision"], &first["job"]),
        (&json!("C-100001"), &json!("major"), &json!(job))
    );
}

/// R26: a demand that the process owner has not had goes there first; nothing is lost.
#[tokio::test]
async fn what_is_not_admissible_is_answered_and_can_be_opened_again() {
    let desk = Desk::open().await;
    for (facts, finding) in [
        (json!({"agreed": true, "reached_owner": false}), "owner_first"),
        (json!({"agreed": false, "reached_owner": true}), "not_agreed"),
    ] {
        let request = complaint(&desk, &json!({})).await;
        act(&desk, "judge", &request, json!({"act": "examine", "ground": "unanswered", "text": "x"}))
            .await
            .expect_code("conflict");
        act(&desk, "operator", &request, json!({"act": "open"})).await.expect(200);
        let examine =
            with(&json!({"act": "examine", "ground": "unanswered", "text": "ask the owner"}), &facts);
        let file = act(&desk, "judge", &request, examine).await.expect(200);
        assert_eq!(file["state"], "dismissed");
        let shown = desk.show("judge", &request).await;
        assert_eq!(shown["request"]["status"], "done");
        let last = shown["activities"].as_array().expect("a list").last().expect("one").clone();
        assert_eq!((&last["kind"], &last["detail"]["finding"]), (&json!("examined"), &json!(finding)));
    }
    let service = desk.service(&json!({})).await;
    act(&desk, "operator", &service, json!({"act": "open"})).await.expect_code("request_step");
}
