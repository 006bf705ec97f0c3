//! What the tests of faulty disks share.

use std::collections::BTreeSet;
use std::path::Path;

use client_core::NewIds;
use domain::{DocId, JobCommand, NoteId};
use testkit::Rng;
use testkit::disk::{Call, Cut, FaultyDisk, FileKind, Plan, Synchronous};

/// What came of a run of power cuts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cuts: u32,
    /// Promises that were found again after a cut.
    pub(crate) kept: usize,
    /// Promised and gone.
    pub(crate) lost: usize,
    /// Databases that did not open, or opened damaged.
    pub(crate) damaged: Vec<String>,
    /// Where the cuts came.
    pub(crate) seen: BTreeSet<Cut>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.cuts += other.cuts;
        self.kept += other.kept;
        self.lost += other.lost;
        self.damaged.extend(other.damaged);
        self.seen.extend(other.seen);
    }
}

/// A run of power cuts, each on what the one before it left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) seed: u64,
    pub(crate) cuts: u32,
    pub(crate) synchronous: Option<Synchronous>,
}

/// Calls at which a cut is hard to get over, and some of which are rare.
pub(crate) const HARD: [Cut; 6] = [
    Cut { call: Call::Read, file: FileKind::Log },
    Cut { call: Call::Write, file: FileKind::Log },
    Cut { call: Call::Sync, file: FileKind::Log },
    Cut { call: Call::Write, file: FileKind::Database },
    Cut { call: Call::Sync, file: FileKind::Database },
    Cut { call: Call::Delete, file: FileKind::Log },
];

impl Tally {
    /// Nothing was lost or damaged in so many cuts, and each hard case was met.
    pub(crate) fn is_clean_after(&self, cuts: u32) {
        assert_eq!((self.lost, &self.damaged), (0, &Vec::new()), "{self:?}");
        assert_eq!(self.cuts, cuts);
        assert!(self.kept > 1_000, "{self:?}");
        for hard in HARD {
            assert!(self.seen.contains(&hard), "no cut came at {hard:?}: {:?}", self.seen);
        }
    }
}

/// How long a session is, and where in it or at its end the power goes. Some
/// sessions are long enough for SQLite to write its log back.
pub(crate) fn session(rng: &mut Rng, disk: &FaultyDisk) -> usize {
    let (edits, calls) = if rng.chance(1, 12) { (160, 4_000) } else { (12, 260) };
    disk.plan(if rng.chance(1, 5) {
        Plan::CutOn(*rng.pick(&HARD))
    } else {
        Plan::CutAt(disk.calls() + 1 + rng.below(calls))
    });
    edits
}

/// A note that was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) job: DocId,
    pub(crate) note: NoteId,
}

/// A note to write, of a length that differs.
pub(crate) fn note(ids: NewIds<'_>, rng: &mut Rng) -> (NoteId, JobCommand) {
    let id = ids.note();
    let text = "نشتی از واشر پمپ. ".repeat(1 + rng.index(20));
    (id, JobCommand::AddNote { id, text })
}

/// What SQLite finds wrong with a database.
pub(crate) fn complaint_of(database: &Path) -> Option<String> {
    let look = || -> rusqlite::Result<String> {
        let connection = rusqlite::Connection::open(database)?;
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
    };
    match look() {
        Ok(verdict) if verdict == "ok" => None,
        Ok(verdict) => Some(verdict),
        Err(error) => Some(error.to_string()),
    }
}

/// Copies a folder of files; what SQLite shares in memory stays behind.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("read") {
        let entry = entry.expect("read");
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}
