//! What may be wrong with a version of the rules.

use super::{ComponentRule, Curve, MonthlyScore, RulesVersion, SurveyRules, TechnicianRules};
use crate::{ComponentKey, Trillionths};

/// Something wrong with a version of the rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesProblem {
    /// A version without a name.
    #[error("the version has no name")]
    NoName,
    /// Weights that do not sum to 100.
    #[error("the weights of {of} sum to {sum}, they must sum to 100")]
    Weights {
        /// Criteria of the survey, or components of the score.
        of: &'static str,
        /// What they sum to.
        sum: u64,
    },
    /// A component that is missing or listed twice.
    #[error("the component {} stands {count} times in the rules, it must stand once", key.name())]
    Components {
        /// Which one.
        key: ComponentKey,
        /// How often.
        count: usize,
    },
    /// A line of points without a slope, or steps out of order.
    #[error("the component {} goes from no points to all points at once, or the wrong way", key.name())]
    Curve {
        /// Which one.
        key: ComponentKey,
    },
    /// A prior that is no number, or whose strength is not positive.
    #[error("the component {} has a prior without meaning", key.name())]
    Prior {
        /// Which one.
        key: ComponentKey,
    },
    /// A number outside the range that it can have.
    #[error("{name} is out of its range")]
    Range {
        /// Which number.
        name: &'static str,
    },
}

impl RulesProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoName => "rules.no_name",
            Self::Weights { .. } => "rules.weights_not_100",
            Self::Components { .. } => "rules.components",
            Self::Curve { .. } => "rules.floor_is_target",
            Self::Prior { .. } => "rules.prior",
            Self::Range { .. } => "rules.range",
        }
    }
}

pub(super) fn problems(rules: &RulesVersion) -> Vec<RulesProblem> {
    let mut problems = Vec::new();
    if rules.version.trim().is_empty() {
        problems.push(RulesProblem::NoName);
    }
    check_survey(&rules.survey, &mut problems);
    check_components(&rules.monthly.components, &mut problems);
    let ranges = [technician_ranges(&rules.technician), monthly_ranges(&rules.monthly)].concat();
    let award = [
        ("award.coverage_percent_min", rules.award.coverage_percent_min <= 100),
        ("award.closed_jobs_min", rules.award.closed_jobs_min >= 0),
        ("award.month_score_min", (0.0..=100.0).contains(&rules.award.month_score_min)),
    ];
    let wrong = ranges.into_iter().chain(award).filter(|(_, holds)| !holds);
    problems.extend(wrong.map(|(name, _)| RulesProblem::Range { name }));
    problems
}

fn check_survey(survey: &SurveyRules, problems: &mut Vec<RulesProblem>) {
    check_weights("criteria", survey.weights.values(), problems);
    if survey.answered_percent_min > 100 {
        problems.push(RulesProblem::Range { name: "survey.answered_percent_min" });
    }
}

fn check_weights<'a>(
    of: &'static str,
    weights: impl Iterator<Item = &'a u32>,
    problems: &mut Vec<RulesProblem>,
) {
    let sum = weights.map(|weight| u64::from(*weight)).sum();
    if sum != 100 {
        problems.push(RulesProblem::Weights { of, sum });
    }
}

fn check_components(components: &[ComponentRule], problems: &mut Vec<RulesProblem>) {
    check_weights("components", components.iter().map(|rule| &rule.weight), problems);
    for key in ComponentKey::ALL {
        let count = components.iter().filter(|rule| rule.key == key).count();
        if count != 1 {
            problems.push(RulesProblem::Components { key, count });
        }
    }
    for rule in components {
        if !rises(rule.curve) {
            problems.push(RulesProblem::Curve { key: rule.key });
        }
        let prior_holds = rule
            .shrinkage
            .is_none_or(|prior| prior.mean.is_finite() && prior.strength.is_finite() && prior.strength > 0.0);
        if !prior_holds {
            problems.push(RulesProblem::Prior { key: rule.key });
        }
        if rule.jobs_min < 0 {
            problems.push(RulesProblem::Range { name: "components.jobs_min" });
        }
    }
}

/// Whether points can be read off a curve.
fn rises(curve: Curve) -> bool {
    match curve {
        Curve::Line { floor, target } => {
            floor.is_finite() && target.is_finite() && (target - floor).abs() > f64::EPSILON
        }
        Curve::TwoSided { low_floor, low_target, high_target, high_floor } => {
            let ends_are_numbers = low_floor.is_finite() && high_floor.is_finite();
            ends_are_numbers
                && low_floor < low_target
                && low_target <= high_target
                && high_target < high_floor
        }
    }
}

fn technician_ranges(rules: &TechnicianRules) -> Vec<(&'static str, bool)> {
    let positive = |number: f64| number.is_finite() && number > 0.0;
    let (min, max) = (rules.virtual_surveys_min, rules.virtual_surveys_max);
    vec![
        ("technician.window_days", rules.window_days > 0),
        ("technician.virtual_surveys", positive(rules.virtual_surveys)),
        ("technician.mean_without_peers", (0.0..=1.0).contains(&rules.mean_without_peers)),
        ("technician.variance_without_peers", (0.0..=1.0).contains(&rules.variance_without_peers)),
        ("technician.virtual_surveys_min", positive(min)),
        ("technician.virtual_surveys_max", positive(max) && min <= max),
        ("technician.provisional_below", rules.provisional_below >= 0),
        ("technician.satisfied_from", (0.0..=1.0).contains(&rules.satisfied_from)),
        ("technician.z", positive(rules.z)),
    ]
}

fn monthly_ranges(rules: &MonthlyScore) -> Vec<(&'static str, bool)> {
    let descending = rules.bands.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1);
    let down_to_nothing = rules.bands.last().is_some_and(|(_, from)| *from <= 0.0);
    let points = rules.complaint_points;
    let points_in_order =
        Trillionths::ZERO <= points.minor && points.minor <= points.major && points.major <= points.critical;
    let life = rules.lifecycle;
    let days_in_order = 1 <= life.frozen_on_day
        && i64::from(life.frozen_on_day) + life.objection_days <= i64::from(life.final_on_day)
        && life.objection_days >= 0
        && life.final_on_day <= 29;
    vec![
        ("monthly.coverage_percent_min", rules.coverage_percent_min <= 100),
        ("monthly.closed_jobs_min", rules.closed_jobs_min >= 0),
        ("monthly.repeat_days", rules.repeat_days > 0),
        ("monthly.complaint_points", points_in_order),
        ("monthly.deduction", rules.deduction.points_max <= 100),
        ("monthly.bands", descending && down_to_nothing),
        ("monthly.cap_below", (0.0..=100.0).contains(&rules.cap_below)),
        ("monthly.lifecycle", days_in_order),
    ]
}
