//! The yearly award (R40): from published months, the year's surveys and sums.

use std::collections::BTreeMap;

use domain::AgencyId;
use rusqlite::Connection;
use scoring::{
    ComponentKey, Measure, Outcome, Prior, RatingFacts, Rules, Tally, Trillionths, YearMonth, YearRecord,
    YearResult, award_year, peer_prior,
};

use super::months::{agencies_in, evidence_of};
use super::period::MonthKey;
use super::record;
use super::rules::rules_of;
use crate::error::CoreError;
use crate::people::list_agencies;

/// The result of a year, from what was published of its months so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Awarded {
    /// The year.
    pub year: i32,
    /// How many of its months were published.
    pub published_months: usize,
    /// The version of the rules.
    pub rules_version: String,
    /// What surveys of the year were drawn to.
    pub csat_prior: Prior,
    /// Standings and winners.
    pub result: YearResult,
}

/// Judges a year by the rules of its last month. Consigned lots are not recorded yet, so
/// that none is overdue.
///
/// # Errors
///
/// When the store fails.
pub fn award(connection: &Connection, year: i32) -> Result<Awarded, CoreError> {
    let months: Vec<MonthKey> = (1..=12).map(|number| MonthKey(year * 100 + number)).collect();
    let rules = rules_of(connection, MonthKey(year * 100 + 12))?;
    let agencies = list_agencies(connection).map_err(|error| CoreError::Outside(error.to_string()))?;
    let classes: BTreeMap<AgencyId, String> =
        agencies.into_iter().map(|agency| (agency.id, agency.city.unwrap_or_default())).collect();
    let mut records: BTreeMap<AgencyId, YearRecord> = BTreeMap::new();
    let mut published_months = 0;
    for month in months {
        let mut published = false;
        for agency in agencies_in(connection, month)? {
            let class = classes.get(&agency).cloned().unwrap_or_default();
            let year = records.entry(agency).or_insert_with(|| blank(agency, class));
            published |= add_month(connection, &rules, year, month)?;
        }
        published_months += usize::from(published);
    }
    let records: Vec<YearRecord> = records.into_values().filter(|record| !record.months.is_empty()).collect();
    let surveys: Vec<RatingFacts> = records.iter().map(|record| record.csat).collect();
    let csat_prior = peer_prior(&rules.technician, &surveys);
    let result = award_year(&rules, &csat_prior, &records);
    Ok(Awarded { year, published_months, rules_version: rules.version.clone(), csat_prior, result })
}

fn blank(agency: AgencyId, class: String) -> YearRecord {
    YearRecord {
        agency,
        class,
        months: Vec::new(),
        violations: 0,
        overdue_lots: 0,
        csat: RatingFacts::default(),
        repeats: Tally::default(),
        first_time: Tally::default(),
        complaints: Tally::default(),
    }
}

/// Adds a month if it was published; says whether it was.
fn add_month(
    connection: &Connection,
    rules: &Rules,
    year: &mut YearRecord,
    month: MonthKey,
) -> Result<bool, CoreError> {
    let Some(record) = record::read(connection, year.agency, month)? else { return Ok(false) };
    let shown = record.shown();
    year.months.push(YearMonth {
        score_shown: shown.score.score_shown.filter(|_| shown.score.rated).and_then(Trillionths::from_f64),
        closed_jobs: shown.facts.closed_jobs,
        coverage_percent: percent(shown.score.coverage),
    });
    year.violations += shown.facts.violations;
    for (sum, key) in [
        (&mut year.repeats, ComponentKey::RepeatVisits),
        (&mut year.first_time, ComponentKey::FirstTimeFix),
        (&mut year.complaints, ComponentKey::Complaints),
    ] {
        let tally = shown.facts.tally(key);
        sum.numerator += tally.numerator;
        sum.denominator += tally.denominator;
    }
    let csat = Measure::Component(ComponentKey::Csat);
    for row in evidence_of(connection, year.agency, month, Some(csat))? {
        if row.outcome != Outcome::Excluded {
            year.csat.add(row.value, &rules.technician);
        }
    }
    Ok(true)
}

fn percent(share: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 0 to 1")]
    let percent = (100.0 * share).round().clamp(0.0, 100.0) as u32;
    percent
}
