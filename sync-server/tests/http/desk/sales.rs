//! Sales agencies and sellers (R25, R48, R171).

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, full, kinds, with};
use crate::office::{Answer, JsonBody, PASSWORD, text};

async fn edit(desk: &Desk, method: Method, path: &str, body: &Value) -> Answer {
    Answer::of(desk.office.ask(method, path, Some(desk.token("admin"))).json_body(body)).await
}

async fn agency(desk: &Desk, name: &str) -> String {
    text(&edit(desk, Method::POST, "/v1/sales-agencies", &json!({"name": name})).await.expect(201)["id"])
}

/// Somebody who sells for an agency; id of the seller and token.
async fn seller(desk: &Desk, agency: &str, name: &str) -> (String, String) {
    let person = json!({"name": name, "display_name": name, "role": "desk", "password": PASSWORD});
    let user = edit(desk, Method::POST, "/v1/users", &person).await.expect(201)["id"].clone();
    let path = format!("/v1/sales-agencies/{agency}/sellers");
    let made = edit(desk, Method::POST, &path, &json!({"name": name, "user": user})).await.expect(201);
    (text(&made["id"]), desk.office.token(name).await)
}

async fn interest(desk: &Desk) -> String {
    let fields = with(&full(), &json!({"interest": "two boilers"}));
    let body = json!({"kind": "purchase", "channel": "phone", "fields": fields});
    text(&desk.register("operator", &body).await.expect(201)["request"]["id"])
}

async fn seen_by(desk: &Desk, token: &str) -> Vec<String> {
    let list = desk.office.get("/v1/requests", token).await.expect(200);
    list["requests"].as_array().expect("a list").iter().map(|one| text(&one["id"])).collect()
}

/// Seen to fail: with the seller's sight of requests widened to those of every agency, and
/// without the duty that comes from the agency.
#[tokio::test]
async fn interest_goes_to_an_agency_whose_sellers_see_that_alone() {
    let desk = Desk::open().await;
    let (north, south) = (agency(&desk, "North Sales").await, agency(&desk, "South Sales").await);
    let (nora, nora_token) = seller(&desk, &north, "nora").await;
    let (_, sam) = seller(&desk, &south, "sam").await;
    let (mine, other) = (interest(&desk).await, interest(&desk).await);
    let pass =
        |agency: &str| json!({"act": "to_sales_agency", "agency": agency, "text": "they live in your town"});
    desk.act("engineer", &mine, &pass(&north)).await.expect_code("not_found");
    let unknown = desk.act("operator", &mine, &pass(crate::probes::NOTHING)).await;
    assert_eq!(unknown.body["errors"][0]["code"], "sales_agency.unknown");
    let service = desk.service(&json!({})).await;
    desk.act("operator", &service, &pass(&north)).await.expect_code("request_step");
    desk.act("operator", &mine, &pass(&north)).await.expect(200);
    desk.act("seller", &other, &pass(&south)).await.expect(200);

    assert_eq!(
        seen_by(&desk, &nora_token).await,
        std::slice::from_ref(&mine),
        "what was passed to the agency"
    );
    assert_eq!(seen_by(&desk, &sam).await, std::slice::from_ref(&other));
    let act = async |token: &str, request: &str, act: Value| {
        desk.office.post(&format!("/v1/requests/{request}/activities"), token, &act).await
    };
    act(&nora_token, &other, json!({"act": "offer", "text": "ten percent off"}))
        .await
        .expect_code("not_found");
    act(&nora_token, &mine, json!({"act": "offer", "text": "ten percent off"})).await.expect(200);
    act(&nora_token, &mine, json!({"act": "hand_over", "unit": "sales", "reason": "x"}))
        .await
        .expect_code("duty_required");
    let notices = desk.office.get("/v1/notices", &nora_token).await.expect(200);
    assert_eq!(notices["notices"][0]["kind"], "request_handed_over");
    let shown = desk.show("operator", &mine).await;
    assert_eq!(shown["request"]["sales_agency"], json!(north));
    assert!(kinds(&shown).contains(&"to_sales".to_owned()), "{shown}");

    edit(&desk, Method::DELETE, &format!("/v1/sellers/{nora}"), &json!({})).await.expect(204);
    assert!(seen_by(&desk, &nora_token).await.is_empty(), "who sells no longer sees nothing");
    edit(&desk, Method::DELETE, &format!("/v1/sales-agencies/{south}"), &json!({})).await.expect(204);
    assert!(seen_by(&desk, &sam).await.is_empty());
}

#[tokio::test]
async fn agencies_and_sellers_are_entered_corrected_and_closed() {
    let desk = Desk::open().await;
    let north = agency(&desk, "فروش شمال").await;
    edit(&desk, Method::POST, "/v1/sales-agencies", &json!({"name": "فروش شمال"}))
        .await
        .expect_code("conflict");
    let nameless = edit(&desk, Method::POST, "/v1/sales-agencies", &json!({"name": " "})).await;
    assert_eq!(nameless.body["errors"][0]["code"], "sales_agency.name");
    let path = format!("/v1/sales-agencies/{north}");
    edit(&desk, Method::PUT, &path, &json!({"name": "North", "city": "Rasht"})).await.expect(204);
    let sellers = format!("{path}/sellers");
    for (user, code) in
        [(json!(desk.office.id("tech")), "seller.role"), (json!(crate::probes::NOTHING), "request.owner")]
    {
        let answer = edit(&desk, Method::POST, &sellers, &json!({"name": "x", "user": user})).await;
        assert_eq!(answer.body["errors"][0]["code"], code);
    }
    let one = json!({"name": "Amir", "phone": "09123456789", "user": desk.id("keeper")});
    let amir = text(&edit(&desk, Method::POST, &sellers, &one).await.expect(201)["id"]);
    edit(&desk, Method::POST, &sellers, &one).await.expect_code("conflict");
    edit(&desk, Method::PUT, &format!("/v1/sellers/{amir}"), &json!({"name": "Amir K."})).await.expect(204);
    let list = desk.office.get("/v1/sales-agencies", desk.token("operator")).await.expect(200);
    let shown = &list["sales_agencies"][0];
    assert_eq!(
        (&shown["name"], &shown["city"], &shown["sellers"][0]["name"]),
        (&json!("North"), &json!("Rasht"), &json!("Amir K."))
    );
    edit(&desk, Method::DELETE, &path, &json!({})).await.expect(204);
    edit(&desk, Method::DELETE, &path, &json!({})).await.expect_code("not_found");
    edit(&desk, Method::POST, &sellers, &json!({"name": "x"})).await.expect_code("not_found");
    assert_eq!(
        desk.office.get("/v1/sales-agencies", desk.token("operator")).await.expect(200)["sales_agencies"],
        json!([])
    );
    let own = json!({"name": "x"});
    let ask =
        desk.office.ask(Method::POST, "/v1/sales-agencies", Some(desk.token("operator"))).json_body(&own);
    Answer::of(ask).await.expect_code("forbidden");
}
