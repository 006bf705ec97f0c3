//! Decisions: review, approval before the trip, edits afterwards, statements.

use domain::{FieldValue, Role, TripCommand, TripField};
use scoring::{CityClass, TariffSpec, TravelFlag};
use sync_server::session::DeviceSession;
use sync_server::travel::{
    self, ClaimDecision, ClaimFilter, PriorDecision, StatementFilter, decide_claim, decide_prior_approval,
    make_statement,
};

use crate::world::{HOUR, World, trip_field};

/// Out of the city, driven so far that somebody has to look at it.
async fn claimed(km: i64) -> (World, domain::DocId) {
    let world = World::new(CityClass::B).await;
    world.distance("far", 74_000).await;
    let job = world.job("far", vec![]).await;
    world.phone.sync().await;
    let trip = world.trip(&[job], -4 * HOUR, 120, Some(km));
    world.phone.sync().await;
    (world, trip)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_reviewed_decided_and_settled() {
    // Chargeable 160 km where the way is 128: a quarter more.
    let (world, trip) = claimed(180).await;
    let core = &world.desk.core;
    let claim = world.claim(trip).await.row;
    assert_eq!((claim.state.as_str(), claim.amount), ("needs_review", 8_680_000));
    assert_eq!(claim.reasons, [TravelFlag::KmOverTolerance]);
    assert_eq!(claim.decided_at, None);

    let no_reason = ClaimDecision::Adjusted { amount: 9_000_000, reason: " ".into() };
    let refused = decide_claim(core, &world.desk.dispatcher, trip, no_reason, None).await.expect_err("no");
    assert!(format!("{refused:?}").contains("travel.no_reason"), "{refused}");
    let stale = decide_claim(core, &world.desk.dispatcher, trip, ClaimDecision::Approved, Some(1)).await;
    assert!(stale.expect_err("another amount").to_string().contains("travel.changed"));

    let adjusted = ClaimDecision::Adjusted { amount: 9_000_000, reason: "a bridge was closed".into() };
    let shown =
        decide_claim(core, &world.desk.dispatcher, trip, adjusted, Some(8_680_000)).await.expect("decided");
    assert_eq!((shown.row.state.as_str(), shown.row.amount), ("adjusted", 9_000_000));
    assert_eq!(shown.row.payers.iter().map(|share| share.amount).sum::<i64>(), 9_000_000);
    assert_eq!(shown.shares[0].minor, 9_000_000);
    let again = decide_claim(core, &world.desk.dispatcher, trip, ClaimDecision::Approved, None).await;
    assert!(again.expect_err("twice").to_string().contains("travel.wrong_stage"));
    world.phone.sync().await;
    let told = world.told(trip);
    assert_eq!((told.state.as_str(), told.reason.as_deref()), ("adjusted", Some("a bridge was closed")));

    let early = make_statement(core, &world.desk.dispatcher, Some(world.agency), "1404-12").await;
    assert!(early.expect_err("too early").to_string().contains("travel.month_not_ended"));
    world.desk.clock.advance_days(14);
    let statement =
        make_statement(core, &world.desk.dispatcher, Some(world.agency), "1404-12").await.expect("settled");
    assert_eq!((statement.total, statement.count, statement.number), (9_000_000, 1, 1));
    let claim = world.claim(trip).await.row;
    assert_eq!((claim.state.as_str(), claim.settled), ("settled", 9_000_000));
    assert!(claim.decided_at.is_some(), "scores still find when it was decided");
    let nothing = make_statement(core, &world.desk.dispatcher, Some(world.agency), "1404-12").await;
    assert!(nothing.expect_err("nothing left").to_string().contains("travel.nothing_to_settle"));
    world.rebuilds_to_the_same();
}

/// A trip that is edited after it was decided is looked at again, with both
/// figures; what had been paid stays paid, and the difference comes in a further
/// statement.
///
/// Taken out once: with a decision that holds whatever the price is now, the edit
/// changed nothing (`left: ("approved", None)`).
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_after_the_decision_opens_the_review_again() {
    let (world, trip) = claimed(180).await;
    let core = &world.desk.core;
    let dispatcher = &world.desk.dispatcher;
    decide_claim(core, dispatcher, trip, ClaimDecision::Approved, None).await.expect("decided");
    let drive = |km: i64| {
        let edits = vec![trip_field(TripField::DistanceM, FieldValue::Int(km * 1_000))];
        world.trip_edit(trip, TripCommand::SetFields { edits });
    };
    drive(150);
    world.phone.sync().await;
    let claim = world.claim(trip).await;
    assert_eq!((claim.row.state.as_str(), claim.row.before), ("needs_review", Some(8_680_000)));
    assert_eq!((claim.row.amount, claim.decisions.len()), (8_800_000, 1));
    assert_eq!(claim.row.reasons, [TravelFlag::ChangedAfterDecision]);
    assert_eq!(world.told(trip).before, Some(8_680_000));

    // Back to what was decided on: the decision holds again.
    drive(180);
    world.phone.sync().await;
    assert_eq!(world.claim(trip).await.row.state, "approved");

    world.desk.clock.advance_days(14);
    make_statement(core, dispatcher, Some(world.agency), "1404-12").await.expect("settled");
    world.trip_edit(trip, TripCommand::Void { reason: "it was never made".into() });
    world.phone.sync().await;
    let claim = world.claim(trip).await.row;
    assert_eq!((claim.state.as_str(), claim.amount, claim.before), ("needs_review", 0, Some(8_680_000)));
    let rejected = ClaimDecision::Rejected { reason: "void".into() };
    decide_claim(core, dispatcher, trip, rejected, None).await.expect("decided");
    let further = make_statement(core, dispatcher, Some(world.agency), "1404-12").await.expect("settled");
    assert_eq!((further.number, further.total), (2, -8_680_000));
    let all = StatementFilter::default();
    let listed = travel::list_statements(core, dispatcher, all).await.expect("a list");
    assert_eq!(listed.iter().map(|statement| statement.total).sum::<i64>(), 0);
    world.rebuilds_to_the_same();
}

/// Asked for offline, answered by the office, seen on the phone beside the trip.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_trip_is_approved_before_it() {
    let world = World::new(CityClass::B).await;
    let mut spec = TariffSpec::placeholder("asks");
    spec.prior_approval_over_m = Some(50_000);
    world.tariff("2025-01-01", spec).await.expect("entered");
    world.distance("far", 74_000).await;
    let job = world.job("far", vec![]).await;
    world.phone.sync().await;
    // Offline.
    let trip = world.trip(&[job], -4 * HOUR, 120, Some(148));
    assert!(world.phone.client.estimate_fare(trip).expect("an estimate").needs_prior_approval());
    let ask = |why: &str| {
        let edits = vec![trip_field(TripField::ApprovalRequest, FieldValue::Text(why.into()))];
        world.trip_edit(trip, TripCommand::SetFields { edits });
    };
    let (core, dispatcher) = (&world.desk.core, &world.desk.dispatcher);
    ask("a hospital's fridge");
    world.phone.sync().await;
    let claim = world.claim(trip).await.row;
    assert_eq!((claim.state.as_str(), claim.prior_approval.as_str()), ("needs_review", "requested"));
    assert_eq!(claim.reasons, [TravelFlag::NoPriorApproval]);

    let no = PriorDecision::Refused { reason: "send the nearer agency".into() };
    decide_prior_approval(core, dispatcher, trip, no).await.expect("answered");
    world.phone.sync().await;
    let told = world.told(trip);
    assert_eq!(told.prior_approval, scoring::PriorApproval::Refused);
    assert_eq!(told.approval_reason.as_deref(), Some("send the nearer agency"));
    // Asked again in other words, the old answer does not hold.
    ask("a hospital's fridge, and nobody else is free");
    world.phone.sync().await;
    assert_eq!(world.claim(trip).await.row.prior_approval, "requested");
    let yes = PriorDecision::Granted { reason: None };
    let shown = decide_prior_approval(core, dispatcher, trip, yes).await.expect("answered");
    assert_eq!((shown.row.state.as_str(), shown.approvals.len()), ("auto_approved", 2));
    world.phone.sync().await;
    assert_eq!(world.told(trip).state, "auto_approved");
    assert!(!world.phone.client.estimate_fare(trip).expect("an estimate").needs_prior_approval());
    world.rebuilds_to_the_same();
}

