//! The one writer thread and its group commit.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::job::{Fate, Job, TypedJob};
use super::outside::Mark;
use super::{OpenError, StoreError, Threads};
use crate::failpoint::{self, Place};

/// Writes waiting for their turn; a caller beyond that waits to queue.
const QUEUE_JOBS_MAX: usize = 1024;
/// Jobs that share one commit.
const GROUP_JOBS_MAX: usize = 256;
/// Merging a document recurses in places.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// What the writer has done since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Transactions that are on disk.
    pub commits: u64,
    /// Jobs that they carried.
    pub jobs: u64,
    /// Transactions that could not be committed.
    pub failures: u64,
}

#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    jobs: AtomicU64,
    failures: AtomicU64,
}

impl Counters {
    fn add(&self, jobs: usize, failure: Option<&StoreError>) {
        let jobs = u64::try_from(jobs).unwrap_or(u64::MAX);
        match failure {
            None => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                self.jobs.fetch_add(jobs, Ordering::Relaxed);
            }
            Some(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, jobs, "a group of writes was not kept");
            }
        }
    }
}

/// The handle of the writer thread; dropping it lets the thread finish its queue
/// and waits for it.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    /// Where there is no thread: who waits for an answer does the writing.
    shared: Option<Mutex<Desk>>,
    counters: Arc<Counters>,
}

/// What the writing is done with.
#[derive(Debug)]
struct Desk {
    connection: Connection,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    mark: Mark,
}

impl Writer {
    /// Starts the thread, if it is to have one.
    pub(super) fn start(connection: Connection, mark: Mark, threads: Threads) -> Result<Self, OpenError> {
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
        let counters = Arc::new(Counters::default());
        let desk = Desk { connection, jobs, mark };
        if threads == Threads::OfCallers {
            let shared = Some(Mutex::new(desk));
            return Ok(Self { queue: Some(queue), thread: None, shared, counters });
        }
        let counted = Arc::clone(&counters);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .stack_size(STACK_BYTES)
            .spawn(move || write_until_closed(desk, &counted))
            .map_err(|source| OpenError::Folder { path: "the writer thread".into(), source })?;
        Ok(Self { queue: Some(queue), thread: Some(thread), shared: None, counters })
    }

    /// Queues a job if there is room, and waits for nothing.
    pub(super) fn run_some_time(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        let logged = move |transaction: &Transaction<'_>| {
            work(transaction).inspect_err(|error| tracing::warn!(%error, "work that can wait was not done"))
        };
        let (job, _nobody_waits) = TypedJob::new(logged);
        if let Some(queue) = &self.queue
            && queue.try_send(Box::new(job)).is_err()
        {
            tracing::debug!("the writer is busy; work that can wait is dropped");
        }
    }

    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            commits: self.counters.commits.load(Ordering::Relaxed),
            jobs: self.counters.jobs.load(Ordering::Relaxed),
            failures: self.counters.failures.load(Ordering::Relaxed),
        }
    }

    /// Queues a job and waits for its answer.
    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, answer) = TypedJob::new(work);
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(Box::new(job)).await.map_err(closed)?;
        if let Some(desk) = &self.shared {
            // Whoever else is about to queue a job shares the commit.
            let_others_run().await;
            self.write_queued(desk);
        }
        answer.await.map_err(unanswered)?
    }

    /// Writes what is queued, on this thread.
    fn write_queued(&self, desk: &Mutex<Desk>) {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok(first) = desk.jobs.try_recv() {
            desk.write_and_answer(first, &self.counters);
        }
    }

    /// The same outside the async runtime.
    pub(super) fn run_blocking<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, answer) = TypedJob::new(work);
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.blocking_send(Box::new(job)).map_err(closed)?;
        if let Some(desk) = &self.shared {
            self.write_queued(desk);
        }
        answer.blocking_recv().map_err(unanswered)?
    }
}

/// The thread ended before it came to the job.
fn unanswered(_: oneshot::error::RecvError) -> StoreError {
    StoreError::Closed
}

fn closed(_: mpsc::error::SendError<Box<dyn Job>>) -> StoreError {
    StoreError::Closed
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let Some(thread) = self.thread.take() else { return };
        // A job may hold the last clone of the store; the thread cannot wait for
        // itself, and ends by itself once that job is answered.
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            tracing::error!("the store's writer thread panicked");
        }
    }
}

fn write_until_closed(mut desk: Desk, counters: &Counters) {
    while let Some(first) = desk.jobs.blocking_recv() {
        desk.write_and_answer(first, counters);
    }
}

/// Lets the other futures of this task come to their next wait.
async fn let_others_run() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Desk {
    /// One group: written, committed, and only then answered.
    fn write_and_answer(&mut self, first: Box<dyn Job>, counters: &Counters) {
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        let failure = write_group(&mut self.connection, first, &mut self.jobs, &mut group).err();
        counters.add(group.len(), failure.as_ref());
        self.mark.note(&self.connection);
        group.into_iter().for_each(|job| job.answer(failure.clone()));
    }
}

/// Runs the first job and whatever has queued behind it in one transaction. The
/// jobs it ran stand in `group`; on an error nothing of any of them was kept.
fn write_group(
    connection: &mut Connection,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    group: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    group.push(first);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    run_last_of(group, &transaction)?;
    while group.len() < GROUP_JOBS_MAX {
        let Ok(next) = jobs.try_recv() else { break };
        group.push(next);
        run_last_of(group, &transaction)?;
    }
    failpoint::reach(Place::BeforeCommit);
    // When the commit fails, dropping the transaction rolls it back.
    transaction.commit()?;
    failpoint::reach(Place::AfterCommit);
    Ok(())
}

fn run_last_of(group: &mut [Box<dyn Job>], transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let Some(job) = group.last_mut() else { return Ok(()) };
    transaction.execute_batch("SAVEPOINT job")?;
    let fate = job.run(transaction);
    // A full or failing disk makes SQLite give up the whole transaction: then
    // nothing of the group is kept, whatever the job made of the error.
    if transaction.is_autocommit() {
        return Err(StoreError::GroupLost);
    }
    match fate {
        Fate::Keep => transaction.execute_batch("RELEASE job")?,
        Fate::Undo => transaction.execute_batch("ROLLBACK TO job; RELEASE job")?,
    }
    Ok(())
}
