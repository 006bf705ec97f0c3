//! Stopping a sync: by the caller's token or by its time budget, also while a
//! request is under way.

use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::worker::Worker;
use crate::{ClientError, Clock};

/// Cancels the operations that it was given to. Dropping the operation's future
/// does the same; a token also reaches one that another thread waits for.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl CancelToken {
    /// A token that is not cancelled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Cancels, for good.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        let waker = self.0.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }
    fn wake(&self, waker: &Waker) {
        *self.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker.clone());
    }
}

/// When a sync has to stop.
#[derive(Clone)]
pub(crate) struct Limits {
    pub(crate) cancel: CancelToken,
    /// By the monotonic clock.
    pub(crate) deadline: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    OutOfTime,
}

impl Limits {
    pub(crate) fn reached(&self) -> Option<Stop> {
        if self.cancel.is_cancelled() {
            Some(Stop::Cancelled)
        } else if self.clock.monotonic() >= self.deadline {
            Some(Stop::OutOfTime)
        } else {
            None
        }
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.monotonic())
    }

    /// Waits for a request, but not longer than allowed; a request that is
    /// given up is dropped.
    pub(crate) async fn wait<T>(
        &self,
        worker: &Worker,
        request: impl Future<Output = T> + Send,
    ) -> Result<T, Stop> {
        let mut request = Box::pin(request);
        let mut alarm_set = false;
        poll_fn(|context| {
            self.cancel.wake(context.waker());
            if !alarm_set {
                worker.wake_at(self.deadline, context.waker().clone(), self.clock.clone());
                alarm_set = true;
            }
            match request.as_mut().poll(context) {
                Poll::Ready(value) => Poll::Ready(Ok(value)),
                Poll::Pending => match self.reached() {
                    Some(stop) => Poll::Ready(Err(stop)),
                    None => Poll::Pending,
                },
            }
        })
        .await
    }
}

impl From<Stop> for ClientError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => Self::Cancelled,
            Stop::OutOfTime => Self::Offline("no answer in the time allowed".to_owned()),
        }
    }
}
