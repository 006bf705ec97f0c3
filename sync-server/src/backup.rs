//! Backups of a data folder: made while the server serves, verified, and restored
//! (`docs/operations.md`).
//!
//! A backup is a folder with `manifest.json`, the database that it names, and the
//! attachments by the hash of their bytes. The manifest is written last and
//! replaced as a whole, so that a backup that was cut is never taken for a whole
//! one, and the one before it stays good until then.

mod error;
mod make;
mod manifest;
mod restore;
mod verify;

pub use error::BackupError;
pub use make::{BackupOptions, BackupReport, Checked, Keys, make};
pub use manifest::Manifest;
pub use restore::{RestoreReport, adopt, restore};
pub use verify::{Depth, Finding, FindingKind, VerifyReport, verify_backup, verify_data};

use rusqlite::{Connection, OptionalExtension};

const BACKED_UP: &str = "backed_up";
const NOTE: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const READ: &str = "SELECT value FROM meta WHERE key = ?1";

/// The position up to which the newest verified backup holds everything; phones
/// are told it, and keep whatever is beyond.
pub(crate) fn backed_up(connection: &Connection) -> rusqlite::Result<i64> {
    let value: Option<[u8; 8]> =
        connection.prepare_cached(READ)?.query_row([BACKED_UP], |row| row.get(0)).optional()?;
    Ok(value.map_or(0, i64::from_be_bytes))
}

fn note_backed_up(connection: &Connection, position: i64) -> rusqlite::Result<()> {
    connection.execute(NOTE, (BACKED_UP, position.to_be_bytes())).map(drop)
}
