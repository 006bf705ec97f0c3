//! A few read-only connections, lent one job at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{OpenError, StoreError, Threads, folder};

/// Reads that run at once; more wait for a connection.
const CONNECTIONS: usize = 4;

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    database: std::path::PathBuf,
    threads: Threads,
}

/// A connection on loan; goes back when dropped, a panic of its job included.
struct Loan {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl Readers {
    /// Opens the pool with its first connection; the others as they are needed.
    pub(super) fn open(database: &Path, threads: Threads) -> Result<Self, OpenError> {
        let first = folder::open_reader(database)?;
        Ok(Self {
            idle: Arc::new(Mutex::new(vec![first])),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
            database: database.to_path_buf(),
            threads,
        })
    }

    /// Runs a job on a blocking thread.
    pub(super) async fn run<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if self.threads == Threads::OfCallers {
            let work = AssertUnwindSafe(|| self.run_blocking(job));
            return catch_unwind(work).unwrap_or_else(|_panic| Err(StoreError::JobPanicked.into()));
        }
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_closed| StoreError::Closed)?;
        let mut loan = self.lend()?;
        let work = move || {
            let outcome = read_in_transaction(&mut loan, job);
            drop((loan, permit));
            outcome
        };
        tokio::task::spawn_blocking(work).await.map_err(|_panic| StoreError::JobPanicked)?
    }

    /// Runs a job on this thread, on a connection beyond the pool's number if
    /// all are lent.
    pub(super) fn run_blocking<T, E>(&self, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut loan = self.lend()?;
        read_in_transaction(&mut loan, job)
    }

    fn lend(&self) -> Result<Loan, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => folder::open_reader(&self.database).map_err(|error| match error {
                OpenError::Database { source, .. } => StoreError::from(source),
                _ => StoreError::Closed,
            })?,
        };
        Ok(Loan { connection: Some(connection), idle: Arc::clone(&self.idle) })
    }
}

/// All statements of a job see the same commit.
fn read_in_transaction<T, E>(loan: &mut Loan, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    let connection = loan.connection.as_mut().ok_or(StoreError::Closed)?;
    let transaction = connection.transaction().map_err(StoreError::from)?;
    job(&transaction)
}
