//! A score down to its evidence, and a rating down to its surveys.

mod rating;

use std::collections::BTreeMap;

use domain::DocId;
use serde::{Deserialize, Serialize};

pub use rating::{RatingExplanation, SurveyEffect, explain_rating};

use crate::{
    ComponentKey, ComponentScore, EvidenceRow, Measure, MonthFacts, MonthScore, Outcome, ReasonCode, Rules,
    score_month,
};

/// A month's score with everything that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The version of the rules.
    pub rules_version: String,
    /// What the evidence adds up to.
    pub facts: MonthFacts,
    /// The score.
    pub score: MonthScore,
    /// Its components, with their evidence.
    pub components: Vec<ComponentExplanation>,
    /// The closed jobs, the violations and what was left out of them.
    pub others: Vec<EvidenceRow>,
    /// What each job did to the score, the costliest first.
    pub jobs: Vec<JobEffect>,
    /// How many cases were left out, by reason.
    pub excluded: BTreeMap<ReasonCode, usize>,
}

/// A component with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentExplanation {
    /// Value, floor, target, weight, points and points lost.
    pub part: ComponentScore,
    /// Every case, those that were left out included.
    pub rows: Vec<EvidenceRow>,
}

/// What one job did to the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JobEffect {
    /// The job.
    pub job: DocId,
    /// The score without the cases of this job; none if nothing would be left.
    pub score_without: Option<f64>,
    /// How many points the job cost; negative where it helped.
    pub cost: Option<f64>,
}

impl Explanation {
    /// All of its evidence: by component, then the rest.
    pub fn rows(&self) -> impl Iterator<Item = &EvidenceRow> {
        self.components.iter().flat_map(|component| &component.rows).chain(&self.others)
    }
}

/// Explains the score of a month by its evidence.
#[must_use]
pub fn explain(rules: &Rules, rows: Vec<EvidenceRow>) -> Explanation {
    let facts = MonthFacts::of(&rows);
    let score = score_month(rules, &facts);
    let jobs = job_effects(rules, &facts, &score, &rows);
    let mut excluded = BTreeMap::new();
    for reason in rows.iter().filter_map(|row| row.reason.filter(|_| row.outcome == Outcome::Excluded)) {
        *excluded.entry(reason).or_insert(0) += 1;
    }
    let mut by_component: BTreeMap<ComponentKey, Vec<EvidenceRow>> = BTreeMap::new();
    let mut others = Vec::new();
    for row in rows {
        match row.measure {
            Measure::Component(key) => by_component.entry(key).or_default().push(row),
            Measure::ClosedJobs | Measure::Violations => others.push(row),
        }
    }
    let explained = |part: &ComponentScore| ComponentExplanation {
        part: *part,
        rows: by_component.remove(&part.key).unwrap_or_default(),
    };
    let components = score.components.iter().map(explained).collect();
    Explanation { rules_version: rules.version.clone(), facts, score, components, others, jobs, excluded }
}

/// The score without the cases of one job. The number of closed jobs stays as it
/// was: the question is what came of the job, not what if it had never been.
#[must_use]
pub fn score_without<'a>(
    rules: &Rules,
    facts: &MonthFacts,
    rows_of_job: impl IntoIterator<Item = &'a EvidenceRow>,
) -> MonthScore {
    let mut without = facts.clone();
    for row in rows_of_job.into_iter().filter(|row| row.measure != Measure::ClosedJobs) {
        without.remove(row);
    }
    score_month(rules, &without)
}

fn job_effects(
    rules: &Rules,
    facts: &MonthFacts,
    score: &MonthScore,
    rows: &[EvidenceRow],
) -> Vec<JobEffect> {
    let mut by_job: BTreeMap<DocId, Vec<&EvidenceRow>> = BTreeMap::new();
    for row in rows {
        if let Some(job) = row.job {
            by_job.entry(job).or_default().push(row);
        }
    }
    let effect = |(job, rows)| {
        let score_without = score_without(rules, facts, rows).score;
        let cost = score_without.zip(score.score).map(|(without, with)| without - with);
        JobEffect { job, score_without, cost }
    };
    let mut effects: Vec<JobEffect> = by_job.into_iter().map(effect).collect();
    let rank = |effect: &JobEffect| effect.cost.unwrap_or(f64::NEG_INFINITY);
    effects.sort_by(|one, other| rank(other).total_cmp(&rank(one)));
    effects
}
