//! The yearly award.

use domain::{AgencyId, Uuid};
use proptest::prelude::*;
use scoring::{
    Criterion, Ineligible, Prior, RatedMonth, RatingFacts, Rules, Tally, Trillionths, YearMonth, YearRecord,
    award_year, yearly_mean,
};

use crate::common::{decimal, near};

const PRIOR: Prior = Prior { mean: 0.80, within: 0.04, between: None, strength: 10.0 };

fn agency(number: u128) -> AgencyId {
    AgencyId::from_uuid(Uuid::from_u128(number))
}

fn tally(numerator: i64, denominator: i64) -> Tally {
    Tally { numerator: Trillionths::whole(numerator), denominator: Trillionths::whole(denominator) }
}

fn csat(good: usize, of: usize) -> RatingFacts {
    let rules = Rules::default();
    let mut facts = RatingFacts::default();
    for at in 0..of {
        facts.add(decimal(if at < good { "1" } else { "0.5" }), &rules.technician);
    }
    facts
}

fn record(number: u128, score: &str) -> YearRecord {
    let month = YearMonth { score_shown: Some(decimal(score)), closed_jobs: 10, coverage_percent: 100 };
    YearRecord {
        agency: agency(number),
        class: "large".into(),
        months: vec![month; 9],
        violations: 0,
        overdue_lots: 0,
        csat: csat(40, 50),
        repeats: tally(3, 90),
        first_time: tally(80, 90),
        complaints: tally(1, 90),
    }
}

fn winners(records: &[YearRecord]) -> Option<(Vec<u128>, Option<Criterion>)> {
    award_year(&Rules::default(), &PRIOR, records).overall.map(|winners| {
        let numbers = winners.agencies.iter().map(|agency| agency.uuid().as_u128()).collect();
        (numbers, winners.decided_by)
    })
}

#[test]
fn the_mean_is_weighted_by_closed_jobs() {
    let month = |score: &str, closed_jobs| RatedMonth { score_shown: decimal(score), closed_jobs };
    near(yearly_mean(&[month("90", 10), month("60", 20)]).unwrap(), 70.0, 1e-12);
    assert_eq!(yearly_mean(&[]), None);
    assert_eq!(yearly_mean(&[month("90", 0)]), None);
}

#[test]
fn each_condition_of_the_award_is_asked() {
    let reasons = |change: fn(&mut YearRecord)| {
        let mut record = record(1, "90");
        change(&mut record);
        award_year(&Rules::default(), &PRIOR, &[record]).standings.remove(0).ineligible
    };
    assert_eq!(reasons(|_| {}), []);
    assert_eq!(reasons(|year| year.months[0].score_shown = None), [Ineligible::FewRatedMonths]);
    assert_eq!(
        reasons(|year| year.months.iter_mut().for_each(|month| month.closed_jobs = 6)),
        [Ineligible::FewClosedJobs]
    );
    assert_eq!(
        reasons(|year| year.months.iter_mut().for_each(|month| month.coverage_percent = 79)),
        [Ineligible::LowCoverage]
    );
    assert_eq!(reasons(|year| year.months[3].coverage_percent = 0), [], "the mean is what counts");
    assert_eq!(
        reasons(|year| year.months[3].score_shown = Some(decimal("59.9"))),
        [Ineligible::MonthBelowFloor]
    );
    assert_eq!(reasons(|year| year.months[3].score_shown = Some(decimal("60"))), []);
    assert_eq!(reasons(|year| year.violations = 1), [Ineligible::Violation]);
    assert_eq!(reasons(|year| year.overdue_lots = 1), [Ineligible::OverdueLot]);
    // A tenth month without a rating takes nothing away, and its score not in.
    let unrated = YearMonth { score_shown: None, closed_jobs: 2, coverage_percent: 10 };
    let mut year = record(1, "90");
    year.months.push(unrated);
    let standing = award_year(&Rules::default(), &PRIOR, &[year]).standings.remove(0);
    assert_eq!(standing.ineligible, []);
    near(standing.mean.unwrap(), 90.0, 1e-12);
}

