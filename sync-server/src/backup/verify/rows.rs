//! Every derived row is what a rebuild from the log gives.

use rusqlite::Connection;

use super::{FindingKind, VerifyReport};
use crate::backup::BackupError;
use crate::readmodel::{DERIVED_TABLES, replay};
use crate::store::NEWEST_VERSION;

/// Rebuilds in a database that is a copy, and compares with what stood there.
pub(super) fn check(copy: &mut Connection, report: &mut VerifyReport) -> Result<(), BackupError> {
    if !has_todays_rows(copy)? {
        return Ok(());
    }
    let transaction = copy.transaction()?;
    for table in DERIVED_TABLES {
        transaction.execute_batch(&format!("CREATE TEMP TABLE was_{table} AS SELECT * FROM main.{table}"))?;
    }
    if let Err(error) = replay(&transaction) {
        report.find(FindingKind::Row, "rebuild", format!("the log cannot be replayed: {error}"));
        return Ok(());
    }
    for table in DERIVED_TABLES {
        let count = |sql: String| transaction.query_row(&sql, [], |row| row.get::<_, i64>(0));
        let rows = count(format!("SELECT count(*) FROM main.{table}"))?;
        report.rows += rows.unsigned_abs();
        let extra = count(difference(&format!("temp.was_{table}"), &format!("main.{table}")))?;
        let missing = count(difference(&format!("main.{table}"), &format!("temp.was_{table}")))?;
        if extra + missing > 0 {
            let what = format!("{extra} rows do not follow from the log and {missing} are missing");
            report.find(FindingKind::Row, table, what);
        }
    }
    Ok(())
}

fn difference(of: &str, without: &str) -> String {
    format!("SELECT count(*) FROM (SELECT * FROM {of} EXCEPT SELECT * FROM {without})")
}

/// An older database has rows of an older form; the start after its upgrade makes them.
fn has_todays_rows(copy: &Connection) -> Result<bool, BackupError> {
    let version: u32 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < NEWEST_VERSION {
        return Ok(false);
    }
    let marked = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'rebuild')";
    Ok(!copy.query_row(marked, [], |row| row.get::<_, bool>(0))?)
}
