//! What a dispatcher is told of the technician whom he sends.

use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;
use crate::office::{Answer, JsonBody, text};

async fn put(desk: &Desk, who: &str, what: &str, body: Value) {
    let path = format!("/v1/staff/{}/{what}", desk.office.id(who));
    let ask = desk.office.ask(Method::PUT, &path, Some(desk.token("admin")));
    Answer::of(ask.json_body(&body)).await.expect(204);
}

fn codes(answer: &Value) -> Vec<String> {
    answer["warnings"].as_array().into_iter().flatten().map(|one| text(&one["code"])).collect()
}

/// Seen to fail, each by itself: without the comparison of places, of products.
#[tokio::test]
async fn leave_area_and_skill_warn_and_stop_nobody() {
    let desk = Desk::open().await;
    let leave = json!({"from": "2030-01-01", "to": "2030-01-05"});
    let path = format!("/v1/staff/{}/leave", desk.office.id("tech"));
    desk.office.post(&path, desk.token("admin"), &leave).await.expect(204);
    put(
        &desk,
        "tech",
        "areas",
        json!({"areas": [{"city": "Rasht", "zone": "3"}, {"city": "يزد", "zone": ""}]}),
    )
    .await;
    put(&desk, "tech", "skills", json!({"product": "oven", "level": 2})).await;
    put(&desk, "other_tech", "skills", json!({"product": "boiler", "level": 2})).await;

    let request = desk.service(&json!({"city": "Rasht", "zone": "4"})).await;
    let visits = format!("/v1/requests/{request}/visits");
    let job = text(&desk.office.post(&visits, desk.token("expert"), &json!({})).await.expect(200)["job"]);
    let assign = async |technician: &str, day: &str| {
        let body = json!({
            "technician": desk.office.id(technician),
            "window_start": format!("{day}T06:00:00Z"), "window_end": format!("{day}T09:00:00Z"),
        });
        desk.office.post(&format!("/v1/jobs/{job}/assign"), desk.token("dispatcher"), &body).await.expect(200)
    };
    let all = ["planning.on_leave", "planning.area", "planning.skill"];
    assert_eq!(codes(&assign("tech", "2030-01-05").await), all);
    assert_eq!(codes(&assign("tech", "2030-01-06").await), all[1..], "the leave is over");
    assert_eq!(codes(&assign("tech", "2029-12-31").await), all[1..], "the leave is to come");
    assert!(
        codes(&assign("other_tech", "2030-01-05").await).is_empty(),
        "he works anywhere and knows boilers"
    );
    let path = format!("/v1/jobs/{job}/reassign");
    let body = json!({"technician": desk.office.id("tech")});
    let moved = desk.office.post(&path, desk.token("dispatcher"), &body).await.expect(200);
    assert_eq!(codes(&moved), all, "the window stays");

    let ask = desk.office.ask(Method::POST, "/v1/jobs", Some(desk.token("dispatcher")));
    let new = json!({
        "kind": "visit", "fields": {"request": {"subject": "x"}, "site": {"city": "یزد"}, "asset": {"model": "Boiler 24"}},
        "assignment": {"technician": desk.office.id("tech"), "window_start": "2030-01-03T06:00:00Z"},
    });
    let made = Answer::of(ask.header("idempotency-key", "planned").json_body(&new)).await.expect(201);
    assert_eq!(codes(&made), [all[0], all[2]], "the same city in other letters, the same product in others");
}