/// Each tie-break in turn.
#[test]
fn ties_are_broken_in_order() {
    let second = |change: fn(&mut YearRecord)| {
        let mut better = record(2, "90");
        change(&mut better);
        winners(&[record(1, "90"), better]).unwrap()
    };
    let better = |year: &mut YearRecord| year.months[0].score_shown = Some(decimal("91"));
    assert_eq!(second(better), (vec![2], Some(Criterion::YearlyMean)));
    assert_eq!(second(|year| year.csat = csat(45, 50)), (vec![2], Some(Criterion::CsatLowerBound)));
    assert_eq!(second(|year| year.repeats = tally(2, 90)), (vec![2], Some(Criterion::RepeatRate)));
    assert_eq!(second(|year| year.first_time = tally(81, 90)), (vec![2], Some(Criterion::FirstTimeFix)));
    assert_eq!(second(|year| year.complaints = tally(0, 90)), (vec![2], Some(Criterion::Complaints)));
    let more = |year: &mut YearRecord| year.months.iter_mut().for_each(|month| month.closed_jobs = 11);
    assert_eq!(second(more), (vec![2], Some(Criterion::ClosedJobs)));
    // Never a draw of lots or an order of ids.
    assert_eq!(second(|_| {}), (vec![1, 2], Some(Criterion::Joint)));
    // Means are compared at a tenth: 90.04 is 90.0.
    let hair = |year: &mut YearRecord| year.months[0].score_shown = Some(decimal("90.3"));
    assert_eq!(second(hair), (vec![1, 2], Some(Criterion::Joint)));
    // An earlier criterion decides whatever the later ones say.
    let mixed = |year: &mut YearRecord| {
        year.csat = csat(45, 50);
        year.repeats = tally(20, 90);
        year.complaints = tally(9, 90);
    };
    assert_eq!(second(mixed), (vec![2], Some(Criterion::CsatLowerBound)));
}

#[test]
fn nobody_wins_by_what_he_never_did() {
    let never = YearRecord { repeats: tally(0, 0), ..record(2, "90") };
    assert_eq!(winners(&[never, record(1, "90")]), Some((vec![1], Some(Criterion::RepeatRate))));
}

#[test]
fn those_who_may_not_win_stand_last_and_classes_have_their_own() {
    let barred = YearRecord { violations: 1, ..record(1, "99") };
    let small = YearRecord { class: "small".into(), ..record(3, "80") };
    let result = award_year(&Rules::default(), &PRIOR, &[barred.clone(), small, record(2, "90")]);
    let order: Vec<_> = result.standings.iter().map(|standing| standing.agency.uuid().as_u128()).collect();
    assert_eq!(order, [2, 3, 1]);
    assert_eq!(result.overall.unwrap().agencies, [agency(2)]);
    assert_eq!(result.by_class["small"].agencies, [agency(3)]);
    assert_eq!(result.by_class["large"].agencies, [agency(2)]);
    assert_eq!(result.by_class["large"].decided_by, None, "nobody else of the class may win");
    assert_eq!(winners(&[barred]), None);
}

fn any_record() -> impl Strategy<Value = YearRecord> {
    (1_u128..40, 80_i64..84, 0_usize..3, 0_i64..3, 0_i64..2, 0_i64..2).prop_map(
        |(number, score, good, repeats, jobs, complaints)| YearRecord {
            csat: csat(40 + good, 50),
            repeats: tally(repeats, 90 * (repeats % 2)),
            complaints: tally(complaints, 90 * jobs),
            ..record(number, &score.to_string())
        },
    )
}

proptest! {
    /// The order in which records come says nothing, and the best is never beaten.
    #[test]
    fn the_order_of_records_says_nothing(records in prop::collection::vec(any_record(), 1..12)) {
        let forwards = award_year(&Rules::default(), &PRIOR, &records);
        let reversed: Vec<_> = records.iter().rev().cloned().collect();
        let mut backwards = award_year(&Rules::default(), &PRIOR, &reversed).overall.unwrap();
        let mut winners = forwards.overall.clone().unwrap();
        winners.agencies.sort();
        backwards.agencies.sort();
        prop_assert_eq!(&winners, &backwards);
        let best = forwards.standings[0].mean_shown;
        prop_assert!(forwards.standings.iter().all(|standing| standing.mean_shown <= best));
    }
}
