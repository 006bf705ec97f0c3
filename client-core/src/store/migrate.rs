//! Brings a database to the present version, one numbered file at a time.

use rusqlite::{Connection, TransactionBehavior};

use super::error::{Result, StoreError};

/// The migrations in order, each numbered from 1; the version of a database is
/// the number of the last that ran.
const MIGRATIONS: [(i64, &str); 2] =
    [(1, include_str!("migrations/0001_first.sql")), (2, include_str!("migrations/0002_repair.sql"))];

/// The version that this code writes.
pub(crate) const VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Runs what is missing. Each migration and its number are one transaction, so
/// that one cut short starts over.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    loop {
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > VERSION {
            return Err(StoreError::Newer { found, known: VERSION });
        }
        if found == VERSION {
            return Ok(());
        }
        let next = MIGRATIONS.iter().find(|(number, _)| *number == found + 1);
        let Some((number, script)) = next else { return Err(StoreError::Unreadable { what: "version" }) };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().expect("opens");
        migrate(&mut connection).expect("migrates");
        let schema = |connection: &Connection| -> Vec<String> {
            let mut statement = connection.prepare("SELECT name FROM sqlite_schema ORDER BY 1").expect("sql");
            statement.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("name")).collect()
        };
        let once = schema(&connection);
        migrate(&mut connection).expect("migrates again");
        assert_eq!(schema(&connection), once);
        assert!(once.len() > 20);
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().expect("opens");
        connection.pragma_update(None, "user_version", VERSION + 1).expect("sets");
        let error = migrate(&mut connection).expect_err("too new");
        assert!(matches!(error, StoreError::Newer { found, known } if found == known + 1), "{error}");
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).expect("counts");
        assert_eq!(tables, 0);
    }
}
