//! Travel: prices, payers, caps, approval.

use domain::Thousandths;
use proptest::prelude::*;
use scoring::{
    ApprovalRefusal, CityClass, Claim, ClaimEvent, ClaimState, DayKind, DistanceSource, Hours, Payer,
    PayerMatrix, PayerRule, PricedClaim, PriorApproval, Proof, SiteZone, Spent, Tariff, TariffBook,
    TariffSpec, TravelCase, TravelCoverage, TravelFlag, TravelKind, TravelReason, apply_caps, price_claim,
    reference_distance, review_reasons,
};

use crate::common::{day, person};

fn tariff() -> Tariff {
    with(|_| {})
}

fn with(change: fn(&mut TariffSpec)) -> Tariff {
    let mut spec = TariffSpec::placeholder("T-1404-1");
    change(&mut spec);
    Tariff::new(spec).unwrap()
}

fn claim(city: CityClass, one_way_km: i64) -> Claim {
    Claim {
        city,
        zone: SiteZone::ByDistance,
        one_way_m: one_way_km * 1_000,
        claimed_m: None,
        hours: Hours::Day,
        day: DayKind::Workday,
        away_minutes: 0,
        receipts: 0,
        unreceipted: 0,
        lodging: 0,
    }
}

fn price(claim: &Claim) -> PricedClaim {
    price_claim(&tariff(), claim).unwrap()
}

/// The three cases of the page.
#[test]
fn journeys_of_the_rules_page() {
    let a = price(&claim(CityClass::B, 8));
    assert_eq!((a.kind, a.chargeable_m, a.total), (TravelKind::InCity, 0, 1_000_000));
    let b = price(&Claim {
        claimed_m: Some(132_000),
        away_minutes: 7 * 60,
        receipts: 300_000,
        unreceipted: 150_000,
        ..claim(CityClass::B, 74)
    });
    assert_eq!((b.reference_m, b.chargeable_m, b.fare.to_string().as_str()), (128_000, 132_000, "8920000"));
    assert_eq!((b.allowance, b.total, b.flags.as_slice()), (2_000_000, 11_370_000, &[][..]));
    let d = price(&Claim { hours: Hours::Night, ..claim(CityClass::A, 12) });
    assert_eq!((d.kind, d.total), (TravelKind::InCity, 2_250_000));
}

/// Up to 10 % over as claimed, up to 25 % at reference with a reason asked, beyond
/// at reference and a violation; the edges belong to the milder side.
#[test]
fn a_claim_above_the_reference_is_paid_by_its_band() {
    for (claimed, paid, flag) in [
        (None, 400_000, None),
        (Some(0), 0, None),
        (Some(399_000), 399_000, None),
        (Some(440_000), 440_000, None),
        (Some(440_001), 400_000, Some(TravelFlag::KmOverTolerance)),
        (Some(500_000), 400_000, Some(TravelFlag::KmOverTolerance)),
        (Some(500_001), 400_000, Some(TravelFlag::KmOverReject)),
        (Some(900_000_000), 400_000, Some(TravelFlag::KmOverReject)),
    ] {
        let priced = price(&Claim { claimed_m: claimed, ..claim(CityClass::C, 210) });
        assert_eq!((priced.chargeable_m, priced.flags.first().copied()), (paid, flag), "{claimed:?}");
        assert_eq!(priced.is_violation(), flag == Some(TravelFlag::KmOverReject));
    }
}

/// Inside the city nothing is charged for the distance, whatever is claimed.
#[test]
fn the_free_radius_and_the_list_of_zones_make_a_trip_one_of_the_city() {
    assert_eq!(price(&claim(CityClass::A, 20)).kind, TravelKind::InCity);
    let beyond = price(&Claim { one_way_m: 20_001, ..claim(CityClass::A, 0) });
    assert_eq!((beyond.kind, beyond.chargeable_m), (TravelKind::OutOfCity, 2));
    let listed = Claim { zone: SiteZone::InsideCity, claimed_m: Some(90_000), ..claim(CityClass::A, 45) };
    assert_eq!((price(&listed).kind, price(&listed).total), (TravelKind::InCity, 1_500_000));
}

