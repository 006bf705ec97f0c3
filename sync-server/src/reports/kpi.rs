//! Operational figures beside the scores: they explain, and judge nobody.

use domain::AgencyId;
use rusqlite::Connection;

use super::faults::{hours, span};
use super::figures::agencies_of;
use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::figures::{Figure, MonthCases, Summary};
use crate::scores::period::MonthKey;

pub(super) fn kpis(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "agency",
        "name",
        "response_median_hours",
        "response_p90_hours",
        "repair_median_hours",
        "repair_mean_hours",
        "parts_per_job",
        "parts_rial_per_job",
        "surveys",
        "satisfied_share",
        "nps",
        "effort_mean",
        "unheard_devices",
    ];
    let mut table = Table::new("kpis", &columns);
    let names = agency_names(connection)?;
    for agency in agencies_of(connection, month, agency)? {
        let mut row: Vec<Cell> = vec![agency.to_string().into(), name_of(&names, agency)];
        row.extend(of_agency(connection, month, agency)?);
        table.rows.push(row);
    }
    Ok(table)
}

fn of_agency(connection: &Connection, month: MonthKey, agency: AgencyId) -> Result<Vec<Cell>, CoreError> {
    const PARTS: &str = "SELECT count(*), sum((SELECT count(*) FROM job_parts AS parts \
         WHERE parts.doc = cases.doc AND void IS NULL)), sum(parts_cost) FROM job_cases AS cases \
         WHERE closed_at >= ?1 AND closed_at < ?2 AND agency = ?3 AND standing = 'counts'";
    const SURVEYS: &str = "SELECT count(*), sum(CAST(score_units AS INTEGER) >= 750000000000) FROM surveys \
         WHERE completed_at >= ?1 AND completed_at < ?2 AND agency = ?3 AND score_units IS NOT NULL \
         AND fate = 'stands'";
    /// Promoters less detractors, and the mean effort, of those who answered that.
    const LOYALTY: &str = "SELECT avg(CASE WHEN recommend IS NULL THEN NULL WHEN recommend >= 9 THEN 1.0 WHEN recommend <= 6 THEN -1.0 \
         ELSE 0.0 END), avg(effort) FROM (SELECT json_extract(answers, '$.recommend') AS recommend, \
         json_extract(answers, '$.effort') AS effort FROM surveys WHERE completed_at >= ?1 \
         AND completed_at < ?2 AND agency = ?3 AND fate = 'stands') WHERE coalesce(recommend, effort) IS NOT NULL";
    const UNHEARD: &str = "SELECT count(*) FROM devices JOIN users ON users.id = devices.user \
         WHERE devices.kind = 'phone' AND devices.revoked_at IS NULL AND users.agency = ?3 \
         AND devices.seen_at < ?2 - 3 * 86400000 AND ?1 IS NOT NULL";
    let span = span(month, Some(agency));
    let cases = MonthCases::read(connection, agency, month)?;
    let summary = |figure| Ok::<_, CoreError>(Summary::of(figure, &cases.of(figure)?));
    let (responses, repairs) = (summary(Figure::ResponseTime)?, summary(Figure::RepairTime)?);
    let (jobs, lines, cost): (i64, Option<i64>, Option<i64>) = connection
        .prepare_cached(PARTS)?
        .query_row(span, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (surveys, satisfied): (i64, Option<i64>) =
        connection.prepare_cached(SURVEYS)?.query_row(span, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (nps, effort): (Option<f64>, Option<f64>) =
        connection.prepare_cached(LOYALTY)?.query_row(span, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let unheard: i64 = connection.prepare_cached(UNHEARD)?.query_row(span, |row| row.get(0))?;
    #[expect(clippy::cast_precision_loss, reason = "means are shown to people")]
    let mean = |sum: i64, count: i64| (count > 0).then(|| sum as f64 / count as f64);
    Ok(vec![
        responses.median_ms.map(hours).into(),
        responses.p90_ms.map(hours).into(),
        repairs.median_ms.map(hours).into(),
        repairs.mean_ms.map(|millis| millis / 3_600_000.0).into(),
        mean(lines.unwrap_or(0), jobs).into(),
        mean(cost.unwrap_or(0), jobs).into(),
        surveys.into(),
        mean(satisfied.unwrap_or(0), surveys).into(),
        nps.map(|share| 100.0 * share).into(),
        effort.into(),
        unheard.into(),
    ])
}
