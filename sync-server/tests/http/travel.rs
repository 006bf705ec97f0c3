//! Travel costs at their doors: rules in, a trip pushed, its claim decided and
//! settled.

use domain::{EditCommand, FieldValue, TripCommand, TripField, TripFieldEdit};
use serde_json::{Value, json};
use testkit::{Kit, Person};
use wire::{Bytes, Push, SyncRequest};

use crate::office::{Office, text};
use crate::phones::exchange;

/// A trip of the technician's that ended an hour ago, pushed; 180 km driven, and
/// nothing known of the way.
async fn push_trip(office: &Office) -> String {
    let session = office.session("tech", "phone").await;
    let mut kit = Kit::new(7);
    let device = text(&session["device"]).parse().expect("an id");
    let person = Person { user: office.id("tech"), device, agency: Some(office.agency), ..kit.technician() };
    let now = sync_server::clock::Clock::now(&sync_server::clock::SystemClock);
    let set = |field, value| TripFieldEdit { field, value: Some(value) };
    let fields = vec![
        set(TripField::StartedAt, FieldValue::Instant(now.plus_millis(-7_200_000))),
        set(TripField::EndedAt, FieldValue::Instant(now.plus_millis(-3_600_000))),
        set(TripField::DistanceM, FieldValue::Int(180_000)),
    ];
    let create = EditCommand::Trip(TripCommand::Create { fields, jobs: Vec::new() });
    let (document, change) = kit.create(&person, &create);
    let doc = document.id().expect("an id");
    let push = Push { doc, kind: document.kind(), changes: vec![Bytes(change.bytes)] };
    let request =
        SyncRequest { version: wire::PROTOCOL_VERSION, pushes: Some(vec![push]), ..SyncRequest::default() };
    let answer = exchange(office, &text(&session["access_token"]), &request).await;
    let claims = answer.reference.iter().flatten().filter(|row| row.kind == "travel_claim").count();
    assert_eq!(claims, 1, "the price comes back with the same exchange");
    doc.to_string()
}

#[tokio::test]
async fn a_claim_is_listed_explained_and_decided() {
    let office = Office::open().await;
    let trip = push_trip(&office).await;
    let dispatcher = office.token("dispatcher").await;
    let path = format!("/v1/travel/claims/{trip}");
    let listed = office.get("/v1/travel/claims?state=needs_review", &dispatcher).await.expect(200);
    assert_eq!(listed["claims"][0]["trip"], json!(trip));
    assert_eq!(listed["claims"][0]["reasons"], json!(["distance_unknown", "no_payer"]));
    let shown = office.get(&path, &dispatcher).await.expect(200);
    assert_eq!(shown["computation"]["claim"]["claimed_m"], 160_000);
    assert_eq!(shown["tariff"]["version"], "placeholder");
    for (who, status) in [("tech", 200), ("other_tech", 404), ("representative", 200), ("caller", 403)] {
        let token = office.token(who).await;
        assert_eq!(office.get(&path, &token).await.status.as_u16(), status, "{who}");
    }

    let decide = format!("{path}/decision");
    let ask = async |body: Value| office.post(&decide, &dispatcher, &body).await;
    let none = ask(json!({"decision": "rejected"})).await;
    none.expect_code("invalid");
    assert_eq!(none.body["errors"][0]["code"], "travel.no_reason");
    ask(json!({"decision": "adjusted", "reason": "so"})).await.expect_code("invalid");
    ask(json!({"decision": "adjusted", "amount": -1, "reason": "so"})).await.expect_code("invalid");
    let stale = ask(json!({"decision": "approved", "seen": 5})).await;
    stale.expect_code("conflict");
    assert!(text(&stale.body["detail"]).starts_with("travel.changed"), "{stale:?}");
    let adjusted = json!({"decision": "adjusted", "amount": 2_000_000, "reason": "as agreed"});
    let decided = ask(adjusted.clone()).await.expect(200);
    assert_eq!(
        (&decided["claim"]["state"], &decided["claim"]["amount"]),
        (&json!("adjusted"), &json!(2_000_000))
    );
    assert_eq!(decided["decisions"][0]["reason"], "as agreed");
    ask(adjusted).await.expect_code("conflict");

    let approval = format!("/v1/travel/approvals/{trip}");
    let unasked = office.post(&approval, &dispatcher, &json!({"decision": "granted"})).await;
    assert!(text(&unasked.body["detail"]).starts_with("travel.not_requested"), "{unasked:?}");
    let month = text(&decided["claim"]["month"]);
    let settle = json!({"agency": office.agency, "month": month});
    let early = office.post("/v1/travel/statements", &dispatcher, &settle).await;
    assert!(text(&early.body["detail"]).starts_with("travel.month_not_ended"), "{early:?}");
    office.clock.pass_seconds(32 * 86_400);
    let dispatcher = office.token("dispatcher").await;
    let made = office.post("/v1/travel/statements", &dispatcher, &settle).await.expect(201);
    assert_eq!((&made["total"], &made["lines"][0]["trip"]), (&json!(2_000_000), &json!(trip)));
    let other = office.post("/v1/travel/statements", &dispatcher, &json!({"month": "1404-13"})).await;
    assert_eq!(other.body["errors"][0]["code"], "month.unknown", "{other:?}");
    let representative = office.token("representative").await;
    let seen = office.get("/v1/travel/statements", &representative).await.expect(200);
    assert_eq!(seen["statements"][0]["count"], 1);
    office.get(&format!("/v1/travel/statements/{}", made["id"]), &representative).await.expect(200);
}

