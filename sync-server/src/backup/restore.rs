//! Putting a backup in the place of a data folder's database, or taking one in
//! that was put there by hand.
//!
//! Either begins another life of the log: the incarnation is raised, the epoch and
//! the server's actors are new, so that every cursor is void, no number of a
//! change is given twice, and phones send again what is missing. Who was barred
//! since the backup stays barred.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::{DeviceId, Instant, UserId};
use rusqlite::{Connection, Transaction};

use super::error::AtPath;
use super::make::{attachments_of, copy_database, remove_if_there, what_was_copied};
use super::verify::{self, Depth};
use super::{BackupError, Manifest, verify_backup};
use crate::attachments::files::whole_path;
use crate::clock::{Clock, Entropy, random_bytes};
use crate::disk;
use crate::error::CoreError;
use crate::people;
use crate::store::outside::{self, Outside, meta};
use crate::store::{FolderLock, OpenError, database_path, open_to_read};

const SET_META: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const FORGET_META: &str = "DELETE FROM meta WHERE key = ?1";
const IS_USER: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE id = ?1)";
const IS_DEVICE: &str = "SELECT EXISTS (SELECT 1 FROM devices WHERE id = ?1)";
const RESTORING_FILE: &str = "hamgam.restoring.db";
/// Job numbers that are passed over where nothing says how many were given out
/// since the backup.
const NUMBERS_PASSED_OVER: i64 = 1_000;

/// What a restore came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// The log's life now.
    pub incarnation: i64,
    /// The newest position of the log.
    pub position: i64,
    /// How far the log had come before, where that is known.
    pub position_before: Option<i64>,
    /// Where the database that was here lies now.
    pub set_aside: Option<PathBuf>,
    /// Attachments that were copied back.
    pub attachments_copied: u64,
    /// Key files that were copied back.
    pub keys_copied: usize,
    /// People and devices that were barred since the backup and stay barred.
    pub barred_again: u64,
}