#[test]
fn allowances_begin_at_their_hours_and_distance() {
    for (km, minutes, allowance) in [
        (59, 26 * 60, 0),
        (60, 5 * 60 + 59, 0),
        (60, 6 * 60, 2_000_000),
        (60, 9 * 60 + 59, 2_000_000),
        (60, 10 * 60, 3_500_000),
        (60, 26 * 60, 3_500_000),
    ] {
        let claim = Claim { away_minutes: minutes, ..claim(CityClass::B, km) };
        assert_eq!(price(&claim).allowance, allowance, "{km} km, {minutes} min");
    }
}

#[test]
fn what_has_no_receipt_and_lodging_are_paid_up_to_a_limit() {
    let at_limit = price(&Claim { unreceipted: 200_000, lodging: 15_000_000, ..claim(CityClass::B, 8) });
    assert_eq!(
        (at_limit.unreceipted_paid, at_limit.lodging_paid, at_limit.flags.len()),
        (200_000, 15_000_000, 0)
    );
    let over =
        price(&Claim { unreceipted: 200_001, lodging: 15_000_001, receipts: 7, ..claim(CityClass::B, 8) });
    assert_eq!((over.unreceipted_paid, over.lodging_paid), (200_000, 15_000_000));
    assert_eq!(over.flags, [TravelFlag::UnreceiptedOverLimit, TravelFlag::LodgingOverCap]);
    assert_eq!(over.receipts_paid, 7, "receipts are paid as they are");
}

/// 1,000 half-up: 500 is a thousand, 499 nothing, and a factor on an odd fare
/// stays exact until then.
#[test]
fn the_total_is_rounded_half_up() {
    let total = |receipts| price(&Claim { receipts, ..claim(CityClass::B, 8) }).total;
    assert_eq!(total(500), 1_001_000);
    assert_eq!(total(499), 1_000_000);
    let odd = with(|spec| spec.fixed.city = 999_999);
    let night = price_claim(&odd, &Claim { hours: Hours::Night, ..claim(CityClass::B, 8) }).unwrap();
    assert_eq!((night.fare.to_string().as_str(), night.total), ("1499998.5", 1_500_000));
}

#[test]
fn night_and_fridays_have_their_factors() {
    let friday = with(|spec| spec.holiday_factor = Thousandths(1_200));
    let both = Claim { hours: Hours::Night, day: DayKind::Holiday, ..claim(CityClass::B, 8) };
    assert_eq!(price_claim(&friday, &both).unwrap().total, 1_800_000);
    assert_eq!(price(&Claim { day: DayKind::Holiday, ..claim(CityClass::B, 8) }).total, 1_000_000);
    for (minute, hours) in [
        (21 * 60 + 59, Hours::Day),
        (22 * 60, Hours::Night),
        (0, Hours::Night),
        (359, Hours::Night),
        (360, Hours::Day),
    ] {
        assert_eq!(Hours::at(&tariff(), minute), hours, "{minute}");
    }
    let after_midnight = with(|spec| (spec.night_from, spec.night_to) = (0, 360));
    assert_eq!(Hours::at(&after_midnight, 1_439), Hours::Day);
    assert_eq!(Hours::at(&after_midnight, 0), Hours::Night);
}

#[test]
fn a_claim_without_sense_is_refused() {
    let wrong: [fn(&mut Claim); 6] = [
        |claim| claim.one_way_m = -1,
        |claim| claim.claimed_m = Some(-1),
        |claim| claim.away_minutes = -1,
        |claim| claim.receipts = -1,
        |claim| claim.unreceipted = i64::MAX,
        |claim| claim.one_way_m = i64::MAX,
    ];
    for change in wrong {
        let mut claim = claim(CityClass::B, 8);
        change(&mut claim);
        assert!(price_claim(&tariff(), &claim).is_err(), "{claim:?}");
    }
}

