//! Parts, faults and devices: what breaks, how long that takes, and what comes back.

use std::collections::BTreeMap;

use domain::{AgencyId, DAY_MS};
use rusqlite::{Connection, params};

use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::figures::percentile;
use crate::scores::period::MonthKey;
use crate::sql::column;

/// Hours in a report.
pub(super) fn hours(millis: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "hours are shown to people")]
    let millis = millis as f64;
    millis / 3_600_000.0
}

/// Parts of the jobs closed in the month, those used most first.
pub(super) fn parts(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT part_no, max(name), sum(quantity), count(DISTINCT parts.doc), \
         sum((quantity * unit_minor + 500) / 1000), max(currency), count(DISTINCT currency) \
         FROM job_parts AS parts JOIN job_cases AS cases ON cases.doc = parts.doc \
         WHERE void IS NULL AND closed_at >= ?1 AND closed_at < ?2 AND (?3 IS NULL OR agency = ?3) \
         GROUP BY part_no ORDER BY 3 DESC, part_no";
    let mut table = Table::new("parts", &["part_no", "name", "quantity", "jobs", "cost", "currency"]);
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| {
        #[expect(clippy::cast_precision_loss, reason = "quantities are shown to people")]
        let quantity = row.get::<_, i64>(2)? as f64 / 1_000.0;
        let one_currency = row.get::<_, i64>(6)? == 1;
        Ok(vec![
            row.get::<_, String>(0)?.into(),
            row.get::<_, String>(1)?.into(),
            quantity.into(),
            row.get::<_, i64>(3)?.into(),
            one_currency.then_some(row.get::<_, i64>(4)?).into(),
            one_currency.then_some(row.get::<_, String>(5)?).into(),
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

type Span = (i64, i64, Option<[u8; 16]>);

/// A month and an agency as queries take them.
pub(super) fn span(month: MonthKey, agency: Option<AgencyId>) -> Span {
    (month.begins().millis(), month.ends().millis(), agency.map(|agency| *agency.as_bytes()))
}

/// Installations up to the month's end against warranty repairs of the same devices.
pub(super) fn install_repair(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    // The pluses keep the index of closings out of the join, which is by device.
    const SQL: &str = "WITH installed AS ( \
             SELECT asset, max(model_group) AS model, max(batch) AS batch, min(closed_at) AS at \
             FROM job_cases WHERE job_type = 'installation' AND closed_at < ?2 AND standing = 'counts' \
             AND asset IS NOT NULL AND (?3 IS NULL OR agency = ?3) GROUP BY asset) \
         SELECT coalesce(model, ''), coalesce(installed.batch, ''), count(DISTINCT installed.asset), \
             count(repair.doc) \
         FROM installed LEFT JOIN job_cases AS repair ON repair.asset = installed.asset \
             AND repair.job_type <> 'installation' AND repair.in_warranty = 1 AND repair.standing = 'counts' \
             AND +repair.closed_at > installed.at AND +repair.closed_at < ?2 \
         WHERE ?1 IS NOT NULL GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2";
    let columns = ["model", "batch", "installs", "warranty_repairs", "installs_per_repair"];
    let mut table = Table::new("install-repair", &columns);
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| {
        let (installs, repairs): (i64, i64) = (row.get(2)?, row.get(3)?);
        #[expect(clippy::cast_precision_loss, reason = "a ratio shown to people")]
        let ratio = (repairs > 0).then(|| installs as f64 / repairs as f64);
        Ok(vec![
            row.get::<_, String>(0)?.into(),
            row.get::<_, String>(1)?.into(),
            installs.into(),
            repairs.into(),
            ratio.into(),
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

/// Working hours of repairs by group of faults, the longest ninth tenth first.
pub(super) fn long_faults(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT fault_group, rounds.used_ms FROM job_cases AS cases \
         JOIN clock_rounds AS rounds ON rounds.doc = cases.doc AND rounds.clock = 'repair' \
         WHERE fault_group IS NOT NULL AND closed_at >= ?1 AND closed_at < ?2 AND standing = 'counts' \
         AND rounds.outcome IS NOT NULL AND (?3 IS NULL OR agency = ?3) ORDER BY 1, 2";
    let columns = ["fault", "repairs", "median_hours", "p90_hours", "longest_hours"];
    let mut table = Table::new("long-faults", &columns);
    let mut by_fault: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut statement = connection.prepare(SQL)?;
    let rows = statement.query_map(span(month, agency), |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (fault, used): (String, i64) = row?;
        by_fault.entry(fault).or_default().push(used);
    }
    let mut faults: Vec<(String, Vec<i64>)> = by_fault.into_iter().collect();
    faults.sort_by_key(|(fault, used)| (std::cmp::Reverse(percentile(used, 90)), fault.clone()));
    for (fault, used) in faults {
        table.rows.push(vec![
            fault.into(),
            i64::try_from(used.len()).unwrap_or(i64::MAX).into(),
            percentile(&used, 50).map(hours).into(),
            percentile(&used, 90).map(hours).into(),
            used.last().copied().map(hours).into(),
        ]);
    }
    Ok(table)
}

/// Of the jobs closed in the month, how many came back within 7, 14 and 30 days.
pub(super) fn repeats(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT agency, closed_at, ( \
             SELECT min(at) FROM ( \
                 SELECT min(later.opened_at) AS at FROM job_cases AS later WHERE later.asset = cases.asset \
                 AND later.fault_group = cases.fault_group AND later.opened_at > cases.closed_at \
                 AND later.doc <> cases.doc AND later.standing <> 'void' \
                 UNION ALL SELECT min(effective_at) FROM job_events AS events WHERE events.doc = cases.doc \
                 AND events.kind = 'reopened' AND misplaced = 0 AND effective_at > cases.closed_at)) \
         FROM job_cases AS cases WHERE closed_at >= ?1 AND closed_at < ?2 AND standing = 'counts' \
         AND agency IS NOT NULL AND (?3 IS NULL OR agency = ?3) ORDER BY agency";
    let columns = ["agency", "name", "closed_jobs", "within_7_days", "within_14_days", "within_30_days"];
    let mut table = Table::new("repeats", &columns);
    let names = agency_names(connection)?;
    let mut by_agency: BTreeMap<AgencyId, [i64; 4]> = BTreeMap::new();
    let mut statement = connection.prepare(SQL)?;
    let (from, to, only) = span(month, agency);
    let rows = statement.query_map(params![from, to, only], |row| {
        Ok((column::<AgencyId>(row, 0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?))
    })?;
    for row in rows {
        let (agency, closed_at, again_at) = row?;
        let counts = by_agency.entry(agency).or_default();
        counts[0] += 1;
        for (count, days) in counts.iter_mut().skip(1).zip([7, 14, 30]) {
            *count += i64::from(again_at.is_some_and(|at| at <= closed_at + days * DAY_MS));
        }
    }
    for (agency, counts) in by_agency {
        let mut row: Vec<Cell> = vec![agency.to_string().into(), name_of(&names, agency)];
        row.extend(counts.map(Cell::from));
        table.rows.push(row);
    }
    Ok(table)
}
