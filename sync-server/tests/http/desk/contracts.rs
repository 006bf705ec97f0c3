//! Deadlines that a contract has of its own.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, full, with};
use crate::office::text;
use crate::surveys::Field;

const HOUR_MS: i64 = 3_600_000;

fn clock(kind: &str, hours: i64) -> Value {
    json!({"kind": kind, "basis": "elapsed", "target": hours * HOUR_MS, "pauses": [], "on_reply": "go_on"})
}

async fn contract(desk: &Desk, account: &str, clocks: Value) -> crate::office::Answer {
    let new = json!({
        "account": account, "kind": "support", "measure": "unlimited", "products": ["boiler"],
        "starts_at": "2020-01-01T00:00:00Z", "clocks": clocks,
    });
    desk.office.post("/v1/contracts", desk.token("owner"), &new).await
}

async fn asked(desk: &Desk, account: &str, product: &str) -> String {
    let fields = with(&full(), &json!({"account": account, "product": product}));
    let body = json!({"kind": "service", "channel": "phone", "fields": fields});
    text(&desk.register("operator", &body).await.expect(201)["request"]["id"])
}

/// Clock, target in hours and whose it is, of a request or a job.
fn targets(deadlines: &Value) -> Vec<(String, i64, Option<String>)> {
    let one = |line: &Value| {
        let hours = line["target_ms"].as_i64().expect("a number") / HOUR_MS;
        (text(&line["clock"]), hours, line["contract"].as_str().map(str::to_owned))
    };
    deadlines.as_array().expect("a list").iter().map(one).collect()
}

fn has(deadlines: &Value, clock: &str, hours: i64, contract: Option<&str>) -> bool {
    targets(deadlines).contains(&(clock.to_owned(), hours, contract.map(str::to_owned)))
}

/// Seen to fail: without the contract's clocks in `ClockRules::clocks_of` the account's rule of
/// the rulebook held.
#[tokio::test]
async fn a_contracts_deadlines_win_over_the_accounts_and_are_named() {
    let desk = Desk::open().await;
    let account = desk.office.post("/v1/customers", desk.token("operator"), &json!({"name": "Works"})).await;
    let account = text(&account.expect(201)["id"]);
    let rules = json!({"effective_from": "2020-01-01", "version": "accounts", "content": {"rules": [
        {"kinds": ["request"], "types": ["*"], "accounts": [account], "clocks": [clock("close", 70), clock("first_response", 7)]},
        {"kinds": ["*"], "types": ["*"], "accounts": ["*"], "clocks": [clock("first_contact", 9), clock("repair", 90)]},
    ]}});
    desk.office.post("/v1/rulebook/clock_policies", desk.token("admin"), &rules).await.expect(201);
    desk.office.clock.pass_seconds(2);
    let before = asked(&desk, &account, "boiler 24").await;

    let twice = contract(&desk, &account, json!([clock("close", 5), clock("close", 6)])).await;
    assert_eq!(
        (&twice.body["errors"][0]["code"], &twice.body["errors"][0]["path"]),
        (&json!("clock.twice"), &json!("clocks[1]"))
    );
    let nothing = contract(&desk, &account, json!([clock("close", 0)])).await;
    assert_eq!(nothing.body["errors"][0]["code"], "clock.target");
    contract(&desk, &account, json!([{"kind": "lunch"}])).await.expect_code("invalid");
    let agreed = json!([clock("close", 24), clock("resolve_or_schedule", 12), clock("repair", 6)]);
    contract(&desk, &account, agreed).await.expect(201);

    let request = asked(&desk, &account, "boiler 24").await;
    let shown = desk.show("expert", &request).await["deadlines"].clone();
    assert!(has(&shown, "close", 24, Some("S-100001")), "{shown}");
    assert!(
        has(&shown, "resolve_or_schedule", 12, Some("S-100001")),
        "the contract adds what the rules have not: {shown}"
    );
    assert!(has(&shown, "first_response", 7, None) && shown[0]["rules"] == "accounts", "{shown}");
    let other = desk.show("expert", &asked(&desk, &account, "oven").await).await["deadlines"].clone();
    assert!(has(&other, "close", 70, None), "a product that it does not cover: {other}");
    let kept = desk.show("expert", &before).await["deadlines"].clone();
    assert!(has(&kept, "close", 70, None), "clocks that were chosen stay: {kept}");

    let field = Field::of(&desk.office, "tech").await;
    let job = desk.visit(&request, &field).await;
    let path = format!("/v1/jobs/{job}/deadlines");
    let on_job = desk.office.get(&path, desk.token("dispatcher")).await.expect(200)["deadlines"].clone();
    assert!(
        has(&on_job, "repair", 6, Some("S-100001")) && has(&on_job, "first_contact", 9, None),
        "{on_job}"
    );
    assert!(targets(&on_job).iter().all(|(clock, ..)| clock != "close"), "nobody is judged twice: {on_job}");

    let list = format!("/v1/customers/{account}/contracts");
    let listed = desk.office.get(&list, desk.token("owner")).await.expect(200);
    assert_eq!(listed["contracts"][0]["clocks"][0]["kind"], "close");
    let ask = desk.office.ask(Method::GET, "/v1/deadlines?clock=close", Some(desk.token("quality")));
    let all = crate::office::Answer::of(ask).await.expect(200)["deadlines"].clone();
    assert!(has(&all, "close", 24, Some("S-100001")), "{all}");
}
