//! The bank of questions: a kind of the rulebook. A survey is asked with the version
//! that held on the day of the closing.

mod builtin;
mod check;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use calendar::Date;
use domain::AgencyId;
use rusqlite::{Connection, OptionalExtension};
use scoring::{RulesVersion, SurveyRules};
use serde::{Deserialize, Serialize};

use super::{Language, SurveyAbout, SurveyRow};
use crate::error::CoreError;
use crate::rulebook::{Kind, Version, versions_for};

pub(crate) use builtin::default_bank;
pub(crate) use check::{check_bank, check_criteria};

const JSON_OF: &str = "SELECT json FROM rulebook WHERE id = ?1";

/// A version of the questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionBank {
    /// Its name.
    pub version: String,
    /// The questions, in the order in which they are asked.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in answers.
    pub key: String,
    /// Of whom it is asked.
    pub scope: QuestionScope,
    /// How it is answered.
    pub kind: AnswerKind,
    /// Its weight in the technician's rating, where it is one of the criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What is asked.
    pub text: Texts,
}

/// Of whom a question is asked. Only the technician's touch a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionScope {
    /// The technicians on the visit.
    Technician,
    /// The agency.
    Representative,
    /// The organisation.
    Company,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// 1, not at all, to 5, fully.
    Scale,
    /// 0 to 10: how likely it is to be recommended.
    Nps,
    /// 1, very hard, to 7, very easy.
    Ces,
    /// In words.
    Text,
}

impl AnswerKind {
    /// The numbers that may be given; none for words.
    #[must_use]
    pub const fn range(self) -> Option<(i64, i64)> {
        match self {
            Self::Scale => Some((1, 5)),
            Self::Nps => Some((0, 10)),
            Self::Ces => Some((1, 7)),
            Self::Text => None,
        }
    }
}

/// A text in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// In Persian.
    pub fa: String,
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

impl Texts {
    /// The text in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Fa => &self.fa,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

impl QuestionBank {
    /// A question by its key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }
    /// The questions that are asked about a job, or about a request on which nobody came.
    #[must_use]
    pub fn asked_about(mut self, about: SurveyAbout) -> Self {
        self.questions
            .retain(|question| about == SurveyAbout::Job || question.scope == QuestionScope::Company);
        self
    }
    /// The criteria of the technician's rating with their weights.
    #[must_use]
    pub fn weights(&self) -> BTreeMap<String, u32> {
        let weighted = |question: &Question| Some((question.key.clone(), question.weight?));
        self.questions.iter().filter_map(weighted).collect()
    }
}

/// The questions that hold for an agency on a day, with their number in the rulebook.
pub(super) fn bank_at(
    connection: &Connection,
    agency: Option<AgencyId>,
    day: Date,
) -> Result<(Option<i64>, QuestionBank), CoreError> {
    match in_force(versions_for(connection, Kind::SurveyQuestions, agency)?, day) {
        Some(version) => Ok((Some(version.id), parsed(&version.json)?)),
        None => Ok((None, default_bank())),
    }
}

/// The questions with which a survey was asked.
///
/// # Errors
///
/// When the store fails or a newer program wrote the questions.
pub fn asked_bank(connection: &Connection, survey: &SurveyRow) -> Result<QuestionBank, CoreError> {
    Ok(bank_of(connection, survey.bank)?.asked_about(survey.about))
}

/// A version of the questions; the built-in ones if none.
fn bank_of(connection: &Connection, bank: Option<i64>) -> Result<QuestionBank, CoreError> {
    let Some(bank) = bank else { return Ok(default_bank()) };
    let json: Option<String> =
        connection.prepare_cached(JSON_OF)?.query_row([bank], |row| row.get(0)).optional()?;
    json.map_or_else(|| Ok(default_bank()), |json| parsed(&json))
}

/// The questions of several surveys, each version read once.
#[derive(Debug, Default)]
pub(crate) struct Banks(BTreeMap<Option<i64>, QuestionBank>);

impl Banks {
    /// A version of the questions, all of them.
    pub(crate) fn find(
        &mut self,
        connection: &Connection,
        bank: Option<i64>,
    ) -> Result<&QuestionBank, CoreError> {
        match self.0.entry(bank) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(bank_of(connection, bank)?)),
        }
    }
}

fn parsed(json: &str) -> Result<QuestionBank, CoreError> {
    serde_json::from_str(json)
        .map_err(|error| CoreError::Outside(format!("questions cannot be read: {error}")))
}

/// The rules that hold on a day: their name and what they say of surveys.
pub(super) fn rules_at(connection: &Connection, day: Date) -> Result<(String, SurveyRules), CoreError> {
    let rules = match in_force(versions_for(connection, Kind::ScoringRules, None)?, day) {
        None => RulesVersion::default(),
        Some(version) => serde_json::from_str(&version.json)
            .map_err(|error| CoreError::Outside(format!("rules cannot be read: {error}")))?,
    };
    Ok((rules.version, rules.survey))
}

fn in_force(versions: Vec<Version>, day: Date) -> Option<Version> {
    versions.into_iter().rev().find(|version| version.effective_from <= day)
}
