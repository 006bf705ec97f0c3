//! The data folder: its lock, and how its database is opened.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::OpenError;

const DATABASE_FILE: &str = "hamgam.db";
const LOCK_FILE: &str = "hamgam.lock";
/// Backups and people with a SQLite shell may hold a lock for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Whoever held the folder may be leaving: a job of the writer that still ends, or a process
/// started meanwhile, which has the lock's handle until it runs its own program.
const LEAVE_POLL: Duration = Duration::from_millis(10);
const LEAVE_POLLS: u32 = 200;
const STATEMENTS_CACHED_MAX: usize = 256;
/// Pages that the writer keeps in memory, as SQLite counts it: KiB, negative. What an edit
/// touches lies all over the database; with SQLite's own 2 MiB it is read again and again.
const WRITER_CACHE_KIB: i64 = -8 * 1024;

/// The database file of a data folder.
pub(crate) fn database_path(folder: &Path) -> PathBuf {
    folder.join(DATABASE_FILE)
}

/// Held while a server runs on the folder; the operating system lets go of it
/// even when the process is killed.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Makes the folder if need be, and locks it, once whoever is leaving has left.
    pub(crate) fn take(folder: &Path) -> Result<Self, OpenError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| OpenError::Folder { path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        let path = folder.join(LOCK_FILE);
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(failed(&path))?;
        for _ in 0..LEAVE_POLLS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(LEAVE_POLL),
                Err(TryLockError::Error(source)) => return Err(OpenError::Folder { path, source }),
            }
        }
        Err(OpenError::Locked(folder.to_path_buf()))
    }
}

/// Opens the one connection that writes.
pub(super) fn open_writer(database: &Path) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(database)?;
        set_up(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
        Ok(connection)
    };
    open().map_err(|source| OpenError::Database { path: database.to_path_buf(), source })
}

/// Opens a connection that cannot write.
pub(super) fn open_reader(database: &Path) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        set_up(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    open().map_err(|source| OpenError::Database { path: database.to_path_buf(), source })
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Else a kept statement is planned anew each time that other values are bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    connection.pragma_update(None, "foreign_keys", true)
}
