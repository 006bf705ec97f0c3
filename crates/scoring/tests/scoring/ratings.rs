//! Worked example 1: surveys and ratings of technicians.

use std::collections::BTreeMap;

use proptest::prelude::*;
use scoring::{
    AnswerProblem, Prior, Rating, RatingFacts, Rules, Standing, SurveyRules, TechnicianRules, Trillionths,
    method_of_moments, peer_prior, rate, survey_score,
};

use crate::common::{decimal, near};

const ORDER: [&str; 6] = ["solved", "punctual", "behaviour", "cost_clarity", "explanation", "cleanliness"];

fn answers(given: [Option<u8>; 6]) -> BTreeMap<String, Option<u8>> {
    ORDER.iter().zip(given).map(|(key, answer)| ((*key).into(), answer)).collect()
}

fn rules() -> TechnicianRules {
    TechnicianRules::default()
}

fn facts(scores: &[(&str, usize)]) -> RatingFacts {
    let mut facts = RatingFacts::default();
    for (score, times) in scores {
        (0..*times).for_each(|_| facts.add(decimal(score), &rules()));
    }
    facts
}

fn rated(scores: &[(&str, usize)]) -> Rating {
    let prior = Prior { mean: 0.80, within: 0.04, between: None, strength: 10.0 };
    rate(&rules(), &facts(scores), &prior)
}

#[test]
fn the_surveys_of_worked_example_1() {
    let all = survey_score(&SurveyRules::default(), &answers([5, 4, 5, 5, 4, 5].map(Some))).unwrap();
    assert_eq!(all.score, Some(decimal("0.925")));
    let little = answers([None, None, Some(1), None, None, None]);
    let little = survey_score(&SurveyRules::default(), &little).unwrap();
    assert_eq!((little.score, little.answered_weight, little.asked_weight), (None, 15, 100));
}

/// Half of the weights is enough; a question that was left out is as one that
/// does not apply.
#[test]
fn half_of_the_weights_has_to_be_answered() {
    let half = answers([Some(5), Some(1), None, None, None, None]);
    assert_eq!(survey_score(&SurveyRules::default(), &half).unwrap().score, Some(decimal("0.6")));
    let less = answers([Some(5), None, Some(5), None, None, None]);
    assert_eq!(survey_score(&SurveyRules::default(), &less).unwrap().score, None);
    let absent: BTreeMap<_, _> = [("solved".into(), Some(5)), ("punctual".into(), Some(1))].into();
    assert_eq!(survey_score(&SurveyRules::default(), &absent).unwrap().score, Some(decimal("0.6")));
    assert_eq!(survey_score(&SurveyRules::default(), &BTreeMap::new()).unwrap().score, None);
    let thirds = answers([Some(2), None, None, Some(1), Some(1), Some(1)]);
    let score = survey_score(&SurveyRules::default(), &thirds).unwrap().score.unwrap();
    near(score.to_f64(), 30.0 / 260.0, 1e-12);
}

#[test]
fn a_wrong_answer_is_refused_with_a_code() {
    for wrong in [0, 6, 255] {
        let problem = survey_score(&SurveyRules::default(), &answers([Some(wrong); 6])).unwrap_err();
        assert_eq!(problem.code(), "survey.answer_out_of_range");
    }
    let unknown: BTreeMap<_, _> = [("price_level".into(), Some(3))].into();
    let problem = survey_score(&SurveyRules::default(), &unknown).unwrap_err();
    assert_eq!(problem, AnswerProblem::UnknownCriterion { criterion: "price_level".into() });
    assert_eq!(problem.code(), "survey.unknown_criterion");
}

/// T1's two perfect answers do not beat T2's forty.
#[test]
fn the_ratings_of_worked_example_1() {
    let t1 = rated(&[("1", 2)]);
    near(t1.rating, 0.833_333, 5e-7);
    near(t1.stars_shown, 4.3, 1e-12);
    assert_eq!((t1.standing, t1.surveys), (Standing::Provisional, 2));
    near(t1.lower, 0.738_368, 5e-7);
    near(1.0 + 4.0 * t1.lower, 3.953_471, 5e-6);
    let share = t1.satisfied.unwrap();
    near(share.low, 0.425_031, 5e-6);
    near(share.high, 1.0, 1e-12);

    let t2 = rated(&[("0.95", 20), ("0.87", 20)]);
    near(t2.rating, 0.888, 1e-12);
    near(t2.stars_shown, 4.6, 1e-12);
    assert_eq!(t2.standing, Standing::Rated);
    near(t2.lower, 0.841_477, 5e-7);
    near(t2.satisfied.unwrap().low, 0.936_647, 5e-6);
    assert!(t2.lower > t1.lower);

    let t4 = rated(&[]);
    near(t4.rating, 0.80, 1e-12);
    near(t4.stars_shown, 4.2, 1e-12);
    assert_eq!((t4.standing, t4.satisfied), (Standing::NoRating, None));
    near(t4.lower, 0.695_970, 5e-7);
}

