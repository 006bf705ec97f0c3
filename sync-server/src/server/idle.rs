//! Which connections wait for a request, so that when all places are taken the one
//! that has waited longest gives its place up: thousands of sockets that say nothing,
//! or a header a minute, keep nobody out.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;

/// The waiting connections of a server, the longest waiting first.
#[derive(Debug, Default)]
pub(super) struct Idle {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    connections: BTreeMap<u64, Arc<Notify>>,
}

impl Idle {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection, which waits for its first request.
    pub(super) fn seat(self: &Arc<Self>) -> Arc<Seat> {
        let seat = Seat { idle: Arc::clone(self), number: Mutex::new(None), leave: Arc::new(Notify::new()) };
        seat.wait();
        Arc::new(seat)
    }

    /// Asks the connection that has waited longest to go, if one waits.
    pub(super) fn free_one(&self) {
        if let Some((_, leave)) = self.waiting().connections.pop_first() {
            leave.notify_one();
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Seat {
    idle: Arc<Idle>,
    /// Its number while it waits.
    number: Mutex<Option<u64>>,
    leave: Arc<Notify>,
}

impl Seat {
    /// Returns once the connection is to go.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    /// A request has come; until the guard is dropped the connection stays.
    pub(super) fn at_work(self: &Arc<Self>) -> AtWork {
        self.stop_waiting();
        AtWork(Arc::clone(self))
    }

    fn wait(&self) {
        let mut waiting = self.idle.waiting();
        let number = waiting.next;
        waiting.next += 1;
        waiting.connections.insert(number, Arc::clone(&self.leave));
        *self.number.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
    }

    fn stop_waiting(&self) {
        if let Some(number) = self.number.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.idle.waiting().connections.remove(&number);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.stop_waiting();
    }
}

/// Held while a request is answered, its body included.
#[derive(Debug)]
pub(super) struct AtWork(Arc<Seat>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl AtWork {
    /// Holds on until the body has been sent.
    pub(super) fn until_sent(self, body: Body) -> Body {
        Body::new(Held { body, _at_work: self })
    }
}

struct Held {
    body: Body,
    _at_work: AtWork,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_waited_longest_goes_and_none_at_work() {
        let idle = Arc::new(Idle::default());
        let (first, second, third) = (idle.seat(), idle.seat(), idle.seat());
        let at_work = first.at_work();
        idle.free_one();
        second.asked_to_leave().await;
        drop(at_work);
        idle.free_one();
        third.asked_to_leave().await;
        idle.free_one();
        first.asked_to_leave().await;
        assert!(idle.waiting().connections.is_empty());
        drop(idle.seat());
        assert!(idle.waiting().connections.is_empty(), "a connection that ended waits no more");
    }
}
