//! The lists that the office works by, as tables.

use domain::{AgencyId, Instant, Uuid};
use rusqlite::{Connection, Row};

use super::faults::{hours, span};
use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::scores::period::MonthKey;
use crate::sql::column;

pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Cell> {
    Ok(row.get::<_, Option<String>>(index)?.into())
}

pub(super) fn int(row: &Row<'_>, index: usize) -> rusqlite::Result<Cell> {
    Ok(row.get::<_, Option<i64>>(index)?.into())
}

pub(super) fn at(row: &Row<'_>, index: usize) -> rusqlite::Result<Cell> {
    Ok(column::<Option<Instant>>(row, index)?.into())
}

pub(super) fn id(row: &Row<'_>, index: usize) -> rusqlite::Result<Cell> {
    Ok(column::<Option<Uuid>>(row, index)?.map(|id| id.to_string()).into())
}

/// Travel claims of the month.
pub(super) fn claims(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT trip, travel_claims.agency, display_name, started_at, kind, chargeable_m, state, price_minor, \
         total_minor, estimate_minor, flags, decided_at FROM travel_claims \
         LEFT JOIN users ON users.id = travel_claims.technician \
         WHERE month = ?1 AND (?2 IS NULL OR travel_claims.agency = ?2) ORDER BY started_at, trip";
    let columns = [
        "trip",
        "agency_name",
        "name",
        "opened_at",
        "kind",
        "metres",
        "state",
        "price_rial",
        "total_rial",
        "estimate_rial",
        "flags",
        "decided_at",
    ];
    let mut table = Table::new("claims", &columns);
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let only = agency.map(|agency| *agency.as_bytes());
    let rows = statement.query_map((month.to_string(), only), |row| {
        let agency: Option<AgencyId> = column(row, 1)?;
        Ok(vec![
            id(row, 0)?,
            agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            text(row, 2)?,
            at(row, 3)?,
            text(row, 4)?,
            int(row, 5)?,
            text(row, 6)?,
            int(row, 7)?,
            int(row, 8)?,
            int(row, 9)?,
            text(row, 10)?,
            at(row, 11)?,
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

/// Surveys of the jobs closed in the month and of requests closed without one, without who answered.
pub(super) fn surveys(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT surveys.id, jobs.doc, coalesce(jobs.number, requests.number), surveys.agency, surveys.closed_at, \
         surveys.state, surveys.completed_at, surveys.via, surveys.score_units, surveys.fate, \
         surveys.annulled_reason FROM surveys LEFT JOIN jobs ON jobs.doc = surveys.job \
         LEFT JOIN requests ON requests.id = surveys.job \
         WHERE surveys.closed_at >= ?1 AND surveys.closed_at < ?2 AND (?3 IS NULL OR surveys.agency = ?3) \
         ORDER BY surveys.closed_at, surveys.id";
    let columns = [
        "survey",
        "job",
        "number",
        "agency_name",
        "closed_at",
        "state",
        "completed_at",
        "via",
        "value",
        "fate",
        "reason",
    ];
    let mut table = Table::new("surveys-list", &columns);
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| {
        let agency: Option<AgencyId> = column(row, 3)?;
        let units: Option<String> = row.get(8)?;
        let score = units.and_then(|units| units.parse().ok()).map(scoring::Trillionths::from_units);
        Ok(vec![
            id(row, 0)?,
            id(row, 1)?,
            text(row, 2)?,
            agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            at(row, 4)?,
            text(row, 5)?,
            at(row, 6)?,
            text(row, 7)?,
            score.map_or(Cell::Empty, |score| Cell::Exact(score.to_string())),
            text(row, 9)?,
            text(row, 10)?,
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

/// Deadlines that began in the month.
pub(super) fn deadlines(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT rounds.doc, jobs.number, jobs.representative, rounds.clock, rounds.started_at, \
         rounds.due_at, rounds.state, rounds.used_ms, rounds.target_ms, rounds.decided_at, rounds.evidence \
         FROM clock_rounds AS rounds JOIN jobs ON jobs.doc = rounds.doc \
         WHERE rounds.started_at >= ?1 AND rounds.started_at < ?2 AND (?3 IS NULL OR jobs.representative = ?3) \
         ORDER BY rounds.started_at, rounds.doc, rounds.clock, rounds.round";
    let columns = [
        "job",
        "number",
        "agency_name",
        "clock",
        "opened_at",
        "due_at",
        "state",
        "used_hours",
        "target_hours",
        "decided_at",
        "evidence",
    ];
    let mut table = Table::new("deadlines", &columns);
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| {
        let agency: Option<AgencyId> = column(row, 2)?;
        Ok(vec![
            id(row, 0)?,
            text(row, 1)?,
            agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            text(row, 3)?,
            at(row, 4)?,
            at(row, 5)?,
            text(row, 6)?,
            hours(row.get(7)?).into(),
            hours(row.get(8)?).into(),
            at(row, 9)?,
            text(row, 10)?,
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}
