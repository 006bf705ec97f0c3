//! Customers: found by whatever they say of themselves, joined, covered by contracts.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, full, with};
use crate::office::{Answer, text};

/// Enters a customer; the account.
async fn customer(desk: &Desk, draft: &Value) -> String {
    text(&desk.office.post("/v1/customers", desk.token("operator"), draft).await.expect(201)["id"])
}

async fn found(desk: &Desk, words: &str) -> Vec<(String, String)> {
    let url =
        reqwest::Url::parse_with_params(&desk.office.url("/v1/customers"), [("text", words)]).expect("a url");
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let list = desk.office.get(&path, desk.token("operator")).await.expect(200);
    let customers = list["customers"].as_array().expect("a list").iter();
    customers.map(|one| (text(&one["account"]), text(&one["by"]))).collect()
}

#[tokio::test]
async fn a_customer_is_found_by_number_name_and_contact_in_any_letters() {
    let desk = Desk::open().await;
    let account =
        customer(&desk, &json!({"name": "شرکت کاری", "phone": "021 8877 6655", "city": "Tehran"})).await;
    let contact =
        json!({"name": "علي رضايي", "standing": "authorised", "mobile": "۰۹۱۲۳۴۵۶۷۸۹", "channel": "sms"});
    let path = format!("/v1/customers/{account}/contacts");
    desk.office.post(&path, desk.token("operator"), &contact).await.expect(201);
    for (words, by) in [
        ("+98 912 345 67 89", "number"),
        ("02188776655", "number"),
        ("شركت كارى", "name"),
        ("علی رضا", "contact"),
    ] {
        assert_eq!(found(&desk, words).await, [(account.clone(), by.to_owned())], "{words}");
    }
    assert!(found(&desk, "0935 000 00 00").await.is_empty());
    assert!(found(&desk, "nobody").await.is_empty());
    let wrong = json!({"name": "x", "standing": "contact", "channel": "email"});
    let wrong = desk.office.post(&path, desk.token("operator"), &wrong).await;
    assert_eq!(wrong.body["errors"][0]["code"], "contact.channel");
}

/// R127, R13: the contact names the account, and intake shows the whole past.
/// As after an upgrade from a version that kept no words of customers.
#[tokio::test]
async fn customers_of_an_earlier_version_are_found_after_the_next_start() {
    let desk = Desk::open().await;
    let account = customer(&desk, &json!({"name": "Karimi", "mobile": "09123456789"})).await;
    let forget = "DELETE FROM reference_search; DELETE FROM customer_numbers; \
         INSERT INTO meta (key, value) VALUES ('rebuild', x'01')";
    let database = rusqlite::Connection::open(desk.office.data.path().join("hamgam.db")).expect("opens");
    database.execute_batch(forget).expect("forgotten");
    drop(database);
    assert!(found(&desk, "0912 345 6789").await.is_empty());
    let desk = Desk { office: desk.office.restarted().await, ..desk };
    assert_eq!(found(&desk, "0912 345 6789").await, [(account.clone(), "number".to_owned())]);
    assert_eq!(found(&desk, "karimi").await, [(account, "name".to_owned())]);
}

#[tokio::test]
async fn a_contact_fills_in_what_is_known_and_the_past_is_shown() {
    let desk = Desk::open().await;
    let account = customer(&desk, &json!({"name": "Karimi", "address": "Azadi 1", "city": "Rasht"})).await;
    let contact =
        json!({"name": "Mrs. Karimi", "standing": "contact", "email": "k@example.com", "channel": "email"});
    let path = format!("/v1/customers/{account}/contacts");
    let contact = desk.office.post(&path, desk.token("operator"), &contact).await.expect(201)["id"].clone();
    let fields = json!({
        "contact": contact, "initiator_name": "Mrs. Karimi", "subject": "noise", "description": "at night",
        "registrar_comment": "-", "product": "boiler",
    });
    let body = json!({"kind": "service", "channel": "phone", "fields": fields});
    let registered = desk.register("operator", &body).await.expect(201);
    let fields = &registered["request"]["fields"];
    assert_eq!(
        (&fields["account"], &fields["account_name"], &fields["email"], &fields["address"]),
        (&json!(account), &json!("Karimi"), &json!("k@example.com"), &json!("Azadi 1"))
    );
    let card = desk.office.get(&format!("/v1/customers/{account}"), desk.token("expert")).await.expect(200);
    assert_eq!(card["requests"][0]["id"], registered["request"]["id"]);
    assert_eq!(card["contacts"][0]["contact"]["name"], "Mrs. Karimi");
    let other = customer(&desk, &json!({"name": "Other"})).await;
    let wrong = json!({"kind": "service", "channel": "phone", "fields": with(&full(), &json!({"account": other, "contact": contact}))});
    let wrong = desk.register("operator", &wrong).await;
    assert_eq!(wrong.body["errors"][0]["path"], "contact");
}

