//! One client at a time on a database: an exclusive lock on a file beside it,
//! held while the client lives and let go by the system when it dies.
//!
//! The same file holds the number of the newest entry of the outbox, written
//! without an fsync after each edit. It survives the app being killed, so that
//! a database older than it is recognised as restored (see `install.rs`).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::error::{Result, StoreError};

/// Whoever held the lock may be leaving: a process that the app started meanwhile has its
/// handle until it runs its own program.
const LEAVE_POLL: Duration = Duration::from_millis(10);
const LEAVE_POLLS: u32 = 100;

#[derive(Debug)]
pub(crate) struct LockFile(File);

impl LockFile {
    /// Takes the lock, once whoever is leaving has left.
    pub(crate) fn take(path: &Path, database: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(StoreError::file("the lock file"))?;
        for _ in 0..LEAVE_POLLS {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) => thread::sleep(LEAVE_POLL),
                Err(TryLockError::Error(source)) => {
                    return Err(StoreError::File { what: "locking the database", source });
                }
            }
        }
        Err(StoreError::InUse { path: database.to_owned() })
    }

    /// The newest entry of the outbox that was noted; 0 if none was.
    pub(crate) fn newest_entry(&mut self) -> Result<i64> {
        let mut digits = String::new();
        self.0.seek(SeekFrom::Start(0)).map_err(StoreError::file("the lock file"))?;
        // Anything but digits is a half-written or foreign file, which proves nothing.
        match (&self.0).take(32).read_to_string(&mut digits) {
            Ok(_) => Ok(digits.trim().parse().unwrap_or(0)),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Ok(0),
            Err(source) => Err(StoreError::File { what: "the lock file", source }),
        }
    }

    /// Notes the newest entry of the outbox.
    pub(crate) fn note_newest_entry(&mut self, entry: i64) -> Result<()> {
        self.0.seek(SeekFrom::Start(0)).map_err(StoreError::file("the lock file"))?;
        self.0.write_all(format!("{entry:020}\n").as_bytes()).map_err(StoreError::file("the lock file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_leaving_is_waited_for() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (path, database) = (folder.path().join("x.lock"), folder.path().join("x"));
        let leaving = LockFile::take(&path, &database).expect("free");
        let next = thread::spawn(move || LockFile::take(&path, &database).map(drop));
        // What is asked for is that the second is met while the first still holds the lock;
        // a slow thread makes the test prove less, and never fail.
        thread::sleep(LEAVE_POLL * 5);
        drop(leaving);
        next.join().expect("it ends").expect("free after a while");
    }

    #[test]
    fn a_second_taker_is_told_and_the_note_survives() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (path, database) = (folder.path().join("x.lock"), folder.path().join("x"));
        let mut first = LockFile::take(&path, &database).expect("free");
        assert!(matches!(LockFile::take(&path, &database), Err(StoreError::InUse { .. })));
        assert_eq!(first.newest_entry().expect("reads"), 0);
        first.note_newest_entry(1_234).expect("writes");
        drop(first);
        let mut second = LockFile::take(&path, &database).expect("free again");
        assert_eq!(second.newest_entry().expect("reads"), 1_234);
        second.note_newest_entry(7).expect("writes");
        assert_eq!(second.newest_entry().expect("reads"), 7);
    }
}
