//! The client's own thread, for work that must not run on the caller's: reading
//! documents of the server needs a deep stack, and a host that polls our futures
//! on its user interface's thread must not wait for the disk. A host may start
//! more of them, for its reads and its edits.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{BoxFuture, ClientError, Clock};

/// Enough for the deepest document that the gate's structure check lets through.
pub(crate) const STACK_BYTES: usize = 8 * 1024 * 1024;
/// Tasks that may wait; each sync has one or two.
const TASKS_MAX: usize = 64;

enum Task {
    Run(Box<dyn FnOnce() + Send>),
    /// Wakes a future at an instant of the monotonic clock.
    WakeAt(Duration, Waker, Arc<dyn Clock>),
}

/// How often a panic became an error, in all clients of this process.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// How often a panic in this crate became an error since the process began.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// A thread that runs tasks one after another. Dropping it waits until its present
/// task is done, unless it is dropped by that task.
#[derive(Debug)]
pub struct Worker {
    tasks: Option<SyncSender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread, with a name for those who look at the process.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(name: &str) -> Result<Self, ClientError> {
        let (tasks, inbox) = sync_channel(TASKS_MAX);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || work(&inbox))
            .map_err(|error| ClientError::Internal(format!("starting the worker: {error}")))?;
        Ok(Self { tasks: Some(tasks), thread: Some(thread) })
    }

    /// Runs a task on the thread. It runs to its end even if nobody waits for
    /// it any more; a panic in it is an error here.
    pub fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, ClientError>> {
        let answer = Arc::new(Mutex::new(Slot { value: None, waker: None }));
        let sender = Answer(answer.clone());
        let task = Box::new(move || sender.give(guarded(task)));
        if let Some(tasks) = &self.tasks
            && tasks.send(Task::Run(task)).is_err()
        {
            // The task was dropped with its sender, which answers for it.
            tracing::error!("the worker is gone");
        }
        Box::pin(Waiting(answer))
    }

    /// Wakes a future at an instant of the monotonic clock, or a little later.
    pub(crate) fn wake_at(&self, at: Duration, waker: Waker, clock: Arc<dyn Clock>) {
        if let Some(tasks) = &self.tasks
            && tasks.send(Task::WakeAt(at, waker, clock)).is_err()
        {
            tracing::error!("the worker is gone");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.tasks.take());
        // A task that holds the last of whatever owns this worker drops it on its
        // own thread, which cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the worker ended with a panic");
        }
    }
}

fn work(inbox: &std::sync::mpsc::Receiver<Task>) {
    let mut alarm: Option<(Duration, Waker, Arc<dyn Clock>)> = None;
    loop {
        let task = match &alarm {
            None => inbox.recv().map_err(|_gone| RecvTimeoutError::Disconnected),
            Some((at, _, clock)) => inbox.recv_timeout(at.saturating_sub(clock.monotonic())),
        };
        match task {
            Ok(Task::Run(task)) => task(),
            Ok(Task::WakeAt(at, waker, clock)) => alarm = Some((at, waker, clock)),
            Err(RecvTimeoutError::Timeout) => {
                if let Some((_, waker, _)) = alarm.take() {
                    waker.wake();
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Runs something so that a panic in it is an error.
pub(crate) fn guarded<T>(task: impl FnOnce() -> Result<T, ClientError>) -> Result<T, ClientError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(task)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        PANICS.fetch_add(1, Ordering::Relaxed);
        tracing::error!("a panic became an error");
        Err(ClientError::Internal(message))
    })
}

struct Slot<T> {
    value: Option<Result<T, ClientError>>,
    waker: Option<Waker>,
}

/// The worker's end of a task; one that is dropped without an answer says so.
struct Answer<T>(Arc<Mutex<Slot<T>>>);

impl<T> Answer<T> {
    fn give(self, value: Result<T, ClientError>) {
        self.put(value);
    }
    fn put(&self, value: Result<T, ClientError>) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.value.is_none() {
            slot.value = Some(value);
        }
        let waker = slot.waker.take();
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.put(Err(ClientError::Internal("the worker is gone".to_owned())));
    }
}

/// The caller's end of a task.
struct Waiting<T>(Arc<Mutex<Slot<T>>>);

impl<T> Future for Waiting<T> {
    type Output = Result<T, ClientError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Waits for a future on the caller's thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let parker = Arc::new(Parker(std::thread::current()));
    let waker = Waker::from(parker);
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Parker(std::thread::Thread);

impl std::task::Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_is_counted_and_the_worker_goes_on() {
        let worker = Worker::start("test").expect("a thread");
        let before = panics();
        let failed = block_on(worker.run(|| -> Result<(), ClientError> { panic!("out of luck") }));
        assert!(matches!(failed, Err(ClientError::Internal(message)) if message == "out of luck"));
        assert!(panics() > before);
        assert!(matches!(block_on(worker.run(|| Ok(7))), Ok(7)));
    }

    /// Without the look at the thread's id the task panics in `join`, and its
    /// answer is an error.
    #[test]
    fn a_task_may_drop_its_own_worker() {
        let worker = Worker::start("test").expect("a thread");
        let slot = Arc::new(Mutex::new(None));
        let own = slot.clone();
        let (go, wait) = sync_channel::<()>(1);
        let dropped = worker.run(move || {
            wait.recv().map_err(|error| ClientError::Internal(error.to_string()))?;
            let worker: Option<Worker> = own.lock().unwrap_or_else(PoisonError::into_inner).take();
            assert!(worker.is_some(), "the worker is in the slot");
            drop(worker);
            Ok(())
        });
        *slot.lock().expect("the slot") = Some(worker);
        go.send(()).expect("the task waits");
        block_on(dropped).expect("dropped");
    }
}
