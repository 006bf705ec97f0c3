//! The corners of the monthly score: what is missing, what is capped, where lines
//! end.

use scoring::{Band, ComponentKey, MonthFacts, Rules, RulesVersion, score_month};

use crate::common::{decimal, example_2, facts, near};

fn score(facts: &MonthFacts) -> scoring::MonthScore {
    score_month(&Rules::default(), facts)
}

/// The shrunk value and the points of one component.
fn part(key: ComponentKey, closed: i64, numerator: &str, denominator: &str) -> Option<(f64, f64)> {
    let score = score(&facts(closed, &[(key, numerator, denominator)]));
    let part = score.components.iter().find(|part| part.key == key).unwrap();
    part.result.map(|result| (result.x, result.points))
}

/// Nothing due is not applicable; due and not done is a failure.
#[test]
fn nothing_due_is_shared_out_and_not_done_is_failed() {
    assert_eq!(part(ComponentKey::Custody, 10, "0", "0"), None);
    assert_eq!(part(ComponentKey::Custody, 10, "0", "3"), Some((0.0, 0.0)));

    let mut month = example_2();
    *month.tally_mut(ComponentKey::Custody) = scoring::Tally::default();
    let without = score(&month);
    near(without.coverage, 0.91, 1e-12);
    let weights: f64 =
        without.components.iter().filter_map(|part| part.result).map(|part| part.effective_weight).sum();
    near(weights, 100.0, 1e-9);
    near(without.components[0].result.unwrap().effective_weight, 1300.0 / 91.0, 1e-9);
}

#[test]
fn a_month_without_anything_has_no_score() {
    let nothing = score(&MonthFacts::default());
    assert_eq!((nothing.score, nothing.score_shown, nothing.band), (None, None, None));
    assert!(!nothing.rated && !nothing.capped);
    near(nothing.coverage, 0.0, 0.0);
    assert!(nothing.components.iter().all(|part| part.result.is_none()));
}

/// Below 60 % coverage or 5 closed jobs there is a score and no rating.
#[test]
fn too_little_is_not_rated() {
    let mut month = example_2();
    month.closed_jobs = 4;
    assert!(!score(&month).rated);
    assert_eq!(score(&month).band, None);
    assert!(score(&month).score.is_some());
    month.closed_jobs = 5;
    assert!(score(&month).rated);

    // 13 + 12 + 12 + 10 + 8 + 5 = 60 % is enough, 59 % is not.
    let mut sixty = example_2();
    for key in [ComponentKey::Custody, ComponentKey::Travel, ComponentKey::Csat, ComponentKey::Invoices] {
        *sixty.tally_mut(key) = scoring::Tally::default();
    }
    near(score(&sixty).coverage, 0.60, 1e-12);
    assert!(score(&sixty).rated);
    *sixty.tally_mut(ComponentKey::Invoices) = *example_2().tally(ComponentKey::Invoices);
    *sixty.tally_mut(ComponentKey::Travel) = *example_2().tally(ComponentKey::Travel);
    *sixty.tally_mut(ComponentKey::RepairTime) = scoring::Tally::default();
    near(score(&sixty).coverage, 0.59, 1e-12);
    assert!(!score(&sixty).rated);
}

#[test]
fn violations_take_five_points_each_and_fifteen_at_most() {
    for (violations, deduction) in [(0, 0), (1, 5), (3, 15), (4, 15), (1_000_000, 15), (-1, 0)] {
        let month = MonthFacts { violations, ..example_2() };
        assert_eq!(score(&month).deduction, deduction);
        near(score(&month).score.unwrap(), 82.627_846_924_977 - f64::from(deduction), 1e-9);
    }
    let mut worst = facts(10, &[(ComponentKey::Custody, "0", "3")]);
    worst.violations = 3;
    assert_eq!(score(&worst).score, Some(0.0), "a score is never below nothing");
}

/// A month in which everything is perfect but one component.
fn perfect_but(key: ComponentKey, numerator: &str, denominator: &str) -> MonthFacts {
    let mut month = facts(
        1_000_000,
        &[
            (ComponentKey::ResponseSla, "1000000", "1000000"),
            (ComponentKey::RepairTime, "1000000", "1000000"),
            (ComponentKey::FirstTimeFix, "1000000", "1000000"),
            (ComponentKey::RepeatVisits, "0", "1000000"),
            (ComponentKey::PartsNorm, "100", "100"),
            (ComponentKey::Custody, "10", "10"),
            (ComponentKey::Invoices, "10", "10"),
            (ComponentKey::Travel, "10", "10"),
            (ComponentKey::Csat, "1000000", "1000000"),
            (ComponentKey::Complaints, "0", "1000000"),
        ],
    );
    month.tally_mut(key).numerator = decimal(numerator);
    month.tally_mut(key).denominator = decimal(denominator);
    month
}