#[tokio::test]
async fn duplicates_are_found_joined_and_parted_again() {
    let desk = Desk::open().await;
    let one = customer(&desk, &json!({"name": "Karimi", "mobile": "0912 345 6789"})).await;
    let other = customer(&desk, &json!({"name": "Karimi, M.", "phone": "+989123456789"})).await;
    let list = desk.office.get("/v1/customer-duplicates", desk.token("operator")).await.expect(200);
    assert_eq!(list["duplicates"].as_array().expect("a list").len(), 1);
    assert_eq!(list["duplicates"][0]["shared"], "number");
    let request = desk.service(&json!({"account": one})).await;
    let merge = json!({"into": other, "reason": "one household"});
    let path = format!("/v1/customers/{one}/merge");
    desk.office.post(&path, desk.token("operator"), &merge).await.expect_code("duty_required");
    desk.office.post(&path, desk.token("owner"), &merge).await.expect(204);
    desk.office.post(&path, desk.token("owner"), &merge).await.expect_code("conflict");
    assert_eq!(found(&desk, "09123456789").await, [(other.clone(), "number".to_owned())]);
    let card = |account: String| {
        let path = format!("/v1/customers/{account}");
        let ask = desk.office.ask(Method::GET, &path, Some(desk.token("expert")));
        async move { Answer::of(ask).await.expect(200) }
    };
    let joined = card(one.clone()).await;
    assert_eq!((&joined["account"], &joined["joined"]), (&json!(other), &json!([one])));
    assert_eq!(joined["requests"][0]["id"], json!(request));
    let list = desk.office.get("/v1/customer-duplicates", desk.token("operator")).await.expect(200);
    assert_eq!(list["duplicates"], json!([]), "they are one now");

    desk.office.post(&format!("/v1/customers/{one}/part"), desk.token("owner"), &json!({})).await.expect(204);
    assert_eq!(card(one.clone()).await["requests"][0]["id"], json!(request), "what moved goes back");
    assert_eq!(card(other).await["requests"], json!([]));
    desk.office
        .post(&format!("/v1/customers/{one}/part"), desk.token("owner"), &json!({}))
        .await
        .expect_code("conflict");
}

/// R11, R170.
#[tokio::test]
async fn a_contract_covers_requests_until_it_is_used_up() {
    let desk = Desk::open().await;
    let account = customer(&desk, &json!({"name": "Karimi"})).await;
    let contract = json!({
        "account": account, "kind": "support", "measure": "incidents", "thousandths": 1000, "products": ["boiler"],
        "starts_at": "2026-01-01T00:00:00Z",
    });
    desk.office.post("/v1/contracts", desk.token("operator"), &contract).await.expect_code("duty_required");
    desk.office.post("/v1/contracts", desk.token("seller"), &contract).await.expect(201);
    let wrong = with(&contract, &json!({"thousandths": 0}));
    let wrong = desk.office.post("/v1/contracts", desk.token("seller"), &wrong).await;
    assert_eq!(wrong.body["errors"][0]["code"], "contract.amount");
    let warned = |body: &Value| body["warnings"].to_string();
    let ask = |product: &str| {
        let fields = with(&full(), &json!({"account": account, "product": product}));
        json!({"kind": "service", "channel": "phone", "fields": fields})
    };
    let other = desk.register("operator", &ask("oven")).await.expect(201);
    assert!(warned(&other).contains("contract.none_covers"), "another product: {other}");
    let covered = desk.register("operator", &ask("Boiler 24")).await.expect(201);
    assert_eq!(warned(&covered), "null");
    let second = desk.register("operator", &ask("Boiler 24")).await.expect(201);
    assert!(warned(&second).contains("contract.none_covers"), "used up: {second}");
    let path = format!("/v1/customers/{account}/contracts");
    let list = desk.office.get(&path, desk.token("operator")).await.expect(200);
    assert_eq!(list["contracts"][0]["standing"], "used_up");
}
