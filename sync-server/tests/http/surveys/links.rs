//! The link as JSON: good once, for a while, and only if it is ours.

use reqwest::Method;
use serde_json::json;

use super::{Field, all, closed_job, link_token, state_of};
use crate::office::{Answer, JsonBody, Office};

async fn answer(office: &Office, token: &str, body: &serde_json::Value) -> Answer {
    let path = format!("/v1/surveys/by-link/{token}");
    Answer::of(office.ask(Method::POST, &path, None).json_body(body)).await
}

#[tokio::test]
async fn a_link_is_good_once() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({"phone": "0912"}), "boiler").await;
    let token = link_token(&office, job, 30);
    let path = format!("/v1/surveys/by-link/{token}?lang=en");
    let shown = Answer::of(office.ask(Method::GET, &path, None)).await.expect(200);
    assert_eq!(
        (&shown["subject"], &shown["open"], &shown["language"]),
        (&json!("boiler"), &json!(true), &json!("en"))
    );
    assert_eq!(shown["technicians"], json!(["tech"]));
    assert_eq!(shown["questions"][0]["text"], "Was the fault really solved?");
    assert_eq!(answer(&office, &token, &all(5)).await.expect(200)["state"], "completed");
    answer(&office, &token, &all(1)).await.expect_code("survey_taken");
    let survey = state_of(&office, job).await;
    assert_eq!(
        (&survey["score"], &survey["via"], &survey["counts"]),
        (&json!("1"), &json!("link"), &json!(true))
    );
    assert_eq!(survey["technicians"], json!([office.id("tech")]));
    assert_eq!(survey["agency"], json!(office.agency));
}

#[tokio::test]
async fn forged_and_expired_links_and_wrong_answers_have_their_codes() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let token = link_token(&office, job, 1);
    let mut forged = token.clone();
    forged.replace_range(0..1, if token.starts_with('0') { "1" } else { "0" });
    for bad in [forged.as_str(), "0", "%00", &"f".repeat(72), &"f".repeat(5000)] {
        answer(&office, bad, &all(5)).await.expect_code("survey_link_invalid");
    }
    let wrong = [
        (json!({"answers": {"solved": 6}}), "survey.answer_out_of_range"),
        (json!({"answers": {"solved": 0}}), "survey.answer_out_of_range"),
        (json!({"answers": {"wine": 5}}), "survey.unknown_criterion"),
        (json!({"answers": {"recommend": 11}}), "survey.answer_out_of_range"),
        (json!({"answers": {"remark": "x".repeat(2001)}}), "survey.answer_too_long"),
        (json!({"answers": {}}), "survey.no_answers"),
    ];
    for (body, code) in wrong {
        let refused = answer(&office, &token, &body).await;
        refused.expect_code("invalid");
        assert_eq!(refused.body["errors"][0]["code"], code, "{body}");
    }
    let huge = json!({"answers": {"solved": 5}, "more": 1});
    answer(&office, &token, &huge).await.expect_code("invalid");
    let float = json!({"answers": {"solved": 4.5}});
    answer(&office, &token, &float).await.expect_code("invalid");
    assert_eq!(state_of(&office, job).await["state"], "open", "nothing was kept");
    office.clock.pass_seconds(2 * 86_400);
    answer(&office, &token, &all(5)).await.expect_code("survey_link_expired");
}

/// With `AND completed_at IS NULL` and the look at the state taken out of
/// `complete_survey`, both were taken: 2 answers with status 200 where 1 was expected.
#[tokio::test]
async fn when_link_and_call_race_the_first_wins() {
    let office = Office::open().await;
    let caller = office.token("caller").await;
    let mut field = Field::of(&office, "tech").await;
    for round in 0..4 {
        let job = closed_job(&office, &mut field, &json!({}), &format!("boiler {round}")).await;
        let token = link_token(&office, job, 30);
        let path = format!("/v1/surveys/{}/answers", sync_server::surveys::SurveyId::of(job));
        let (good, bad) = (all(5), all(1));
        let (by_link, by_call) =
            tokio::join!(answer(&office, &token, &good), office.post(&path, &caller, &bad));
        let taken = [&by_link, &by_call].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(taken, 1, "{by_link:?} {by_call:?}");
        let (loser, via, score) =
            if by_link.status == 200 { (by_call, "link", "1") } else { (by_link, "call", "0") };
        loser.expect_code("survey_taken");
        let survey = state_of(&office, job).await;
        assert_eq!((&survey["via"], &survey["score"]), (&json!(via), &json!(score)));
    }
}
