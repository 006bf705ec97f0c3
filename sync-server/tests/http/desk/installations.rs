//! Installations.

use domain::{AttachmentKind, EventKind};
use serde_json::{Value, json};

use super::{Desk, full, with};
use crate::office::{Answer, text};
use crate::surveys::Field;

async fn installation(desk: &Desk, more: &Value) -> String {
    let account = text(
        &desk
            .office
            .post("/v1/customers", desk.token("operator"), &json!({"name": "Karimi"}))
            .await
            .expect(201)["id"],
    );
    let contract = json!({
        "account": account, "kind": "installation", "measure": "unlimited", "starts_at": "2026-01-01T00:00:00Z",
    });
    let contract =
        desk.office.post("/v1/contracts", desk.token("seller"), &contract).await.expect(201)["id"].clone();
    let fields = with(&full(), &with(&json!({"account": account, "contract": contract}), more));
    let body = json!({"kind": "installation", "channel": "phone", "fields": fields});
    text(&desk.register("operator", &body).await.expect(201)["request"]["id"])
}

async fn act(desk: &Desk, who: &str, request: &str, act: Value) -> Answer {
    desk.office.post(&format!("/v1/requests/{request}/installation"), desk.token(who), &act).await
}

/// R21-R25, R54: the lead, the checklist, the signature, the sales department, the warranty.
#[tokio::test]
async fn an_installation_is_led_ticked_signed_approved_and_under_warranty() {
    let desk = Desk::open().await;
    let lists = json!({"effective_from": "2020-01-01", "version": "c1", "content": {"templates": [
        {"products": ["boiler"], "items": ["gas measured", "explained"], "warranty_months": 18},
    ]}});
    desk.office.post("/v1/rulebook/checklists", desk.token("admin"), &lists).await.expect(201);
    let mut field = Field::of(&desk.office, "tech").await;
    let asset = domain::Uuid::from_u128(7);
    let database = rusqlite::Connection::open(desk.office.data.path().join("hamgam.db")).expect("opens");
    let row = "INSERT INTO reference (kind, id, account, json, position) VALUES ('asset', ?1, NULL, '{\"serial\": \"S7\"}', 1)";
    database.execute(row, [asset.as_bytes()]).expect("the device");
    let asset = asset.to_string();
    let request = installation(&desk, &json!({"asset": asset})).await;
    let path = format!("/v1/requests/{request}/installation");
    desk.office.get(&path, desk.token("installer")).await.expect_code("not_found");
    act(&desk, "expert", &request, json!({"act": "make"})).await.expect_code("duty_required");
    let made = act(&desk, "installer", &request, json!({"act": "make"})).await.expect(200);
    assert_eq!((&made["status"], &made["template"]), (&json!("planned"), &json!("c1")));
    assert_eq!(made["checklist"].as_array().map(Vec::len), Some(2));
    act(&desk, "installer", &request, json!({"act": "make"})).await.expect_code("conflict");
    act(&desk, "installer", &request, json!({"act": "hand_over"})).await.expect_code("request_step");

    let wrong = act(&desk, "installer", &request, json!({"act": "lead", "lead": desk.id("seller")})).await;
    assert_eq!(wrong.body["errors"][0]["code"], "installation.lead");
    let led = json!({"act": "lead", "lead": desk.id("expert")});
    assert_eq!(act(&desk, "installer", &request, led).await.expect(200)["status"], "running");
    let notices = desk.office.get("/v1/notices", desk.token("expert")).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "installation_given");
    act(&desk, "expert", &request, json!({"act": "meet", "text": "the wall is to be cut"})).await.expect(200);
    act(&desk, "expert", &request, json!({"act": "tick", "item": 0, "answer": "20 mbar"})).await.expect(200);
    let open = act(&desk, "expert", &request, json!({"act": "hand_over"})).await;
    open.expect_code("request_step");
    assert!(text(&open.body["detail"]).contains("explained"), "{open:?}");
    let beyond = act(&desk, "expert", &request, json!({"act": "tick", "item": 9, "answer": "x"})).await;
    assert_eq!(beyond.body["errors"][0]["code"], "installation.item");
    act(&desk, "expert", &request, json!({"act": "tick", "item": 1, "answer": "yes"})).await.expect(200);

    let job = desk.visit(&request, &field).await;
    let unsigned = act(&desk, "expert", &request, json!({"act": "hand_over"})).await;
    unsigned.expect_code("request_step");
    let commands = [
        field.kit.record(EventKind::Arrived),
        field.kit.add_attachment_of(AttachmentKind::Signature),
        field.kit.record(EventKind::Done),
    ];
    field.edit(&desk.office, job.parse().expect("an id"), &commands).await;
    act(&desk, "seller", &request, json!({"act": "approve", "text": "fine"})).await.expect_code("not_found");
    let handed = act(&desk, "expert", &request, json!({"act": "hand_over"})).await.expect(200);
    assert_eq!((&handed["status"], &handed["handover_job"]), (&json!("handed_over"), &json!(job)));

    desk.act("owner", &request, &json!({"act": "close"})).await.expect_code("request_step");
    act(&desk, "installer", &request, json!({"act": "approve", "text": "fine"}))
        .await
        .expect_code("duty_required");
    let sent_back =
        act(&desk, "installer", &request, json!({"act": "send_back", "reason": "no photo"})).await;
    assert_eq!(sent_back.expect(200)["status"], "running");
    act(&desk, "expert", &request, json!({"act": "hand_over"})).await.expect(200);
    let approved = act(&desk, "seller", &request, json!({"act": "approve", "text": "fine"})).await;
    assert_eq!(approved.expect(200)["status"], "approved");
    desk.act("owner", &request, &json!({"act": "close"})).await.expect(200);
    let closed = desk.office.get(&path, desk.token("owner")).await.expect(200);
    assert_eq!(closed["status"], "closed");
    // A year and a half of solar months later.
    let (from, until) = (text(&closed["handed_over_at"]), text(&closed["warranty_until"]));
    let months = |at: &str| -> i64 {
        let number = |part: &str| part.parse::<i64>().expect("a number");
        at.split('-').take(2).map(number).fold(0, |months, part| months * 12 + part)
    };
    assert!((17..=18).contains(&(months(&until) - months(&from))), "{from} {until}");
    let known = "SELECT json FROM reference WHERE kind = 'asset' AND json LIKE '%S7%'";
    let known: String = database.query_row(known, [], |row| row.get(0)).expect("the device");
    assert!(known.contains("\"warranty_until\":"), "R54: phones know it from now on: {known}");
}

