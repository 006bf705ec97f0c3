//! Whose phone is told what, and what it costs.

use client_core::ReferenceKind;
use scoring::{CityClass, TariffSpec};
use system_tests::in_process::TestPhone;

use crate::world::{HOUR, World, enter_agency};

fn rows(phone: &TestPhone, kind: ReferenceKind) -> usize {
    phone.client.search_reference(kind, "", 100).expect("rows").len()
}

/// A phone has the rows of its own agency only, and a sync with nothing new stays
/// one small request.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_of_its_own_agency_only() {
    let mut world = World::new(CityClass::B).await;
    let south = enter_agency(&world.desk, 78, "South").await;
    let (stranger, nobody) = (world.colleague(Some(south)).await, world.colleague(None).await);
    world.distance("near", 8_000).await;
    world.tariff("2025-01-01", TariffSpec::placeholder("all")).await.expect("entered");
    let job = world.job("near", vec![]).await;
    let east = enter_agency(&world.desk, 79, "East").await;
    let newcomer = world.colleague(Some(east)).await;
    world.phone.sync().await;
    let trip = world.trip(&[job], -HOUR, 30, None);
    for phone in [&world.phone, &stranger, &nobody, &newcomer] {
        phone.sync().await;
        phone.sync().await;
        let idle = phone.sync().await;
        assert_eq!(idle.exchanges, 1);
        assert!(idle.bytes_up <= 150 && idle.bytes_down <= 150, "{idle:?}");
    }
    let has = |phone: &TestPhone| {
        use ReferenceKind::{Distance, Tariff, TravelBase, TravelClaim};
        [Tariff, TravelBase, Distance, TravelClaim].map(|kind| rows(phone, kind))
    };
    assert_eq!(has(&world.phone), [1, 1, 1, 1]);
    assert_eq!(has(&stranger), [1, 0, 0, 0]);
    assert_eq!(has(&newcomer), [1, 0, 0, 0], "the agency came after the tariff");
    assert_eq!(has(&nobody), [1, 0, 0, 0], "of the organisation's own, the tariff");
    assert_eq!(world.told(trip).amount, 1_000_000);
    let list = world.phone.client.trips(client_core::Page::default()).expect("a list");
    assert_eq!(list[0].claim.as_ref().map(|claim| claim.amount), Some(1_000_000));
    let day = "2026-03-08".parse().expect("a day");
    let totals = world.phone.client.travel_totals(day, day).expect("totals");
    assert_eq!((totals.trips, totals.amount, totals.in_review), (1, 1_000_000, 0));
    world.rebuilds_to_the_same();
}

/// A tariff that overlaps, is empty or makes no sense is refused with its code.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_tariffs_are_refused() {
    let world = World::new(CityClass::B).await;
    world.tariff("2025-01-01", TariffSpec::placeholder("first")).await.expect("entered");
    let code = async |from: &str, name: &str, change: fn(&mut TariffSpec)| {
        let mut spec = TariffSpec::placeholder(name);
        change(&mut spec);
        format!("{:?}", world.tariff(from, spec).await.expect_err("refused"))
    };
    assert!(code("2025-01-01", "second", |_| {}).await.contains("tariff.overlap"));
    assert!(code("2025-02-01", "third", |spec| spec.round_to = 0).await.contains("tariff.range"));
    assert!(code("2025-02-01", "fourth", |spec| spec.per_km = -1).await.contains("tariff.negative"));
    assert_eq!(world.rows("SELECT count(*) FROM rulebook WHERE kind = 'tariff'"), ["Integer(1)"]);
}
