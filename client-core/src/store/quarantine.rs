//! A damaged database is set aside under another name, never deleted, and what
//! can still be read of it goes into a new one.

use std::path::PathBuf;

use domain::Instant;
use rusqlite::Connection;

use super::error::{Result, StoreError};
use super::files::{Files, flush_folder_of};
use super::{Quarantine, migrate, open, salvage};

/// The database and the companions that SQLite keeps beside it.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

pub(super) fn set_aside(files: &Files, now: Instant) -> Result<(Connection, Quarantine)> {
    let path = free_name(files, now);
    for companion in COMPANIONS {
        rename_if_there(with_suffix(&files.database, companion), with_suffix(&path, companion))?;
    }
    flush_folder_of(&files.database)?;
    let mut connection = open::connect(&files.database)?;
    migrate::migrate(&mut connection)?;
    let saved = salvage::salvage(&path, &mut connection)?;
    if files.suspicion().exists() {
        std::fs::remove_file(files.suspicion()).map_err(StoreError::file("the sign of damage"))?;
    }
    tracing::warn!(documents = saved.documents, entries = saved.entries, "a damaged database was set aside");
    Ok((connection, Quarantine { path, documents: saved.documents, entries: saved.entries }))
}

/// A name that no earlier quarantine has taken.
fn free_name(files: &Files, now: Instant) -> PathBuf {
    (0_i64..)
        .map(|number| files.beside(&format!("damaged-{}", now.millis().saturating_add(number))))
        .find(|path| !path.exists())
        .unwrap_or_else(|| files.beside("damaged"))
}

fn with_suffix(path: &std::path::Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn rename_if_there(from: PathBuf, to: PathBuf) -> Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::File { what: "setting the damaged database aside", source: error })
        }
        _ => Ok(()),
    }
}
