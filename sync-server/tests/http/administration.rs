//! What an administrator does before a change holds: rules, questions and tariffs are
//! tried on a month, files are tried before they are taken.

use serde_json::{Value, json};

use crate::office::{Office, text};

async fn template(office: &Office, kind: &str, token: &str) -> Value {
    office.get(&format!("/v1/rulebook/{kind}/template"), token).await.expect(200)
}

#[tokio::test]
async fn rules_questions_and_tariffs_are_tried_and_not_kept() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    for kind in ["scoring_rules", "survey_questions", "tariff"] {
        let content = template(&office, kind, &admin).await;
        let path = format!("/v1/rulebook/{kind}");
        let tried =
            office.post(&format!("{path}/preview"), &admin, &json!({"content": content})).await.expect(200);
        assert_eq!((&tried["surveys_changed"], &tried["not_shown"]), (&json!(0), &json!([])), "{kind}");
        assert_eq!(office.get(&path, &admin).await.expect(200)["versions"], json!([]), "{kind}");
    }
    let calendar = template(&office, "calendar", &admin).await;
    let untried = office.post("/v1/rulebook/calendar/preview", &admin, &json!({"content": calendar})).await;
    assert_eq!(untried.expect(422)["errors"][0]["path"], "kind");
    let mut wrong = template(&office, "scoring_rules", &admin).await;
    wrong["monthly"]["components"][0]["weight"] = json!(14);
    let refused = office.post("/v1/rulebook/scoring_rules/preview", &admin, &json!({"content": wrong})).await;
    assert_eq!(refused.expect(422)["errors"][0]["code"], "rules.weights_not_100");
}

/// Checked by letting a preview keep the good rows: it said `"kept":true`.
#[tokio::test]
async fn a_file_is_tried_before_it_is_taken() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let send = async |mode: &str, content: &str| {
        let body = json!({"mode": mode, "content": content, "currency": "IRR"});
        office.post("/v1/imports/parts", &admin, &body).await
    };
    let counts = |report: &Value| {
        let count = |key: &str| report[key].as_u64().expect("a count");
        (report["kept"] == json!(true), count("rows"), count("new"), count("unchanged"), count("rejected"))
    };
    let file = "part_no,name,price\nP-1,seal,1200\nP-2,,5\n";
    for _ in 0..2 {
        let tried = send("preview", file).await.expect(200);
        assert_eq!(counts(&tried), (false, 2, 1, 0, 1), "{tried}");
        assert_eq!((&tried["faults"][0]["line"], &tried["faults"][0]["column"]), (&json!(3), &json!("name")));
    }
    assert_eq!(counts(&send("all", file).await.expect(200)), (false, 2, 1, 0, 1));
    assert_eq!(counts(&send("good", file).await.expect(200)), (true, 2, 1, 0, 1));
    assert_eq!(counts(&send("all", "part_no,name,price\nP-1,seal,1200\n").await.expect(200)).3, 1);
    let headless = send("preview", "a,b\n1,2\n").await.expect(422);
    assert_eq!(headless["errors"][0]["code"], "import.header");
    let kinds = office.get("/v1/imports", &admin).await.expect(200);
    assert_eq!(kinds["kinds"][0]["kind"], "customers");
    office
        .post("/v1/imports/dreams", &admin, &json!({"mode": "all", "content": ""}))
        .await
        .expect_code("not_found");
}

#[tokio::test]
async fn people_and_agencies_are_corrected() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let south = office.post("/v1/agencies", &admin, &json!({"name": "South"})).await.expect(201);
    let path = format!("/v1/agencies/{}", text(&south["id"]));
    let renamed = office.put(&path, &admin, &json!({"name": "جنوب", "city": "شیراز"})).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["city"]), (&json!("جنوب"), &json!("شیراز")));
    office.put(&path, &admin, &json!({"name": "north"})).await.expect_code("conflict");
    let person = |name: &str| format!("/v1/users/{}", office.id(name));
    let moved = json!({"display_name": "Reza", "agency": south["id"]});
    let tech = office.put(&person("tech"), &admin, &moved).await.expect(200);
    assert_eq!((&tech["display_name"], &tech["agency"]), (&json!("Reza"), &south["id"]));
    let homeless = office.put(&person("representative"), &admin, &json!({"display_name": "R"})).await;
    assert_eq!(homeless.expect(422)["errors"][0]["path"], "agency");
    // What a person may see follows at once.
    let token = office.token("representative").await;
    let moved = json!({"display_name": "R", "agency": south["id"]});
    office.put(&person("representative"), &admin, &moved).await.expect(200);
    assert_eq!(office.get("/v1/agencies", &token).await.expect(200)["agencies"][0]["id"], south["id"]);
}

#[tokio::test]
async fn an_enrolment_code_is_a_picture_too() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let asked = json!({"user": office.id("tech"), "server": "https://service.example"});
    let made = office.post("/v1/enrolment-codes", &admin, &asked).await.expect(201);
    let picture = &made["picture"];
    let code = text(&made["code"]);
    assert_eq!(picture["text"], json!(format!("hamgam:enrol?code={code}&server=https://service.example")));
    assert!(picture["size"].as_u64() >= Some(21) && text(&picture["path"]).starts_with("M0 0h1v1h-1z"));
}
