//! What the phone holds, in figures.

use domain::{Stamp, Status};
use rusqlite::{Connection, params};

use super::{Totals, local_day};
use crate::store::error::Result;
use crate::store::outbox;
use crate::{Client, ClientError};

const BY_STATUS: &str = "SELECT status, over, count(*) FROM jobs WHERE in_scope = 1 GROUP BY status, over";
const TODAY: &str = "SELECT count(*) FROM jobs
    WHERE in_scope = 1 AND window_start < ?1 AND coalesce(window_end, window_start) >= ?2";
const OVERDUE: &str = "SELECT count(*) FROM jobs
    WHERE in_scope = 1 AND over = 0 AND coalesce(window_end, window_start) < ?1";
const UPLOADS: &str = "SELECT count(*) FROM blobs WHERE state = 'to_upload'";

impl Client {
    /// What the phone holds, in figures.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn totals(&self) -> std::result::Result<Totals, ClientError> {
        let now = self.core.clock.now();
        Ok(self.core.store.read(|connection| totals(connection, now))?)
    }
}

fn totals(connection: &Connection, now: Stamp) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut statement = connection.prepare_cached(BY_STATUS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let status: String = row.get(0)?;
        let count: i64 = row.get(2)?;
        let count = count.unsigned_abs();
        totals.jobs += count;
        if !row.get(1)? {
            totals.open += count;
        }
        if let Some(status) = Status::from_name(&status) {
            *totals.by_status.entry(status).or_default() += count;
        }
    }
    let (start, end) = local_day(now);
    let one = |sql, values: &[i64]| -> Result<u64> {
        let count: i64 = connection
            .prepare_cached(sql)?
            .query_row(rusqlite::params_from_iter(values), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    totals.today = one(TODAY, &[end.millis(), start.millis()])?;
    totals.overdue = one(OVERDUE, &[now.at.millis()])?;
    let uploads: i64 = connection.prepare_cached(UPLOADS)?.query_row(params![], |row| row.get(0))?;
    totals.uploads = uploads.unsigned_abs();
    (totals.unsent, totals.attention) = outbox::counts(connection)?;
    Ok(totals)
}
