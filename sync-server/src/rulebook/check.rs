//! Whether a version's content can be worked by, and what one looks like.

use calendar::{CalendarSpec, Date, NeverOpen, Span, WorkCalendar};
use desk::Routes;
use scoring::{Rules, RulesVersion, Tariff, TariffSpec};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::FieldProblem;

use super::Kind;
use crate::deadlines::ClockRules;
use crate::desk::{Checklists, check_lists};
use crate::surveys::{QuestionBank, check_bank, default_bank};

/// The place of a version's content in a request.
pub(crate) const CONTENT: &str = "content";

/// What was found in a content that can be worked by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// The name that it carries, if it does.
    pub name: Option<String>,
}

/// Checks a version's content.
pub(crate) fn check(kind: Kind, json: &str) -> Result<Checked, Vec<FieldProblem>> {
    match kind {
        Kind::Calendar => {
            let spec: CalendarSpec = parsed(json)?;
            let last = spec.versions.iter().map(|version| version.effective_from).max();
            let calendar = WorkCalendar::new(spec);
            let calendar = calendar.map_err(|problems| coded(&problems, |problem| problem.code()))?;
            check_opens(&calendar, last).map(|()| Checked::default())
        }
        Kind::ClockPolicies => ClockRules::read(json)?.check().map(|()| Checked::default()),
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
        // Whether its units exist only the database knows.
        Kind::Routing => parsed::<Routes>(json).map(|_routes| Checked::default()),
        Kind::Checklists => check_lists(&parsed::<Checklists>(json)?).map(|()| Checked::default()),
    }
}

/// Holidays may close every day of the week that was entered last.
fn check_opens(calendar: &WorkCalendar, last: Option<Date>) -> Result<(), Vec<FieldProblem>> {
    let Some(last) = last else { return Ok(()) };
    let from = calendar.zone().instant(last.at(0, 0, 0, 0));
    let opens = calendar.due(from, Span::from_minutes(1));
    let closed = |never: NeverOpen| vec![FieldProblem::coded(CONTENT, NeverOpen::CODE, &never.to_string())];
    opens.map(|_| ()).map_err(closed)
}

/// Reads a content and names the place that cannot be read.
pub(crate) fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Vec<FieldProblem>> {
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
        Kind::ClockPolicies => pretty(&ClockRules::default()),
        Kind::Tariff => pretty(&TariffSpec::placeholder("placeholder")),
        Kind::ScoringRules => pretty(&RulesVersion::default()),
        Kind::SurveyQuestions => pretty(&default_bank()),
        Kind::Routing => EXAMPLE_ROUTES.to_owned(),
        Kind::Checklists => EXAMPLE_LISTS.to_owned(),
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Units are an organisation's own; the first rule that fits decides.
const EXAMPLE_ROUTES: &str = r#"{
  "rules": [
    {"types": ["purchase"], "unit": "sales"},
    {"types": ["service", "pre_sale"], "products": ["boiler", "پکیج"], "unit": "executional_support"},
    {"unit": "call_centre"}
  ]
}"#;

/// The first whose products fit is taken.
const EXAMPLE_LISTS: &str = r#"{
  "templates": [
    {
      "products": ["boiler", "پکیج"],
      "items": ["Gas pressure measured", "Flue tested", "Settings explained to the customer"],
      "warranty_months": 24
    },
    {"products": ["*"], "items": ["Tried in front of the customer"], "warranty_months": 12}
  ]
}"#;

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
