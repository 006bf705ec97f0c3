//! Caps: what earlier trips left, whatever the order in which they arrive.

use scoring::{CityClass, TariffSpec, TravelFlag};

use crate::world::{HOUR, World};

async fn capped(month: i64, day: Option<i64>) -> World {
    let world = World::new(CityClass::B).await;
    world.distance("near", 8_000).await;
    let mut spec = TariffSpec::placeholder("capped");
    (spec.month_cap, spec.day_cap) = (Some(month), day);
    world.tariff("2025-01-01", spec).await.expect("entered");
    world
}

/// A trip that comes late takes its place by when it was made: a later one, which
/// had been approved by itself, then is over the cap and a person looks at it.
///
/// Taken out once: with only the trips priced anew brought up to date, and not their
/// neighbours, all three got their million (`left: [1000000, 1000000, 1000000]`).
#[tokio::test(flavor = "multi_thread")]
async fn a_late_trip_takes_its_place_in_the_month() {
    let world = capped(2_000_000, None).await;
    let job = world.job("near", vec![]).await;
    world.phone.sync().await;
    world.desk.clock.advance_days(3);
    let second = world.trip(&[job], -24 * HOUR, 30, None);
    let third = world.trip(&[job], -HOUR, 30, None);
    world.phone.sync().await;
    assert_eq!(world.claim(third).await.row.state, "auto_approved");
    // Made before the others, entered after them.
    let late = world.trip(&[job], -48 * HOUR, 30, None);
    world.phone.sync().await;
    let got = [
        world.claim(late).await.row.amount,
        world.claim(second).await.row.amount,
        world.claim(third).await.row.amount,
    ];
    assert_eq!(got, [1_000_000, 1_000_000, 0]);
    let over = world.claim(third).await.row;
    assert_eq!((over.state.as_str(), over.price), ("needs_review", 1_000_000));
    assert_eq!(over.reasons, [TravelFlag::MonthOverCap]);
    world.rebuilds_to_the_same();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_and_its_kilometres_have_caps_of_their_own() {
    let world = capped(50_000_000, Some(1_500_000)).await;
    let job = world.job("near", vec![]).await;
    world.phone.sync().await;
    world.desk.clock.advance_ms(8 * HOUR);
    let first = world.trip(&[job], -7 * HOUR, 30, None);
    let second = world.trip(&[job], -6 * HOUR, 30, None);
    world.phone.sync().await;
    world.desk.clock.advance_days(1);
    let next_day = world.trip(&[job], -6 * HOUR, 30, None);
    world.phone.sync().await;
    assert_eq!(world.claim(first).await.row.amount, 1_000_000);
    let over = world.claim(second).await.row;
    assert_eq!((over.amount, over.reasons.as_slice()), (500_000, &[TravelFlag::DayOverCap][..]));
    assert_eq!(world.claim(next_day).await.row.amount, 1_000_000);
    // The phone has heard of the cut, which its own estimate could not know.
    assert_eq!(world.told(second).amount, 500_000);
    assert_eq!(world.phone.client.estimate_fare(second).expect("an estimate").total, 1_000_000);
    world.rebuilds_to_the_same();
}
