//! People, agencies and devices: scopes and refusals.

use serde_json::json;

use crate::office::{Office, text};

#[tokio::test]
async fn a_person_is_entered_signs_in_and_is_barred() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let new =
        json!({"name": "Nasrin", "display_name": "نسرین", "role": "dispatcher", "password": "correct horse"});
    let entered = office.post("/v1/users", &admin, &new).await.expect(201);
    assert_eq!(entered["display_name"], "نسرین");
    office.post("/v1/users", &admin, &new).await.expect_code("conflict");
    let token = office.token("nasrin").await;
    office.get("/v1/users", &token).await.expect(200);
    let id = text(&entered["id"]);
    office.post(&format!("/v1/users/{id}/disable"), &admin, &json!({})).await.expect(200);
    office.get("/v1/users", &token).await.expect_code("user_disabled");
    office.post(&format!("/v1/users/{id}/enable"), &admin, &json!({})).await.expect(200);
    office.get("/v1/users", &token).await.expect_code("session_revoked");
    office.token("nasrin").await;
}

#[tokio::test]
async fn a_representative_sees_the_own_agency_only() {
    let office = Office::open().await;
    let representative = office.token("representative").await;
    let users = office.get("/v1/users", &representative).await.expect(200);
    let names: Vec<_> =
        users["users"].as_array().expect("a list").iter().map(|user| text(&user["name"])).collect();
    assert_eq!(names, ["representative", "tech"]);
    let admin = office.token("admin").await;
    office.post("/v1/agencies", &admin, &json!({"name": "South"})).await.expect(201);
    let agencies = office.get("/v1/agencies", &representative).await.expect(200);
    assert_eq!(agencies["agencies"].as_array().expect("a list").len(), 1);
    assert_eq!(agencies["agencies"][0]["id"], json!(office.agency));
    office.token("other_tech").await;
    let devices = office.get("/v1/devices", &representative).await.expect(200);
    let whose: Vec<_> =
        devices["devices"].as_array().expect("a list").iter().map(|one| one["user"].clone()).collect();
    assert!(whose.iter().all(|user| *user != json!(office.id("other_tech"))), "{whose:?}");
}

#[tokio::test]
async fn a_device_is_blocked_by_its_owner_or_a_dispatcher_only() {
    let office = Office::open().await;
    let phone = office.session("tech", "phone").await;
    let path = format!("/v1/devices/{}", text(&phone["device"]));
    let stranger = office.token("other_tech").await;
    office.delete(&path, &stranger).await.expect_code("not_found");
    let listed = office.get(&format!("/v1/devices?user={}", office.id("tech")), &stranger).await;
    listed.expect_code("not_found");
    let dispatcher = office.token("dispatcher").await;
    let blocked = office.delete(&path, &dispatcher).await.expect(200);
    assert!(blocked["revoked_at"].is_string());
    let token = text(&phone["access_token"]);
    office.get("/v1/sessions/current", &token).await.expect_code("device_revoked");
    let own = office.session("tech", "phone").await;
    let path = format!("/v1/devices/{}", text(&own["device"]));
    office.delete(&path, &text(&own["access_token"])).await.expect(200);
}

#[tokio::test]
async fn a_password_is_changed_with_the_present_one_or_by_an_administrator() {
    let office = Office::open().await;
    let tech = office.token("tech").await;
    let own = format!("/v1/users/{}/password", office.id("tech"));
    let other = format!("/v1/users/{}/password", office.id("other_tech"));
    let new = json!({"password": "another horse"});
    office.post(&own, &tech, &new).await.expect_code("bad_credentials");
    office.post(&other, &tech, &new).await.expect_code("not_found");
    let weak = json!({"password": "short", "present_password": "correct horse"});
    office.post(&own, &tech, &weak).await.expect_code("invalid");
    let with_present = json!({"password": "another horse", "present_password": "correct horse"});
    office.post(&own, &tech, &with_present).await.expect(204);
    office.get("/v1/sessions/current", &tech).await.expect_code("session_revoked");
    let admin = office.token("admin").await;
    office.post(&own, &admin, &json!({"password": "correct horse"})).await.expect(204);
    office.token("tech").await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let disable = |name: &str| format!("/v1/users/{}/disable", office.id(name));
    office.post(&disable("second_admin"), &admin, &json!({})).await.expect(200);
    office.post(&disable("admin"), &admin, &json!({})).await.expect_code("conflict");
}

#[tokio::test]
async fn a_role_is_changed_and_the_old_one_ends_at_once() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let token = office.token("dispatcher").await;
    let path = format!("/v1/users/{}", office.id("dispatcher"));
    let described = json!({"display_name": "Sara"});
    assert_eq!(office.put(&path, &admin, &described).await.expect(200)["role"], "dispatcher");
    office.get("/v1/sessions/current", &token).await.expect(200);
    let as_representative = json!({"display_name": "Sara", "role": "representative"});
    office.put(&path, &admin, &as_representative).await.expect_code("invalid");
    let as_quality = json!({"display_name": "Sara", "role": "quality"});
    assert_eq!(office.put(&path, &admin, &as_quality).await.expect(200)["role"], "quality");
    office.get("/v1/sessions/current", &token).await.expect_code("session_revoked");
    let token = office.token("dispatcher").await;
    assert_eq!(office.get("/v1/sessions/current", &token).await.expect(200)["user"]["role"], "quality");
    office.put(&path, &token, &described).await.expect_code("forbidden");
}

#[tokio::test]
async fn a_role_that_something_hangs_on_stays() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let become_desk = json!({"display_name": "Somebody", "role": "desk"});
    let path = |name: &str| format!("/v1/users/{}", office.id(name));
    office.put(&path("second_admin"), &admin, &become_desk).await.expect(200);
    office.put(&path("admin"), &admin, &become_desk).await.expect_code("conflict");
    // A phone may hold what nobody has seen yet.
    office.session("tech", "phone").await;
    office.put(&path("tech"), &admin, &become_desk).await.expect_code("conflict");
    let shop = office.post("/v1/sales-agencies", &admin, &json!({"name": "Shop"})).await.expect(201);
    let seller = json!({"name": "Desk", "user": office.id("desk")});
    let sellers = format!("/v1/sales-agencies/{}/sellers", text(&shop["id"]));
    office.post(&sellers, &admin, &seller).await.expect(201);
    let become_quality = json!({"display_name": "Somebody", "role": "quality"});
    office.put(&path("desk"), &admin, &become_quality).await.expect_code("conflict");
}

#[tokio::test]
async fn who_was_entered_with_the_wrong_role_gets_the_right_one() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let path = format!("/v1/users/{}", office.id("other_tech"));
    assert_eq!(office.travel_scopes("other_tech"), 2);
    let be = |role: &str| json!({"display_name": "Somebody", "role": role});
    office.put(&path, &admin, &be("dispatcher")).await.expect(200);
    assert_eq!(office.travel_scopes("other_tech"), 0, "nobody prices trips for an office");
    office.put(&path, &admin, &be("technician")).await.expect(200);
    assert_eq!(office.travel_scopes("other_tech"), 2, "the phone will have what prices a trip");
}
