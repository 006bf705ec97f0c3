//! Signing in, refreshing, enrolling and signing out, over HTTP.

use serde_json::json;

use crate::office::{Answer, JsonBody, Office, PASSWORD, text};

#[tokio::test]
async fn a_session_goes_through_its_life() {
    let office = Office::open().await;
    let session = office.session("dispatcher", "browser").await;
    assert_eq!(session["user"]["role"], "dispatcher");
    assert_eq!(session["access_seconds"], 600);
    let token = text(&session["access_token"]);
    let current = office.get("/v1/sessions/current", &token).await.expect(200);
    assert_eq!(current["device"], session["device"]);

    let body = json!({"refresh_token": session["refresh_token"]});
    let refresh = || Answer::of(office.http.post(office.url("/v1/sessions/refresh")).json_body(&body));
    let next = refresh().await.expect(200);
    let repeated = refresh().await.expect(200);
    assert_eq!(next["refresh_token"], repeated["refresh_token"], "a lost reply logs nobody out");

    office.delete("/v1/sessions/current", &token).await.expect(204);
    office.get("/v1/sessions/current", &token).await.expect_code("session_revoked");
    refresh().await.expect_code("session_revoked");
}

#[tokio::test]
async fn a_copied_refresh_token_ends_the_session() {
    let office = Office::open().await;
    let first = office.session("tech", "phone").await;
    let refresh = |token: serde_json::Value| {
        Answer::of(
            office.http.post(office.url("/v1/sessions/refresh")).json_body(&json!({"refresh_token": token})),
        )
    };
    let second = refresh(first["refresh_token"].clone()).await.expect(200);
    let third = refresh(second["refresh_token"].clone()).await.expect(200);
    refresh(first["refresh_token"].clone()).await.expect_code("session_revoked");
    refresh(third["refresh_token"].clone()).await.expect_code("session_revoked");
    let token = text(&third["access_token"]);
    office.get("/v1/sessions/current", &token).await.expect_code("session_revoked");
}

#[tokio::test]
async fn an_access_token_runs_out() {
    let office = Office::open().await;
    let token = office.token("dispatcher").await;
    office.clock.pass_seconds(590);
    office.get("/v1/sessions/current", &token).await.expect(200);
    office.clock.pass_seconds(20);
    office.get("/v1/sessions/current", &token).await.expect_code("token_expired");
}

#[tokio::test]
async fn a_phone_is_enrolled_by_a_code_that_works_once() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let made = office.post("/v1/enrolment-codes", &dispatcher, &json!({"user": office.id("tech")})).await;
    let made = made.expect(201);
    let listed = office.get("/v1/enrolment-codes", &dispatcher).await;
    assert!(!listed.text.contains(&text(&made["code"])), "a code is shown once");
    assert_eq!(listed.expect(200)["codes"][0]["id"], made["id"]);
    let body = json!({"code": text(&made["code"]).to_lowercase(), "device_name": "Pixel"});
    let enrol = || Answer::of(office.http.post(office.url("/v1/devices/enrol")).json_body(&body));
    let session = enrol().await.expect(201);
    assert_eq!(session["user"]["id"], json!(office.id("tech")));
    assert_eq!(session["access_seconds"], 12 * 3600);
    enrol().await.expect_code("code_invalid");

    let admin_code = json!({"user": office.id("admin")});
    office.post("/v1/enrolment-codes", &dispatcher, &admin_code).await.expect_code("forbidden");
    let again = office.post("/v1/enrolment-codes", &dispatcher, &json!({"user": office.id("tech")})).await;
    let again = again.expect(201);
    office.delete(&format!("/v1/enrolment-codes/{}", text(&again["id"])), &dispatcher).await.expect(204);
    let withdrawn = json!({"code": again["code"], "device_name": "Pixel"});
    Answer::of(office.http.post(office.url("/v1/devices/enrol")).json_body(&withdrawn))
        .await
        .expect_code("code_invalid");
}

#[tokio::test]
async fn signing_in_too_often_is_put_off() {
    let office = Office::open_with(|config| config.rate_factor = 1).await;
    let try_once = || {
        let body = json!({"name": "tech", "password": "wrong password"});
        Answer::of(office.http.post(office.url("/v1/sessions")).json_body(&body))
    };
    let mut last = try_once().await;
    for _ in 0..8 {
        last.expect_code("bad_credentials");
        last = try_once().await;
    }
    last.expect_code("too_many_requests");
    assert!(last.header("retry-after").parse::<u32>().expect("seconds") >= 1);
    // Somebody else at the same address is not put off.
    let body = json!({"name": "dispatcher", "password": PASSWORD});
    Answer::of(office.http.post(office.url("/v1/sessions")).json_body(&body)).await.expect(201);
}
