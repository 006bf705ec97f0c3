//! Opening: lock, connect, check, migrate, recognise. The only place that makes
//! a connection to the phone's database.

use std::path::Path;
use std::sync::Mutex;

use domain::Instant;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::cache::DocumentCache;
use super::error::{Result, StoreError};
use super::files::Files;
use super::lock::LockFile;
use super::{Found, Opened, Store, Writer, install, migrate, quarantine};
use crate::random::NewIds;

/// `FULL` makes each commit wait for the disk; the two `fullfsync` make Apple's
/// disks write it for real. Memory is bounded: 2 MiB of pages per connection.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = 1;
    PRAGMA checkpoint_fullfsync = 1;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -2048;
    PRAGMA journal_size_limit = 4194304;
    PRAGMA busy_timeout = 5000;";
const CHECK: &str = "PRAGMA quick_check(1)";
const LOOK: &str = "SELECT count(*) FROM sqlite_schema";

pub(super) fn open(files: Files, ids: NewIds<'_>, now: Instant) -> Result<(Store, Opened)> {
    let mut lock = LockFile::take(&files.lock(), &files.database)?;
    let (mut connection, quarantine) = match connect_sound(&files) {
        Ok(connection) => (connection, None),
        Err(error) if error.is_damage() => {
            let (connection, quarantine) = quarantine::set_aside(&files, now)?;
            (connection, Some(quarantine))
        }
        Err(error) => return Err(error),
    };
    let recognised = match recognise(&mut connection, &files, &mut lock, ids) {
        Ok(found) => Some(found),
        // A full disk must not keep a technician from reading.
        Err(error) if error.is_disk_full() => None,
        Err(error) => return Err(error),
    };
    let reader = connect(&files.database)?;
    reader.pragma_update(None, "query_only", true)?;
    let writer = Writer { connection, cache: DocumentCache::default(), lock, noted: None, recognised };
    let store = Store { files, writer: Mutex::new(writer), reader: Mutex::new(reader) };
    Ok((store, Opened { found: recognised, quarantine }))
}

/// Recognises the installation and starts the note of the newest entry anew:
/// an older database counts on from where it is.
pub(super) fn recognise(
    connection: &mut Connection,
    files: &Files,
    lock: &mut LockFile,
    ids: NewIds<'_>,
) -> Result<Found> {
    let found = install::recognise(connection, files, lock.newest_entry()?, ids)?;
    lock.note_newest_entry(install::newest_entry(connection)?)?;
    Ok(found)
}

/// A connection to a database of the present version that shows no damage. A
/// full check costs too much for every opening; it is made when an earlier run
/// met damage.
fn connect_sound(files: &Files) -> Result<Connection> {
    let mut connection = connect(&files.database)?;
    let _: i64 = connection.query_row(LOOK, [], |row| row.get(0))?;
    if files.suspicion().exists() {
        check(&connection)?;
        std::fs::remove_file(files.suspicion()).map_err(StoreError::file("the sign of damage"))?;
    }
    migrate::migrate(&mut connection)?;
    Ok(connection)
}

fn check(connection: &Connection) -> Result<()> {
    let verdict: String = connection.query_row(CHECK, [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Unreadable { what: "page" }) }
}

/// More than there are, so that none is forgotten.
const STATEMENTS_CACHED_MAX: usize = 256;

/// A connection with the settings that every promise rests on.
pub(super) fn connect(database: &Path) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.execute_batch(PRAGMAS)?;
    // Else a kept statement is planned anew each time that other values are bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    Ok(connection)
}
