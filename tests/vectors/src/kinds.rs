//! The nine kinds of vectors, each by the function that the product uses.

mod monthly;
mod travel;
mod working_time;

use std::collections::BTreeMap;

use scoring::{
    Prior, RatedMonth, RatingFacts, Rules, SurveyRules, TechnicianRules, method_of_moments, rate,
    split_by_largest_remainder, survey_score, yearly_mean,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::input::{exact, read, whole};

/// Computes a vector's result as JSON.
pub(crate) fn compute(kind: &str, input: Value) -> Result<Value, String> {
    match kind {
        "survey_score" => survey(read(input)?),
        "technician_rating" => rating(read(input)?),
        "prior_strength" => prior_strength(read(input)?),
        "representative_score" => monthly::score(read(input)?),
        "yearly_mean" => yearly(read(input)?),
        "working_deadline" => working_time::deadline(read(input)?),
        "working_minutes" => working_time::minutes(read(input)?),
        "travel_claim" => travel::claim(read(input)?),
        "split_tour" => split(read(input)?),
        _ => Err("there is no such kind of vector".into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Survey {
    weights: BTreeMap<String, u32>,
    answers: BTreeMap<String, Option<u8>>,
}

fn survey(Survey { weights, answers }: Survey) -> Result<Value, String> {
    let rules = SurveyRules { weights, ..SurveyRules::default() };
    let result = survey_score(&rules, &answers).map_err(|problem| problem.to_string())?;
    Ok(json!({ "score": result.score.map(scoring::Trillionths::to_f64) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Technician {
    scores: Vec<f64>,
    m: f64,
    #[serde(rename = "C")]
    strength: f64,
    v: f64,
}

fn rating(Technician { scores, m, strength, v }: Technician) -> Result<Value, String> {
    let rules = &Rules::default().technician;
    let facts = rating_facts(&scores, rules)?;
    let rated = rate(rules, &facts, &Prior { mean: m, within: v, between: None, strength });
    Ok(json!({
        "n": rated.surveys,
        "R": rated.rating,
        "stars": rated.stars,
        "stars_shown": rated.stars_shown,
        "lower": rated.lower,
        "provisional": rated.standing != scoring::Standing::Rated,
        "satisfied_interval": rated.satisfied.map(|share| [share.low, share.high]),
    }))
}

fn rating_facts(scores: &[f64], rules: &TechnicianRules) -> Result<RatingFacts, String> {
    let mut facts = RatingFacts::default();
    for score in scores {
        facts.add(exact("a score", *score)?, rules);
    }
    Ok(facts)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Groups {
    groups: Vec<Vec<f64>>,
}

fn prior_strength(Groups { groups }: Groups) -> Result<Value, String> {
    let rules = &Rules::default().technician;
    let peers: Vec<_> = groups.iter().map(|scores| rating_facts(scores, rules)).collect::<Result<_, _>>()?;
    let prior = method_of_moments(rules, &peers).ok_or("there is no score in any group")?;
    Ok(json!({ "m": prior.mean, "v": prior.within, "tau2": prior.between, "C": prior.strength }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    months: Vec<(f64, f64)>,
}

fn yearly(Year { months }: Year) -> Result<Value, String> {
    let month = |(score, jobs): &(f64, f64)| {
        let score_shown = exact("a month's score", *score)?;
        Ok::<_, String>(RatedMonth { score_shown, closed_jobs: whole("a month's jobs", *jobs)? })
    };
    let months: Vec<_> = months.iter().map(month).collect::<Result<_, _>>()?;
    Ok(json!({ "Y": yearly_mean(&months) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tour {
    total: i64,
    weights: Vec<u64>,
}

fn split(Tour { total, weights }: Tour) -> Result<Value, String> {
    let shares = split_by_largest_remainder(total, &weights).map_err(|problem| problem.to_string())?;
    Ok(json!({ "shares": shares }))
}
