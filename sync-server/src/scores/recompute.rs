//! A month computed anew from its evidence alone, for everybody: what the sums that
//! are kept up must equal.

use std::collections::BTreeMap;

use domain::AgencyId;
use rusqlite::{Connection, params};
use scoring::{Computation, MonthFacts};

use super::code::measure_code;
use super::months::{add_parts_of, add_sum};
use super::norm::Cell;
use super::period::MonthKey;
use super::rules::rules_of;
use crate::error::CoreError;
use crate::log::newest;
use crate::sql::column;

const AGENCIES: &str = "SELECT id FROM agencies ORDER BY id";
/// What was left out counts for nothing; parts are added up by mix.
const SUMS: &str = "SELECT measure, sum(value), sum(weight), count(*) FROM evidence \
     WHERE agency = ?1 AND month = ?2 AND measure <> ?3 AND outcome <> 3 GROUP BY measure";
const PARTS: &str = "SELECT mix, count(*), sum(value) FROM evidence \
     WHERE agency = ?1 AND month = ?2 AND measure = ?3 AND outcome <> 3 GROUP BY mix";

/// What an agency's evidence of a month adds up to, before the norm is known.
struct Sums {
    agency: AgencyId,
    facts: MonthFacts,
    parts: Vec<(String, Cell)>,
}

/// The scores of all agencies of a month, from evidence rows and nothing else.
///
/// # Errors
///
/// When the store fails.
pub fn recompute(
    connection: &Connection,
    month: MonthKey,
) -> Result<Vec<(AgencyId, Computation)>, CoreError> {
    let rules = rules_of(connection, month)?;
    let position = newest(connection)?.0.unsigned_abs();
    let mut statement = connection.prepare_cached(AGENCIES)?;
    let agencies = statement.query_map([], |row| column(row, 0))?;
    let mut all: Vec<Sums> = Vec::new();
    for agency in agencies {
        all.extend(sums_of(connection, agency?, month)?);
    }
    let mut network: BTreeMap<String, Cell> = BTreeMap::new();
    for (mix, cell) in all.iter().flat_map(|sums| &sums.parts) {
        let all = network.entry(mix.clone()).or_default();
        all.jobs += cell.jobs;
        all.cost += cell.cost;
    }
    let scored = |mut sums: Sums| {
        for (mix, own) in &sums.parts {
            let all = network.get(mix).copied().unwrap_or_default();
            let others = Cell { jobs: all.jobs - own.jobs, cost: all.cost - own.cost };
            if let Some(expected) = scoring::mean_cost(i128::from(others.cost), others.jobs) {
                add_parts_of(&mut sums.facts, *own, expected);
            }
        }
        (sums.agency, Computation::new(&rules, sums.facts, position))
    };
    Ok(all.into_iter().map(scored).collect())
}

/// None for an agency without evidence.
fn sums_of(connection: &Connection, agency: AgencyId, month: MonthKey) -> Result<Option<Sums>, CoreError> {
    let parts_code = measure_code(scoring::Measure::Component(scoring::ComponentKey::PartsNorm));
    let values = params![agency.as_bytes(), month.0, parts_code];
    let mut facts = MonthFacts::default();
    let mut statement = connection.prepare_cached(SUMS)?;
    let rows = statement.query_map(values, |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    for row in rows {
        add_sum(&mut facts, row?);
    }
    let mut statement = connection.prepare_cached(PARTS)?;
    let rows = statement.query_map(values, |row| {
        let mix: Option<String> = row.get(0)?;
        Ok((mix.unwrap_or_default(), Cell { jobs: row.get(1)?, cost: row.get(2)? }))
    })?;
    let parts: Vec<(String, Cell)> = rows.collect::<Result<_, _>>()?;
    let empty = facts == MonthFacts::default() && parts.is_empty();
    Ok((!empty).then_some(Sums { agency, facts, parts }))
}
