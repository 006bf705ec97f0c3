//! Corrective actions (R20, R117).

use serde_json::{Value, json};
use sync_server::clock::Clock;

use super::{Desk, kinds, with};
use crate::office::{Answer, text};

const DAY_MS: i64 = 86_400_000;

async fn take(desk: &Desk, who: &str, about: Value, more: &Value) -> Answer {
    let due = desk.office.clock.now().plus_millis(2 * DAY_MS);
    let due = sync_server::rfc3339::format_instant(due);
    let new = json!({"about": about, "text": "train the team", "owner": desk.id("expert"), "due_at": due});
    desk.office.post("/v1/actions", desk.token(who), &with(&new, more)).await
}

async fn listed(desk: &Desk, who: &str, query: &str) -> Vec<Value> {
    let answer = desk.office.get(&format!("/v1/actions?{query}"), desk.token(who)).await.expect(200);
    answer["actions"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn an_action_has_who_and_when_is_on_the_lists_and_in_the_report() {
    let mut desk = Desk::open().await;
    let request = desk.service(&json!({})).await;
    let on = json!({"on": "request", "request": request});
    take(&desk, "expert", on.clone(), &json!({})).await.expect_code("duty_required");
    let first = take(&desk, "owner", on.clone(), &json!({})).await.expect(201)["id"].clone();
    let fault = json!({"on": "fault", "product": "boiler 24", "fault": "E4"});
    take(&desk, "manager", fault, &json!({"owner": desk.id("operator"), "text": "another sensor"}))
        .await
        .expect(201);
    for (more, code) in [
        (json!({"due_at": "2020-01-01T00:00:00Z"}), "request.when"),
        (json!({"owner": crate::probes::NOTHING}), "request.owner"),
        (json!({"text": " "}), "request.required"),
        (json!({"about": {"on": "fault", "product": "x".repeat(300), "fault": "E4"}}), "text.too_long"),
    ] {
        assert_eq!(take(&desk, "owner", on.clone(), &more).await.body["errors"][0]["code"], code, "{more}");
    }
    let none = json!({"on": "complaint", "request": request});
    take(&desk, "owner", none, &json!({})).await.expect_code("conflict");

    let own = listed(&desk, "expert", "list=open").await;
    assert_eq!((own.len(), &own[0]["id"], &own[0]["number"]), (1, &first, &json!("R-100001")), "his own");
    assert_eq!(listed(&desk, "owner", "list=open").await.len(), 2, "all for who may correct");
    assert_eq!(listed(&desk, "owner", &format!("request={request}")).await.len(), 1);
    assert!(listed(&desk, "owner", "list=due").await.is_empty());
    let notices = desk.office.get("/v1/notices", desk.token("expert")).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "action_given");

    desk.pass_days(3).await;
    assert_eq!(listed(&desk, "owner", "list=overdue").await.len(), 2);
    let end = async |who: &str, id: &Value, outcome: &str| {
        let path = format!("/v1/actions/{id}/done");
        desk.office.post(&path, desk.token(who), &json!({"outcome": outcome})).await
    };
    end("operator", &first, "done").await.expect_code("not_found");
    assert_eq!(end("expert", &first, " ").await.body["errors"][0]["code"], "request.required");
    end("expert", &first, "all have the new instruction").await.expect(204);
    end("expert", &first, "again").await.expect_code("conflict");
    let done = listed(&desk, "expert", "list=done").await;
    assert_eq!(done[0]["outcome"], "all have the new instruction");
    assert_eq!(listed(&desk, "owner", "list=overdue").await.len(), 1);
    let shown = desk.show("owner", &request).await;
    assert_eq!(
        kinds(&shown).iter().filter(|kind| *kind == "corrected").count(),
        2,
        "append-only, on the request"
    );

    let report = desk.office.get("/v1/reports/corrective-actions?format=csv", desk.token("owner")).await;
    for words in ["train the team", "all have the new instruction", "boiler 24", "R-100001"] {
        assert!(report.text.contains(words), "{words} in {}", report.text);
    }
}

/// What was corrected on a complaint file is on the same list.
#[tokio::test]
async fn actions_of_complaint_files_are_on_the_same_list() {
    let desk = Desk::open().await;
    let body = json!({"kind": "complaint", "channel": "phone",
        "fields": with(&super::full(), &json!({"against": "the technician was rude"}))});
    let request = text(&desk.register("operator", &body).await.expect(201)["request"]["id"]);
    let file = format!("/v1/requests/{request}/complaint");
    desk.office.post(&file, desk.token("operator"), &json!({"act": "open"})).await.expect(200);
    let corrected = json!({"act": "correct", "text": "we apologised"});
    desk.office.post(&file, desk.token("judge"), &corrected).await.expect(200);
    take(&desk, "judge", json!({"on": "complaint", "request": request}), &json!({})).await.expect(201);
    let all = listed(&desk, "judge", &format!("request={request}")).await;
    let words: Vec<&Value> = all.iter().map(|one| &one["text"]).collect();
    assert_eq!(words, [&json!("train the team"), &json!("we apologised")]);
    assert!(all[1]["done_at"].is_string() && all[0].get("done_at").is_none(), "{all:?}");
}
