//! What lies outside the database, so that the restore of an older one cannot
//! take it back: the incarnation, how far the log had come, and who was barred.
//!
//! `hamgam.outside` is a small JSON file, replaced as a whole. `hamgam.mark` holds
//! the newest position and its chain in 24 bytes, written after each commit and
//! left to the operating system to flush: it may lag behind after a power cut and
//! never runs ahead. Opening compares both with the database and refuses one that
//! is another, or older (`docs/adr/0060`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::{DeviceId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::OpenError;
use crate::log::{Chain, chain_at, first_eight, newest};
use crate::sql::{Column, column};

const OUTSIDE_FILE: &str = "hamgam.outside";
const MARK_FILE: &str = "hamgam.mark";
const LOCK_FILE: &str = "hamgam.outside.lock";
const META: &str = "SELECT value FROM meta WHERE key = ?1";
const DISABLED: &str = "SELECT id, disabled_at FROM users WHERE disabled_at IS NOT NULL";
const REVOKED: &str = "SELECT id, revoked_at FROM devices WHERE revoked_at IS NOT NULL";

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outside {
    /// How many lives the log has had: 1, and one more for each restore.
    pub(crate) incarnation: i64,
    /// The database's epoch.
    #[serde(with = "hex")]
    pub(crate) epoch: [u8; 8],
    /// A position that the log had reached.
    pub(crate) position: i64,
    /// The chain there.
    #[serde(with = "hex")]
    pub(crate) chain: Chain,
    /// Who may not sign in, since when.
    #[serde(default)]
    pub(crate) disabled_users: BTreeMap<UserId, i64>,
    /// Which devices are blocked, since when.
    #[serde(default)]
    pub(crate) revoked_devices: BTreeMap<DeviceId, i64>,
}

/// 8 bytes as 16 digits.
pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes them.
    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 8], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&text(*bytes))
    }

    /// Reads them.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<[u8; 8], D::Error> {
        let text = String::deserialize(input)?;
        let number = u64::from_str_radix(&text, 16).map_err(D::Error::custom)?;
        Ok(number.to_be_bytes())
    }

    /// The digits.
    pub(crate) fn text(bytes: [u8; 8]) -> String {
        format!("{:016x}", u64::from_be_bytes(bytes))
    }
}

/// What the database says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inside {
    epoch: Option<[u8; 8]>,
    incarnation: Option<i64>,
    newest: (i64, Chain),
}

