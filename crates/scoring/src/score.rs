//! A representative's monthly score.

use serde::{Deserialize, Serialize};

use crate::{Band, ComponentKey, ComponentRule, Curve, MonthFacts, Rules, Shrinkage, Tally, shown_to_tenth};

/// A month's score with what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthScore {
    /// Between 0 and 100; none if no component applies.
    pub score: Option<f64>,
    /// The same, rounded half-up to a tenth: what is published.
    pub score_shown: Option<f64>,
    /// The weight of the components that apply, as a share of all.
    pub coverage: f64,
    /// Points taken off for violations.
    pub deduction: u32,
    /// Whether there was enough to judge by.
    pub rated: bool,
    /// The band; none where not rated.
    pub band: Option<Band>,
    /// Whether a component has collapsed, so that the band is capped.
    pub capped: bool,
    /// The ten components.
    pub components: Vec<ComponentScore>,
}

/// What one component contributes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComponentScore {
    /// Which one.
    pub key: ComponentKey,
    /// Its weight by the rules.
    pub weight: u32,
    /// From value to points.
    pub curve: Curve,
    /// What few cases are drawn to.
    pub shrinkage: Option<Shrinkage>,
    /// What it came to; none if it does not apply: nothing was due or happened.
    pub result: Option<ComponentResult>,
}

/// A component that applies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComponentResult {
    /// Numerator over denominator.
    pub raw: f64,
    /// The raw value drawn towards the prior, as far as there are few cases.
    pub x: f64,
    /// Between 0 and 100.
    pub points: f64,
    /// Its weight with that of the missing ones shared out, in percent.
    pub effective_weight: f64,
    /// What the score lacks because of it.
    pub lost: f64,
}

/// The month's score.
#[must_use]
pub fn score_month(rules: &Rules, facts: &MonthFacts) -> MonthScore {
    let rules = &rules.monthly;
    let values: Vec<_> = rules.components.iter().map(|rule| (rule, value(rule, facts))).collect();
    let present = values.iter().filter(|(_, value)| value.is_some()).map(|(rule, _)| rule.weight);
    let present = f64::from(present.sum::<u32>());
    let components: Vec<_> = values.iter().map(|(rule, value)| component(rule, *value, present)).collect();

    let results = components.iter().filter_map(|part| part.result.map(|result| (part.weight, result)));
    let weighted: f64 = results.map(|(weight, result)| f64::from(weight) * result.points).sum();
    let deduction = deduction(rules.deduction, facts.violations);
    let score = (present > 0.0).then(|| (weighted / present - f64::from(deduction)).clamp(0.0, 100.0));
    let coverage = present / 100.0;
    let covered = present >= f64::from(rules.coverage_percent_min);
    let rated = covered && facts.closed_jobs >= rules.closed_jobs_min;
    let capped = components.iter().any(|part| {
        let collapsed = part.result.is_some_and(|result| result.points < rules.cap_below);
        collapsed && rules.cap_components.contains(&part.key)
    });
    let band = score.filter(|_| rated).map(|score| {
        let reached = rules.bands.iter().find(|(_, from)| score >= *from);
        let band = reached.map_or(Band::D, |(band, _)| *band);
        // The order of bands is from the best down.
        if capped { band.max(rules.cap_band) } else { band }
    });
    let score_shown = score.map(shown_to_tenth);
    MonthScore { score, score_shown, coverage, deduction, rated, band, capped, components }
}

fn deduction(rule: crate::Deduction, violations: i64) -> u32 {
    let violations = u32::try_from(violations.max(0)).unwrap_or(u32::MAX);
    rule.points_each.saturating_mul(violations).min(rule.points_max)
}

/// Raw and shrunk value; none if the component does not apply.
fn value(rule: &ComponentRule, facts: &MonthFacts) -> Option<(f64, f64)> {
    let tally = facts.tally(rule.key);
    if tally.denominator.is_zero() {
        return None;
    }
    if rule.key == ComponentKey::PartsNorm {
        return parts_value(rule, tally, facts.parts_jobs);
    }
    let (numerator, denominator) = (tally.numerator.to_f64(), tally.denominator.to_f64());
    let shrunk = rule.shrinkage.map_or(numerator / denominator, |Shrinkage { mean, strength }| {
        (strength * mean + numerator) / (strength + denominator)
    });
    Some((numerator / denominator, shrunk))
}

/// An index of costs counts as many cases as there were jobs, whatever the sums.
fn parts_value(rule: &ComponentRule, tally: &Tally, jobs: i64) -> Option<(f64, f64)> {
    if jobs < rule.jobs_min || jobs <= 0 {
        return None;
    }
    let raw = tally.numerator.to_f64() / tally.denominator.to_f64();
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 jobs")]
    let jobs = jobs as f64;
    let shrunk = rule
        .shrinkage
        .map_or(raw, |Shrinkage { mean, strength }| (jobs * raw + strength * mean) / (jobs + strength));
    Some((raw, shrunk))
}

fn component(rule: &ComponentRule, value: Option<(f64, f64)>, present: f64) -> ComponentScore {
    let result = value.map(|(raw, x)| {
        let points = points(rule.curve, x);
        // Only components without a weight may apply: then nothing is shared out.
        let effective_weight = if present > 0.0 { 100.0 * f64::from(rule.weight) / present } else { 0.0 };
        let lost = effective_weight * (100.0 - points) / 100.0;
        ComponentResult { raw, x, points, effective_weight, lost }
    });
    let ComponentRule { key, weight, curve, shrinkage, .. } = *rule;
    ComponentScore { key, weight, curve, shrinkage, result }
}

fn points(curve: Curve, x: f64) -> f64 {
    let line = |floor: f64, target: f64| 100.0 * ((x - floor) / (target - floor)).clamp(0.0, 1.0);
    match curve {
        Curve::Line { floor, target } => line(floor, target),
        Curve::TwoSided { low_floor, low_target, high_target, high_floor } => {
            if x < low_target {
                line(low_floor, low_target)
            } else if x <= high_target {
                100.0
            } else {
                line(high_floor, high_target)
            }
        }
    }
}
