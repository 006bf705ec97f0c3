//! Work in the field: time, journeys, jobs.

use std::collections::BTreeMap;

use domain::{AgencyId, Instant, Role, UserId};
use rusqlite::Connection;

use super::faults::{hours, span};
use super::people::{agency_names, broken, name_of};
use super::{Cell, Table};
use crate::deadlines::Calendars;
use crate::error::CoreError;
use crate::people::{self, UserFilter};
use crate::scores::period::MonthKey;
use crate::sql::column;

/// Work and travel of technicians against the hours of their calendar, up to the
/// month's end or to what has been of it.
pub(super) fn utilisation(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const WORK: &str = "SELECT technician, sum(ended_at - started_at) FROM job_labour \
         WHERE started_at >= ?1 AND started_at < ?2 AND ended_at > started_at AND ?3 IS NULL GROUP BY technician";
    const DRIVE: &str = "SELECT technician, sum(ended_at - started_at) FROM trips \
         WHERE started_at >= ?1 AND started_at < ?2 AND ended_at > started_at AND void IS NULL AND ?3 IS NULL \
         GROUP BY technician";
    let columns =
        ["technician", "name", "agency_name", "work_hours", "travel_hours", "available_hours", "utilisation"];
    let mut table = Table::new("utilisation", &columns);
    let names = agency_names(connection)?;
    let (work, drive) = (by_person(connection, WORK, month)?, by_person(connection, DRIVE, month)?);
    let calendars = Calendars::read(connection)?;
    let filter = UserFilter { role: Some(Role::Technician), agency };
    for user in people::list_users(connection, filter).map_err(broken)? {
        let of = |times: &BTreeMap<UserId, i64>| times.get(&user.id).copied().unwrap_or(0);
        let (work, drive) = (of(&work), of(&drive));
        let calendar = calendars.at(user.agency, month.begins());
        let available = calendar.worked(month.begins(), month.ends()).millis();
        let share = (available > 0).then(|| hours(work + drive) / hours(available));
        table.rows.push(vec![
            user.id.to_string().into(),
            user.display_name.clone().into(),
            user.agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            hours(work).into(),
            hours(drive).into(),
            hours(available).into(),
            share.into(),
        ]);
    }
    Ok(table)
}

fn by_person(
    connection: &Connection,
    sql: &str,
    month: MonthKey,
) -> Result<BTreeMap<UserId, i64>, CoreError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(span(month, None), |row| Ok((column(row, 0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What travel cost, by agency.
pub(super) fn travel(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT agency, count(*), sum(chargeable_m), sum(total_minor), \
         (SELECT count(DISTINCT job) FROM travel_shares AS shares JOIN travel_claims AS theirs \
             ON theirs.trip = shares.trip WHERE theirs.month = claims.month AND theirs.agency = claims.agency \
             AND theirs.state <> 'void'), \
         sum(violation) FROM travel_claims AS claims \
         WHERE month = ?1 AND agency IS NOT NULL AND (?2 IS NULL OR agency = ?2) AND state <> 'void' \
         GROUP BY agency ORDER BY agency";
    let columns = [
        "agency",
        "name",
        "trips",
        "jobs",
        "kilometres",
        "total_rial",
        "rial_per_job",
        "rial_per_km",
        "violations",
    ];
    let mut table = Table::new("travel", &columns);
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let only = agency.map(|agency| *agency.as_bytes());
    let rows = statement.query_map((month.to_string(), only), |row| {
        let agency: AgencyId = column(row, 0)?;
        let (trips, metres, total): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (jobs, violations): (i64, i64) = (row.get(4)?, row.get(5)?);
        #[expect(clippy::cast_precision_loss, reason = "means are shown to people")]
        let (kilometres, rial) = (metres as f64 / 1_000.0, total as f64);
        #[expect(clippy::cast_precision_loss, reason = "means are shown to people")]
        let per_job = (jobs > 0).then(|| rial / jobs as f64);
        Ok((agency, trips, jobs, kilometres, total, per_job, rial, violations))
    })?;
    for row in rows {
        let (agency, trips, jobs, kilometres, total, per_job, rial, violations) = row?;
        table.rows.push(vec![
            agency.to_string().into(),
            name_of(&names, agency),
            trips.into(),
            jobs.into(),
            kilometres.into(),
            total.into(),
            per_job.into(),
            (kilometres > 0.0).then(|| rial / kilometres).into(),
            violations.into(),
        ]);
    }
    Ok(table)
}

/// The jobs closed in the month.
pub(super) fn closed_jobs(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT jobs.doc, jobs.number, cases.agency, jobs.city, cases.job_type, cases.model_group, \
         cases.fault_group, cases.opened_at, cases.closed_at, cases.visits, cases.parts_cost, cases.standing, \
         jobs.labour_ms FROM job_cases AS cases JOIN jobs ON jobs.doc = cases.doc \
         WHERE cases.closed_at >= ?1 AND cases.closed_at < ?2 AND (?3 IS NULL OR cases.agency = ?3) \
         ORDER BY cases.closed_at, jobs.doc";
    let columns = [
        "job",
        "number",
        "agency_name",
        "city",
        "job_type",
        "model",
        "fault",
        "opened_at",
        "closed_at",
        "visits",
        "parts_rial",
        "standing",
        "labour_hours",
    ];
    let mut table = Table::new("closed-jobs", &columns);
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| {
        let job: domain::DocId = column(row, 0)?;
        let agency: Option<AgencyId> = column(row, 2)?;
        let text =
            |index: usize| -> rusqlite::Result<Cell> { Ok(row.get::<_, Option<String>>(index)?.into()) };
        Ok(vec![
            job.to_string().into(),
            text(1)?,
            agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            text(3)?,
            text(4)?,
            text(5)?,
            text(6)?,
            column::<Option<Instant>>(row, 7)?.into(),
            column::<Option<Instant>>(row, 8)?.into(),
            row.get::<_, i64>(9)?.into(),
            row.get::<_, Option<i64>>(10)?.into(),
            text(11)?,
            hours(row.get(12)?).into(),
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}
