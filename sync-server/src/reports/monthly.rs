//! The monthly report: the score, what it is made of, its evidence, and the figures
//! beside it, a sheet each.

use domain::AgencyId;
use rusqlite::Connection;

use super::figures::agencies_of;
use super::people::{agency_names, name_of};
use super::{Report, Table};
use crate::error::CoreError;
use crate::scores;
use crate::scores::period::MonthKey;

const SHEETS: [Report; 14] = [
    Report::Scores,
    Report::Components,
    Report::Figures,
    Report::Pareto,
    Report::Ratings,
    Report::Kpis,
    Report::Repeats,
    Report::LongFaults,
    Report::Parts,
    Report::Travel,
    Report::Utilisation,
    Report::ClosedJobs,
    Report::Evidence,
    Report::FigureCases,
];

pub(super) fn sheets(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Vec<Table>, CoreError> {
    SHEETS.iter().map(|report| report.table(connection, month, agency)).collect()
}

/// Component by component: from the cases to the points.
pub(super) fn components(
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
    for agency in agencies_of(connection, month, agency)? {
        let head = scores::head(connection, agency, month)?;
        for part in &head.computation.score.components {
            let tally = head.computation.facts.tally(part.key);
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
