//! Technicians' ratings, from surveys only. What few surveys are drawn to is the
//! month's prior, which is written down once, when the month begins.

use std::collections::BTreeMap;

use domain::{Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};
use scoring::{
    Prior, Rating, RatingExplanation, RatingFacts, Rules, SurveyFacts, explain_rating, peer_prior, rate,
    technician_surveys,
};

use super::period::MonthKey;
use super::rules::rules_of;
use super::surveyed;
use crate::error::CoreError;

const PRIOR: &str = "SELECT json FROM peer_priors WHERE month = ?1";
const NEWEST_PRIOR: &str = "SELECT max(month) FROM peer_priors";
const ANY_SURVEY: &str = "SELECT EXISTS (SELECT 1 FROM surveys WHERE completed_at IS NOT NULL)";
const KEEP_PRIOR: &str = "INSERT OR IGNORE INTO peer_priors (month, json, made_at) VALUES (?1, ?2, ?3)";

/// A technician with a rating.
#[derive(Debug, Clone, PartialEq)]
pub struct RatedTechnician {
    /// Who.
    pub technician: UserId,
    /// The rating.
    pub rating: Rating,
}

/// Every technician with a survey in the window that ends at an instant, the best
/// lower bound first; and what they were drawn to.
///
/// # Errors
///
/// When the store fails.
pub fn ratings(connection: &Connection, at: Instant) -> Result<(Prior, Vec<RatedTechnician>), CoreError> {
    let (rules, prior) = rules_and_prior(connection, at)?;
    let rated = |(technician, facts): (UserId, RatingFacts)| RatedTechnician {
        technician,
        rating: rate(&rules.technician, &facts, &prior),
    };
    let mut list: Vec<RatedTechnician> = facts_at(connection, &rules, at)?.into_iter().map(rated).collect();
    list.sort_by(|one, other| {
        let bounds = other.rating.lower.total_cmp(&one.rating.lower);
        bounds.then(one.technician.cmp(&other.technician))
    });
    Ok((prior, list))
}

/// A technician's rating down to the surveys.
///
/// # Errors
///
/// When the store fails.
pub fn explained_rating(
    connection: &Connection,
    technician: UserId,
    at: Instant,
) -> Result<RatingExplanation, CoreError> {
    let (rules, prior) = rules_and_prior(connection, at)?;
    let surveys = surveyed::since(connection, Instant::from_millis(i64::MIN), Some(technician))?;
    let surveys: Vec<SurveyFacts> = known_at(surveys, at);
    let surveys = technician_surveys(&rules.technician, technician, &surveys, at);
    Ok(explain_rating(&rules, &prior, surveys))
}

fn rules_and_prior(
    connection: &Connection,
    at: Instant,
) -> Result<(std::sync::Arc<Rules>, Prior), CoreError> {
    let month = MonthKey::at(at).unwrap_or(MonthKey(0));
    let rules = rules_of(connection, month)?;
    let prior = match kept_prior(connection, month)? {
        Some(prior) => prior,
        None => prior_at(connection, &rules, month.begins().min(at))?,
    };
    Ok((rules, prior))
}

fn known_at(surveys: Vec<surveyed::Surveyed>, at: Instant) -> Vec<SurveyFacts> {
    let known = surveys.into_iter().map(|survey| survey.facts);
    known.filter(|facts| facts.completed_at <= at).collect()
}

/// What each technician's surveys add up to.
fn facts_at(
    connection: &Connection,
    rules: &Rules,
    at: Instant,
) -> Result<BTreeMap<UserId, RatingFacts>, CoreError> {
    let oldest = at.plus_days(-rules.technician.window_days);
    let surveys = known_at(surveyed::since(connection, oldest, None)?, at);
    let mut facts: BTreeMap<UserId, RatingFacts> = BTreeMap::new();
    let mut by_technician: BTreeMap<UserId, Vec<SurveyFacts>> = BTreeMap::new();
    for survey in surveys {
        for technician in &survey.completed_by {
            by_technician.entry(*technician).or_default().push(survey.clone());
        }
    }
    for (technician, surveys) in by_technician {
        let mut own = RatingFacts::default();
        for survey in technician_surveys(&rules.technician, technician, &surveys, at).counted {
            own.add(survey.score, &rules.technician);
        }
        facts.insert(technician, own);
    }
    Ok(facts)
}

fn prior_at(connection: &Connection, rules: &Rules, at: Instant) -> Result<Prior, CoreError> {
    let peers: Vec<RatingFacts> = facts_at(connection, rules, at)?.into_values().collect();
    Ok(peer_prior(&rules.technician, &peers))
}

fn kept_prior(connection: &Connection, month: MonthKey) -> Result<Option<Prior>, CoreError> {
    let json: Option<String> =
        connection.prepare_cached(PRIOR)?.query_row([month.0], |row| row.get(0)).optional()?;
    let unreadable = |error| CoreError::Outside(format!("the prior of {month} cannot be read: {error}"));
    json.map(|json| serde_json::from_str(&json).map_err(unreadable)).transpose()
}

/// When the next prior is to be written down; none before the first survey.
pub(super) fn next_prior(connection: &Connection) -> Result<Option<Instant>, CoreError> {
    let newest: Option<i32> = connection.prepare_cached(NEWEST_PRIOR)?.query_row([], |row| row.get(0))?;
    match newest.map(MonthKey) {
        Some(month) => Ok(Some(month.ends())),
        None => {
            let any: bool = connection.prepare_cached(ANY_SURVEY)?.query_row([], |row| row.get(0))?;
            Ok(any.then_some(Instant::from_millis(0)))
        }
    }
}

/// Writes the prior of the present month down, if that was not done.
pub(super) fn keep_prior(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    let Some(month) = MonthKey::at(now) else { return Ok(()) };
    let rules = rules_of(tx, month)?;
    let prior = prior_at(tx, &rules, month.begins())?;
    let unwritable = |error| CoreError::Outside(format!("the prior of {month} cannot be written: {error}"));
    let json = serde_json::to_string(&prior).map_err(unwritable)?;
    tx.prepare_cached(KEEP_PRIOR)?.execute((month.0, json, now.millis()))?;
    Ok(())
}
