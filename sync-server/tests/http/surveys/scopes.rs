//! Who sees what, lists and pages, coverage, and the questions.

use calendar::{Month, MonthSystem, Zone};
use domain::Instant;
use serde_json::{Value, json};
use sync_server::clock::Clock;
use sync_server::surveys::SurveyId;

use super::{Field, all, closed_job};
use crate::office::{Office, text};

fn month(at: Instant) -> String {
    let zone = Zone::named("Asia/Tehran").expect("a zone");
    let month = Month::at(MonthSystem::Jalali, &zone, at).expect("in use");
    format!("{:04}-{:02}", month.year(), month.number())
}

fn surveys(list: &Value) -> Vec<String> {
    list["surveys"].as_array().expect("a list").iter().map(|survey| text(&survey["id"])).collect()
}

#[tokio::test]
async fn each_role_sees_its_own_part() {
    let office = Office::open().await;
    let (mut mine, mut other) = (Field::of(&office, "tech").await, Field::of(&office, "other_tech").await);
    let contact = json!({"name": "Mrs. Karimi", "mobile": "0912 345 6789"});
    let job = closed_job(&office, &mut mine, &contact, "boiler").await;
    let incomplete = closed_job(&office, &mut mine, &contact, "tap").await;
    let elsewhere = closed_job(&office, &mut other, &contact, "stove").await;
    let caller = office.token("caller").await;
    let answers = |job| format!("/v1/surveys/{}/answers", SurveyId::of(job));
    let mut given = all(4);
    given["answers"]["remark"] = json!("it was Mrs. Karimi");
    given["answers"]["recommend"] = json!(9);
    office.post(&answers(job), &caller, &given).await.expect(200);
    office.post(&answers(incomplete), &caller, &json!({"answers": {"behaviour": 1}})).await.expect(200);
    office.post(&answers(elsewhere), &caller, &all(2)).await.expect(200);

    let (technician, representative) = (office.token("tech").await, office.token("representative").await);
    let seen = office.get("/v1/surveys", &technician).await.expect(200);
    assert_eq!(seen["surveys"].as_array().expect("a list").len(), 1, "his own that count");
    // The survey's id follows from the job's, which his phone has.
    let (id, caller_id) = (SurveyId::of(job).to_string(), office.id("caller").to_string());
    for private in ["Karimi", "0912", "boiler", &job.to_string(), &id, &caller_id, "recommend\":"] {
        assert!(!seen.to_string().contains(private), "{private} in {seen}");
    }
    assert_eq!(seen["surveys"][0]["answers"]["solved"], 4);
    office.get(&format!("/v1/surveys/{id}"), &technician).await.expect_code("forbidden");

    let seen = office.get("/v1/surveys", &representative).await.expect(200);
    assert_eq!(surveys(&seen).len(), 2, "the agency's");
    assert!(seen.to_string().contains("it was Mrs. Karimi"), "words are shown to the representative");
    assert!(!seen.to_string().contains("0912"), "the number is not");
    office
        .get(&format!("/v1/surveys/{}", SurveyId::of(elsewhere)), &representative)
        .await
        .expect_code("not_found");
    let foreign =
        office.get(&format!("/v1/surveys?agency={}", super::super::probes::NOTHING), &representative).await;
    assert!(surveys(&foreign.expect(200)).is_empty());

    let quality = office.token("quality").await;
    let seen = office.get("/v1/surveys", &quality).await.expect(200);
    assert_eq!(surveys(&seen).len(), 3);
    assert!(seen.to_string().contains("0912 345 6789"));
}

#[tokio::test]
async fn lists_have_pages_and_filters() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let mut jobs = Vec::new();
    for number in 0..3 {
        jobs.push(closed_job(&office, &mut field, &json!({}), &format!("job {number}")).await);
        office.clock.pass_seconds(60);
    }
    let quality = office.token("quality").await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = office.get(&format!("/v1/surveys?limit=1{cursor}"), &quality).await.expect(200);
        found.extend(surveys(&page));
        cursor = page["next"].as_str().map_or_else(String::new, |next| format!("&cursor={next}"));
    }
    let newest_first: Vec<String> = jobs.iter().rev().map(|job| SurveyId::of(*job).to_string()).collect();
    assert_eq!(found, newest_first);
    assert!(cursor.is_empty(), "the end");
    let now = month(office.clock.now());
    assert_eq!(
        surveys(&office.get(&format!("/v1/surveys?month={now}"), &quality).await.expect(200)).len(),
        3
    );
    assert!(surveys(&office.get("/v1/surveys?month=1390-01", &quality).await.expect(200)).is_empty());
    assert!(surveys(&office.get("/v1/surveys?state=completed", &quality).await.expect(200)).is_empty());
    for bad in ["month=2025-13", "month=x", "state=lost", "cursor=zz", "limit=0", "limit=501"] {
        office.get(&format!("/v1/surveys?{bad}"), &quality).await.expect_code("invalid");
    }
}

