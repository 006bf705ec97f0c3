//! What a phone and the server have in common: a folder on a disk that fails as
//! planned, and a process that dies.

use std::io;
use std::path::{Path, PathBuf};

use testkit::Rng;
use testkit::disk::{Cut, FaultyDisk, Plan};

/// What the death of a process leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// All that was written: the operating system lives on.
    Written,
    /// What was flushed, and any part of the rest: the power went.
    Flushed {
        /// Which part.
        salt: u64,
    },
}

/// A folder and its disk.
#[derive(Debug)]
pub(crate) struct Storage {
    folder: PathBuf,
    disk: FaultyDisk,
    leaves: Leaves,
    killed: Killed,
}

/// Whether the process was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    Yes,
    No,
}

impl Storage {
    /// Makes the folder, or takes it as it is.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn at(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let disk = FaultyDisk::under(&folder);
        Ok(Self { folder, disk, leaves: Leaves::Written, killed: Killed::No })
    }

    /// Where it lies.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets the process die so many calls from now.
    pub(crate) fn die_after(&mut self, calls: u64, leaves: Leaves) {
        self.leaves = leaves;
        self.disk.plan(Plan::CutAt(self.disk.calls() + calls));
    }

    /// The process dies now: no file changes any more.
    pub(crate) fn kill(&mut self) {
        if self.death().is_none() {
            self.die_after(1, Leaves::Written);
        }
        self.killed = Killed::Yes;
    }

    /// Whether the process died, from within or from without, and the disk was
    /// not made sound since.
    pub(crate) fn is_dead(&self) -> bool {
        self.killed == Killed::Yes || self.death().is_some()
    }

    /// Lets the disk be full so many calls from now.
    pub(crate) fn fill_after(&self, calls: u64) {
        self.disk.plan(Plan::FullFrom(self.disk.calls() + calls));
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clear(&self) {
        self.disk.plan(Plan::Sound);
    }

    /// Where the process died, if it has.
    #[must_use]
    pub(crate) fn death(&self) -> Option<Cut> {
        self.disk.cut()
    }

    /// After a death: the disk as it was left, sound again. Nothing may be open
    /// on it.
    ///
    /// # Errors
    ///
    /// When files cannot be read or written.
    pub(crate) fn start_again(&mut self) -> io::Result<()> {
        if let (Leaves::Flushed { salt }, Some(_)) = (self.leaves, self.disk.cut()) {
            let left = tempfile::tempdir_in(self.folder.parent().unwrap_or(&self.folder))?;
            self.disk.write_after_cut(&mut Rng::new(salt), left.path())?;
            put_back(left.path(), &self.folder)?;
        }
        self.leaves = Leaves::Written;
        self.killed = Killed::No;
        self.disk = FaultyDisk::under(&self.folder);
        Ok(())
    }
}

/// Makes the SQLite files of a folder those of another; files that stay are
/// written where they lie, as a disk does.
fn put_back(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(to)? {
        let path = entry?.path();
        if !is_sqlite(&path) {
            continue;
        }
        let left = from.join(path.file_name().unwrap_or_default());
        if left.exists() {
            std::fs::write(&path, std::fs::read(left)?)?
        } else {
            std::fs::remove_file(&path)?
        }
    }
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if is_sqlite(&path) && !target.exists() {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn is_sqlite(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".db", ".db-wal", ".db-shm", ".db-journal"].iter().any(|end| name.ends_with(end))
}

/// Copies a folder with all that lies in it.
///
/// # Errors
///
/// When a file cannot be read or written.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
