//! A technician's rating down to its surveys.

use serde::{Deserialize, Serialize};

use crate::{
    CountedSurvey, EvidenceRow, Prior, Rating, RatingFacts, Rules, TechnicianRules, TechnicianSurveys, rate,
};

/// A rating with everything that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatingExplanation {
    /// The version of the rules.
    pub rules_version: String,
    /// What few surveys are drawn to.
    pub prior: Prior,
    /// What the surveys add up to.
    pub facts: RatingFacts,
    /// The rating.
    pub rating: Rating,
    /// The surveys that count and what each did, the costliest first.
    pub surveys: Vec<SurveyEffect>,
    /// The surveys that do not count, with their reasons.
    pub excluded: Vec<EvidenceRow>,
}

/// What one survey did to a rating.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurveyEffect {
    /// The survey.
    pub survey: CountedSurvey,
    /// The stars without it.
    pub stars_without: f64,
    /// How many stars it cost; negative where it helped.
    pub cost: f64,
}

/// Explains a technician's rating by the surveys of the jobs that he completed.
#[must_use]
pub fn explain_rating(rules: &Rules, prior: &Prior, surveys: TechnicianSurveys) -> RatingExplanation {
    let technician: &TechnicianRules = &rules.technician;
    let mut facts = RatingFacts::default();
    for survey in &surveys.counted {
        facts.add(survey.score, technician);
    }
    let rating = rate(technician, &facts, prior);
    let effect = |survey: CountedSurvey| {
        let mut without = facts;
        without.remove(survey.score, technician);
        let stars_without = rate(technician, &without, prior).stars;
        SurveyEffect { survey, stars_without, cost: stars_without - rating.stars }
    };
    let mut effects: Vec<SurveyEffect> = surveys.counted.into_iter().map(effect).collect();
    effects.sort_by(|one, other| other.cost.total_cmp(&one.cost));
    RatingExplanation {
        rules_version: rules.version.clone(),
        prior: *prior,
        facts,
        rating,
        surveys: effects,
        excluded: surveys.excluded,
    }
}