#[tokio::test]
async fn rules_of_travel_are_entered_and_bad_ones_refused() {
    let office = Office::open().await;
    let admin = office.token("admin").await;
    let of = |what: &str| format!("/v1/travel/agencies/{}/{what}", office.agency);
    let profile = json!({"effective_from": "2026-03-21", "profile": {"city_class": "A",
        "inside": [{"city": "Rasht"}]}});
    let entered = office.post(&of("profiles"), &admin, &profile).await.expect(201);
    assert_eq!(entered["profiles"][0]["profile"]["city_class"], "A");
    for wrong in [
        json!({"effective_from": "2026-03-21", "profile": {"city_class": "D"}}),
        json!({"effective_from": "2026-13-21", "profile": {"city_class": "A"}}),
        json!({"effective_from": "2026-03-21", "profile": {"city_class": "A", "inside": [{"city": " "}]}}),
        json!({"effective_from": "2026-03-21", "profile": {"city_class": "A",
            "base": {"lat_microdegrees": 91_000_000, "lon_microdegrees": 0}}}),
    ] {
        office.post(&of("profiles"), &admin, &wrong).await.expect_code("invalid");
    }
    let heading = "city,zone,effective_from,one_way_m\n";
    let csv = |lines: &str| json!({"csv": format!("{heading}{lines}")});
    let two = csv("كرج,۱,2026-03-21,۴۰۰۰۰\nAnzali,,2026-03-21,38000\n");
    assert_eq!(office.post(&of("distances"), &admin, &two).await.expect(201)["taken"], 2);
    for wrong in [
        csv(""),
        csv("Karaj,,2026-03-21,far\n"),
        csv("Karaj,,yesterday,5\n"),
        csv("Karaj,,2026-03-21,-5\n"),
        csv("Karaj,,2026-03-21,5\n,,2026-03-21,5\n"),
        json!({"csv": "a,b\n1,2\n"}),
        json!({}),
    ] {
        office.post(&of("distances"), &admin, &wrong).await.expect_code("invalid");
    }
    let table = office.get(&of("distances"), &admin).await.expect(200);
    assert_eq!(table["distances"].as_array().expect("a list").len(), 2, "all or none: {table}");
    let stranger = office.token("other_tech").await;
    office.get(&of("distances"), &stranger).await.expect_code("not_found");
}