#[test]
fn a_wrong_tariff_is_refused_with_a_code() {
    let codes = |change: fn(&mut TariffSpec)| -> Vec<&'static str> {
        let mut spec = TariffSpec::placeholder("T");
        change(&mut spec);
        Tariff::new(spec).unwrap_err().iter().map(scoring::TariffProblem::code).collect()
    };
    assert_eq!(codes(|spec| spec.version.clear()), ["tariff.no_version"]);
    assert_eq!(codes(|spec| spec.per_km = -1), ["tariff.negative"]);
    assert_eq!(codes(|spec| spec.month_cap = Some(-1)), ["tariff.negative"]);
    assert_eq!(codes(|spec| spec.round_to = 0), ["tariff.range"]);
    assert_eq!(codes(|spec| spec.km_reject = Thousandths(50)), ["tariff.range"]);
    assert_eq!(codes(|spec| spec.night_factor = Thousandths(0)), ["tariff.range"]);
    assert_eq!(codes(|spec| spec.night_from = 1_440), ["tariff.range"]);
    assert_eq!(codes(|spec| spec.per_km = i64::MAX), ["tariff.range"]);
    assert_eq!(codes(|spec| spec.allowance.full_min_minutes = 60), ["tariff.range"]);
}

/// The tariff of the visit's date, whenever the phone was heard.
#[test]
fn a_tariff_holds_from_its_date_on() {
    let version = |from: &str, name: &str| (from.parse().unwrap(), TariffSpec::placeholder(name));
    let book =
        TariffBook::new(vec![version("2025-09-23", "autumn"), version("2025-03-21", "spring")]).unwrap();
    let on = |date: &str| book.on(date.parse().unwrap()).map(|tariff| tariff.version.clone());
    assert_eq!(on("2025-03-20"), None);
    assert_eq!(on("2025-03-21").unwrap(), "spring");
    assert_eq!(on("2025-09-22").unwrap(), "spring");
    assert_eq!(on("2025-09-23").unwrap(), "autumn");
    let codes = |versions| -> Vec<&'static str> {
        TariffBook::new(versions).unwrap_err().iter().map(scoring::TariffProblem::code).collect()
    };
    assert_eq!(codes(vec![]), ["tariff.empty"]);
    assert_eq!(codes(vec![version("2025-03-21", "a"), version("2025-03-21", "b")]), ["tariff.overlap"]);
    assert_eq!(codes(vec![version("2025-03-21", "")]), ["tariff.no_version"]);
}

#[test]
fn caps_leave_what_is_left() {
    let capped = with(|spec| {
        spec.trip_cap = Some(900_000);
        spec.day_cap = Some(1_500_000);
        spec.month_cap = Some(20_000_000);
        spec.day_m_cap = Some(500_000);
    });
    let priced = price(&claim(CityClass::B, 8));
    let paid = |day, month, day_m| {
        let capped = apply_caps(&capped, &priced, &Spent { day, month, day_m });
        (capped.paid, capped.flags)
    };
    assert_eq!(paid(0, 0, 0), (900_000, vec![TravelFlag::TripOverCap]));
    assert_eq!(paid(700_000, 0, 0), (800_000, vec![TravelFlag::TripOverCap, TravelFlag::DayOverCap]));
    let month = vec![TravelFlag::TripOverCap, TravelFlag::MonthOverCap];
    assert_eq!(paid(0, 19_999_999, 0), (1, month.clone()));
    assert_eq!(paid(0, 30_000_000, 0), (0, month));
    assert_eq!(paid(0, 0, 500_001), (900_000, vec![TravelFlag::TripOverCap, TravelFlag::KmOverDayCap]));
    assert_eq!(apply_caps(&tariff(), &priced, &Spent::default()).paid, 1_000_000);
}

#[test]
fn distances_fall_back_to_what_is_known() {
    let known = |table, history| {
        let distance = reference_distance(&tariff(), table, history, 10_000);
        (distance.one_way_m, distance.source)
    };
    assert_eq!(known(Some(14_000), Some(15_000)), (14_000, DistanceSource::Table));
    assert_eq!(known(None, Some(15_000)), (15_000, DistanceSource::History));
    assert_eq!(known(None, None), (13_000, DistanceSource::StraightLine));
}

