//! A write waiting for its turn, with its answer held back until the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Transaction;
use tokio::sync::oneshot;

use super::StoreError;

/// Whether a job's savepoint is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Keep,
    Undo,
}

/// A job of any type, as the writer sees it.
pub(super) trait Job: Send {
    /// Does the work inside a savepoint; keeps the result for later.
    fn run(&mut self, transaction: &Transaction<'_>) -> Fate;
    /// Sends the result, or the reason why nothing was kept.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// A job with its types.
pub(super) struct TypedJob<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> TypedJob<F, T, E> {
    /// A job and the end at which its answer arrives.
    pub(super) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work: Some(work), outcome: None, reply }, answer)
    }
}

impl<F, T, E> Job for TypedJob<F, T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> Fate {
        let Some(work) = self.work.take() else { return Fate::Undo };
        // The job owns what it touches, and the savepoint undoes what it wrote.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(transaction)))
            .unwrap_or_else(|_| Err(E::from(StoreError::JobPanicked)));
        let fate = if outcome.is_ok() { Fate::Keep } else { Fate::Undo };
        self.outcome = Some(outcome);
        fate
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let outcome = match (failure, self.outcome) {
            // Its own error says more than what became of the whole group.
            (_, Some(Err(own))) => Err(own),
            (Some(failure), _) => Err(E::from(failure)),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(E::from(StoreError::Closed)),
        };
        // Whoever asked may have gone away; the work is done all the same.
        drop(self.reply.send(outcome));
    }
}
