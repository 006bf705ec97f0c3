//! The score of one survey about a technician.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{SurveyRules, Trillionths};

/// The answers that a customer may give.
const WORST: u8 = 1;
const BEST: u8 = 5;

/// What a survey is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyScore {
    /// Between 0 and 1; none if too little was answered, which is kept and shown
    /// as *incomplete*.
    pub score: Option<Trillionths>,
    /// The weight of what was answered.
    pub answered_weight: u32,
    /// The weight of all that was asked.
    pub asked_weight: u32,
}

/// An answer that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// Not between 1 and 5.
    #[error("the answer to {criterion} is {answer}, it must be between 1 and 5 or left out")]
    OutOfRange {
        /// The criterion.
        criterion: String,
        /// What was answered.
        answer: u8,
    },
    /// The rules know no such criterion.
    #[error("no criterion is called {criterion}")]
    UnknownCriterion {
        /// The name.
        criterion: String,
    },
}

impl AnswerProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "survey.answer_out_of_range",
            Self::UnknownCriterion { .. } => "survey.unknown_criterion",
        }
    }
}

/// The weighted mean of the answers, 1 as 0 and 5 as 1. A criterion that was not
/// answered or does not apply is left out, or given as `None`.
///
/// # Errors
/// An answer that cannot be taken; nothing of the survey is counted then.
pub fn survey_score(
    rules: &SurveyRules,
    answers: &BTreeMap<String, Option<u8>>,
) -> Result<SurveyScore, AnswerProblem> {
    let (mut answered, mut points) = (0_u32, 0_i64);
    for (criterion, answer) in answers {
        let weight = rules.weights.get(criterion);
        let weight =
            *weight.ok_or_else(|| AnswerProblem::UnknownCriterion { criterion: criterion.clone() })?;
        let Some(answer) = *answer else { continue };
        if !(WORST..=BEST).contains(&answer) {
            return Err(AnswerProblem::OutOfRange { criterion: criterion.clone(), answer });
        }
        answered = answered.saturating_add(weight);
        points = points.saturating_add(i64::from(weight) * i64::from(answer - WORST));
    }
    let asked = rules.weights.values().fold(0_u32, |sum, weight| sum.saturating_add(*weight));
    let enough = u64::from(answered) * 100 >= u64::from(asked) * u64::from(rules.answered_percent_min);
    let score = Trillionths::ratio(points, i64::from(answered) * i64::from(BEST - WORST));
    Ok(SurveyScore { score: score.filter(|_| enough), answered_weight: answered, asked_weight: asked })
}
