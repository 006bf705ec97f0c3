//! Calls, annulments, numbers of the staff.

use domain::DocId;
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::surveys::SurveyId;

use super::{Field, all, closed_job, state_of};
use crate::office::{Answer, JsonBody, Office, text};

const DAY: i64 = 86_400;

fn path(job: DocId, action: &str) -> String {
    format!("/v1/surveys/{}/{action}", SurveyId::of(job))
}

async fn calls(office: &Office) -> Vec<String> {
    let caller = office.token("caller").await;
    let list = office.get("/v1/surveys/calls", &caller).await.expect(200);
    list["calls"].as_array().expect("calls").iter().map(|call| text(&call["subject"])).collect()
}

#[tokio::test]
async fn three_calls_on_two_days_and_a_customer_is_unreachable() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({"mobile": "0912 345 6789"}), "boiler").await;
    let caller = office.token("caller").await;
    let list = office.get("/v1/surveys/calls", &caller).await.expect(200);
    assert_eq!(list["calls"][0]["mobile"], "0912 345 6789");
    let call = |outcome: &str| json!({"outcome": outcome, "note": "rang long"});
    let tried = |answer: Answer| answer.expect(200)["state"].clone();
    for _ in 0..2 {
        let answer = office.post(&path(job, "attempts"), &caller, &call("no_answer")).await;
        assert_eq!(tried(answer), "open");
    }
    assert!(calls(&office).await.is_empty(), "twice a day is enough");
    // A third call on the same day is written down but does not end it.
    let answer = office.post(&path(job, "attempts"), &caller, &call("wrong_number")).await;
    assert_eq!(tried(answer), "open");
    office.clock.pass_seconds(DAY);
    assert_eq!(calls(&office).await, ["boiler"]);
    let caller = office.token("caller").await;
    // The same key records one call.
    for _ in 0..2 {
        let request = office.ask(Method::POST, &path(job, "attempts"), Some(&caller));
        let answer = Answer::of(request.header("idempotency-key", "k1").json_body(&call("no_answer"))).await;
        assert_eq!(tried(answer), "unreachable");
    }
    let quality = office.token("quality").await;
    let shown = office.get(&format!("/v1/surveys/{}", SurveyId::of(job)), &quality).await.expect(200);
    assert_eq!(shown["attempts"].as_array().expect("attempts").len(), 4);
    assert!(calls(&office).await.is_empty());
    office.post(&path(job, "attempts"), &caller, &json!({"outcome": "sang"})).await.expect_code("invalid");
    // The customer calls back.
    office.post(&path(job, "answers"), &caller, &all(4)).await.expect(200);
    let survey = state_of(&office, job).await;
    assert_eq!((&survey["via"], &survey["answered_by"]), (&json!("call"), &json!(office.id("caller"))));
    office.post(&path(job, "answers"), &caller, &all(1)).await.expect_code("survey_taken");
    office.post(&path(job, "attempts"), &caller, &call("no_answer")).await.expect_code("survey_taken");
}

#[tokio::test]
async fn a_customer_may_refuse() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let caller = office.token("caller").await;
    let refused =
        office.post(&path(job, "attempts"), &caller, &json!({"outcome": "refused"})).await.expect(200);
    assert_eq!(refused["state"], "refused");
    assert!(calls(&office).await.is_empty());
}

#[tokio::test]
async fn the_day_has_as_many_calls_as_are_set() {
    let office = Office::open_with(|config| config.surveys.calls_a_day = 2).await;
    let mut field = Field::of(&office, "tech").await;
    let mut jobs = Vec::new();
    for subject in ["first", "second", "third"] {
        jobs.push(closed_job(&office, &mut field, &json!({"phone": "0912"}), subject).await);
        office.clock.pass_seconds(60);
    }
    assert_eq!(calls(&office).await, ["first", "second"], "the oldest");
    let caller = office.token("caller").await;
    office.post(&path(jobs[0], "answers"), &caller, &all(5)).await.expect(200);
    assert_eq!(calls(&office).await, ["second"]);
    office.post(&path(jobs[1], "attempts"), &caller, &json!({"outcome": "no_answer"})).await.expect(200);
    assert!(calls(&office).await.is_empty());
    office.clock.pass_seconds(DAY);
    assert_eq!(calls(&office).await, ["second", "third"]);
}

#[tokio::test]
async fn the_quality_officer_annuls_with_a_reason_and_takes_it_back() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let (caller, quality) = (office.token("caller").await, office.token("quality").await);
    let reason = json!({"reason": "answered by a neighbour"});
    office.post(&path(job, "annul"), &quality, &reason).await.expect_code("conflict");
    office.post(&path(job, "answers"), &caller, &all(5)).await.expect(200);
    let without = office.post(&path(job, "annul"), &quality, &json!({"reason": " "})).await;
    without.expect_code("invalid");
    assert_eq!(without.body["errors"][0]["code"], "survey.reason_required");
    office.post(&path(job, "annul"), &quality, &json!({})).await.expect_code("invalid");
    let annulled = office.post(&path(job, "annul"), &quality, &reason).await.expect(200);
    assert_eq!((&annulled["fate"], &annulled["counts"]), (&json!("annulled"), &json!(false)));
    assert_eq!(annulled["annulled_reason"], "answered by a neighbour");
    office.post(&path(job, "annul"), &quality, &reason).await.expect_code("conflict");
    let back =
        office.post(&path(job, "restore"), &quality, &json!({"reason": "it was she"})).await.expect(200);
    assert_eq!((&back["fate"], &back["counts"]), (&json!("stands"), &json!(true)));
    office.post(&path(job, "restore"), &quality, &reason).await.expect_code("conflict");
    let shown = office.get(&format!("/v1/surveys/{}", SurveyId::of(job)), &quality).await.expect(200);
    let decisions: Vec<&Value> =
        shown["decisions"].as_array().expect("both").iter().map(|one| &one["what"]).collect();
    assert_eq!(decisions, ["annulled", "restored"]);
}

#[tokio::test]
async fn a_number_of_the_staff_counts_for_nobody() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let quality = office.token("quality").await;
    let number = json!({"number": "+98 (912) 345-67-89", "whose": "tech"});
    let added = office.post("/v1/staff-phones", &quality, &number).await.expect(201);
    assert_eq!(added["number"], "9123456789");
    let bad = office.post("/v1/staff-phones", &quality, &json!({"number": "12", "whose": "x"})).await;
    assert_eq!(bad.body["errors"][0]["code"], "survey.not_a_number");
    let caller = office.token("caller").await;
    for (customers, fate) in [
        (json!({"mobile": "۰۹۱۲۳۴۵۶۷۸۹"}), "staff_phone"),
        // Behind it another one, or an extension.
        (json!({"phone": "0912-345-6789 / 0935-111-2222"}), "staff_phone"),
        (json!({"phone": "0912 345 6789 ext. 12"}), "staff_phone"),
        (json!({"phone": "0912 345 6788", "mobile": "345 67 89"}), "stands"),
    ] {
        let job = closed_job(&office, &mut field, &customers, "boiler").await;
        office.post(&path(job, "answers"), &caller, &all(5)).await.expect(200);
        let survey = state_of(&office, job).await;
        let counts = fate == "stands";
        assert_eq!((&survey["fate"], &survey["counts"]), (&json!(fate), &json!(counts)), "{customers}");
    }
    office.delete("/v1/staff-phones/9123456789", &quality).await.expect(204);
    office.delete("/v1/staff-phones/9123456789", &quality).await.expect_code("not_found");
}
