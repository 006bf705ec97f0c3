//! `representative_score`.

use std::collections::BTreeMap;

use scoring::{ComponentKey, ComponentScore, MonthFacts, Rules, score_month};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::input::{exact, whole};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Month {
    closed: f64,
    violations: f64,
    facts: BTreeMap<String, Fact>,
}

/// `[numerator, denominator]` of a component, or the number of jobs with parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Fact {
    Pair(f64, f64),
    Number(f64),
}

pub(super) fn score(month: Month) -> Result<Value, String> {
    let facts = facts(&month)?;
    let score = score_month(&Rules::default(), &facts);
    Ok(json!({
        "score": score.score,
        "score_shown": score.score_shown,
        "coverage": score.coverage,
        "deduction": score.deduction,
        "rated": score.rated,
        "band": score.band.map(scoring::Band::name),
        "capped": score.capped,
        "components": score.components.iter().map(component).collect::<Vec<_>>(),
    }))
}

/// A component that is left out had nothing due; one that is misspelt is an error.
fn facts(month: &Month) -> Result<MonthFacts, String> {
    let mut facts = MonthFacts {
        closed_jobs: whole("closed", month.closed)?,
        violations: whole("violations", month.violations)?,
        ..MonthFacts::default()
    };
    for (name, fact) in &month.facts {
        match (fact, ComponentKey::named(name)) {
            (Fact::Pair(numerator, denominator), Some(key)) => {
                let tally = facts.tally_mut(key);
                tally.numerator = exact(name, *numerator)?;
                tally.denominator = exact(name, *denominator)?;
            }
            (Fact::Number(jobs), None) if name == "parts_jobs" => facts.parts_jobs = whole(name, *jobs)?,
            _ => return Err(format!("{name} is not a component with two numbers, nor parts_jobs with one")),
        }
    }
    Ok(facts)
}

fn component(part: &ComponentScore) -> Value {
    json!({
        "key": part.key.name(),
        "x": part.result.map(|result| result.x),
        "points": part.result.map(|result| result.points),
        "effective_weight": part.result.map(|result| result.effective_weight),
        "lost": part.result.map(|result| result.lost),
    })
}