#[tokio::test]
async fn only_what_is_one_is_installed_and_lists_are_checked() {
    let desk = Desk::open().await;
    let service = desk.service(&json!({})).await;
    act(&desk, "installer", &service, json!({"act": "make"})).await.expect_code("request_step");
    let request = installation(&desk, &json!({})).await;
    let made = act(&desk, "installer", &request, json!({"act": "make"})).await.expect(200);
    assert_eq!((&made["checklist"], &made["warranty_months"]), (&json!([]), &json!(24)), "no template");
    act(&desk, "installer", &request, json!({"act": "cancel", "reason": "called off"})).await.expect(200);
    let led = json!({"act": "lead", "lead": desk.id("expert")});
    act(&desk, "installer", &request, led).await.expect_code("request_step");

    let lists = json!({"effective_from": "2020-01-01", "version": "c2", "content": {"templates": [
        {"products": [], "items": [" "], "warranty_months": 9999},
    ]}});
    let refused = desk.office.post("/v1/rulebook/checklists", desk.token("admin"), &lists).await;
    let codes: Vec<String> =
        refused.body["errors"].as_array().expect("a list").iter().map(|error| text(&error["code"])).collect();
    assert_eq!(codes, ["checklists.products", "checklists.items", "checklists.warranty"]);
}