/// Restores a backup into a data folder, which may be empty or hold a database:
/// that one is set aside. The server must not run.
///
/// # Errors
///
/// When the backup does not verify, a server runs, or something cannot be written.
/// A restore that was cut is refused at the next start, and can be run again.
pub fn restore(
    backup: &Path,
    data: &Path,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<RestoreReport, BackupError> {
    let _lock = FolderLock::take(data)?;
    let manifest = Manifest::read(backup)?;
    let verified = verify_backup(backup, Depth::Log)?;
    if let Some(first) = verified.findings.first() {
        return Err(BackupError::Damaged { folder: backup.to_path_buf(), first: first.to_string() });
    }
    let before = Before::of(data)?;
    let restoring = data.join(RESTORING_FILE);
    disk::copy(&manifest.database_path(backup), &restoring).at(&restoring)?;
    let mut connection = Connection::open(&restoring)?;
    let (attachments_copied, keys_copied) = copy_back(&connection, backup, data)?;
    let life = begin_life(&mut connection, &before, clock.now(), entropy)?;
    connection.close().map_err(|(_, error)| error)?;
    let set_aside = set_aside(data, clock.now())?;
    outside::write(data, &life.outside)?;
    outside::forget_mark(data)?;
    disk::put(&restoring, &database_path(data)).at(&restoring)?;
    Ok(life.report(&before, set_aside, attachments_copied, keys_copied))
}

/// Takes in the database that lies in the data folder, whatever was there before.
///
/// # Errors
///
/// When there is none, its log does not verify, or a server runs.
pub fn adopt(data: &Path, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<RestoreReport, BackupError> {
    let _lock = FolderLock::take(data)?;
    let before = Before::of(data)?;
    let source = open_to_read(data)?.ok_or_else(|| BackupError::NoDatabase(data.to_path_buf()))?;
    let restoring = data.join(RESTORING_FILE);
    let mut connection = copy_database(&source, &restoring)?;
    drop(source);
    let verified = verify::database(&connection, Depth::Log);
    if let Some(first) = verified.findings.first() {
        return Err(BackupError::Damaged { folder: data.to_path_buf(), first: first.to_string() });
    }
    let life = begin_life(&mut connection, &before, clock.now(), entropy)?;
    connection.close().map_err(|(_, error)| error)?;
    let set_aside = set_aside(data, clock.now())?;
    outside::write(data, &life.outside)?;
    outside::forget_mark(data)?;
    disk::put(&restoring, &database_path(data)).at(&restoring)?;
    Ok(life.report(&before, set_aside, 0, 0))
}

/// What is known of the folder before.
struct Before {
    incarnation: i64,
    /// How far the log had come.
    position: Option<i64>,
    disabled_users: BTreeMap<UserId, i64>,
    revoked_devices: BTreeMap<DeviceId, i64>,
}

impl Before {
    fn of(data: &Path) -> Result<Self, BackupError> {
        // One that cannot be read says nothing; it must not keep a restore back.
        let outside = match outside::read(data) {
            Err(OpenError::OtherDatabase { what, .. }) => {
                tracing::warn!(what, "who was barred since the backup is not known");
                None
            }
            read => read?,
        };
        let mark = outside::read_mark(data).map(|(position, _)| position);
        let known = outside.as_ref().map(|outside| outside.position);
        let position = mark.into_iter().chain(known).max();
        let outside = outside.unwrap_or_default();
        Ok(Self {
            incarnation: outside.incarnation,
            position,
            disabled_users: outside.disabled_users,
            revoked_devices: outside.revoked_devices,
        })
    }
}

/// The database's new life.
struct Life {
    outside: Outside,
    barred_again: u64,
}

impl Life {
    fn report(
        &self,
        before: &Before,
        set_aside: Option<PathBuf>,
        attachments_copied: u64,
        keys_copied: usize,
    ) -> RestoreReport {
        RestoreReport {
            incarnation: self.outside.incarnation,
            position: self.outside.position,
            position_before: before.position,
            set_aside,
            attachments_copied,
            keys_copied,
            barred_again: self.barred_again,
        }
    }
}

fn begin_life(
    connection: &mut Connection,
    before: &Before,
    now: Instant,
    entropy: &dyn Entropy,
) -> Result<Life, BackupError> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let copied = what_was_copied(connection)?;
    let inside = meta(connection, "incarnation")?.map_or(0, i64::from_be_bytes);
    let epoch: [u8; 8] = random_bytes(entropy);
    let incarnation = inside.max(before.incarnation) + 1;
    let transaction = connection.transaction()?;
    transaction.execute(SET_META, ("epoch", epoch))?;
    transaction.execute(SET_META, ("incarnation", incarnation.to_be_bytes()))?;
    transaction.execute(FORGET_META, ["actor"])?;
    pass_over_numbers(&transaction, before.position, copied.position)?;
    let barred_again = if copied.version == 0 { 0 } else { bar_again(&transaction, before, now)? };
    let (disabled_users, revoked_devices) = outside::barred(&transaction)?;
    transaction.commit()?;
    let (position, chain) = (copied.position, copied.chain);
    let outside = Outside { incarnation, epoch, position, chain, disabled_users, revoked_devices };
    Ok(Life { outside, barred_again })
}

/// Numbers of jobs that were given out since the backup come back with their jobs;
/// they must not be given to others meanwhile.
fn pass_over_numbers(
    transaction: &Transaction<'_>,
    before: Option<i64>,
    restored: i64,
) -> Result<(), BackupError> {
    let Some(last) = meta(transaction, "job_number")? else { return Ok(()) };
    // Each commit gave out one number at most.
    let passed = before.map_or(NUMBERS_PASSED_OVER, |before| (before - restored).max(0));
    let last = i64::from_be_bytes(last) + passed;
    transaction.execute(SET_META, ("job_number", last.to_be_bytes()))?;
    Ok(())
}

fn bar_again(transaction: &Transaction<'_>, before: &Before, now: Instant) -> Result<u64, BackupError> {
    let failed = |error: people::PeopleError| BackupError::Core(CoreError::Outside(error.to_string()));
    let mut barred = 0;
    for user in before.disabled_users.keys() {
        let is_known: bool = transaction.query_row(IS_USER, [user.as_bytes()], |row| row.get(0))?;
        if is_known && people::find_user(transaction, *user).map_err(failed)?.disabled_at.is_none() {
            people::bar_user(transaction, *user, now).map_err(failed)?;
            barred += 1;
        }
    }
    for device in before.revoked_devices.keys() {
        let is_known: bool = transaction.query_row(IS_DEVICE, [device.as_bytes()], |row| row.get(0))?;
        if is_known && people::find_device(transaction, *device).map_err(failed)?.revoked_at.is_none() {
            people::revoke_device(transaction, *device, now).map_err(failed)?;
            barred += 1;
        }
    }
    Ok(barred)
}

/// Attachments and keys that the data folder lacks.
fn copy_back(connection: &Connection, backup: &Path, data: &Path) -> Result<(u64, usize), BackupError> {
    let (from, to) = (backup.join("attachments"), data.join("attachments"));
    let mut copied = 0;
    for hash in attachments_of(connection)? {
        let (source, wanted) = (whole_path(&from, hash), whole_path(&to, hash));
        if !source.is_file() || disk::hash_of(&wanted).is_ok_and(|found| found == hash) {
            continue;
        }
        fs::create_dir_all(wanted.parent().unwrap_or(&to)).at(&wanted)?;
        disk::copy(&source, &wanted).at(&wanted)?;
        copied += 1;
    }
    let keys = match crate::auth::key_files(backup).at(backup)?.is_empty() {
        true => 0,
        false => crate::auth::copy_keys(backup, data).at(&data.join("keys"))?,
    };
    Ok((copied, keys))
}

/// Moves the database that is here, with what SQLite keeps beside it, into a
/// folder of its own.
fn set_aside(data: &Path, now: Instant) -> Result<Option<PathBuf>, BackupError> {
    let database = database_path(data);
    if !database.is_file() {
        return Ok(None);
    }
    let folder = (0..)
        .map(|number| data.join(format!("aside-{}-{number}", now.millis())))
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| data.join("aside"));
    fs::create_dir_all(&folder).at(&folder)?;
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for suffix in ["", "-wal", "-shm"] {
        let (from, to) = (data.join(format!("{name}{suffix}")), folder.join(format!("{name}{suffix}")));
        if from.exists() {
            fs::rename(&from, &to).at(&from)?;
        }
    }
    disk::sync_folder_of(&folder.join(&name)).at(&folder)?;
    disk::sync_folder_of(&database).at(data)?;
    remove_if_there(&data.join(format!("{name}-journal"))).at(data)?;
    Ok(Some(folder))
}