/// Reads the file; none if there is none.
pub(crate) fn read(folder: &Path) -> Result<Option<Outside>, OpenError> {
    let path = folder.join(OUTSIDE_FILE);
    let failed = |source| OpenError::Folder { path: path.clone(), source };
    match fs::read(&path) {
        Ok(bytes) => {
            let unreadable = |error| OpenError::OtherDatabase {
                folder: folder.to_path_buf(),
                what: format!("the file {OUTSIDE_FILE} cannot be read ({error})"),
            };
            serde_json::from_slice(&bytes).map(Some).map_err(unreadable)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Replaces the file; on disk when this returns.
pub(crate) fn write(folder: &Path, outside: &Outside) -> Result<(), OpenError> {
    let path = folder.join(OUTSIDE_FILE);
    let failed = |source| OpenError::Folder { path: path.clone(), source };
    let bytes = serde_json::to_vec_pretty(outside).map_err(|error| failed(io::Error::other(error)))?;
    crate::disk::replace(&path, &bytes).map_err(failed)
}

/// Whoever writes the file holds this meanwhile; a tool may work beside a server.
pub(crate) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let failed = |source| OpenError::Folder { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

/// Refuses a database that is not the one that the file and the mark speak of.
pub(super) fn check(folder: &Path, connection: &Connection) -> Result<(), OpenError> {
    let failed = |source| OpenError::Database { path: super::folder::database_path(folder), source };
    let inside = inside(connection).map_err(failed)?;
    let other = |what: String| OpenError::OtherDatabase { folder: folder.to_path_buf(), what };
    let Some(outside) = read(folder)? else {
        return match inside.incarnation {
            // New, or of a version that had no such file.
            None => Ok(()),
            Some(_) => Err(other(format!("the file {OUTSIDE_FILE} is missing"))),
        };
    };
    let is_the_same = match inside.incarnation {
        Some(incarnation) => incarnation == outside.incarnation && inside.epoch == Some(outside.epoch),
        // Cut between the two writes of the first start.
        None => inside.epoch == Some(outside.epoch) || (inside.epoch.is_none() && outside.position == 0),
    };
    if !is_the_same {
        return Err(other("it is another database than the one that was here".to_owned()));
    }
    let marks = [Some((outside.position, outside.chain)), read_mark(folder)];
    for (position, chain) in marks.into_iter().flatten() {
        let found = chain_at(connection, position).map_err(|error| other(error.to_string()))?;
        if found != Some(chain) {
            return Err(other(format!(
                "its log ends at {} and had been at {position} already",
                inside.newest.0
            )));
        }
    }
    Ok(())
}

fn inside(connection: &Connection) -> rusqlite::Result<Inside> {
    let newest = newest(connection).map_err(|_store| rusqlite::Error::InvalidQuery)?;
    Ok(Inside {
        epoch: meta(connection, "epoch")?,
        incarnation: meta(connection, "incarnation")?.map(i64::from_be_bytes),
        newest,
    })
}

/// 8 bytes of the table `meta`.
pub(crate) fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<[u8; 8]>> {
    connection.prepare_cached(META)?.query_row([key], |row| row.get(0)).optional()
}

/// Brings the list of the barred in the file up to date with the database; the
/// file is written only if it changes.
///
/// # Errors
///
/// When either cannot be read, or the file cannot be written.
pub(crate) fn note_barred(folder: &Path, connection: &Connection) -> Result<(), OpenError> {
    let failed = |source| OpenError::Database { path: super::folder::database_path(folder), source };
    let _lock = lock(folder)?;
    let Some(mut outside) = read(folder)? else { return Ok(()) };
    let (users, devices) = barred(connection).map_err(failed)?;
    if outside.disabled_users == users && outside.revoked_devices == devices {
        return Ok(());
    }
    (outside.disabled_users, outside.revoked_devices) = (users, devices);
    write(folder, &outside)
}

type Barred = (BTreeMap<UserId, i64>, BTreeMap<DeviceId, i64>);

/// Who is barred, as the database says.
pub(crate) fn barred(connection: &Connection) -> rusqlite::Result<Barred> {
    Ok((since(connection, DISABLED)?, since(connection, REVOKED)?))
}

fn since<T: Column + Ord>(connection: &Connection, sql: &str) -> rusqlite::Result<BTreeMap<T, i64>> {
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((column(row, 0)?, column::<Instant>(row, 1)?.millis()));
    statement.query_map([], read)?.collect()
}

/// The mark in the folder, if it can be read.
pub(crate) fn read_mark(folder: &Path) -> Option<(i64, Chain)> {
    let bytes: [u8; 24] = fs::read(mark_path(folder)).ok()?.try_into().ok()?;
    let (position, rest) = bytes.split_first_chunk::<8>()?;
    let (chain, check) = rest.split_first_chunk::<8>()?;
    (check == checked(*position, *chain)).then(|| (i64::from_be_bytes(*position), *chain))
}

fn mark_path(folder: &Path) -> PathBuf {
    folder.join(MARK_FILE)
}

fn checked(position: [u8; 8], chain: Chain) -> [u8; 8] {
    first_eight(&Sha256::new().chain_update(position).chain_update(chain).finalize())
}

/// Takes the mark away, for a database that begins another life.
pub(crate) fn forget_mark(folder: &Path) -> Result<(), OpenError> {
    let path = mark_path(folder);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(OpenError::Folder { path, source }),
        _ => Ok(()),
    }
}

/// Writes the mark after each commit.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    noted: i64,
}

impl Mark {
    pub(super) fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = mark_path(folder);
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(|source| OpenError::Folder { path, source })?;
        Ok(Self { file, noted: 0 })
    }

    /// Notes how far the log has come. A failure weakens only the recognition of
    /// an older database.
    pub(super) fn note(&mut self, connection: &Connection) {
        let Ok((position, chain)) = newest(connection) else { return };
        if position <= self.noted {
            return;
        }
        self.noted = position;
        let position = position.to_be_bytes();
        let bytes = [position, chain, checked(position, chain)].concat();
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "how far the log has come could not be noted outside the database");
        }
    }
}