/// The default table, row by row.
#[test]
fn who_pays_is_read_off_the_table() {
    use TravelCoverage::{OutOfWarranty, PreSale, Warranty};
    use TravelKind::{InCity, OutOfCity};
    let payers = |coverage, zone, reason| {
        let answer = PayerMatrix::default().who_pays(coverage, zone, reason, 5_000_000, 1_000_000)?;
        let shares: Vec<_> = answer.shares.iter().map(|share| (share.payer, share.amount)).collect();
        assert_eq!(shares.iter().map(|(_, amount)| amount).sum::<i64>(), 5_000_000);
        Some((shares, answer.proofs.len()))
    };
    let whole = |payer| Some((vec![(payer, 5_000_000)], 0));
    let service = TravelReason::Service;
    assert_eq!(payers(Warranty, InCity, service), whole(Payer::Maker));
    let difference = vec![(Payer::Maker, 1_000_000), (Payer::Customer, 4_000_000)];
    assert_eq!(payers(Warranty, OutOfCity, service), Some((difference, 0)));
    let refused = payers(Warranty, OutOfCity, TravelReason::CustomerRefuses);
    assert_eq!(refused, Some((vec![(Payer::Maker, 5_000_000)], 3)));
    assert_eq!(payers(OutOfWarranty, OutOfCity, service), whole(Payer::Customer));
    assert_eq!(payers(PreSale, InCity, service), whole(Payer::Maker));
    // The same fault within 30 days: the customer pays nothing, nobody pays back.
    assert_eq!(payers(OutOfWarranty, InCity, TravelReason::Repeat), whole(Payer::Representative));
    assert_eq!(payers(Warranty, InCity, TravelReason::CustomerAbsentProven), whole(Payer::Customer));
    assert_eq!(payers(Warranty, InCity, TravelReason::CustomerAbsentUnproven), whole(Payer::Maker));
    assert_eq!(payers(OutOfWarranty, InCity, TravelReason::CustomerRefuses), None);
}

/// The part of the city is never more than the whole, and nobody pays nothing.
#[test]
fn shares_are_parts_of_the_total() {
    let (warranty, out, service) = (TravelCoverage::Warranty, TravelKind::OutOfCity, TravelReason::Service);
    let shares =
        |total, part| PayerMatrix::default().who_pays(warranty, out, service, total, part).unwrap().shares;
    assert_eq!(shares(700_000, 1_000_000), [scoring::PayerShare { payer: Payer::Maker, amount: 700_000 }]);
    assert_eq!(shares(0, 1_000_000), []);
}

#[test]
fn an_empty_rule_matches_nothing() {
    let mut rule = PayerMatrix::default().0.remove(0);
    rule.coverage.clear();
    let matrix = PayerMatrix(vec![rule]);
    let answer =
        matrix.who_pays(TravelCoverage::Warranty, TravelKind::InCity, TravelReason::Repeat, 5_000_000, 0);
    assert_eq!(answer, None);
}

#[test]
fn the_part_of_the_city_is_what_it_would_have_cost_there() {
    let night = Claim { hours: Hours::Night, ..claim(CityClass::C, 210) };
    let priced = price(&night);
    assert_eq!(priced.in_city_part(&tariff(), &night), 1_050_000);
    assert_eq!(price(&claim(CityClass::B, 8)).in_city_part(&tariff(), &claim(CityClass::B, 8)), 1_000_000);
}

