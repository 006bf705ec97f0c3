//! Answers, checked against the questions that were asked.

use std::collections::BTreeMap;

use scoring::{SurveyRules, SurveyScore, Trillionths, survey_score};
use serde::{Deserialize, Serialize};
use wire::FieldProblem;

use super::{AnswerKind, Question, QuestionBank, QuestionScope};

const WORDS_MAX: usize = 2_000;

/// Answers by question; what was not answered is absent.
pub type Answers = BTreeMap<String, AnswerValue>;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerValue {
    /// A number on the question's scale.
    Mark(i64),
    /// Words.
    Words(String),
    /// Not answered, or it does not apply.
    None(()),
}

/// Answers that can be taken, and what they come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CheckedAnswers {
    pub(super) answers: Answers,
    pub(super) score: SurveyScore,
    pub(super) agency_score: Option<Trillionths>,
}

/// Checks answers and scores them. Only questions about the technician make the
/// score; the weights are those of the questions that were asked.
pub(super) fn check(
    bank: &QuestionBank,
    rules: &SurveyRules,
    given: Answers,
) -> Result<CheckedAnswers, Vec<FieldProblem>> {
    let mut wrong: Vec<FieldProblem> =
        given.iter().filter_map(|(key, value)| check_one(bank, key, value).err()).collect();
    let answers: Answers = given.into_iter().filter_map(|(key, value)| Some((key, tidy(value)?))).collect();
    if wrong.is_empty() && answers.is_empty() {
        wrong.push(FieldProblem::coded("answers", "survey.no_answers", "answer one question at least"));
    }
    let marks = |question: &Question| match answers.get(&question.key) {
        Some(AnswerValue::Mark(mark)) => u8::try_from(*mark).ok(),
        _ => None,
    };
    let criteria = bank.questions.iter().filter(|question| question.weight.is_some());
    let criteria = criteria.map(|question| (question.key.clone(), marks(question))).collect();
    let rules = SurveyRules { weights: bank.weights(), answered_percent_min: rules.answered_percent_min };
    match survey_score(&rules, &criteria) {
        Ok(score) if wrong.is_empty() => {
            let agency_score = agency_mean(bank, &marks);
            Ok(CheckedAnswers { answers, score, agency_score })
        }
        Ok(_) => Err(wrong),
        // Said already, but for a range that the rules know better.
        Err(problem) if wrong.is_empty() => {
            Err(vec![FieldProblem::coded("answers", problem.code(), &problem.to_string())])
        }
        Err(_) => Err(wrong),
    }
}

fn check_one(bank: &QuestionBank, key: &str, value: &AnswerValue) -> Result<(), FieldProblem> {
    let shown: String = key.chars().take(60).collect();
    let path = format!("answers.{shown}");
    let fault = |code: &str, message: String| Err(FieldProblem::coded(&path, code, &message));
    let Some(question) = bank.question(key) else {
        return fault("survey.unknown_criterion", format!("no question is called {shown:?}"));
    };
    match (question.kind.range(), value) {
        (_, AnswerValue::None(())) => Ok(()),
        (Some((least, most)), AnswerValue::Mark(mark)) if (least..=most).contains(mark) => Ok(()),
        (Some((least, most)), _) => {
            let message = format!("a number from {least} to {most}, or nothing");
            fault("survey.answer_out_of_range", message)
        }
        (None, AnswerValue::Words(words)) if words.chars().count() <= WORDS_MAX => Ok(()),
        (None, AnswerValue::Words(_)) => {
            fault("survey.answer_too_long", format!("at most {WORDS_MAX} letters"))
        }
        (None, AnswerValue::Mark(_)) => {
            fault("survey.answer_out_of_range", "words are expected here".to_owned())
        }
    }
}

/// What was left blank is no answer.
fn tidy(value: AnswerValue) -> Option<AnswerValue> {
    match value {
        AnswerValue::None(()) => None,
        AnswerValue::Mark(mark) => Some(AnswerValue::Mark(mark)),
        AnswerValue::Words(words) => {
            let words = words.trim();
            (!words.is_empty()).then(|| AnswerValue::Words(words.to_owned()))
        }
    }
}