#[test]
fn a_rating_is_provisional_below_five_surveys() {
    assert_eq!(rated(&[("0.5", 4)]).standing, Standing::Provisional);
    assert_eq!(rated(&[("0.5", 5)]).standing, Standing::Rated);
    // 0.75 is satisfied, a hair less is not.
    assert_eq!(facts(&[("0.75", 1), ("0.749999999999", 1)]).satisfied, 1);
}

/// The bound stays between 0 and 1, and without a prior or a survey there is
/// nothing to divide by.
#[test]
fn bounds_are_clamped() {
    let wide = Prior { mean: 0.1, within: 0.25, between: None, strength: 3.0 };
    near(rate(&rules(), &facts(&[("0", 1)]), &wide).lower, 0.0, 0.0);
    let none = Prior { strength: 0.0, ..wide };
    let rating = rate(&rules(), &RatingFacts::default(), &none);
    near(rating.rating, 0.1, 1e-12);
    assert!(rating.lower.is_finite());
}

fn pool(technicians: usize, surveys: usize) -> Vec<RatingFacts> {
    let good = |at: usize| if at.is_multiple_of(2) { "0.9" } else { "0.5" };
    (0..technicians).map(|at| facts(&[(good(at), surveys - 1), ("0.7", 1)])).collect()
}

/// The prior is estimated from 8 technicians and 50 surveys on, and clamped.
#[test]
fn a_small_pool_keeps_ten_virtual_surveys() {
    for (technicians, surveys, estimated) in [(8, 7, true), (7, 9, false), (8, 6, false), (10, 5, true)] {
        let prior = peer_prior(&rules(), &pool(technicians, surveys));
        assert_eq!(prior.between.is_some(), estimated, "{technicians} × {surveys}");
        near(prior.strength, if estimated { 3.0 } else { 10.0 }, 1e-12);
    }
    let nobody = peer_prior(&rules(), &[RatingFacts::default()]);
    near(nobody.mean, 0.80, 1e-12);
    near(nobody.within, 0.04, 1e-12);
    near(nobody.strength, 10.0, 1e-12);
    // One survey each tells nothing of how a technician's scores vary.
    let once = peer_prior(&rules(), &[facts(&[("0.2", 1)]), facts(&[("0.4", 1)])]);
    near(once.mean, 0.3, 1e-12);
    near(once.within, 0.04, 1e-12);
}

/// Without a spread between technicians the prior weighs as much as it may, and
/// without one within them as little.
#[test]
fn the_strength_of_a_prior_is_clamped() {
    let alike = [facts(&[("0.5", 2), ("0.7", 2)]), facts(&[("0.5", 2), ("0.7", 2)])];
    let prior = method_of_moments(&rules(), &alike).unwrap();
    assert_eq!(prior.between, Some(0.0));
    near(prior.strength, 30.0, 0.0);
    let apart = [facts(&[("0.2", 5)]), facts(&[("0.9", 5)])];
    let prior = method_of_moments(&rules(), &apart).unwrap();
    near(prior.within, 0.0, 0.0);
    near(prior.strength, 3.0, 0.0);
    assert_eq!(method_of_moments(&rules(), &[RatingFacts::default()]), None);
    // One technician alone is no spread.
    assert_eq!(method_of_moments(&rules(), &apart[..1]).unwrap().between, Some(0.0));
}

fn any_scores() -> impl Strategy<Value = Vec<Trillionths>> {
    prop::collection::vec((0_i128..=1_000_000_000_000).prop_map(Trillionths::from_units), 0..40)
}

proptest! {
    /// Adding and taking away in any order leaves the same, byte for byte.
    #[test]
    fn surveys_come_and_go_in_any_order(kept in any_scores(), gone in any_scores()) {
        let rules = Rules::default();
        let mut plain = RatingFacts::default();
        for score in &kept {
            plain.add(*score, &rules.technician);
        }
        let mut busy = RatingFacts::default();
        for score in gone.iter().chain(kept.iter().rev()) {
            busy.add(*score, &rules.technician);
        }
        for score in &gone {
            busy.remove(*score, &rules.technician);
        }
        prop_assert_eq!(serde_json::to_vec(&busy).unwrap(), serde_json::to_vec(&plain).unwrap());
        prop_assert_eq!(
            rate(&rules.technician, &busy, &peer_prior(&rules.technician, &[busy])),
            rate(&rules.technician, &plain, &peer_prior(&rules.technician, &[plain]))
        );
    }

    /// One survey more never moves the rating past its own score.
    #[test]
    fn a_survey_draws_the_rating_towards_itself(scores in any_scores(), next in 0_i128..=1_000_000_000_000) {
        let prior = Prior { mean: 0.8, within: 0.04, between: None, strength: 10.0 };
        let mut facts = RatingFacts::default();
        for score in scores {
            facts.add(score, &rules());
        }
        let before = rate(&rules(), &facts, &prior).rating;
        let next = Trillionths::from_units(next);
        facts.add(next, &rules());
        let after = rate(&rules(), &facts, &prior).rating;
        prop_assert!((before.min(next.to_f64()) - 1e-12..=before.max(next.to_f64()) + 1e-12).contains(&after));
    }
}
