//! The dispatcher's board: a span at once, single jobs again, candidates.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Answer, JsonBody, Office, text};

const DAY: &str = "/v1/board?from=2026-11-26T20:30:00Z&to=2026-11-27T20:30:00Z";

async fn register(office: &Office, token: &str, key: &str, assignment: &Value) -> String {
    let fields = json!({
        "request": {"subject": "A leak", "priority": "high", "estimated_minutes": 45},
        "site": {"city": "Rasht", "lat": 37_280_000, "lon": 49_580_000},
        "asset": {"model": "BX-24"},
    });
    let body = json!({"kind": "visit", "fields": fields, "assignment": assignment});
    let request = office.ask(Method::POST, "/v1/jobs", Some(token)).header("idempotency-key", key);
    text(&Answer::of(request.json_body(&body)).await.expect(201)["id"])
}

fn at(office: &Office, name: &str, hour: u8) -> Value {
    json!({
        "technician": office.id(name),
        "window_start": format!("2026-11-27T{hour:02}:00:00Z"),
        "window_end": format!("2026-11-27T{:02}:00:00Z", hour + 1),
    })
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|one| text(&one["id"])).collect()
}

#[tokio::test]
async fn a_span_shows_what_is_planned_in_it_and_what_is_not_planned() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let planned = register(&office, &dispatcher, "1", &at(&office, "tech", 8)).await;
    let waiting = register(&office, &dispatcher, "2", &Value::Null).await;
    let untimed = register(&office, &dispatcher, "3", &json!({"technician": office.id("tech")})).await;
    let board = office.get(DAY, &dispatcher).await.expect(200);
    assert_eq!(ids(&board["visits"]), [planned.as_str()]);
    assert_eq!(ids(&board["unplanned"]), [waiting.clone(), untimed]);
    let visit = &board["visits"][0];
    assert_eq!((&visit["estimated_minutes"], &visit["city"]), (&json!(45), &json!("Rasht")));
    assert!(visit["due_at"].is_string(), "its clocks run: {visit}");
    let next_day = "/v1/board?from=2026-11-27T20:30:00Z&to=2026-11-28T20:30:00Z";
    assert_eq!(ids(&office.get(next_day, &dispatcher).await.expect(200)["visits"]), Vec::<String>::new());
    let again = office.get(&format!("/v1/board/jobs?id={planned},{waiting}"), &dispatcher).await.expect(200);
    assert_eq!(ids(&again["jobs"]), [planned.clone(), waiting.clone()]);
    office
        .post(&format!("/v1/jobs/{planned}/cancel"), &dispatcher, &json!({"reason": "x"}))
        .await
        .expect(200);
    office
        .post(&format!("/v1/jobs/{waiting}/cancel"), &dispatcher, &json!({"reason": "x"}))
        .await
        .expect(200);
    let board = office.get(DAY, &dispatcher).await.expect(200);
    assert_eq!((ids(&board["visits"]).len(), ids(&board["unplanned"]).len()), (0, 1));
}

/// Checked by asking for all technicians whatever the role: the other one was seen.
#[tokio::test]
async fn a_representative_sees_the_own_agency_alone() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let own = register(&office, &dispatcher, "1", &at(&office, "tech", 8)).await;
    let other = register(&office, &dispatcher, "2", &at(&office, "other_tech", 8)).await;
    let representative = office.token("representative").await;
    let board = office.get(DAY, &representative).await.expect(200);
    assert_eq!(ids(&board["technicians"]), [office.id("tech").to_string()]);
    assert_eq!(ids(&board["visits"]), [own.as_str()]);
    let jobs = office.get(&format!("/v1/board/jobs?id={own},{other}"), &representative).await.expect(200);
    assert_eq!(ids(&jobs["jobs"]), [own]);
    office.get(&format!("/v1/board/candidates?job={other}"), &representative).await.expect_code("not_found");
}

#[tokio::test]
async fn candidates_are_ranked_with_reasons() {
    let office = Office::open().await;
    let (dispatcher, admin) = (office.token("dispatcher").await, office.token("admin").await);
    let skills = format!("/v1/staff/{}/skills", office.id("tech"));
    let skill = json!({"product": "BX", "level": 3});
    let set = office.ask(Method::PUT, &skills, Some(&admin)).json_body(&skill);
    Answer::of(set).await.expect(204);
    register(&office, &dispatcher, "1", &at(&office, "other_tech", 8)).await;
    let job = register(&office, &dispatcher, "2", &Value::Null).await;
    let path = format!("/v1/board/candidates?job={job}");
    office.get(&path, &dispatcher).await.expect_code("invalid");
    let ranked = office.get(&format!("{path}&at=2026-11-27T08:30:00Z"), &dispatcher).await.expect(200);
    let [first, second] = &ranked["candidates"].as_array().expect("two")[..] else { panic!("{ranked}") };
    assert_eq!(first["technician"], office.id("tech").to_string());
    assert_eq!(first["reasons"][0], json!({"reason": "skill", "value": 3, "points": 30}));
    let reasons: Vec<&str> =
        second["reasons"].as_array().expect("some").iter().filter_map(|one| one["reason"].as_str()).collect();
    assert_eq!(reasons, ["no_skill", "busy", "load", "distance"]);
}

#[tokio::test]
async fn a_span_that_cannot_be_is_refused() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    for query in [
        "from=2026-11-27T00:00:00Z&to=2026-11-27T00:00:00Z",
        "from=2026-11-27T00:00:00Z&to=2027-01-27T00:00:00Z",
        "from=2026-11-27T00:00:00Z",
        "from=today&to=tomorrow",
    ] {
        office.get(&format!("/v1/board?{query}"), &dispatcher).await.expect_code("invalid");
    }
}
