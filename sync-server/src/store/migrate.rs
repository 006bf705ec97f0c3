//! Migrations: numbered files, each in one transaction. The number of the last
//! one applied is the database's `user_version`.

use std::path::Path;

use domain::Instant;
use rusqlite::Connection;

use super::{OpenError, folder};
use crate::failpoint::{self, Place};

/// A numbered file.
struct Migration {
    number: u32,
    sql: &'static str,
}

/// Every migration, in order. A new one goes at the end; a released one is never
/// changed again.
const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../../migrations/0001_log.sql") },
    Migration { number: 2, sql: include_str!("../../migrations/0002_people.sql") },
    Migration { number: 3, sql: include_str!("../../migrations/0003_attachments.sql") },
    Migration { number: 4, sql: include_str!("../../migrations/0004_office.sql") },
    Migration { number: 5, sql: include_str!("../../migrations/0005_restore.sql") },
    Migration { number: 6, sql: include_str!("../../migrations/0006_rulebook.sql") },
    Migration { number: 7, sql: include_str!("../../migrations/0007_deadlines.sql") },
    Migration { number: 8, sql: include_str!("../../migrations/0008_travel.sql") },
    Migration { number: 9, sql: include_str!("../../migrations/0009_surveys.sql") },
    Migration { number: 10, sql: include_str!("../../migrations/0010_scores.sql") },
    Migration { number: 11, sql: include_str!("../../migrations/0011_reports.sql") },
    Migration { number: 12, sql: include_str!("../../migrations/0012_desk.sql") },
    Migration { number: 13, sql: include_str!("../../migrations/0013_knowledge.sql") },
    Migration { number: 14, sql: include_str!("../../migrations/0014_desk_second.sql") },
    Migration { number: 15, sql: include_str!("../../migrations/0015_board.sql") },
    Migration { number: 16, sql: include_str!("../../migrations/0016_places.sql") },
];

/// The newest database version that this program knows.
pub const NEWEST_VERSION: u32 = MIGRATIONS[MIGRATIONS.len() - 1].number;

/// Applies what is missing. Running it again changes nothing.
pub(super) fn to_newest(connection: &mut Connection, path: &Path, now: Instant) -> Result<(), OpenError> {
    let failed = |source| OpenError::Database { path: folder::database_path(path), source };
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    if found > NEWEST_VERSION {
        return Err(OpenError::Newer { folder: path.to_path_buf(), found, known: NEWEST_VERSION });
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.number > found) {
        apply(connection, migration, now).map_err(failed)?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, migration: &Migration, now: Instant) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO migrations (number, applied_at) VALUES (?1, ?2)",
        (migration.number, now.millis()),
    )?;
    transaction.pragma_update(None, "user_version", migration.number)?;
    failpoint::reach(Place::MidMigration);
    transaction.commit()
}

/// A database in memory with every table.
#[cfg(test)]
pub(crate) fn migrate_for_tests(connection: &mut Connection) {
    to_newest(connection, Path::new("memory"), Instant::from_millis(0)).expect("every migration applies");
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn numbers_count_up_from_one() {
        for (migration, number) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.number, number);
        }
    }
}
