//! A month's figures as tables, with the cases behind each.

use domain::AgencyId;
use rusqlite::Connection;

use super::faults::hours;
use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::figures::{Figure, FigureCase, Measured, MonthCases, Summary};
use crate::scores;
use crate::scores::period::MonthKey;

/// The agencies whose rows a report of a month has.
pub(super) fn agencies_of(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Vec<AgencyId>, CoreError> {
    match agency {
        Some(agency) => Ok(vec![agency]),
        None => scores::agencies_in(connection, month),
    }
}

/// Gives each agency's name and cases to what makes the rows.
fn of_agencies(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
    mut add: impl FnMut([Cell; 2], Figure, &[FigureCase]),
) -> Result<(), CoreError> {
    let names = agency_names(connection)?;
    for agency in agencies_of(connection, month, agency)? {
        let cases = MonthCases::read(connection, agency, month)?;
        for figure in Figure::ALL {
            let whose = [agency.to_string().into(), name_of(&names, agency)];
            add(whose, figure, &cases.of(figure)?);
        }
    }
    Ok(())
}

/// Each figure in a line.
pub(super) fn figures(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "agency",
        "name",
        "figure",
        "cases",
        "jobs",
        "met",
        "share",
        "median_hours",
        "p90_hours",
        "mean_hours",
        "total_rial",
    ];
    let mut table = Table::new("figures", &columns);
    of_agencies(connection, month, agency, |whose, figure, cases| {
        let sum = Summary::of(figure, cases);
        let mut row = Vec::from(whose);
        row.extend([
            figure.name().into(),
            count(sum.cases),
            count(sum.jobs),
            sum.met.map_or(Cell::Empty, count),
            sum.share().into(),
            sum.median_ms.map(hours).into(),
            sum.p90_ms.map(hours).into(),
            sum.mean_ms.map(|millis| millis / 3_600_000.0).into(),
            sum.total_rial.into(),
        ]);
        table.rows.push(row);
    })?;
    Ok(table)
}

/// Faults, products, cities and states of claims, the most frequent first, with how much
/// of the whole they and those before them make.
pub(super) fn pareto(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = ["agency", "name", "figure", "group", "cases", "share", "share_so_far", "total_rial"];
    let mut table = Table::new("pareto", &columns);
    of_agencies(connection, month, agency, |whose, figure, cases| {
        let sum = Summary::of(figure, cases);
        let mut so_far = 0;
        for group in &sum.groups {
            so_far += group.cases;
            let mut row = Vec::from(whose.clone());
            row.extend([
                figure.name().into(),
                group.name.clone().into(),
                count(group.cases),
                share(group.cases, sum.cases),
                share(so_far, sum.cases),
                group.total_rial.into(),
            ]);
            table.rows.push(row);
        }
    })?;
    Ok(table)
}

/// Every case of every figure.
pub(super) fn cases(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "agency", "name", "figure", "case_id", "job", "number", "group", "met", "value", "measure",
        "known_at",
    ];
    let mut table = Table::new("figure-cases", &columns);
    of_agencies(connection, month, agency, |whose, figure, cases| {
        for case in cases {
            let mut row = Vec::from(whose.clone());
            row.extend([
                figure.name().into(),
                case.case.clone().into(),
                case.job.map(|job| job.to_string()).into(),
                case.number.clone().into(),
                case.group.clone().into(),
                case.is_met.into(),
                amount(figure, case),
                figure.measured().name().into(),
                case.at.into(),
            ]);
            table.rows.push(row);
        }
    })?;
    Ok(table)
}

fn amount(figure: Figure, case: &FigureCase) -> Cell {
    match figure.measured() {
        Measured::Cases => Cell::Empty,
        Measured::Time => case.amount.map(hours).into(),
        Measured::Money => case.amount.into(),
    }
}

fn count(number: usize) -> Cell {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn share(part: usize, whole: usize) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "cases of a month, counted")]
    let share = (whole > 0).then(|| part as f64 / whole as f64);
    share.into()
}
