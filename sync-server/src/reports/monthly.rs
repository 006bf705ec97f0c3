//! The monthly report: the score, what it is made of, its evidence, and the figures
//! beside it, a sheet each.

use domain::AgencyId;
use rusqlite::Connection;

use super::people::{agency_names, name_of};
use super::{Report, Table};
use crate::error::CoreError;
use crate::scores;
use crate::scores::period::MonthKey;

const SHEETS: [Report; 9] = [
    Report::Ratings,
    Report::Kpis,
    Report::Repeats,
    Report::LongFaults,
    Report::Parts,
    Report::Travel,
    Report::Utilisation,
    Report::ClosedJobs,
    Report::Evidence,
];

pub(super) fn sheets(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Vec<Table>, CoreError> {
    let mut tables =
        vec![Report::Scores.table(connection, month, agency)?, components(connection, month, agency)?];
    for report in SHEETS {
        tables.push(report.table(connection, month, agency)?);
    }
    Ok(tables)
}

/// Component by component: from the cases to the points.
fn components(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "agency",
        "name",
        "component",
        "weight",
        "numerator",
        "denominator",
        "raw",
        "x",
        "points",
        "effective_weight",
        "lost",
    ];
    let mut table = Table::new("components", &columns);
    let names = agency_names(connection)?;
    let agencies = match agency {
        Some(agency) => vec![agency],
        None => scores::agencies_in(connection, month)?,
    };
    for agency in agencies {
        let page = scores::page(connection, agency, month)?;
        for part in &page.computation.score.components {
            let tally = page.computation.facts.tally(part.key);
            table.rows.push(vec![
                agency.to_string().into(),
                name_of(&names, agency),
                part.key.name().into(),
                i64::from(part.weight).into(),
                super::Cell::Exact(tally.numerator.to_string()),
                super::Cell::Exact(tally.denominator.to_string()),
                part.result.map(|result| result.raw).into(),
                part.result.map(|result| result.x).into(),
                part.result.map(|result| result.points).into(),
                part.result.map(|result| result.effective_weight).into(),
                part.result.map(|result| result.lost).into(),
            ]);
        }
    }
    Ok(table)
}
