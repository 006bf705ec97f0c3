//! One client at a time on a database: an exclusive lock on a file beside it,
//! held while the client lives and let go by the system when it dies.
//!
//! The same file holds the number of the newest entry of the outbox, written
//! without an fsync after each edit. It survives the app being killed, so that
//! a database older than it is recognised as restored (see `install.rs`).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::{Result, StoreError};

#[derive(Debug)]
pub(crate) struct LockFile(File);

impl LockFile {
    /// Takes the lock.
    pub(crate) fn take(path: &Path, database: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(StoreError::file("the lock file"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: database.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(StoreError::File { what: "locking the database", source })
            }
        }
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
