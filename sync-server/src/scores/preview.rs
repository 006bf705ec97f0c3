//! What a month would have come to under other rules or other weights of questions,
//! before they are entered. Evidence stays as it was found; surveys are weighed anew.

use std::collections::BTreeMap;

use domain::{AgencyId, Uuid};
use rusqlite::{Connection, OptionalExtension};
use scoring::{
    ComponentKey, EvidenceRow, Measure, MonthFacts, MonthScore, Outcome, ReasonCode, Rules, RulesVersion,
    SurveyRules, Tally, Trillionths, score_month, survey_score,
};

use super::months::{agencies_in, evidence_of, facts_of};
use super::period::MonthKey;
use super::rules::rules_of;
use crate::error::CoreError;
use crate::surveys::{AnswerValue, Answers, QuestionBank};

const CSAT: Measure = Measure::Component(ComponentKey::Csat);
const ANSWERS: &str = "SELECT answers, agency_units FROM surveys WHERE id = ?1";

/// What is tried on a month.
#[derive(Debug, Clone)]
pub enum Trial {
    /// Rules of scoring.
    Rules(Box<Rules>),
    /// Questions: the weights of the criteria.
    Questions(QuestionBank),
}

/// What would come of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The agencies of the month.
    pub agencies: Vec<PreviewLine>,
    /// How many surveys would be worth something else, or count where they did not, or
    /// the other way about.
    pub surveys_changed: usize,
    /// What in the rules is new and shows only once new cases are judged by it.
    pub not_shown: Vec<&'static str>,
}

/// An agency's month under the rules that hold, and under those that are tried; both on
/// what is recorded now.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewLine {
    /// Which.
    pub agency: AgencyId,
    /// As it is.
    pub before: MonthScore,
    /// As it would be.
    pub after: MonthScore,
}

/// Tries rules or questions on a month.
///
/// # Errors
///
/// When the store fails.
pub fn preview(connection: &Connection, month: MonthKey, trial: &Trial) -> Result<Preview, CoreError> {
    let held = rules_of(connection, month)?;
    let survey = weighing(&held, trial);
    let tried: &Rules = match trial {
        Trial::Rules(rules) => rules,
        Trial::Questions(_) => &held,
    };
    let not_shown = not_shown(&held, tried);
    let mut preview = Preview { agencies: Vec::new(), surveys_changed: 0, not_shown };
    for agency in agencies_in(connection, month)? {
        let facts = facts_of(connection, agency, month)?;
        let mut changed = facts.clone();
        if let Some(survey) = &survey {
            preview.surveys_changed += weigh_anew(connection, agency, month, survey, &mut changed)?;
        }
        let (before, after) = (score_month(&held, &facts), score_month(tried, &changed));
        preview.agencies.push(PreviewLine { agency, before, after });
    }
    Ok(preview)
}

/// By what surveys are weighed anew; nothing where nothing of that is new.
fn weighing(held: &RulesVersion, trial: &Trial) -> Option<SurveyRules> {
    match trial {
        Trial::Rules(rules) => (rules.survey != held.survey).then(|| rules.survey.clone()),
        Trial::Questions(bank) => {
            let answered_percent_min = held.survey.answered_percent_min;
            Some(SurveyRules { weights: bank.weights(), answered_percent_min })
        }
    }
}

/// Evidence was found by these already.
fn not_shown(held: &RulesVersion, tried: &RulesVersion) -> Vec<&'static str> {
    let monthly = (&held.monthly, &tried.monthly);
    let parts = [
        ("complaint_points", monthly.0.complaint_points != monthly.1.complaint_points),
        ("repeat_days", monthly.0.repeat_days != monthly.1.repeat_days),
        ("technician", held.technician != tried.technician),
        ("award", held.award != tried.award),
    ];
    parts.into_iter().filter(|(_, is_new)| *is_new).map(|(name, _)| name).collect()
}

/// Replaces what surveys add up to; tells how many are worth something else.
fn weigh_anew(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
    survey: &SurveyRules,
    facts: &mut MonthFacts,
) -> Result<usize, CoreError> {
    let (mut tally, mut changed) = (Tally::default(), 0);
    for row in evidence_of(connection, agency, month, Some(CSAT))? {
        let before = (row.outcome != Outcome::Excluded).then_some(row.value);
        let after = match row.reason {
            None | Some(ReasonCode::Incomplete) => worth(connection, &row, survey)?,
            Some(_) => None,
        };
        changed += usize::from(before != after);
        if let Some(value) = after {
            tally.numerator += value;
            tally.denominator += Trillionths::ONE;
        }
    }
    *facts.tally_mut(ComponentKey::Csat) = tally;
    Ok(changed)
}

/// What a survey is worth for the representative by other weights.
fn worth(
    connection: &Connection,
    row: &EvidenceRow,
    survey: &SurveyRules,
) -> Result<Option<Trillionths>, CoreError> {
    let Ok(id) = row.case_id.parse::<Uuid>() else { return Ok(None) };
    let found: Option<(Option<String>, Option<String>)> = connection
        .prepare_cached(ANSWERS)?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((Some(json), about_agency)) = found else { return Ok(None) };
    let answers: Answers = serde_json::from_str(&json)
        .map_err(|error| CoreError::Outside(format!("the answers of {id} cannot be read: {error}")))?;
    let Ok(score) = survey_score(survey, &marks(&answers, survey)) else { return Ok(None) };
    let agency = about_agency.and_then(|units| units.parse().ok()).map(Trillionths::from_units);
    Ok(score.score.map(|technician| match agency {
        Some(agency) => Trillionths::from_units((technician + agency).units().div_euclid(2)),
        None => technician,
    }))
}

/// The marks under criteria that still are asked.
fn marks(answers: &Answers, survey: &SurveyRules) -> BTreeMap<String, Option<u8>> {
    let mark = |key: &String| match answers.get(key) {
        Some(AnswerValue::Mark(mark)) => u8::try_from(*mark).ok(),
        _ => None,
    };
    survey.weights.keys().map(|key| (key.clone(), mark(key))).collect()
}
