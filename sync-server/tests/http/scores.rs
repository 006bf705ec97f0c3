//! Scores and reports over HTTP: what is served adds up, and to whom.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Answer, JsonBody, Office, text};

const HOUR_SECONDS: i64 = 3_600;

/// A job of the agency whose customer nobody contacts within two days, and a complaint
/// about another agency. Gives the job, the other agency and the month.
async fn recorded(office: &Office) -> (String, String, String) {
    let dispatcher = office.token("dispatcher").await;
    let body = json!({"kind": "visit", "fields": {"request": {"subject": "a fault"}},
        "assignment": {"technician": office.id("tech"), "representative": office.agency.to_string()}});
    let request = office.ask(Method::POST, "/v1/jobs", Some(&dispatcher));
    let answer = Answer::of(request.header("idempotency-key", "one").json_body(&body)).await;
    let job = text(&answer.expect(201)["id"]);
    let admin = office.token("admin").await;
    let other = office.post("/v1/agencies", &admin, &json!({"name": "South"})).await.expect(201);
    let other = text(&other["id"]);
    office.clock.pass_seconds(49 * HOUR_SECONDS);
    office.server.timer().run_due().await;
    let quality = office.token("quality").await;
    let complaint = json!({"case": "C-1", "what": "complaint", "decision": "major", "agency": other,
        "note": "as the customer said"});
    office.post("/v1/quality-decisions", &quality, &complaint).await.expect(201);
    let month = office.get("/v1/scores", &quality).await.expect(200);
    (job, other, text(&month["month"]))
}

fn names(list: &Value) -> Vec<String> {
    list["agencies"].as_array().expect("a list").iter().map(|line| text(&line["name"])).collect()
}

#[tokio::test]
async fn what_is_served_adds_up_from_the_evidence_that_is_served() {
    let office = Office::open().await;
    let (job, _, month) = recorded(&office).await;
    let token = office.token("quality").await;
    let path = format!("/v1/scores/{}/{month}", office.agency);
    let page = office.get(&path, &token).await.expect(200);
    let response = &page["components"][0];
    assert_eq!(response["component"], "response_sla");
    let rows = office.get(&format!("{path}/evidence?component=response_sla"), &token).await.expect(200);
    let rows = rows["rows"].as_array().expect("rows").clone();
    let sum = |field: &str| {
        rows.iter().map(|row| text(&row[field]).parse::<f64>().expect("a decimal")).sum::<f64>()
    };
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["job"] == json!(job) && row["outcome"] == "missed")
    );
    assert_eq!(text(&response["numerator"]), sum("value").to_string());
    assert_eq!(text(&response["denominator"]), sum("weight").to_string());
    assert_eq!(response["cases"], json!(rows.len()));
    let jobs = office.get(&format!("{path}/jobs"), &token).await.expect(200);
    assert_eq!(jobs["jobs"][0]["job"], json!(job));
    let csv = office.get(&format!("/v1/reports/evidence?format=csv&month={month}"), &token).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.text.lines().count() > rows.len(), "{}", csv.text);
}

/// Checked by leaving out `check_agency` in `show_score` and in `list_figures`, and the filter of one agency in
/// `list_scores`: each failed here.
#[tokio::test]
async fn a_representative_sees_the_own_agency_only() {
    let office = Office::open().await;
    let (_, other, month) = recorded(&office).await;
    let quality = office.token("quality").await;
    assert_eq!(names(&office.get("/v1/scores", &quality).await.expect(200)).len(), 2);
    let token = office.token("representative").await;
    assert_eq!(names(&office.get("/v1/scores", &token).await.expect(200)), ["North"]);
    for what in ["", "/evidence", "/jobs", "/figures", "/figures/closed_jobs"] {
        let answer = office.get(&format!("/v1/scores/{other}/{month}{what}"), &token).await;
        answer.expect_code("not_found");
    }
    let decisions = office.get("/v1/quality-decisions", &token).await.expect(200);
    assert_eq!(decisions["decisions"], json!([]));
    let report = format!("/v1/reports/evidence?month={month}&agency={other}");
    let report = office.get(&report, &token).await.expect(200);
    let rows = report["rows"].as_array().expect("rows");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["agency"] == json!(office.agency.to_string())));
    let objection = json!({"row": "response_sla/x", "text": "no"});
    let path = format!("/v1/scores/{}/{month}/objections", office.agency);
    let early = office.post(&path, &token, &objection).await;
    assert_eq!(early.expect(422)["errors"][0]["code"], "score.month_not_ended");
}