/// A violation counts once it is decided, and a draft counts for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_violation_counts_at_its_decision() {
    let (world, trip) = claimed(400).await;
    let (core, dispatcher) = (&world.desk.core, &world.desk.dispatcher);
    assert!(!world.claim(trip).await.row.violation);
    let shown = decide_claim(core, dispatcher, trip, ClaimDecision::Approved, None).await.expect("decided");
    assert!(shown.row.violation);
    let job = world.job("far", vec![]).await;
    world.phone.sync().await;
    let start = trip_field(TripField::StartedAt, FieldValue::Instant(world.desk.clock.now()));
    let under_way = world.phone.client.create_trip(vec![start], vec![job]).expect("saved").doc;
    world.phone.sync().await;
    let draft = world.claim(under_way).await.row;
    assert_eq!((draft.state.as_str(), draft.decided_at), ("draft", None));
    let refused = decide_claim(core, dispatcher, under_way, ClaimDecision::Approved, None).await;
    assert!(refused.expect_err("a draft").to_string().contains("travel.wrong_stage"));
    world.rebuilds_to_the_same();
}

/// A representative sees the own agency's claims, a technician the own.
///
/// Taken out once: without the technician's condition, the stranger saw the claim
/// (`left: (1, true)`).
#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_what_is_theirs() {
    let (mut world, trip) = claimed(148).await;
    let stranger = world.colleague(None).await;
    let session = |role, agency| DeviceSession { role, agency, ..stranger.session };
    let all = ClaimFilter::default;
    let seen = async |session: &DeviceSession| {
        let page = travel::list_claims(&world.desk.core, session, all()).await.expect("a page");
        let shown = travel::show_claim(&world.desk.core, session, trip).await.is_ok();
        (page.claims.len(), shown)
    };
    assert_eq!(seen(&world.desk.dispatcher).await, (1, true));
    assert_eq!(seen(&world.phone.session).await, (1, true));
    assert_eq!(seen(&stranger.session).await, (0, false));
    assert_eq!(seen(&session(Role::Representative, Some(world.agency))).await, (1, true));
    assert_eq!(seen(&session(Role::Representative, None)).await, (0, false));
}