/// The plain mean of what was answered about the representative on the scale.
fn agency_mean(bank: &QuestionBank, marks: &impl Fn(&Question) -> Option<u8>) -> Option<Trillionths> {
    let about_agency = |question: &&Question| {
        question.scope == QuestionScope::Representative && question.kind == AnswerKind::Scale
    };
    let given: Vec<i64> = bank
        .questions
        .iter()
        .filter(about_agency)
        .filter_map(|question| marks(question).map(i64::from))
        .collect();
    let count = i64::try_from(given.len()).ok()?;
    Trillionths::ratio(given.iter().map(|mark| mark - 1).sum(), 4 * count)
}

#[cfg(test)]
mod tests {
    use super::super::questions::default_bank;
    use super::*;

    fn given(answers: &[(&str, AnswerValue)]) -> Answers {
        answers.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    fn checked(answers: &[(&str, AnswerValue)]) -> Result<CheckedAnswers, Vec<String>> {
        let problems = check(&default_bank(), &SurveyRules::default(), given(answers));
        problems.map_err(|all| all.into_iter().filter_map(|problem| problem.code).collect())
    }

    use AnswerValue::{Mark, Words};

    #[test]
    fn the_score_is_that_of_the_worked_example_and_only_of_the_technician() {
        let six = [
            ("solved", Mark(5)),
            ("punctual", Mark(4)),
            ("behaviour", Mark(5)),
            ("cost_clarity", Mark(5)),
            ("explanation", Mark(4)),
            ("cleanliness", Mark(5)),
        ];
        let alone = checked(&six).expect("taken");
        assert_eq!(alone.score.score, "0.925".parse().ok());
        let all = [&six[..], &[("recommend", Mark(0)), ("effort", Mark(1)), ("agency_service", Mark(2))]];
        let all = checked(&all.concat()).expect("taken");
        assert_eq!(all.score, alone.score);
        assert_eq!(all.agency_score, "0.25".parse().ok());
        let one = checked(&[("behaviour", Mark(1))]).expect("taken, not counted");
        assert_eq!((one.score.score, one.score.answered_weight), (None, 15));
    }

    #[test]
    fn what_will_not_do_is_named() {
        assert_eq!(checked(&[("solved", Mark(6))]), Err(vec!["survey.answer_out_of_range".into()]));
        assert_eq!(checked(&[("solved", Mark(0))]), Err(vec!["survey.answer_out_of_range".into()]));
        assert_eq!(checked(&[("solved", Words("5".into()))]), Err(vec!["survey.answer_out_of_range".into()]));
        assert_eq!(checked(&[("recommend", Mark(11))]), Err(vec!["survey.answer_out_of_range".into()]));
        assert_eq!(checked(&[("effort", Mark(0))]), Err(vec!["survey.answer_out_of_range".into()]));
        assert_eq!(checked(&[("wine", Mark(5))]), Err(vec!["survey.unknown_criterion".into()]));
        assert_eq!(
            checked(&[("remark", Words("x".repeat(2001)))]),
            Err(vec!["survey.answer_too_long".into()])
        );
        assert_eq!(checked(&[("solved", AnswerValue::None(()))]), Err(vec!["survey.no_answers".into()]));
        assert_eq!(checked(&[]), Err(vec!["survey.no_answers".into()]));
        let both = checked(&[("solved", Mark(9)), ("wine", Mark(1))]);
        assert_eq!(both, Err(vec!["survey.answer_out_of_range".into(), "survey.unknown_criterion".into()]));
    }

    #[test]
    fn the_ends_of_every_scale_are_taken() {
        let ends = [("solved", Mark(1)), ("recommend", Mark(0)), ("effort", Mark(1))];
        checked(&ends).expect("the lowest");
        let ends = [
            ("solved", Mark(5)),
            ("recommend", Mark(10)),
            ("effort", Mark(7)),
            ("remark", Words(" ".into())),
        ];
        assert_eq!(checked(&ends).expect("the highest").answers.len(), 3);
        assert_eq!(AnswerKind::Text.range(), None);
    }
}
