//! Which mails are being read, and which were put aside. That a mail is looked at is on the
//! disk before it is: one that ends the process is known when the server starts again.

use domain::Instant;
use rusqlite::{Connection, Transaction};

use crate::error::CoreError;
use crate::sql::column;

const BEGIN: &str = "INSERT INTO maildir (name, attempts, at) VALUES (?1, 1, ?2) \
     ON CONFLICT (name) DO UPDATE SET attempts = iif(aside IS NULL, attempts + 1, 1), at = ?2, aside = NULL \
     RETURNING attempts";
const FORGET: &str = "DELETE FROM maildir WHERE name = ?1";
const PUT_ASIDE: &str = "UPDATE maildir SET aside = ?2, at = ?3 WHERE name = ?1";
const ASIDE: &str =
    "SELECT name, aside, at FROM maildir WHERE aside IS NOT NULL ORDER BY at DESC, name LIMIT ?1";

/// Mails on the list.
const LIST_MAX: u32 = 500;
/// After so many beginnings without an end nobody looks into a mail again.
const BEGINNINGS_MAX: i64 = 2;

/// A mail that is no request, and lies in `cur`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideMail {
    /// The file's name, as it came.
    pub name: String,
    /// `unreadable`, `invalid` or `ended_the_server`.
    pub why: String,
    /// When it was put aside.
    pub at: Instant,
}

/// Whether a mail is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// It is.
    Read,
    /// The process ended each time.
    EndedTheServer,
}

/// Notes that a mail is about to be read. One that was put aside and brought back is as
/// new as any.
pub(super) fn begin(tx: &Transaction<'_>, name: &str, now: Instant) -> Result<Beginning, CoreError> {
    let attempts: i64 = tx.prepare_cached(BEGIN)?.query_row((name, now.millis()), |row| row.get(0))?;
    Ok(if attempts > BEGINNINGS_MAX { Beginning::EndedTheServer } else { Beginning::Read })
}

/// A mail was read, or could not be for a reason that is not its own.
pub(super) fn forget(tx: &Transaction<'_>, name: &str) -> Result<(), CoreError> {
    tx.prepare_cached(FORGET)?.execute([name])?;
    Ok(())
}

/// A mail is put aside.
pub(super) fn put_aside(
    tx: &Transaction<'_>,
    (name, why): (&str, &str),
    now: Instant,
) -> Result<(), CoreError> {
    tx.prepare_cached(PUT_ASIDE)?.execute((name, why, now.millis()))?;
    Ok(())
}

/// The mails that were put aside, the last first.
///
/// # Errors
///
/// When the store fails.
pub fn list_aside(connection: &Connection) -> Result<Vec<AsideMail>, CoreError> {
    let mut statement = connection.prepare_cached(ASIDE)?;
    let rows = statement.query_map([LIST_MAX], |row| {
        Ok(AsideMail { name: row.get(0)?, why: row.get(1)?, at: column(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
