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
pub(crate) mod outside;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

pub use beside::open_beside;
pub(crate) use beside::open_to_read;
pub use error::{OpenError, StoreError};
pub(crate) use folder::{FolderLock, database_path};
pub use migrate::NEWEST_VERSION;
#[cfg(test)]
pub(crate) use migrate::migrate_for_tests;
pub use writer::WriteCounts;

use crate::clock::Clock;

/// On which threads a store does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// On threads of its own, inside the async runtime: what a server wants.
    Own,
    /// On the threads of those who ask, who need 8 MiB of stack: for a
    /// simulation, where the same requests shall give the same order of writes.
    /// No runtime is needed then.
    OfCallers,
}

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
    threads: Threads,
    folder: PathBuf,
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
        Self::open_on(folder, clock, Threads::Own)
    }

    /// [`open`](Self::open), saying on which threads the work is done.
    ///
    /// # Errors
    ///
    /// As `open`.
    pub fn open_on(folder: &Path, clock: Arc<dyn Clock>, threads: Threads) -> Result<Self, OpenError> {
        let lock = folder::FolderLock::take(folder)?;
        let database = folder::database_path(folder);
        let mut connection = folder::open_writer(&database)?;
        migrate::to_newest(&mut connection, folder, clock.now())?;
        outside::check(folder, &connection)?;
        outside::note_barred(folder, &connection)?;
        let mark = outside::Mark::open(folder)?;
        let readers = readers::Readers::open(&database, threads)?;
        let writer = writer::Writer::start(connection, mark, threads)?;
        let folder = folder.to_path_buf();
        Ok(Self { inner: Arc::new(Inner { writer, readers, threads, folder, _lock: lock }) })
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// Writes down outside the database who is barred now, so that the restore of
    /// an older one lets nobody in again. A failure is logged: the next start does
    /// it again.
    pub(crate) async fn note_barred(&self) {
        let folder = self.inner.folder.clone();
        let noted = self.read(move |connection| {
            let noted = outside::note_barred(&folder, connection);
            Ok::<_, StoreError>(noted.map_err(|error| error.to_string()))
        });
        if let Ok(Err(error)) | Err(error) = noted.await.map_err(|error| error.to_string()) {
            tracing::error!(error, "who is barred could not be written down outside the database");
        }
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

    /// Runs what takes long, and needs no database, beside the runtime's threads.
    ///
    /// # Errors
    ///
    /// When it panics.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.inner.threads {
            Threads::OfCallers => Ok(work()),
            Threads::Own => tokio::task::spawn_blocking(work).await.map_err(|_panic| StoreError::JobPanicked),
        }
    }

    /// [`read`](Self::read) on this thread: outside the async runtime, or inside it for
    /// what takes no longer than it would take to wake another thread.
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