#[tokio::test]
async fn a_case_is_about_one_thing_and_decisions_need_a_reason() {
    let office = Office::open().await;
    let (_, other, _) = recorded(&office).await;
    let token = office.token("quality").await;
    let decide = async |body: Value| office.post("/v1/quality-decisions", &token, &body).await;
    let violation =
        json!({"case": "C-1", "what": "violation", "decision": "closed", "agency": other, "note": "x"});
    assert_eq!(decide(violation).await.expect(422)["errors"][0]["code"], "decision.other_case");
    let silent =
        json!({"case": "C-2", "what": "complaint", "decision": "minor", "agency": other, "note": " "});
    assert_eq!(decide(silent).await.expect(422)["errors"][0]["code"], "decision.no_reason");
    let nobodys = json!({"case": "C-3", "what": "complaint", "decision": "minor", "note": "x"});
    assert_eq!(decide(nobodys).await.expect(422)["errors"][0]["code"], "decision.no_agency");
    let unknown =
        json!({"case": "C-4", "what": "complaint", "decision": "dreadful", "agency": other, "note": "x"});
    decide(unknown).await.expect_code("invalid");
}

/// Each figure opens as many cases as it counts, all of them or those of a group.
#[tokio::test]
async fn figures_open_what_they_count() {
    let office = Office::open().await;
    let (job, _, month) = recorded(&office).await;
    let token = office.token("representative").await;
    let path = format!("/v1/scores/{}/{month}/figures", office.agency);
    let list = office.get(&path, &token).await.expect(200);
    let figures = list["figures"].as_array().expect("figures");
    assert_eq!(figures.len(), 10);
    for figure in figures {
        let name = text(&figure["figure"]);
        let opened = office.get(&format!("{path}/{name}"), &token).await.expect(200);
        assert_eq!(&opened["figure"], figure, "{name}");
        assert_eq!(figure["cases"], json!(opened["cases"].as_array().expect("cases").len()), "{name}");
        for group in figure["groups"].as_array().expect("groups") {
            let part = group["name"].as_str().unwrap_or_default();
            let opened = office.get(&format!("{path}/{name}?group={part}"), &token).await.expect(200);
            assert_eq!(group["cases"], opened["figure"]["cases"], "{name}: {part}");
        }
    }
    let missed = office.get(&format!("{path}/response_time?met=false"), &token).await.expect(200);
    assert_eq!(missed["cases"][0]["job"], json!(job));
    assert_eq!(
        office.get(&format!("{path}/response_time?met=true"), &token).await.expect(200)["cases"],
        json!([])
    );
    office.get(&format!("{path}/dreams"), &token).await.expect_code("invalid");
}

#[tokio::test]
async fn a_month_is_seen_beside_its_year_and_not_beside_a_single_other() {
    let office = Office::open().await;
    let (_, _, month) = recorded(&office).await;
    let token = office.token("representative").await;
    let page = office.get(&format!("/v1/scores/{}/{month}", office.agency), &token).await.expect(200);
    assert_eq!(page["earlier"].as_array().expect("months").len(), 12);
    assert_eq!((&page["change_month"], &page["change_year"]), (&Value::Null, &Value::Null));
    assert_eq!(page["benchmark"]["score"], Value::Null);
    assert_eq!(page["components"][0]["network"], Value::Null, "two agencies: the other's part could be told");
}
