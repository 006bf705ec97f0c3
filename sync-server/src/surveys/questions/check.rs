//! What may be wrong with a bank of questions.

use std::collections::BTreeSet;

use calendar::Date;
use rusqlite::Connection;
use wire::FieldProblem;

use super::{AnswerKind, Language, Question, QuestionBank, QuestionScope, rules_at};
use crate::error::CoreError;

const QUESTIONS_MAX: usize = 40;
const KEY_CHARS_MAX: usize = 40;
const TEXT_CHARS_MAX: usize = 300;

/// Checks a bank by itself.
pub(crate) fn check_bank(bank: &QuestionBank) -> Result<(), Vec<FieldProblem>> {
    let mut wrong = Vec::new();
    if bank.version.trim().is_empty() {
        wrong.push(problem("content.version", "questions.no_name", "the version has no name"));
    }
    if bank.questions.is_empty() {
        wrong.push(problem("content.questions", "questions.none", "there is no question"));
    }
    if bank.questions.len() > QUESTIONS_MAX {
        let message = format!("at most {QUESTIONS_MAX} questions");
        wrong.push(problem("content.questions", "questions.too_many", &message));
    }
    let mut keys = BTreeSet::new();
    for (at, question) in bank.questions.iter().enumerate() {
        check_question(question, &format!("content.questions[{at}]"), &mut wrong);
        if !keys.insert(&question.key) {
            let message = format!("{:?} stands twice", question.key);
            wrong.push(problem(&format!("content.questions[{at}].key"), "questions.twice", &message));
        }
    }
    let sum: u64 = bank.questions.iter().filter_map(|question| question.weight).map(u64::from).sum();
    if sum != 100 {
        let message = format!("the weights of the criteria sum to {sum}, they must sum to 100");
        wrong.push(problem("content.questions", "questions.weights_not_100", &message));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn check_question(question: &Question, path: &str, wrong: &mut Vec<FieldProblem>) {
    let Question { key, scope, kind, weight, text } = question;
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.chars().all(is_letter) {
        let message = format!("1 to {KEY_CHARS_MAX} of the letters a to z, digits and _");
        wrong.push(problem(&format!("{path}.key"), "questions.bad_key", &message));
    }
    let criterion = *scope == QuestionScope::Technician && *kind == AnswerKind::Scale;
    if weight.is_some() && !criterion {
        let message = "only a question about the technician on the scale of 1 to 5 has a weight";
        wrong.push(problem(&format!("{path}.weight"), "questions.weight_misplaced", message));
    }
    if weight.is_none() && criterion {
        let message = "a question about the technician on the scale of 1 to 5 needs a weight";
        wrong.push(problem(&format!("{path}.weight"), "questions.weight_missing", message));
    }
    for language in Language::ALL {
        let words = text.in_language(language).trim();
        if words.is_empty() || words.chars().count() > TEXT_CHARS_MAX {
            let message = format!("a text of at most {TEXT_CHARS_MAX} letters is needed");
            wrong.push(problem(&format!("{path}.text.{}", language.code()), "questions.no_text", &message));
        }
    }
}

/// Holds the weights against the rules of scoring of the day from which the bank
/// holds: people are rated by the one and asked by the other.
pub(crate) fn check_criteria(connection: &Connection, json: &str, day: Date) -> Result<(), CoreError> {
    let bank: QuestionBank =
        serde_json::from_str(json).map_err(|error| CoreError::Outside(error.to_string()))?;
    let (name, rules) = rules_at(connection, day)?;
    if bank.weights() == rules.weights {
        return Ok(());
    }
    let criteria: Vec<String> = rules.weights.iter().map(|(key, weight)| format!("{key} {weight}")).collect();
    let message = format!(
        "the criteria and their weights must be those of the scoring rules {name:?}, which hold on {day}: {}",
        criteria.join(", ")
    );
    Err(CoreError::Invalid(vec![problem("content.questions", "questions.not_the_criteria", &message)]))
}

fn problem(path: &str, code: &str, message: &str) -> FieldProblem {
    FieldProblem::coded(path, code, message)
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerKind, QuestionScope, default_bank};
    use super::check_bank;

    fn codes(change: impl FnOnce(&mut super::QuestionBank)) -> Vec<String> {
        let mut bank = default_bank();
        change(&mut bank);
        let problems = check_bank(&bank).expect_err("it is wrong");
        problems.into_iter().filter_map(|problem| problem.code).collect()
    }

    #[test]
    fn the_built_in_bank_is_right() {
        check_bank(&default_bank()).expect("right");
        let rules = scoring::SurveyRules::default();
        assert_eq!(default_bank().weights(), rules.weights);
    }

    #[test]
    fn each_fault_has_its_code() {
        assert_eq!(codes(|bank| bank.version.clear()), ["questions.no_name"]);
        assert_eq!(codes(|bank| bank.questions.clear()), ["questions.none", "questions.weights_not_100"]);
        assert_eq!(codes(|bank| bank.questions[7].key = bank.questions[8].key.clone()), ["questions.twice"]);
        assert_eq!(codes(|bank| bank.questions[0].key = "Solved!".into()), ["questions.bad_key"]);
        assert_eq!(codes(|bank| bank.questions[0].text.ru = " ".into()), ["questions.no_text"]);
        assert_eq!(codes(|bank| bank.questions[0].weight = Some(29)), ["questions.weights_not_100"]);
        let misplaced = codes(|bank| {
            bank.questions[0].scope = QuestionScope::Company;
        });
        assert_eq!(misplaced, ["questions.weight_misplaced"]);
        assert_eq!(codes(|bank| bank.questions[0].kind = AnswerKind::Nps), ["questions.weight_misplaced"]);
        let missing = codes(|bank| bank.questions[0].weight = None);
        assert_eq!(missing, ["questions.weight_missing", "questions.weights_not_100"]);
    }
}
