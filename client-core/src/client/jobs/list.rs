//! Lists of jobs.

use domain::{DAY_MS, DocId, Instant, Position, Stamp, Status, UserId, Uuid};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::{JobFilter, JobRow, JobScope, JobSort, Page};
use crate::store::error::{Result, StoreError};
use crate::store::search::match_expression;
use crate::{Client, ClientError};

const SELECT: &str = "SELECT doc, status, number, subject, account, contact, phone, city, address, serial,
        model, priority, technician, window_start, window_end, lat, lon, conflicts,
        (SELECT count(*) FROM outbox o WHERE o.doc = jobs.doc AND o.state = 'pending'),
        (SELECT count(*) FROM needs_attention n WHERE n.doc = jobs.doc)
    FROM jobs";
const BY_WINDOW: &str = "ORDER BY window_start IS NULL, window_start, row";
const BY_UPDATE: &str = "ORDER BY updated_at DESC, row";
const BY_NUMBER: &str = "ORDER BY number, row";
/// The most rows of one call.
const LIMIT_MAX: u32 = 500;

impl Client {
    /// A part of a list of jobs.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn jobs(
        &self,
        filter: &JobFilter,
        sort: JobSort,
        page: Page,
    ) -> std::result::Result<Vec<JobRow>, ClientError> {
        let now = self.core.clock.now();
        Ok(self.core.store.read(|connection| list(connection, filter, sort, page, now))?)
    }

    /// Jobs that have every word of a text somewhere, the newest first; left
    /// ones are not searched.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn search(&self, text: &str, page: Page) -> std::result::Result<Vec<JobRow>, ClientError> {
        let filter = JobFilter { text: Some(text.to_owned()), ..JobFilter::default() };
        self.jobs(&filter, JobSort::Updated, page)
    }
}

fn list(
    connection: &Connection,
    filter: &JobFilter,
    sort: JobSort,
    page: Page,
    now: Stamp,
) -> Result<Vec<JobRow>> {
    let (conditions, mut values) = conditions(filter, now);
    let order = match sort {
        JobSort::Window => BY_WINDOW,
        JobSort::Updated => BY_UPDATE,
        JobSort::Number => BY_NUMBER,
    };
    values.push(Value::Integer(page.limit.min(LIMIT_MAX).into()));
    values.push(Value::Integer(page.offset.into()));
    let sql = format!("{SELECT} WHERE {} {order} LIMIT ? OFFSET ?", conditions.join(" AND "));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(from_row(row)?);
    }
    Ok(jobs)
}

/// The conditions of a filter, and the values that they name in order.
fn conditions(filter: &JobFilter, now: Stamp) -> (Vec<String>, Vec<Value>) {
    let mut values = Vec::new();
    let mut conditions: Vec<String> = vec![scope_condition(filter.scope, now, &mut values)];
    if !filter.statuses.is_empty() {
        conditions.push(format!("status IN ({})", vec!["?"; filter.statuses.len()].join(", ")));
        values.extend(filter.statuses.iter().map(|status| Value::Text(status.name().to_owned())));
    }
    if let Some(words) = filter.text.as_deref().and_then(match_expression) {
        conditions.push("row IN (SELECT rowid FROM job_search WHERE job_search MATCH ?)".to_owned());
        values.push(Value::Text(words));
    }
    (conditions, values)
}

/// The condition for a scope. `window_end` may be missing; the start stands for it.
fn scope_condition(scope: JobScope, now: Stamp, values: &mut Vec<Value>) -> String {
    let condition = match scope {
        JobScope::All => "in_scope = 1",
        JobScope::Left => "in_scope = 0",
        JobScope::Open => "in_scope = 1 AND over = 0",
        JobScope::Over => "in_scope = 1 AND over = 1",
        JobScope::Overdue => {
            values.push(Value::Integer(now.at.millis()));
            "in_scope = 1 AND over = 0 AND coalesce(window_end, window_start) < ?"
        }
        JobScope::Today => {
            let (start, end) = local_day(now);
            values.extend([Value::Integer(end.millis()), Value::Integer(start.millis())]);
            "in_scope = 1 AND window_start < ? AND coalesce(window_end, window_start) >= ?"
        }
    };
    condition.to_owned()
}

/// The day of a stamp by the wall clock that the device shows, from midnight to
/// midnight.
pub(in crate::client) fn local_day(now: Stamp) -> (Instant, Instant) {
    let offset = i64::from(now.offset_minutes) * 60_000;
    let wall = now.at.plus_millis(offset).millis();
    let midnight = Instant::from_millis(wall - wall.rem_euclid(DAY_MS) - offset);
    (midnight, midnight.plus_days(1))
}

fn from_row(row: &Row<'_>) -> Result<JobRow> {
    let status: String = row.get(1)?;
    let technician: Option<[u8; 16]> = row.get(12)?;
    let instant = |column| -> rusqlite::Result<Option<Instant>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Instant::from_millis))
    };
    let position = match (row.get(15)?, row.get(16)?) {
        (Some(lat_microdegrees), Some(lon_microdegrees)) => {
            Some(Position { lat_microdegrees, lon_microdegrees })
        }
        _ => None,
    };
    Ok(JobRow {
        doc: DocId::from_uuid(Uuid::from_bytes(row.get(0)?)),
        status: Status::from_name(&status).ok_or(StoreError::Unreadable { what: "job status" })?,
        number: row.get(2)?,
        subject: row.get(3)?,
        account: row.get(4)?,
        contact: row.get(5)?,
        phone: row.get(6)?,
        city: row.get(7)?,
        address: row.get(8)?,
        serial: row.get(9)?,
        model: row.get(10)?,
        priority: row.get(11)?,
        technician: technician.map(|id| UserId::from_uuid(Uuid::from_bytes(id))),
        window_start: instant(13)?,
        window_end: instant(14)?,
        position,
        conflicts: row.get(17)?,
        unsent: row.get(18)?,
        attention: row.get(19)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_devices_midnight() {
        // 2026-03-21 00:30 in Tehran is 21:00 the day before in UTC.
        let now = Stamp { at: Instant::from_millis(1_774_040_400_000), offset_minutes: 210 };
        let (start, end) = local_day(now);
        assert_eq!(now.at.millis() - start.millis(), 30 * 60_000);
        assert_eq!(end.millis() - start.millis(), DAY_MS);
        let west = Stamp { at: Instant::from_millis(60_000), offset_minutes: -60 };
        assert_eq!(local_day(west).0.millis(), -DAY_MS + 3_600_000);
    }
}
