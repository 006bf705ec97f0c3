//! Surveys in JSON, each reader's as far as it may be seen.

use domain::{AgencyId, DocId, Role, UserId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::rfc3339::{Rfc3339, format_instant};
use crate::surveys::{
    AnswerKind, AnswerValue, Answers, Language, ListedSurvey, Question, QuestionBank, QuestionScope,
    SurveyRow,
};

/// A survey. What is absent is not known, or not for the reader.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SurveyBody {
    /// Its id; not for technicians, since the job's gives it away.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The job; not for technicians, whom nobody need fear for an answer.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<DocId>,
    /// The job's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// What the job was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The day or the instant of the closing; technicians see the day.
    closed_at: String,
    /// The agency.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// Who was on the completing visit; nobody is named to technicians.
    #[schema(value_type = Vec<String>)]
    technicians: Vec<UserId>,
    /// `open`, `reopened`, `completed`, `unreachable`, `refused` or `void`.
    state: &'static str,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Rfc3339>,
    /// `link` or `call`.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// The operator who wrote the answers down.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<UserId>,
    /// The answers, by question.
    #[schema(value_type = Object)]
    answers: Value,
    /// Between 0 and 1; absent while too little is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<String>,
    /// The weight of what was answered, of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_weight: Option<u32>,
    /// The version of the rules by which it was scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
    /// `stands`, `annulled`, `staff_phone` or `job_void`.
    fate: &'static str,
    /// Whether it stands in the scores.
    counts: bool,
    /// Who annulled it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    annulled_by: Option<UserId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    annulled_at: Option<Rfc3339>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    annulled_reason: Option<String>,
    /// The customer's name; for customer relations and quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_name: Option<String>,
    /// The customer's number; for customer relations and quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl SurveyBody {
    /// A survey as a role sees it.
    pub(super) fn seen_by(role: Role, listed: ListedSurvey, bank: &QuestionBank) -> Self {
        match role {
            Role::Technician => Self::for_technician(listed.survey, bank),
            Role::CustomerRelations | Role::Quality => {
                let (contact_name, phone) = (listed.contact_name.clone(), listed.phone.clone());
                Self { contact_name, phone, ..Self::for_office(listed) }
            }
            Role::Dispatcher | Role::Representative | Role::Administrator | Role::Desk => {
                Self::for_office(listed)
            }
        }
    }

    fn for_office(listed: ListedSurvey) -> Self {
        let ListedSurvey { survey, number, subject, .. } = listed;
        let base = Self::of(&survey);
        Self {
            id: Some(survey.id.to_string()),
            job: Some(survey.job),
            number,
            subject: Some(subject),
            closed_at: format_instant(survey.closed_at),
            agency: survey.agency,
            technicians: survey.technicians,
            completed_at: survey.completed_at.map(Rfc3339),
            via: survey.via,
            answered_by: survey.answered_by,
            answers: serde_json::to_value(&survey.answers).unwrap_or_default(),
            annulled_by: survey.annulled_by,
            annulled_at: survey.annulled_at.map(Rfc3339),
            annulled_reason: survey.annulled_reason,
            ..base
        }
    }

    /// The marks of the criteria and nothing by which the customer is known.
    fn for_technician(survey: SurveyRow, bank: &QuestionBank) -> Self {
        let weighted = |key: &str| bank.question(key).is_some_and(|one| one.weight.is_some());
        let marks: Answers = survey
            .answers
            .iter()
            .filter(|(key, value)| weighted(key) && matches!(value, AnswerValue::Mark(_)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let base = Self::of(&survey);
        Self { answers: serde_json::to_value(marks).unwrap_or_default(), ..base }
    }

    fn of(survey: &SurveyRow) -> Self {
        Self {
            id: None,
            job: None,
            number: None,
            subject: None,
            closed_at: crate::surveys::day_of(survey.closed_at).to_string(),
            agency: None,
            technicians: Vec::new(),
            state: survey.state.name(),
            completed_at: None,
            via: None,
            answered_by: None,
            answers: Value::Object(serde_json::Map::new()),
            score: survey.score.and_then(|score| score.score).map(|score| score.to_string()),
            answered_weight: survey.score.map(|score| score.answered_weight),
            rules: survey.rules.clone(),
            fate: survey.fate().name(),
            counts: survey.counts(),
            annulled_by: None,
            annulled_at: None,
            annulled_reason: None,
            contact_name: None,
            phone: None,
        }
    }
}

/// A question, in one language.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct QuestionBody {
    /// Its name in answers.
    key: String,
    /// `technician`, `representative` or `company`.
    scope: &'static str,
    /// `scale` (1 to 5), `nps` (0 to 10), `ces` (1 to 7) or `text`.
    kind: &'static str,
    /// The lowest mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    /// The highest mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
    /// What is asked.
    text: String,
}

/// The questions of a bank in a language.
pub(super) fn questions_in(bank: &QuestionBank, language: Language) -> Vec<QuestionBody> {
    bank.questions.iter().map(|question| question_in(question, language)).collect()
}

fn question_in(question: &Question, language: Language) -> QuestionBody {
    let range = question.kind.range();
    QuestionBody {
        key: question.key.clone(),
        scope: match question.scope {
            QuestionScope::Technician => "technician",
            QuestionScope::Representative => "representative",
            QuestionScope::Company => "company",
        },
        kind: match question.kind {
            AnswerKind::Scale => "scale",
            AnswerKind::Nps => "nps",
            AnswerKind::Ces => "ces",
            AnswerKind::Text => "text",
        },
        from: range.map(|(from, _)| from),
        to: range.map(|(_, to)| to),
        text: question.text.in_language(language).to_owned(),
    }
}