#[test]
fn a_claim_without_a_flag_is_approved_by_itself() {
    let tariff = with(|spec| spec.prior_approval_over_m = Some(100_000));
    let payer = |proofs: &[Proof]| {
        let rule = PayerRule { proofs: proofs.to_vec(), ..PayerMatrix::default().0.remove(3) };
        PayerMatrix(vec![rule]).who_pays(
            TravelCoverage::Warranty,
            TravelKind::InCity,
            TravelReason::Service,
            1,
            1,
        )
    };
    let reasons = |km, distance, prior_approval, payer: Option<scoring::WhoPays>| {
        let claim = claim(CityClass::B, km);
        let priced = price_claim(&tariff, &claim).unwrap();
        let capped = apply_caps(&tariff, &priced, &Spent::default());
        let payer = payer.as_ref();
        review_reasons(&TravelCase {
            tariff: &tariff,
            claim: &claim,
            priced: &priced,
            capped: &capped,
            distance,
            prior_approval,
            payer,
        })
    };
    let (table, asked, granted) = (DistanceSource::Table, PriorApproval::Requested, PriorApproval::Granted);
    assert_eq!(reasons(8, table, PriorApproval::NotRequested, payer(&[])), []);
    assert_eq!(reasons(8, DistanceSource::StraightLine, asked, payer(&[])), [TravelFlag::DistanceGuessed]);
    assert_eq!(reasons(100, table, asked, payer(&[])), []);
    assert_eq!(reasons(101, table, asked, payer(&[])), [TravelFlag::NoPriorApproval]);
    assert_eq!(reasons(101, table, granted, payer(&[])), []);
    assert_eq!(reasons(8, table, granted, None), [TravelFlag::NoPayer]);
    assert_eq!(reasons(8, table, granted, payer(&[Proof::Identity])), [TravelFlag::PayerNeedsApproval]);
}

#[test]
fn a_claim_goes_from_draft_to_statement() {
    let by = person(1);
    let submitted = |reasons: &[TravelFlag]| ClaimEvent::Submitted { reasons: reasons.to_vec(), amount: 900 };
    let step = |state: &ClaimState, event| state.step(day(1), event);
    let decided = |amount, by, reason: Option<&str>| ClaimState::Decided {
        amount,
        by,
        at: day(1),
        reason: reason.map(Into::into),
    };
    let automatic = step(&ClaimState::Draft, submitted(&[])).unwrap();
    assert_eq!(automatic, decided(900, None, None));
    let review = step(&ClaimState::Draft, submitted(&[TravelFlag::KmOverTolerance])).unwrap();
    assert_eq!(step(&review, ClaimEvent::Approved { by }), Ok(decided(900, Some(by), None)));
    let adjusted = ClaimEvent::Adjusted { by, amount: 700, reason: "the shorter road".into() };
    assert_eq!(step(&review, adjusted), Ok(decided(700, Some(by), Some("the shorter road"))));
    let rejected = step(&review, ClaimEvent::Rejected { by, reason: "no such trip".into() }).unwrap();
    assert_eq!(rejected, decided(0, Some(by), Some("no such trip")));
    let settled = step(&automatic, ClaimEvent::Settled { statement: "1404-07".into() }).unwrap();
    assert_eq!(settled, ClaimState::Settled { amount: 900, statement: "1404-07".into() });

    for (state, event, refusal) in [
        (&review, ClaimEvent::Rejected { by, reason: " ".into() }, ApprovalRefusal::NoReason),
        (&review, ClaimEvent::Adjusted { by, amount: -1, reason: "x".into() }, ApprovalRefusal::Negative),
        (&automatic, ClaimEvent::Approved { by }, ApprovalRefusal::WrongStage),
        (&ClaimState::Draft, ClaimEvent::Approved { by }, ApprovalRefusal::WrongStage),
        (&review, ClaimEvent::Settled { statement: "s".into() }, ApprovalRefusal::WrongStage),
        (&settled, submitted(&[]), ApprovalRefusal::WrongStage),
    ] {
        assert_eq!(step(state, event), Err(refusal));
    }
}

proptest! {
    /// A price never falls when the distance grows, and never panics.
    #[test]
    fn further_is_never_cheaper(near in 0_i64..1_000_000_000, further in 0_i64..1_000_000, night: bool) {
        let price = |one_way_m: i64| {
            let hours = if night { Hours::Night } else { Hours::Day };
            price(&Claim { one_way_m, hours, ..claim(CityClass::B, 0) }).total
        };
        let far = (near + further).min(1_000_000_000);
        prop_assert!(price(far) >= price(near));
    }
}
