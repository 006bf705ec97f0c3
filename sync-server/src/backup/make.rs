//! Making a backup while the server serves.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use domain::Hash32;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::error::AtPath;
use super::manifest::{Copied, Manifest};
use super::verify::{self, Depth};
use super::{BackupError, note_backed_up};
use crate::attachments::files::whole_path;
use crate::clock::Clock;
use crate::disk;
use crate::failpoint::{self, Place};
use crate::log::newest;
use crate::sql::column;
use crate::store::outside::{hex, meta};
use crate::store::{open_beside, open_to_read};

const ATTACHMENTS: &str = "SELECT hash FROM attachments ORDER BY hash";
const LOCK_FILE: &str = "backup.lock";
const DATABASE_PARTIAL: &str = "database.partial";
const DATABASE_PREFIX: &str = "hamgam-";

/// How a backup is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackupOptions {
    /// Whether it replaces the one before only if its log verifies.
    pub checked: Checked,
    /// Whether the server's keys go with it.
    pub keys: Keys,
}

/// Whether the copy is verified before it counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Checked {
    /// Yes.
    #[default]
    Yes,
    /// It is taken as it is, and phones are not told of it.
    No,
}

/// Whether the keys are part of the backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keys {
    /// They are kept elsewhere: with the database they can sign in as anybody.
    #[default]
    Without,
    /// They are copied too.
    With,
}

/// What a backup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Attachments that were not in the folder before.
    pub attachments_copied: u64,
    /// Bytes of those.
    pub attachment_bytes_copied: u64,
}

/// Makes a backup of a data folder; a server may run on it. A second one to the
/// same folder replaces the first once it is whole, and copies only attachments
/// that are new. On success the server tells phones how far the backup goes.
///
/// # Errors
///
/// When something cannot be read or written, or the copy does not verify: what
/// was in the folder before is kept then.
pub fn make(
    data: &Path,
    target: &Path,
    options: BackupOptions,
    clock: &dyn Clock,
) -> Result<BackupReport, BackupError> {
    fs::create_dir_all(target).at(target)?;
    let _lock = lock(target)?;
    let source = open_to_read(data)?.ok_or_else(|| BackupError::NoDatabase(data.to_path_buf()))?;
    let partial = target.join(DATABASE_PARTIAL);
    let copy = copy_database(&source, &partial)?;
    drop(source);
    failpoint::reach(Place::MidBackup);
    let mut manifest = Manifest::of(&what_was_copied(&copy)?, clock.now());
    let mut report = copy_attachments(&copy, data, target, &mut manifest)?;
    if options.checked == Checked::Yes {
        let verified = verify::database(&copy, Depth::Log);
        if let Some(first) = verified.findings.first() {
            return Err(BackupError::NotSound { first: first.to_string() });
        }
        manifest.verified = true;
    }
    copy.close().map_err(|(_, error)| error)?;
    if options.keys == Keys::With {
        crate::auth::copy_keys(data, target).at(&target.join("keys"))?;
    }
    settle_database(&partial, target, &mut manifest)?;
    failpoint::reach(Place::MidBackup);
    manifest.write(target)?;
    failpoint::reach(Place::MidBackup);
    sweep(target, &manifest.database)?;
    if manifest.verified
        && let Err(error) = note(data, &manifest)
    {
        // The backup is whole all the same; phones keep more than they need until the next.
        tracing::warn!(%error, "how far the backup goes could not be written down at the server");
    }
    report.manifest = manifest;
    Ok(report)
}

