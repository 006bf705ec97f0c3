//! Lists of work, and who sees what.

use std::slice;

use serde_json::json;

use super::{Desk, full};
use crate::office::text;

async fn listed(desk: &Desk, who: &str, query: &str) -> Vec<String> {
    let list = desk.office.get(&format!("/v1/requests{query}"), desk.token(who)).await.expect(200);
    list["requests"].as_array().expect("a list").iter().map(|one| text(&one["id"])).collect()
}

#[tokio::test]
async fn each_list_holds_its_work() {
    let desk = Desk::open().await;
    let (first, second) = (desk.service(&json!({"product": "oven"})).await, desk.service(&json!({})).await);
    assert_eq!(listed(&desk, "operator", "?list=untouched").await, [second.clone(), first.clone()]);
    assert_eq!(listed(&desk, "operator", "?list=unit").await, slice::from_ref(&first), "of the call centre");
    assert_eq!(
        listed(&desk, "expert", "?list=unit").await,
        slice::from_ref(&second),
        "boilers go to the experts"
    );
    assert_eq!(listed(&desk, "expert", "?list=mine").await, Vec::<String>::new());
    desk.act("expert", &second, &json!({"act": "take"})).await.expect(200);
    assert_eq!(listed(&desk, "expert", "?list=mine").await, slice::from_ref(&second));
    assert_eq!(listed(&desk, "operator", "?list=untouched").await, slice::from_ref(&first));
    assert_eq!(listed(&desk, "operator", "?list=controlled").await.len(), 2, "R169");
    desk.act("expert", &second, &json!({"act": "wait", "reason": "when?"})).await.expect(200);
    assert_eq!(listed(&desk, "expert", "?list=waiting").await, slice::from_ref(&second));
    let promise = json!({"act": "promise", "until": "2030-01-01T00:00:00Z", "reason": "x"});
    desk.act("expert", &first, &promise).await.expect(200);
    assert_eq!(listed(&desk, "expert", "?list=promised_today").await, Vec::<String>::new());
    let page = desk.office.get("/v1/requests?limit=1", desk.token("expert")).await.expect(200);
    let next = text(&page["next"]);
    assert_eq!(listed(&desk, "expert", &format!("?limit=1&cursor={next}")).await, slice::from_ref(&first));
    desk.office.get("/v1/requests?cursor=x", desk.token("expert")).await.expect_code("invalid");
    desk.office.get("/v1/requests?list=everything", desk.token("expert")).await.expect_code("invalid");
    for (words, count) in
        [("hot wat", 2), ("%DA%A9%D8%B1%DB%8C%D9%85%DB%8C", 0), ("oven", 1), ("R-100002", 1)]
    {
        let query = format!("?text={}", words.replace(' ', "%20"));
        assert_eq!(listed(&desk, "expert", &query).await.len(), count, "{words}");
    }
}

#[tokio::test]
async fn each_sees_the_requests_of_his_duties() {
    let desk = Desk::open().await;
    let request = desk.service(&json!({})).await;
    for (who, sees) in [
        ("operator", true),
        ("expert", true),
        ("owner", true),
        ("manager", true),
        ("quality", true),
        ("dispatcher", true),
        ("engineer", false),
        ("seller", false),
        ("handler", false),
        ("keeper", false),
        ("admin", false),
    ] {
        assert_eq!(listed(&desk, who, "").await.len(), usize::from(sees), "{who}");
        let shown = desk.office.get(&format!("/v1/requests/{request}"), desk.token(who)).await;
        assert_eq!(shown.status.as_u16(), if sees { 200 } else { 404 }, "{who}");
    }
    let agency = desk.office.token("representative").await;
    let list = desk.office.get("/v1/requests", &agency).await.expect(200);
    assert_eq!(list["requests"], json!([]), "no visit of it is the agency's");
    let body = json!({"kind": "information", "channel": "phone", "fields": full()});
    for who in ["engineer", "seller", "handler", "manager"] {
        desk.register(who, &body).await.expect_code("duty_required");
    }
}

#[tokio::test]
async fn units_are_data_and_people_are_known_for_planning() {
    let desk = Desk::open().await;
    let admin = desk.token("admin");
    let fourth =
        json!({"key": "factory", "name": "The factory", "level": 4, "duties": ["technical_support"]});
    desk.office.post("/v1/units", admin, &fourth).await.expect(204);
    desk.office.post("/v1/units", admin, &fourth).await.expect_code("conflict");
    let units = desk.office.get("/v1/units", desk.token("expert")).await.expect(200);
    let keys: Vec<String> =
        units["units"].as_array().expect("a list").iter().map(|one| text(&one["key"])).collect();
    assert_eq!(keys[..4], ["call_centre", "executional", "technical", "factory"], "levels first");
    for (wrong, code) in [
        (json!({"key": "Call Centre", "name": "x"}), "unit.key"),
        (json!({"key": "x", "name": " "}), "unit.name"),
        (json!({"key": "x", "name": "x", "duties": ["administrator"]}), "unit.duty"),
        (json!({"key": "x", "name": "x", "escalates_to": "moon"}), "unit.unknown"),
    ] {
        let answer = desk.office.post("/v1/units", admin, &wrong).await;
        assert_eq!(answer.body["errors"][0]["code"], code, "{wrong}");
    }
    let staff = format!("/v1/staff/{}", desk.office.id("tech"));
    let put = |what: &str, body: serde_json::Value| {
        let ask = desk.office.ask(reqwest::Method::PUT, &format!("{staff}/{what}"), Some(admin));
        crate::office::Answer::of(crate::office::JsonBody::json_body(ask, &body))
    };
    put("skills", json!({"product": "پکیج", "level": 2})).await.expect(204);
    put("skills", json!({"product": "پكيج", "level": 3})).await.expect(204);
    put("areas", json!({"areas": [{"city": "Rasht", "zone": "3"}]})).await.expect(204);
    let leave = json!({"from": "2030-01-01", "to": "2030-01-05"});
    desk.office.post(&format!("{staff}/leave"), admin, &leave).await.expect(204);
    let backwards = json!({"from": "2030-01-05", "to": "2030-01-01"});
    let wrong = desk.office.post(&format!("{staff}/leave"), admin, &backwards).await;
    assert_eq!(wrong.body["errors"][0]["code"], "leave.backwards");
    let card = desk.office.get(&staff, desk.token("dispatcher")).await.expect(200);
    assert_eq!(card["skills"], json!([{"product": "پكيج", "level": 3}]), "one product however it is written");
    assert_eq!((&card["leave"][0]["to"], &card["areas"][0]["city"]), (&json!("2030-01-05"), &json!("Rasht")));
}