/// What a person approved is the way to that place for later trips.
#[tokio::test(flavor = "multi_thread")]
async fn an_approved_way_is_known_from_then_on() {
    let world = World::new(CityClass::B).await;
    let job = world.job("nowhere", vec![]).await;
    world.phone.sync().await;
    let first = world.trip(&[job], -4 * HOUR, 120, Some(100));
    world.phone.sync().await;
    assert_eq!(world.claim(first).await.row.reasons, [TravelFlag::DistanceUnknown]);
    let (core, dispatcher) = (&world.desk.core, &world.desk.dispatcher);
    decide_claim(core, dispatcher, first, ClaimDecision::Approved, None).await.expect("decided");
    world.desk.clock.advance_ms(HOUR);
    world.phone.sync().await;
    let second = world.trip(&[job], -HOUR / 2, 20, Some(104));
    let estimate = world.phone.client.estimate_fare(second).expect("an estimate");
    assert_eq!((estimate.distance, estimate.priced.reference_m), (scoring::DistanceSource::History, 80_000));
    world.phone.sync().await;
    let claim = world.claim(second).await;
    assert_eq!((claim.row.state.as_str(), claim.price.priced.reference_m), ("auto_approved", 80_000));
    assert_eq!(world.claim(first).await.row.state, "approved", "what was decided stays as it was");
    world.rebuilds_to_the_same();
}