fn lock(target: &Path) -> Result<File, BackupError> {
    let path = target.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(&path).at(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(target.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(BackupError::File { path, source }),
    }
}

/// Copies a database page by page, as of one commit: the one step holds a read
/// transaction, which in WAL keeps no writer waiting. The copy needs no WAL of its
/// own, so that it can be read where nothing can be written.
pub(super) fn copy_database(source: &Connection, to: &Path) -> Result<Connection, BackupError> {
    remove_if_there(to).at(to)?;
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(source, &mut copy)?;
        let done = backup.step(-1)?;
        if done != rusqlite::backup::StepResult::Done {
            let busy = std::io::Error::from(std::io::ErrorKind::ResourceBusy);
            return Err(BackupError::File { path: to.to_path_buf(), source: busy });
        }
    }
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(copy)
}

pub(super) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What a database says of itself.
pub(super) fn what_was_copied(copy: &Connection) -> Result<Copied, BackupError> {
    let version = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let (position, chain) = newest(copy)?;
    let epoch = meta(copy, "epoch")?.unwrap_or_default();
    Ok(Copied { version, position, chain, epoch })
}

fn copy_attachments(
    copy: &Connection,
    data: &Path,
    target: &Path,
    manifest: &mut Manifest,
) -> Result<BackupReport, BackupError> {
    let (from, to) = (data.join("attachments"), target.join("attachments"));
    let (mut copied, mut bytes) = (0, 0);
    for hash in attachments_of(copy)? {
        manifest.attachments += 1;
        let (source, wanted) = (whole_path(&from, hash), whole_path(&to, hash));
        if wanted.is_file() {
            continue;
        }
        fs::create_dir_all(wanted.parent().unwrap_or(&to)).at(&wanted)?;
        match disk::copy(&source, &wanted) {
            Ok(found) if found == hash => {
                failpoint::reach(Place::MidBackup);
                copied += 1;
                bytes += fs::metadata(&wanted).at(&wanted)?.len();
            }
            // Damaged or gone at the server: the rest is backed up all the same.
            Ok(_) => {
                fs::remove_file(&wanted).at(&wanted)?;
                manifest.attachments_missing.push(hash.to_string());
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                manifest.attachments_missing.push(hash.to_string());
            }
            Err(error) => return Err(error).at(&wanted),
        }
    }
    Ok(BackupReport {
        manifest: manifest.clone(),
        attachments_copied: copied,
        attachment_bytes_copied: bytes,
    })
}

/// The whole attachments that a database knows.
pub(super) fn attachments_of(connection: &Connection) -> Result<Vec<Hash32>, BackupError> {
    let mut statement = connection.prepare(ATTACHMENTS)?;
    let rows = statement.query_map([], |row| column(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Flushes the copy and gives it a name that no earlier backup has.
fn settle_database(partial: &Path, target: &Path, manifest: &mut Manifest) -> Result<(), BackupError> {
    let file = File::options().write(true).open(partial).at(partial)?;
    file.sync_all().at(partial)?;
    manifest.database_sha256 = disk::hash_of(partial).at(partial)?.to_string();
    manifest.database_bytes = file.metadata().at(partial)?.len();
    let start = manifest.database_sha256.get(..16).unwrap_or_default();
    manifest.database = format!("{DATABASE_PREFIX}{}-{start}.db", manifest.position);
    let path = target.join(&manifest.database);
    disk::put(partial, &path).at(&path)
}

/// Takes earlier databases away, once the manifest names another.
fn sweep(target: &Path, keep: &str) -> Result<(), BackupError> {
    for entry in fs::read_dir(target).at(target)? {
        let path = entry.at(target)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_database = name.starts_with(DATABASE_PREFIX) && name.ends_with(".db");
        if is_database && name != keep {
            fs::remove_file(&path).at(&path)?;
        }
    }
    Ok(())
}

/// Writes down in the database how far its backup goes, unless it has become
/// another meanwhile.
fn note(data: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let Some(connection) = open_beside(data)? else { return Ok(()) };
    if meta(&connection, "epoch")? == Some(manifest.epoch) {
        note_backed_up(&connection, manifest.position)?;
    }
    tracing::info!(position = manifest.position, chain = hex::text(manifest.chain), "backed up");
    Ok(())
}
