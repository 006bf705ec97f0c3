//! A faulty disk under SQLite: power cuts that drop what was not yet flushed,
//! calls that fail, a disk without room.
//!
//! [`FaultyDisk::under`] puts a folder on one. From then on every SQLite file
//! that this process opens in that folder goes through a shim around the
//! system's own VFS (`disk/vfs.rs`): reads and writes reach the real files, and
//! beside them the disk remembers what a power cut would leave of each: its
//! content at its last flush, and the writes since. Nothing is really flushed,
//! so thousands of cuts cost seconds.
//!
//! What is modelled, and what is not: a cut keeps any subset of the unflushed
//! writes, each whole, gone, or torn at its sectors, which is all that page
//! caches and drives may do as long as they obey a flush. A flush that fails
//! loses the writes for good, as Linux does. A file's name lasts once its folder
//! has been flushed. Files that do not belong to SQLite are taken as they are.

mod file;
mod plan;
mod vfs;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use file::{DiskFile, Name};
pub use plan::{Call, Failure, Plan};

use crate::Rng;

/// A folder whose SQLite files lie on a disk that fails as planned.
#[derive(Debug)]
pub struct FaultyDisk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
}

/// What the disk knows.
#[derive(Debug, Default)]
struct State {
    calls: u64,
    plan: Plan,
    power: Power,
    files: BTreeMap<PathBuf, DiskFile>,
    failures: u64,
    cut: Option<Cut>,
    synchronous: Option<Synchronous>,
}

/// Where a planned power cut came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// At what call.
    pub call: Call,
    /// Of which file.
    pub file: FileKind,
}

/// What a file is to SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// The database itself.
    Database,
    /// Its write-ahead log.
    Log,
    /// A rollback journal.
    Journal,
}

impl FileKind {
    fn of(path: &Path) -> Self {
        let name = path.to_string_lossy();
        match () {
            () if name.ends_with("-wal") => Self::Log,
            () if name.ends_with("-journal") => Self::Journal,
            () => Self::Database,
        }
    }
}

/// A setting of SQLite's to which a disk lowers every other, to show what the
/// setting in use is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Flushes before a checkpoint only.
    Normal,
    /// Flushes nothing.
    Off,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Power {
    #[default]
    On,
    Off,
}

impl FaultyDisk {
    /// Puts an existing folder on a faulty disk; files that lie in it already
    /// count as flushed.
    ///
    /// # Panics
    /// If the folder does not exist, or SQLite does not take the shim.
    #[must_use]
    pub fn under(folder: &Path) -> Self {
        let folder = folder.canonicalize().expect("the folder of a faulty disk exists");
        let shared = Arc::new(Shared { folder, state: Mutex::default() });
        vfs::install();
        vfs::mount(&shared);
        Self(shared)
    }

    /// Calls made so far: opening, reading, writing, truncating, flushing,
    /// deleting, asking for a size or a lock.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.state().calls
    }

    /// How many calls were made to fail.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.0.state().failures
    }

    /// What shall go wrong from now on.
    pub fn plan(&self, plan: Plan) {
        self.0.state().plan = plan;
    }

    /// Where the planned power cut came, if it has.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        self.0.state().cut
    }

    /// Makes every `PRAGMA synchronous` on this disk mean a lower setting.
    pub fn lower_synchronous(&self, to: Synchronous) {
        self.0.state().synchronous = Some(to);
    }

    /// Writes into a new folder what the disk holds after a power cut: the one
    /// that was planned, if it has come, or one at this moment.
    ///
    /// # Errors
    /// When the files cannot be read or written.
    pub fn write_after_cut(&self, rng: &mut Rng, target: &Path) -> io::Result<()> {
        let state = self.0.state();
        copy_others(&self.0.folder, target, &state.files)?;
        let mercy = Mercy::any(rng);
        for (path, file) in &state.files {
            let Some(content) = file.after_cut(rng, mercy) else { continue };
            let relative = path.strip_prefix(&self.0.folder).map_err(io::Error::other)?;
            std::fs::write(target.join(relative), content)?;
        }
        Ok(())
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        vfs::unmount(&self.0);
    }
}

/// How much of what was not flushed a cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mercy {
    None,
    Some,
    All,
}

impl Mercy {
    fn any(rng: &mut Rng) -> Self {
        *rng.pick(&[Self::None, Self::Some, Self::Some, Self::Some, Self::All])
    }
}

/// Copies the files that are not SQLite's; its shared memory does not outlive
/// the power.
fn copy_others(from: &Path, to: &Path, tracked: &BTreeMap<PathBuf, DiskFile>) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_others(&path, &copy, tracked)?;
        } else if !tracked.contains_key(&path) && !path.to_string_lossy().ends_with("-shm") {
            std::fs::copy(&path, &copy)?;
        }
    }
    Ok(())
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_on(&self) -> bool {
        self.power == Power::On
    }

    /// Counts a call and tells whether it fails.
    fn call(&mut self, call: Call, path: &Path) -> Result<(), Failure> {
        self.calls += 1;
        let here = Cut { call, file: FileKind::of(path) };
        if self.is_on() && self.plan.cuts_at(self.calls, here) {
            self.power = Power::Off;
            self.cut = Some(here);
        }
        let failure = match self.power {
            Power::Off => Some(Failure::Error),
            Power::On => self.plan.failure_of(self.calls, call),
        };
        match failure {
            None => Ok(()),
            Some(failure) => {
                self.failures += 1;
                Err(failure)
            }
        }
    }

    fn opened(&mut self, path: &Path, content: impl FnOnce() -> Vec<u8>, name: Name) {
        let known = self.files.get(path).is_some_and(|file| !file.is_deleted());
        if !known {
            self.files.insert(path.to_path_buf(), DiskFile::new(content(), name));
        }
    }

    fn file(&mut self, path: &Path) -> Option<&mut DiskFile> {
        self.files.get_mut(path)
    }

    /// Makes the names in the folder last, and deletions too.
    fn flush_names(&mut self) {
        self.files.retain(|_, file| !file.is_deleted());
        self.files.values_mut().for_each(DiskFile::flush_name);
    }
}
