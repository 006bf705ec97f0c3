//! A month's figures, from the sums that are kept up, and its evidence.

use std::collections::BTreeMap;

use domain::{AgencyId, DocId};
use rusqlite::{Connection, OptionalExtension, params};
use scoring::{
    ComponentKey, Computation, EvidenceRow, Measure, MonthFacts, MonthScore, Outcome, ReasonCode, Rules,
    Trillionths,
};

use super::benchmark::AGENCIES_MIN;
use super::code::{self, COLUMNS, measure_code, measure_of};
use super::norm::{Cell, norm_of, own_cells};
use super::period::MonthKey;
use super::rules::rules_of;
use crate::error::CoreError;
use crate::log::newest;
use crate::sql::{column, int, uint};

const FACTS: &str = "SELECT measure, numerator, denominator, cases FROM month_facts \
     WHERE agency = ?1 AND month = ?2";
const AGENCIES: &str = "SELECT agency FROM month_facts WHERE month = ?1 UNION \
     SELECT agency FROM month_parts WHERE month = ?1 UNION \
     SELECT agency FROM score_records WHERE month = ?1 ORDER BY 1";

/// What an agency's month adds up to.
pub(crate) fn facts_of(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
) -> Result<MonthFacts, CoreError> {
    let mut facts = MonthFacts::default();
    let mut statement = connection.prepare_cached(FACTS)?;
    let rows = statement.query_map((agency.as_bytes(), month.0), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    for row in rows {
        add_sum(&mut facts, row?);
    }
    add_parts(connection, agency, month, &mut facts)?;
    Ok(facts)
}

/// Adds what stands in `month_facts` under one measure.
pub(super) fn add_sum(facts: &mut MonthFacts, (code, numerator, denominator, cases): (i64, i64, i64, i64)) {
    match measure_of(code) {
        Some(Measure::Component(key)) => {
            let measure = Measure::Component(key);
            let tally = facts.tally_mut(key);
            tally.numerator += code::trillionths(measure, numerator);
            tally.denominator += code::trillionths(measure, denominator);
        }
        Some(Measure::ClosedJobs) => {
            facts.closed_jobs += cases;
            facts.tally_mut(ComponentKey::Complaints).denominator += Trillionths::whole(cases);
        }
        Some(Measure::Violations) => facts.violations += cases,
        None => {}
    }
}

/// Parts are compared with what they cost elsewhere, where that can be told.
fn add_parts(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
    facts: &mut MonthFacts,
) -> Result<(), CoreError> {
    let norm = norm_of(connection, month, agency)?;
    for (mix, cell) in own_cells(connection, month, agency)? {
        let Some(expected) = norm.expected(&mix)? else { continue };
        add_parts_of(facts, cell, expected);
    }
    Ok(())
}

/// Adds jobs of one mix, each of which would cost so much elsewhere.
pub(super) fn add_parts_of(facts: &mut MonthFacts, own: Cell, expected: i64) {
    let tally = facts.tally_mut(ComponentKey::PartsNorm);
    tally.numerator += Trillionths::whole(own.cost);
    let expected = Trillionths::whole(expected).units() * i128::from(own.jobs);
    tally.denominator += Trillionths::from_units(expected);
    facts.parts_jobs += own.jobs;
}

/// A month's score as the sums give it now.
pub(crate) fn computed(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
    rules: &Rules,
) -> Result<Computation, CoreError> {
    let position = newest(connection)?.0.unsigned_abs();
    Ok(Computation::new(rules, facts_of(connection, agency, month)?, position))
}

/// The agencies that have anything in a month.
pub(crate) fn agencies_in(connection: &Connection, month: MonthKey) -> Result<Vec<AgencyId>, CoreError> {
    let mut statement = connection.prepare_cached(AGENCIES)?;
    let rows = statement.query_map([month.0], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The evidence of an agency's month, all of it or one measure's, in a fixed order;
/// parts have the weight that the month's norm gives them.
///
/// # Errors
///
/// When the store fails.
pub fn evidence_of(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
    measure: Option<Measure>,
) -> Result<Vec<EvidenceRow>, CoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM evidence WHERE agency = ?1 AND month = ?2 \
         AND (?3 IS NULL OR measure = ?3) ORDER BY measure, case_id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = params![agency.as_bytes(), month.0, measure.map(measure_code)];
    let norm = norm_of(connection, month, agency)?;
    // A month has few mixes and many jobs of each.
    let mut known: BTreeMap<String, Option<i64>> = BTreeMap::new();
    let mut rows = Vec::new();
    for stored in statement.query_map(values, code::read)? {
        let stored = stored?;
        rows.push(match &stored.mix {
            Some(mix) if stored.row.outcome != Outcome::Excluded => {
                let expected = match known.get(mix) {
                    Some(expected) => *expected,
                    None => *known.entry(mix.clone()).or_insert(norm.expected(mix)?),
                };
                match expected {
                    Some(expected) => EvidenceRow { weight: Trillionths::whole(expected), ..stored.row },
                    None => stored.row.excluded(ReasonCode::NoNorm, None),
                }
            }
            _ => stored.row,
        });
    }
    Ok(rows)
}

/// How many cases of a month there are, by measure and by the reason for which they do
/// not count. Parts whose norm cannot be told are left out as well.
pub(super) fn live_counts(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
) -> Result<Vec<(Measure, Option<ReasonCode>, usize)>, CoreError> {
    const COUNTS: &str = "SELECT measure, reason, mix, count(*) FROM evidence WHERE agency = ?1 AND month = ?2 \
         GROUP BY measure, reason, mix";
    let norm = norm_of(connection, month, agency)?;
    let mut statement = connection.prepare_cached(COUNTS)?;
    let rows = statement.query_map((agency.as_bytes(), month.0), |row| {
        let reason: Option<String> = row.get(1)?;
        Ok((row.get::<_, i64>(0)?, reason, row.get::<_, Option<String>>(2)?, uint(row, 3)?))
    })?;
    let mut counts = Vec::new();
    for row in rows {
        let (code, reason, mix, cases) = row?;
        let Some(measure) = measure_of(code) else { continue };
        let reason = reason.as_deref().and_then(code::of_word);
        let unknown = match mix {
            Some(mix) => norm.expected(&mix)?.is_none(),
            None => false,
        };
        counts.push((measure, reason.or(unknown.then_some(ReasonCode::NoNorm)), cases));
    }
    Ok(counts)
}

/// An agency's month in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthOverview {
    /// Which agency.
    pub agency: AgencyId,
    /// Jobs closed.
    pub closed_jobs: i64,
    /// The score as people see it: published, or live before.
    pub score: MonthScore,
    /// How far it is.
    pub stage: scoring::Stage,
    /// The version of the rules.
    pub rules_version: String,
}

/// The agencies of a month, or one of them: the best score first, those without one last.
///
/// # Errors
///
/// When the store fails.
pub fn overview(
    connection: &Connection,
    month: MonthKey,
    only: Option<AgencyId>,
) -> Result<Vec<MonthOverview>, CoreError> {
    let rules = rules_of(connection, month)?;
    let mut list = Vec::new();
    let agencies = agencies_in(connection, month)?;
    for agency in agencies.into_iter().filter(|agency| only.is_none_or(|only| only == *agency)) {
        let (computation, stage) = match super::record::read(connection, agency, month)? {
            Some(record) => (record.shown().clone(), record.stage()),
            None => (computed(connection, agency, month, &rules)?, scoring::Stage::Provisional),
        };
        list.push(MonthOverview {
            agency,
            closed_jobs: computation.facts.closed_jobs,
            score: computation.score,
            stage,
            rules_version: computation.rules_version,
        });
    }
    let rank = |line: &MonthOverview| line.score.score.unwrap_or(f64::NEG_INFINITY);
    list.sort_by(|one, other| rank(other).total_cmp(&rank(one)).then(one.agency.cmp(&other.agency)));
    Ok(list)
}

/// The agency and the month in which a job was closed.
pub(crate) fn month_of_job(
    connection: &Connection,
    job: DocId,
) -> Result<Option<(AgencyId, MonthKey)>, CoreError> {
    let case = super::case::read(connection, job)?;
    Ok(case.and_then(|case| Some((case.agency?, MonthKey::at(case.closed?.0)?))))
}

/// What the whole network's cases of a month add up to, component by component, where
/// enough agencies have such cases that none can be told from the sum and its own.
///
/// # Errors
///
/// When the store fails.
pub fn network(connection: &Connection, month: MonthKey) -> Result<MonthFacts, CoreError> {
    const SUMS: &str = "SELECT measure, sum(numerator), sum(denominator), sum(cases) FROM month_facts \
         WHERE month = ?1 GROUP BY measure HAVING count(*) >= ?2";
    let mut facts = MonthFacts::default();
    let mut statement = connection.prepare_cached(SUMS)?;
    let rows = statement.query_map((month.0, int(AGENCIES_MIN)), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    for row in rows {
        add_sum(&mut facts, row?);
    }
    Ok(facts)
}

/// The number by which people know a job.
pub(crate) fn job_number(connection: &Connection, job: DocId) -> Result<Option<String>, CoreError> {
    const NUMBER: &str = "SELECT number FROM jobs WHERE doc = ?1";
    let number =
        connection.prepare_cached(NUMBER)?.query_row([job.as_bytes()], |row| row.get(0)).optional()?;
    Ok(number.flatten())
}