/// One collapse is not hidden by a good average: 91 points, band C.
#[test]
fn a_collapse_caps_the_band_and_not_the_score() {
    for key in [ComponentKey::Custody, ComponentKey::FirstTimeFix, ComponentKey::Csat] {
        let month = score(&perfect_but(key, "0", "1000000"));
        assert_eq!((month.band, month.capped), (Some(Band::C), true), "{key:?}");
        assert!(month.score.unwrap() >= 80.0 - 1e-9);
    }
    // Others may fail without a cap.
    let month = score(&perfect_but(ComponentKey::Travel, "0", "10"));
    assert_eq!((month.band, month.capped), (Some(Band::A), false));
    // 40 points are not below 40: 0.70 + 0.4 · 0.30 = 0.82.
    let month = score(&perfect_but(ComponentKey::Custody, "82001", "100000"));
    assert!(!month.capped);
    assert!(score(&perfect_but(ComponentKey::Custody, "81999", "100000")).capped);
    // A cap lifts nobody, and says so even where no band is left to cap.
    let low = score(&facts(10, &[(ComponentKey::Custody, "0", "3"), (ComponentKey::Csat, "1", "100")]));
    assert_eq!((low.band, low.capped), (None, true));
}

#[test]
fn bands_begin_at_their_scores() {
    let band = |violations, numerator: &str| {
        let month = MonthFacts { violations, ..perfect_but(ComponentKey::Invoices, numerator, "100000") };
        (score(&month).score.unwrap(), score(&month).band.unwrap())
    };
    assert_eq!(band(0, "100000"), (100.0, Band::APlus));
    assert_eq!(band(1, "100000"), (95.0, Band::APlus));
    assert_eq!(band(2, "100000"), (90.0, Band::A));
    assert_eq!(band(1, "99999").1, Band::A);
    assert_eq!(band(2, "99999").1, Band::B);
    assert_eq!(band(3, "0"), (80.0, Band::B));
}

/// Parts: nothing at 0.40 and 1.50, all between 0.85 and 1.10.
#[test]
fn parts_are_judged_on_both_sides() {
    // With a billion jobs the prior weighs nothing, and x is the raw index.
    let index = |hundredths: i64| {
        let numerator = hundredths.to_string();
        part(ComponentKey::PartsNorm, 1_000_000_000, &numerator, "100").unwrap()
    };
    for (hundredths, points) in
        [(0, 0.0), (40, 0.0), (85, 100.0), (100, 100.0), (110, 100.0), (130, 50.0), (150, 0.0), (900, 0.0)]
    {
        near(index(hundredths).1, points, 1e-5);
    }
    near(index(62).1, 100.0 * 22.0 / 45.0, 1e-5);
}

#[test]
fn parts_need_five_jobs_and_a_norm() {
    assert_eq!(part(ComponentKey::PartsNorm, 4, "110", "100"), None);
    assert_eq!(part(ComponentKey::PartsNorm, 5, "110", "0"), None);
    // Five jobs weigh as much as the prior.
    near(part(ComponentKey::PartsNorm, 5, "120", "100").unwrap().0, 1.10, 1e-12);
}

/// Luck is shrunk, one's own duties are not.
#[test]
fn few_cases_are_drawn_to_the_prior_and_duties_are_not() {
    near(part(ComponentKey::FirstTimeFix, 1, "0", "1").unwrap().0, 7.5 / 11.0, 1e-12);
    near(part(ComponentKey::Complaints, 10, "0", "10").unwrap().0, 0.4 / 30.0, 1e-12);
    assert_eq!(part(ComponentKey::Invoices, 1, "0", "1"), Some((0.0, 0.0)));
    assert_eq!(part(ComponentKey::Travel, 1, "1", "1"), Some((1.0, 100.0)));
}

/// Complaints without a closed job have nothing to be counted over.
#[test]
fn complaints_without_a_closed_job_do_not_apply() {
    assert_eq!(part(ComponentKey::Complaints, 0, "1.5", "0"), None);
}

#[test]
fn a_score_is_shown_half_up() {
    for (number, shown) in [(72.45, 72.5), (72.44, 72.4), (0.05, 0.1), (99.95, 100.0), (82.627_847, 82.6)] {
        near(scoring::shown_to_tenth(number), shown, 1e-12);
    }
}

/// A change of the rules is a change of data.
#[test]
fn rules_are_data() {
    let mut version = RulesVersion { version: "2".into(), ..RulesVersion::default() };
    version.monthly.deduction.points_each = 7;
    version.monthly.closed_jobs_min = 65;
    let rules = Rules::new(version).unwrap();
    let month = score_month(&rules, &MonthFacts { violations: 1, ..example_2() });
    assert_eq!((month.deduction, month.rated), (7, false));
}
