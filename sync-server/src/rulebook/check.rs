//! Whether a version's content can be worked by, and what one looks like.

use calendar::{CalendarSpec, ClockPolicy, PolicyProblem, WorkCalendar, default_policies};
use scoring::{Rules, RulesVersion, Tariff, TariffSpec};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::FieldProblem;

use super::Kind;
use crate::surveys::{QuestionBank, check_bank, default_bank};

/// The place of a version's content in a request.
const CONTENT: &str = "content";

/// What was found in a content that can be worked by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// The name that it carries, if it does.
    pub name: Option<String>,
}

/// Checks a version's content.
pub(super) fn check(kind: Kind, json: &str) -> Result<Checked, Vec<FieldProblem>> {
    match kind {
        Kind::Calendar => {
            let calendar = WorkCalendar::new(parsed::<CalendarSpec>(json)?);
            calendar.map_err(|problems| coded(&problems, |problem| problem.code()))?;
            Ok(Checked::default())
        }
        Kind::ClockPolicies => check_policies(&parsed::<Vec<ClockPolicy>>(json)?),
        Kind::Tariff => {
            let spec: TariffSpec = parsed(json)?;
            let name = Some(spec.version.clone());
            Tariff::new(spec).map_err(|problems| coded(&problems, |problem| problem.code()))?;
            Ok(Checked { name })
        }
        Kind::ScoringRules => {
            let rules: RulesVersion = parsed(json)?;
            let name = Some(rules.version.clone());
            Rules::new(rules).map_err(|problems| coded(&problems, |problem| problem.code()))?;
            Ok(Checked { name })
        }
        Kind::SurveyQuestions => {
            let bank: QuestionBank = parsed(json)?;
            check_bank(&bank)?;
            Ok(Checked { name: Some(bank.version) })
        }
    }
}

fn check_policies(policies: &[ClockPolicy]) -> Result<Checked, Vec<FieldProblem>> {
    let mut wrong = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        let path = format!("{CONTENT}[{at}]");
        if let Err(problem) = policy.check() {
            wrong.push(FieldProblem::coded(&path, PolicyProblem::CODE, &problem.to_string()));
        }
        if policies.iter().take(at).any(|before| before.kind == policy.kind) {
            wrong.push(FieldProblem::coded(&path, "clock.twice", "this clock stands twice"));
        }
    }
    if policies.is_empty() {
        wrong.push(FieldProblem::coded(CONTENT, "clock.none", "there is no clock"));
    }
    if wrong.is_empty() { Ok(Checked::default()) } else { Err(wrong) }
}

fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Vec<FieldProblem>> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => CONTENT.to_owned(),
            path => format!("{CONTENT}.{path}"),
        };
        vec![FieldProblem::coded(&path, "rulebook.unreadable", &error.into_inner().to_string())]
    })
}

fn coded<P: std::fmt::Display>(problems: &[P], code: impl Fn(&P) -> &'static str) -> Vec<FieldProblem> {
    problems.iter().map(|problem| FieldProblem::coded(CONTENT, code(problem), &problem.to_string())).collect()
}

/// The built-in default of a kind, to be changed and entered. There is none for
/// calendars but an example: a week of 44 hours, Friday closed.
#[must_use]
pub fn template(kind: Kind) -> String {
    match kind {
        Kind::Calendar => EXAMPLE_CALENDAR.to_owned(),
        Kind::ClockPolicies => pretty(&default_policies()),
        Kind::Tariff => pretty(&TariffSpec::placeholder("placeholder")),
        Kind::ScoringRules => pretty(&RulesVersion::default()),
        Kind::SurveyQuestions => pretty(&default_bank()),
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

const EXAMPLE_CALENDAR: &str = r#"{
  "zone": "Asia/Tehran",
  "versions": [
    {
      "effective_from": "2020-01-01",
      "hours": {
        "sat": [["08:00", "16:00"]],
        "sun": [["08:00", "16:00"]],
        "mon": [["08:00", "16:00"]],
        "tue": [["08:00", "16:00"]],
        "wed": [["08:00", "16:00"]],
        "thu": [["08:00", "12:00"]]
      }
    }
  ],
  "holidays": []
}"#;
