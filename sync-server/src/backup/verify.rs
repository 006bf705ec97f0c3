//! Verifying a data folder or a backup: what the log says of itself, and whether
//! everything else follows from it.

mod attachments;
mod chain;
mod documents;
mod rows;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OpenFlags};

use super::error::AtPath;
use super::make::{copy_database, remove_if_there, what_was_copied};
use super::{BackupError, Manifest};
use crate::disk;
use crate::log::Chain;
use crate::store::open_to_read;

const INTEGRITY: &str = "PRAGMA integrity_check(20)";
/// Findings that are listed; more are only counted.
const LISTED_MAX: usize = 200;

/// How much is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Pages, log, documents and their saved forms.
    Log,
    /// Also that all rows are what a rebuild gives, and the bytes of attachments.
    Whole,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of what.
    pub kind: FindingKind,
    /// Where.
    pub place: String,
    /// What, in a sentence.
    pub what: String,
}

/// Of what a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The file of the database, or a page of it.
    Database,
    /// The chain of commits.
    Chain,
    /// A change of the log.
    Change,
    /// A document put together from the log.
    Document,
    /// A saved document.
    Snapshot,
    /// A derived row.
    Row,
    /// The bytes of an attachment.
    Attachment,
    /// The manifest of a backup.
    Manifest,
}

impl FindingKind {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Chain => "chain",
            Self::Change => "change",
            Self::Document => "document",
            Self::Snapshot => "snapshot",
            Self::Row => "row",
            Self::Attachment => "attachment",
            Self::Manifest => "manifest",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind.name(), self.place, self.what)
    }
}

/// What was verified, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// The newest position.
    pub position: i64,
    /// The chain there.
    pub chain: Chain,
    /// Commits.
    pub commits: u64,
    /// Changes in the log.
    pub changes: u64,
    /// Documents put together from it.
    pub documents: u64,
    /// Saved documents compared with them.
    pub snapshots: u64,
    /// Derived rows compared with a rebuild.
    pub rows: u64,
    /// Attachments read.
    pub attachments: u64,
    /// What does not hold; the first ones.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub findings_count: u64,
}

impl VerifyReport {
    /// Whether everything holds.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings_count == 0
    }

    fn find(&mut self, kind: FindingKind, place: impl fmt::Display, what: impl fmt::Display) {
        self.findings_count += 1;
        if self.findings.len() < LISTED_MAX {
            self.findings.push(Finding { kind, place: place.to_string(), what: what.to_string() });
        }
    }

    /// What cannot even be read is a finding too.
    fn take<E: fmt::Display>(&mut self, place: &str, result: Result<(), E>) {
        if let Err(error) = result {
            self.find(FindingKind::Database, place, format!("it cannot be read: {error}"));
        }
    }
}

/// Verifies a data folder; a server may run on it.
///
/// # Errors
///
/// When there is no database, or a copy for the comparison cannot be made.
pub fn verify_data(data: &Path, depth: Depth) -> Result<VerifyReport, BackupError> {
    let mut connection = open_to_read(data)?.ok_or_else(|| BackupError::NoDatabase(data.to_path_buf()))?;
    let state = connection.transaction()?;
    let mut report = database(&state, depth);
    if depth == Depth::Whole {
        let checked = attachments::check(&state, &data.join("attachments"), &[], &mut report);
        report.take("attachments", checked);
    }
    Ok(report)
}

/// Verifies a backup: its files against its manifest, then what they hold.
///
/// # Errors
///
/// When it holds no whole backup, or a copy for the comparison cannot be made.
pub fn verify_backup(folder: &Path, depth: Depth) -> Result<VerifyReport, BackupError> {
    let manifest = Manifest::read(folder)?;
    let path = manifest.database_path(folder);
    let mut report = VerifyReport::default();
    match disk::hash_of(&path) {
        Ok(hash) if hash.to_string() == manifest.database_sha256 => {}
        Ok(_) => {
            report.find(FindingKind::Database, &manifest.database, "its bytes have changed since it was made")
        }
        Err(error) => {
            report.find(FindingKind::Database, &manifest.database, error);
            return Ok(report);
        }
    }
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let inside = database(&connection, depth);
    report.add(inside);
    match what_was_copied(&connection) {
        Ok(copied) => {
            let said = (manifest.position, manifest.chain, manifest.epoch, manifest.database_version);
            if said != (copied.position, copied.chain, copied.epoch, copied.version) {
                report.find(FindingKind::Manifest, "manifest.json", "it speaks of another database");
            }
        }
        Err(error) => report.find(FindingKind::Database, &manifest.database, error),
    }
    let folder = folder.join("attachments");
    let checked = attachments::check(&connection, &folder, &manifest.attachments_missing, &mut report);
    report.take("attachments", checked);
    Ok(report)
}

impl VerifyReport {
    fn add(&mut self, inside: Self) {
        let before = std::mem::take(&mut self.findings);
        let count = self.findings_count + inside.findings_count;
        let findings = before.into_iter().chain(inside.findings.iter().cloned()).take(LISTED_MAX).collect();
        *self = Self { findings, findings_count: count, ..inside };
    }
}

/// Verifies what stands in a database.
pub(super) fn database(connection: &Connection, depth: Depth) -> VerifyReport {
    let mut report = VerifyReport::default();
    let checked = pages(connection, &mut report);
    report.take("pages", checked);
    let checked = chain::check(connection, &mut report);
    report.take("commits", checked);
    let checked = documents::check(connection, &mut report);
    report.take("change_log", checked);
    if depth == Depth::Whole {
        let checked = compare_rows(connection, &mut report);
        report.take("derived rows", checked);
    }
    report
}

fn pages(connection: &Connection, report: &mut VerifyReport) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(INTEGRITY)?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            report.find(FindingKind::Database, "pages", line);
        }
    }
    Ok(())
}

/// Rebuilds the rows in a copy and compares.
fn compare_rows(connection: &Connection, report: &mut VerifyReport) -> Result<(), BackupError> {
    let scratch = Scratch::new();
    let mut copy = copy_database(connection, &scratch.path)?;
    rows::check(&mut copy, report)?;
    copy.close().map_err(|(_, error)| error)?;
    remove_if_there(&scratch.path).at(&scratch.path)
}

/// A file of its own in the system's folder for such, gone with this value.
struct Scratch {
    path: PathBuf,
}

static SCRATCHES: AtomicU64 = AtomicU64::new(0);

impl Scratch {
    fn new() -> Self {
        let number = SCRATCHES.fetch_add(1, Ordering::Relaxed);
        let name = format!("hamgam-verify-{}-{number}.db", std::process::id());
        Self { path: std::env::temp_dir().join(name) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove_if_there(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a copy made for a comparison is left behind");
        }
    }
}
