//! Deadlines, notices and calendars over HTTP.

use serde_json::{Value, json};

use crate::office::{Answer, JsonBody, Office, text};

const HOUR_SECONDS: i64 = 3_600;

async fn job(office: &Office) -> String {
    let token = office.token("dispatcher").await;
    let body = json!({"kind": "visit", "fields": {"request": {"subject": "a fault"}},
        "assignment": {"technician": office.id("tech")}});
    let request = office.ask(reqwest::Method::POST, "/v1/jobs", Some(&token));
    let answer = Answer::of(request.header("idempotency-key", "one").json_body(&body)).await;
    text(&answer.expect(201)["id"])
}

fn clocks(body: &Value) -> Vec<String> {
    let all = body["deadlines"].as_array().expect("a list");
    all.iter().map(|one| format!("{} {}", text(&one["clock"]), text(&one["state"]))).collect()
}

#[tokio::test]
async fn a_breach_is_told_and_taken_over() {
    let office = Office::open().await;
    let job = job(&office).await;
    let token = office.token("quality").await;
    let shown = office.get(&format!("/v1/jobs/{job}"), &token).await.expect(200);
    assert!(clocks(&shown).contains(&"first_contact running".to_owned()), "{shown}");
    let registered = &shown["events"][0]["instants"];
    assert_eq!(registered["effective_at"], registered["received_at"], "the server's own clock");
    assert!(registered.get("suspect").is_none() && registered.get("clock_offset_ms").is_none());
    office.clock.pass_seconds(49 * HOUR_SECONDS);
    office.server.timer().run_due().await;
    let token = office.token("quality").await;
    let of_job = office.get(&format!("/v1/jobs/{job}/deadlines"), &token).await.expect(200);
    assert!(clocks(&of_job).contains(&"first_contact breached".to_owned()), "{of_job}");
    let list = office.get("/v1/deadlines?state=breached&clock=first_contact", &token).await.expect(200);
    let breach = &list["deadlines"][0];
    assert_eq!(breach["job"], json!(job));
    let escalation = breach["escalation"]["id"].as_i64().expect("people were told");
    let take = format!("/v1/escalations/{escalation}/take-over");
    assert_eq!(office.post(&take, &token, &json!({"reason": " "})).await.code(), "invalid");
    let taken = office.post(&take, &token, &json!({"reason": "nobody called"})).await.expect(200);
    assert!(clocks(&taken).contains(&"first_contact breached".to_owned()));
    assert_eq!(office.post(&take, &token, &json!({"reason": "again"})).await.code(), "conflict");
    let shown = office.get(&format!("/v1/jobs/{job}"), &token).await.expect(200);
    assert_eq!(shown["fields"]["request"]["priority"], "high");
    // The agency of the technician is the unit.
    let token = office.token("representative").await;
    let notices = office.get("/v1/notices?unread=true", &token).await.expect(200);
    let newest = &notices["notices"][0];
    assert_eq!(newest["kind"], "deadline_taken_over");
    assert_eq!(newest["detail"]["reason"], "nobody called");
    let before = notices["unread"].as_i64().expect("a number");
    let read = office.post(&format!("/v1/notices/{}/read", newest["id"]), &token, &json!({})).await;
    assert_eq!(read.status, 204);
    let after = office.get("/v1/notices", &token).await.expect(200);
    assert_eq!(after["unread"], json!(before - 1));
    let token = office.token("dispatcher").await;
    let told = office.get("/v1/notices", &token).await.expect(200);
    assert_eq!(told["unread"], 0, "the job has an agency: the dispatchers are not its unit");
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let office = Office::open().await;
    let token = office.token("quality").await;
    for query in ["state=late", "limit=0", "limit=501", "cursor=1", "agency=north", "colour=red"] {
        let answer = office.get(&format!("/v1/deadlines?{query}"), &token).await;
        assert_eq!(answer.code(), "invalid", "{query}: {answer:?}");
    }
    assert_eq!(office.get("/v1/notices?cursor=x", &token).await.code(), "invalid");
    let none = "/v1/jobs/01999999-9999-7999-8999-999999999999/deadlines";
    assert_eq!(office.get(none, &token).await.code(), "not_found");
}

#[tokio::test]
async fn calendars_that_cannot_be_worked_by_are_refused_with_their_codes() {
    let office = Office::open().await;
    let token = office.token("admin").await;
    let spec = |hours: Value, holidays: Value| {
        json!({"zone": "Asia/Tehran", "versions": [{"effective_from": "2026-03-21", "hours": hours}],
            "holidays": holidays})
    };
    let enter = async |content: Value| {
        let body = json!({"effective_from": "2026-03-21", "version": "one", "content": content});
        office.post("/v1/rulebook/calendar", &token, &body).await
    };
    let overlap = spec(json!({"sat": [["08:00", "12:00"], ["11:00", "15:00"]]}), json!([]));
    let empty = spec(json!({}), json!([]));
    let no_version = json!({"zone": "Asia/Tehran", "versions": []});
    // Ten years of Saturdays are holidays, and nobody works on another day.
    let first = jiff::civil::date(2026, 3, 21);
    let saturdays = (0..530).map(|week| first.saturating_add(jiff::Span::new().weeks(week)));
    let holiday = |date: jiff::civil::Date| json!({"date": date.to_string(), "name": "a", "source": "b", "certainty": "estimated", "scope": "everywhere"});
    let closed = spec(json!({"sat": [["08:00", "12:00"]]}), saturdays.map(holiday).collect());
    for (content, code) in [
        (overlap, "calendar.overlap"),
        (empty, "calendar.empty"),
        (no_version, "calendar.no_version"),
        (closed, "calendar.never_open"),
    ] {
        let answer = enter(content).await;
        assert_eq!(answer.body["errors"][0]["code"], code, "{answer:?}");
    }
    assert_eq!(enter(spec(json!({"sat": [["08:00", "12:00"]]}), json!([]))).await.status, 201);
}
