//! The server's SQLite: one data folder, one writer, a few readers.
//!
//! Every write runs on one thread that owns the writing connection. It takes
//! whatever queued while the last commit was being written to disk, runs each
//! job in its own savepoint inside one transaction, commits once
//! (`synchronous=FULL`), and only then answers: an acknowledged write survives a
//! power cut, and the cost of the fsync is shared. Readers see the last commit
//! (WAL) and never wait for the writer.

mod beside;
mod error;
mod folder;
mod job;
mod migrate;
mod readers;
mod writer;

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

pub use beside::open_beside;
pub use error::{OpenError, StoreError};
pub use migrate::NEWEST_VERSION;
pub use writer::WriteCounts;

use crate::clock::Clock;

/// The store; cloning it shares it. The data folder is let go when the last
/// clone is dropped.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// Fields are dropped in this order. The last connection to close writes the log
/// back into the database and deletes it, which a reader cannot do; so the writer
/// finishes and closes after the readers, and before the folder's lock goes.
#[derive(Debug)]
struct Inner {
    readers: readers::Readers,
    writer: writer::Writer,
    _lock: folder::FolderLock,
}

impl Store {
    /// Opens or creates the store in a data folder and brings it to the newest
    /// version.
    ///
    /// # Errors
    ///
    /// When another server runs on the folder, when a newer version wrote it, or
    /// when it cannot be read or written. Each text says what to do.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let lock = folder::FolderLock::take(folder)?;
        let database = folder::database_path(folder);
        let mut connection = folder::open_writer(&database)?;
        migrate::to_newest(&mut connection, folder, clock.now())?;
        let readers = readers::Readers::open(&database)?;
        let writer = writer::Writer::start(connection)?;
        Ok(Self { inner: Arc::new(Inner { writer, readers, _lock: lock }) })
    }

    /// Runs a job on the writer thread and answers once it is on disk. The job
    /// has a savepoint of its own: its error or panic undoes only its own work.
    ///
    /// # Errors
    ///
    /// The job's own; or the store's, when the commit failed (nothing of the job
    /// was kept then) or the store is shutting down.
    pub async fn write<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.writer.run(job).await
    }

    /// [`write`](Self::write) for callers outside the async runtime.
    ///
    /// # Errors
    ///
    /// As `write`.
    pub fn write_blocking<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.writer.run_blocking(job)
    }

    /// Queues a job for which nobody waits. It is dropped when the queue is full,
    /// and its errors are only logged: for what can be made again.
    pub(crate) fn write_some_time(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        self.inner.writer.run_some_time(job);
    }

    /// Runs a job on a read-only connection, on one consistent state of the
    /// store.
    ///
    /// # Errors
    ///
    /// The job's own; or the store's, when it panicked.
    pub async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.readers.run(job).await
    }

    /// [`read`](Self::read) for callers outside the async runtime.
    ///
    /// # Errors
    ///
    /// As `read`.
    pub fn read_blocking<T, E>(&self, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        self.inner.readers.run_blocking(job)
    }

    /// How much has been written since the store was opened.
    #[must_use]
    pub fn write_counts(&self) -> WriteCounts {
        self.inner.writer.counts()
    }
}
