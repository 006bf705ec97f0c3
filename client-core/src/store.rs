//! The phone's database and the files beside it.
//!
//! One opener, one writer, one reader: writers take a `Writing`, readers a
//! `Connection` of their own, so that a list never waits for a page of the feed
//! being written. A lock file keeps a second client out.

pub(crate) mod acks;
pub(crate) mod blob_files;
pub(crate) mod blob_rows;
pub(crate) mod cache;
pub(crate) mod documents;
pub(crate) mod error;
pub(crate) mod feed;
pub(crate) mod files;
#[cfg(test)]
mod full_disk;
pub(crate) mod install;
pub(crate) mod job_rows;
mod lock;
pub(crate) mod migrate;
pub(crate) mod offers;
mod open;
pub(crate) mod outbox;
pub(crate) mod problems;
pub(crate) mod put;
mod quarantine;
pub(crate) mod receipts;
pub(crate) mod reference;
mod salvage;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod set_aside;
pub(crate) mod trip_rows;
pub(crate) mod writing;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::failpoint::{self, Place};
use crate::random::NewIds;
use cache::DocumentCache;
use error::Result;
use files::Files;
pub use install::Found;
use lock::LockFile;
use writing::Writing;

/// The database of one client.
#[derive(Debug)]
pub(crate) struct Store {
    files: Files,
    writer: Mutex<Writer>,
    reader: Mutex<Connection>,
}

/// The one connection that writes, and what is kept in step with it.
#[derive(Debug)]
struct Writer {
    connection: Connection,
    cache: DocumentCache,
    lock: LockFile,
    /// The newest entry of the outbox that the lock file names.
    noted: Option<i64>,
    /// Whether this opening has been noted; without room on the disk it waits
    /// for the first write.
    recognised: Option<Found>,
}

/// How a database was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// As what it was recognised; none while a full disk keeps that from being
    /// written down.
    pub found: Option<Found>,
    /// Where a damaged database was set aside, and what was saved from it.
    pub quarantine: Option<Quarantine>,
}

/// A damaged database that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// Where it lies now; it is never deleted.
    pub path: PathBuf,
    /// Documents saved from it.
    pub documents: usize,
    /// Entries of the outbox saved from it.
    pub entries: usize,
}

impl Store {
    /// Opens or creates the database.
    pub(crate) fn open(database: PathBuf, ids: NewIds<'_>, now: domain::Instant) -> Result<(Self, Opened)> {
        open::open(Files { database }, ids, now)
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Runs a write as one transaction: all of it is on the disk when this
    /// returns `Ok`, and nothing of it otherwise.
    pub(crate) fn write<T>(
        &self,
        ids: NewIds<'_>,
        work: impl FnOnce(&Writing<'_>, &mut DocumentCache) -> Result<T>,
    ) -> Result<T> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.suspect(writer.write(&self.files, ids, work))
    }

    /// Runs a read on the state of the last commit.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let reader: MutexGuard<'_, Connection> = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        self.suspect(work(&reader))
    }

    /// Remembers a sign of damage for the next opening, which then checks the
    /// whole database.
    fn suspect<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && error.is_damage()
            && let Err(error) = std::fs::write(self.files.suspicion(), b"")
        {
            tracing::warn!(%error, "the sign of damage could not be written down");
        }
        result
    }
}

fn commit(transaction: Transaction<'_>) -> Result<()> {
    failpoint::reach(Place::BeforeCommit);
    transaction.commit()?;
    failpoint::reach(Place::AfterCommit);
    Ok(())
}

impl Writer {
    fn write<T>(
        &mut self,
        files: &Files,
        ids: NewIds<'_>,
        work: impl FnOnce(&Writing<'_>, &mut DocumentCache) -> Result<T>,
    ) -> Result<T> {
        if self.recognised.is_none() {
            self.recognised = Some(open::recognise(&mut self.connection, files, &mut self.lock, ids)?);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let transaction = Writing::new(transaction);
        let done = match work(&transaction, &mut self.cache) {
            Ok(value) => transaction.with_words().and_then(commit).map(|()| value),
            Err(error) => {
                drop(transaction); // rolls back
                Err(error)
            }
        };
        if done.is_err() {
            // What the cache holds may be of the transaction that is gone.
            self.cache.clear();
        } else {
            self.note_newest_entry();
        }
        done
    }

    /// A failure here weakens only the recognition of a restored database.
    fn note_newest_entry(&mut self) {
        let noted = install::newest_entry(&self.connection).and_then(|newest| {
            if self.noted != Some(newest) {
                self.lock.note_newest_entry(newest)?;
            }
            Ok(newest)
        });
        self.noted = noted.as_ref().ok().copied();
        if let Err(error) = noted {
            tracing::warn!(%error, "the newest entry of the outbox could not be noted");
        }
    }
}
