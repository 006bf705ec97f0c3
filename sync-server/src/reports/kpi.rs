//! Operational figures beside the scores: they explain, and judge nobody.

use domain::AgencyId;
use rusqlite::Connection;

use super::faults::{hours, span};
use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::scores;
use crate::scores::period::MonthKey;

/// The value at or below which so many percent lie, of values in order (nearest
/// rank).
pub(super) fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

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
    let agencies = match agency {
        Some(agency) => vec![agency],
        None => scores::agencies_in(connection, month)?,
    };
    for agency in agencies {
        let mut row: Vec<Cell> = vec![agency.to_string().into(), name_of(&names, agency)];
        row.extend(of_agency(connection, month, agency)?);
        table.rows.push(row);
    }
    Ok(table)
}

fn of_agency(connection: &Connection, month: MonthKey, agency: AgencyId) -> Result<Vec<Cell>, CoreError> {
    const RESPONSES: &str = "SELECT used_ms FROM clock_rounds AS rounds JOIN jobs ON jobs.doc = rounds.doc \
         WHERE clock IN ('first_contact', 'first_response', 'reply') AND decided_at >= ?1 AND decided_at < ?2 \
         AND representative = ?3 ORDER BY 1";
    const REPAIRS: &str = "SELECT used_ms FROM clock_rounds AS rounds JOIN job_cases AS cases \
         ON cases.doc = rounds.doc WHERE clock = 'repair' AND outcome IS NOT NULL AND closed_at >= ?1 \
         AND closed_at < ?2 AND agency = ?3 ORDER BY 1";
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
    let times = |sql: &str| -> Result<Vec<i64>, CoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(span, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let (responses, repairs) = (times(RESPONSES)?, times(REPAIRS)?);
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
    let repair_mean = mean(repairs.iter().sum(), i64::try_from(repairs.len()).unwrap_or(i64::MAX));
    Ok(vec![
        percentile(&responses, 50).map(hours).into(),
        percentile(&responses, 90).map(hours).into(),
        percentile(&repairs, 50).map(hours).into(),
        repair_mean.map(|millis| millis / 3_600_000.0).into(),
        mean(lines.unwrap_or(0), jobs).into(),
        mean(cost.unwrap_or(0), jobs).into(),
        surveys.into(),
        mean(satisfied.unwrap_or(0), surveys).into(),
        nps.map(|share| 100.0 * share).into(),
        effort.into(),
        unheard.into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 90), Some(7));
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(percentile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), Some(9));
    }
}
