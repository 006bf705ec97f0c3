//! Connections for tools that work beside a running server.

use std::path::Path;

use rusqlite::Connection;

use super::{NEWEST_VERSION, OpenError, Store, folder};
use crate::clock::SystemClock;

/// Opens the database of a data folder for a tool, without the folder's lock, so
/// that people and devices can be changed while a server runs. `None` when there
/// is no database. An older database is brought up to date first, which needs
/// the lock.
///
/// # Errors
///
/// When the database is newer than this program, cannot be opened, or is older
/// while a server runs on it.
pub fn open_beside(path: &Path) -> Result<Option<Connection>, OpenError> {
    let database = folder::database_path(path);
    if !database.is_file() {
        return Ok(None);
    }
    let connection = folder::open_writer(&database)?;
    let failed = |source| OpenError::Database { path: database.clone(), source };
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    match found.cmp(&NEWEST_VERSION) {
        std::cmp::Ordering::Equal => Ok(Some(connection)),
        std::cmp::Ordering::Greater => {
            Err(OpenError::Newer { folder: path.to_path_buf(), found, known: NEWEST_VERSION })
        }
        std::cmp::Ordering::Less => {
            drop(connection);
            drop(Store::open(path, std::sync::Arc::new(SystemClock))?);
            folder::open_writer(&database).map(Some)
        }
    }
}

/// A connection that only reads, also beside a running server; none if there is
/// no database.
///
/// # Errors
///
/// When it cannot be opened.
pub(crate) fn open_to_read(path: &Path) -> Result<Option<Connection>, OpenError> {
    let database = folder::database_path(path);
    if database.is_file() { folder::open_reader(&database).map(Some) } else { Ok(None) }
}
