//! What parts cost elsewhere: the month's norm, live from the sums of the network
//! or as it was when the month was frozen.

use std::collections::BTreeMap;

use domain::AgencyId;
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};

use super::period::MonthKey;
use crate::error::CoreError;
use crate::sql::column;

const OF_MONTH: &str =
    "SELECT mix, agency, jobs, cost FROM month_parts WHERE month = ?1 ORDER BY mix, agency";
const OWN: &str = "SELECT mix, jobs, cost FROM month_parts WHERE month = ?1 AND agency = ?2 ORDER BY mix";
const MIX: &str =
    "SELECT sum(jobs), sum(cost) FROM month_parts WHERE month = ?1 AND mix = ?2 AND agency <> ?3";
const FROZEN: &str = "SELECT cells FROM frozen_norms WHERE month = ?1";
const FREEZE: &str = "INSERT OR IGNORE INTO frozen_norms (month, cells) VALUES (?1, ?2)";

/// Jobs of a mix and what their parts cost together, in rial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) jobs: i64,
    pub(crate) cost: i64,
}

/// A cell of the network as it is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FrozenCell(String, AgencyId, i64, i64);

/// What parts cost elsewhere, for one agency in one month.
pub(super) enum Norm<'a> {
    /// The network as it stands.
    Live { connection: &'a Connection, month: MonthKey, agency: AgencyId },
    /// The network as it was frozen, the agency's own jobs left out.
    Frozen(BTreeMap<String, Cell>),
}

/// The norm of a month for an agency.
pub(super) fn norm_of(
    connection: &Connection,
    month: MonthKey,
    agency: AgencyId,
) -> Result<Norm<'_>, CoreError> {
    let frozen: Option<String> =
        connection.prepare_cached(FROZEN)?.query_row([month.0], |row| row.get(0)).optional()?;
    let Some(json) = frozen else { return Ok(Norm::Live { connection, month, agency }) };
    let cells: Vec<FrozenCell> = serde_json::from_str(&json)
        .map_err(|error| CoreError::Outside(format!("the frozen norm of {month} cannot be read: {error}")))?;
    let mut others: BTreeMap<String, Cell> = BTreeMap::new();
    for FrozenCell(mix, of, jobs, cost) in cells {
        if of != agency {
            let cell = others.entry(mix).or_default();
            cell.jobs += jobs;
            cell.cost += cost;
        }
    }
    Ok(Norm::Frozen(others))
}

impl Norm<'_> {
    /// The mean cost elsewhere, in rial, half-up; none where nobody else has done
    /// such a job.
    pub(super) fn expected(&self, mix: &str) -> Result<Option<i64>, CoreError> {
        let others = match self {
            Self::Frozen(cells) => cells.get(mix).copied().unwrap_or_default(),
            Self::Live { connection, month, agency } => {
                let mut statement = connection.prepare_cached(MIX)?;
                statement.query_row((month.0, mix, agency.as_bytes()), |row| {
                    let (jobs, cost): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
                    Ok(Cell { jobs: jobs.unwrap_or(0), cost: cost.unwrap_or(0) })
                })?
            }
        };
        Ok(scoring::mean_cost(i128::from(others.cost), others.jobs))
    }
}

/// An agency's own jobs of a month, by mix.
pub(super) fn own_cells(
    connection: &Connection,
    month: MonthKey,
    agency: AgencyId,
) -> Result<Vec<(String, Cell)>, CoreError> {
    let mut statement = connection.prepare_cached(OWN)?;
    let rows = statement.query_map((month.0, agency.as_bytes()), |row| {
        Ok((row.get(0)?, Cell { jobs: row.get(1)?, cost: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes the norm of a month down, once.
pub(super) fn freeze(tx: &Transaction<'_>, month: MonthKey) -> Result<(), CoreError> {
    let mut statement = tx.prepare_cached(OF_MONTH)?;
    let rows = statement
        .query_map([month.0], |row| Ok(FrozenCell(row.get(0)?, column(row, 1)?, row.get(2)?, row.get(3)?)))?;
    let cells: Vec<FrozenCell> = rows.collect::<Result<_, _>>()?;
    let unwritable = |error| CoreError::Outside(format!("the norm of {month} cannot be written: {error}"));
    let json = serde_json::to_string(&cells).map_err(unwritable)?;
    tx.prepare_cached(FREEZE)?.execute((month.0, json))?;
    Ok(())
}