/// Whoever could tell a day's surveys apart by their hours would know whose they are.
#[tokio::test]
async fn a_technicians_pages_name_no_hour() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let caller = office.token("caller").await;
    for mark in [3, 5, 2, 4] {
        let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
        office
            .post(&format!("/v1/surveys/{}/answers", SurveyId::of(job)), &caller, &all(mark))
            .await
            .expect(200);
        office.clock.pass_seconds(60);
    }
    let technician = office.token("tech").await;
    let (mut marks, mut cursors) = (Vec::new(), vec![String::new()]);
    while let Some(cursor) = cursors.last().filter(|cursor| *cursor != "the end") {
        let page = office.get(&format!("/v1/surveys?limit=1{cursor}"), &technician).await.expect(200);
        marks.push(page["surveys"][0]["answers"]["solved"].clone());
        let next = page["next"].as_str();
        cursors.push(next.map_or_else(|| "the end".to_owned(), |next| format!("&cursor={next}")));
    }
    assert_eq!(marks, [2, 3, 4, 5], "by what they say, not by when they came");
    assert_eq!(cursors, ["", "&cursor=d.1", "&cursor=d.2", "&cursor=d.3", "the end"]);
    office.get("/v1/surveys?cursor=s.1.x", &technician).await.expect_code("invalid");
}

#[tokio::test]
async fn coverage_counts_every_closed_job() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let caller = office.token("caller").await;
    for number in 0..6 {
        let job = closed_job(&office, &mut field, &json!({}), &format!("job {number}")).await;
        if number == 0 {
            let mut given = all(4);
            given["answers"]["recommend"] = json!(10);
            given["answers"]["effort"] = json!(6);
            office
                .post(&format!("/v1/surveys/{}/answers", SurveyId::of(job)), &caller, &given)
                .await
                .expect(200);
        }
        if number == 1 {
            let refused = json!({"outcome": "refused"});
            office
                .post(&format!("/v1/surveys/{}/attempts", SurveyId::of(job)), &caller, &refused)
                .await
                .expect(200);
        }
    }
    let path = format!("/v1/surveys/coverage?month={}", month(office.clock.now()));
    for who in ["quality", "representative", "tech"] {
        let token = office.token(who).await;
        let figures = office.get(&path, &token).await.expect(200);
        let counts = [&figures["closed"], &figures["completed"], &figures["refused"], &figures["open"]];
        assert_eq!(counts, [6, 1, 1, 4], "{who}");
        assert_eq!((&figures["percent"], &figures["warning"]), (&json!(16), &json!(true)));
        assert_eq!(figures["technicians"][0]["counted"], 1);
        assert_eq!((&figures["nps"], &figures["ces"]), (&json!(100.0), &json!(6.0)));
    }
    let token = office.token("other_tech").await;
    assert_eq!(office.get(&path, &token).await.expect(200)["closed"], 0);
}

#[tokio::test]
async fn questions_are_versions_that_fit_the_rules() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let template = office.get("/v1/rulebook/survey_questions/template", &admin).await.expect(200);
    let enter = |content: Value, from: &str| json!({"effective_from": from, "content": content});
    let mut lighter = template.clone();
    lighter["version"] = json!("2");
    lighter["questions"][0]["weight"] = json!(25);
    lighter["questions"][1]["weight"] = json!(25);
    let refused = office.post("/v1/rulebook/survey_questions", &admin, &enter(lighter, "2020-01-01")).await;
    refused.expect_code("invalid");
    assert_eq!(refused.body["errors"][0]["code"], "questions.not_the_criteria");
    let mut other = template;
    other["version"] = json!("2");
    other["questions"][0]["text"]["en"] = json!("Does it work again?");
    office
        .post("/v1/rulebook/survey_questions", &admin, &enter(other.clone(), "2020-01-01"))
        .await
        .expect(201);
    other["version"] = json!("3");
    let twice = office.post("/v1/rulebook/survey_questions", &admin, &enter(other, "2020-01-01")).await;
    assert_eq!(twice.body["errors"][0]["code"], "rulebook.overlap");
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let shown = office.get(&format!("/v1/surveys/{}?lang=en", SurveyId::of(job)), &admin).await.expect(200);
    assert_eq!(shown["questions"][0]["text"], "Does it work again?");
}
