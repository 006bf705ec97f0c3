//! What has to be done when its time has come: deadlines that run out, scores that
//! are frozen, reports that are sent.
//!
//! A module registers a [`DueWork`], which says when its next piece is due and does
//! what is due. All state is in the database: work that is done is no longer due, so
//! a restart neither misses nor doubles anything. The timer itself knows nothing; it
//! asks, waits, and asks again after each commit, when it is woken, and at the latest
//! after `LOOK_AGAIN`, since the machine's clock may be set.
//!
//! [`Timer::run_due`] does everything that is due by the heart's clock and returns,
//! on any store; tests drive it. Only [`Timer::until_stopped`] waits for real time,
//! and only a running server calls it.

use std::sync::Arc;
use std::time::Duration;

use domain::Instant;
use futures_util::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::{Mutex, watch};

use crate::core::Core;
use crate::deadlines::{Deadlines, Evidence};
use crate::error::CoreError;
use crate::reports::schedule::DeliversReports;
use crate::scores::FreezesMonths;

/// Something that falls due from time to time.
pub trait DueWork: Send + Sync {
    /// What logs call it.
    fn name(&self) -> &'static str;

    /// The instant at which its next piece is due; that may be past. None if nothing
    /// is to be done until something is written.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError>;

    /// Does the earliest of what is due at `now`, in bounded pieces, each in one job
    /// of the writer; what is left is asked for again. What it has done must no longer
    /// be due.
    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>>;
}

/// The longest wait.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How long work that failed, or that stays due whatever it does, is left alone.
const AFTER_FAILURE_MS: i64 = 60_000;
/// Pieces of one work in a row, more than a backlog has: work that does not get done
/// must not keep the others waiting.
const PIECES_MAX: u32 = 10_000;
/// Commits come many at once; they are looked at together.
const AFTER_COMMIT: Duration = Duration::from_millis(100);

/// The works of every server. A module adds its own here.
#[must_use]
pub fn due_works() -> Vec<Arc<dyn DueWork>> {
    vec![Arc::new(Deadlines), Arc::new(Evidence), Arc::new(FreezesMonths), Arc::new(DeliversReports)]
}

/// The works of a server and what is known of each; cloning it shares it.
#[derive(Clone)]
pub struct Timer {
    core: Core,
    entries: Arc<Mutex<Vec<Entry>>>,
}

struct Entry {
    work: Arc<dyn DueWork>,
    /// Not before.
    rests_until: Option<Instant>,
}

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

impl Timer {
    /// A timer over these works.
    #[must_use]
    pub fn new(core: Core, works: Vec<Arc<dyn DueWork>>) -> Self {
        let entries = works.into_iter().map(|work| Entry { work, rests_until: None }).collect();
        Self { core, entries: Arc::new(Mutex::new(entries)) }
    }

    /// Does all that is due by now, and says when something will be next. One caller
    /// at a time; the others wait and find it done. Work that fails is logged and
    /// rests for a minute: it keeps no other back.
    pub async fn run_due(&self) -> Option<Instant> {
        self.run_while(&|| true).await
    }

    async fn run_while(&self, goes_on: &(dyn Fn() -> bool + Sync)) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for entry in self.entries.lock().await.iter_mut() {
            let due = entry.run_all(&self.core, goes_on).await;
            next = [next, due].into_iter().flatten().min();
        }
        next
    }

    /// Keeps doing what is due until the server is asked to stop. A piece that has
    /// begun is finished, and no other is begun then.
    pub async fn until_stopped(self, mut stopping: watch::Receiver<bool>) {
        let (mut commits, mut calls) = (self.core.subscribe(), self.core.timer_calls());
        let told = stopping.clone();
        while !*stopping.borrow() {
            let next = self.run_while(&|| !*told.borrow()).await;
            tokio::select! {
                () = tokio::time::sleep(self.wait_until(next)) => {}
                _ = calls.changed() => {}
                _ = commits.changed() => tokio::time::sleep(AFTER_COMMIT).await,
                () = asked(&mut stopping) => return,
            }
        }
    }

    fn wait_until(&self, next: Option<Instant>) -> Duration {
        let Some(next) = next else { return LOOK_AGAIN };
        let left = next.millis().saturating_sub(self.core.now().millis());
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LOOK_AGAIN)
    }
}

/// Returns once the server is asked to stop. Its end of the line is gone only with it.
async fn asked(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
}

impl Entry {
    /// Runs the work until nothing of it is due; when it will be next.
    async fn run_all(&mut self, core: &Core, goes_on: &(dyn Fn() -> bool + Sync)) -> Option<Instant> {
        let now = core.now();
        if self.rests_until.is_some_and(|until| now < until) {
            return self.rests_until;
        }
        self.rests_until = None;
        match self.run_pieces(core, now, goes_on).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(work = self.work.name(), %error, "work that was due is tried again later");
                self.rest(now)
            }
        }
    }

    async fn run_pieces(
        &mut self,
        core: &Core,
        now: Instant,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Instant>, CoreError> {
        let mut pieces: u32 = 0;
        loop {
            let next = self.next_due(core).await?;
            match next {
                next if !goes_on() => return Ok(next),
                Some(due) if due <= now && pieces < PIECES_MAX => self.work.run(core, now).await?,
                Some(due) if due <= now => {
                    tracing::error!(work = self.work.name(), pieces, "work stays due whatever is done");
                    return Ok(self.rest(now));
                }
                next => return Ok(next),
            }
            pieces += 1;
        }
    }

    async fn next_due(&self, core: &Core) -> Result<Option<Instant>, CoreError> {
        let work = Arc::clone(&self.work);
        core.store().read(move |connection| work.next_due(connection)).await
    }

    const fn rest(&mut self, now: Instant) -> Option<Instant> {
        self.rests_until = Some(now.plus_millis(AFTER_FAILURE_MS));
        self.rests_until
    }
}

#[cfg(test)]
mod tests;
