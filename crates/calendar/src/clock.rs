//! Deadline clocks. A clock is a policy and the facts that were recorded for it;
//! everything else is a function of those and of the calendar, so that a fact
//! which arrives late is judged as if it had been there in time, and a rebuild
//! gives the same. What changes for people is told as [`ClockChange`]s.

mod change;
mod fold;
mod policy;

use domain::Instant;
use serde::{Deserialize, Serialize};

pub use change::{ChangeKind, ClockChange, Evidence};
pub use policy::{ClockKind, ClockPolicy, OnReply, PauseReason, PolicyProblem, default_policies};

use crate::{CalendarBook, NeverOpen, Span};

/// Something that was recorded and moves a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFact {
    /// When it happened, corrected for the device's clock.
    pub at: Instant,
    /// The recorded event that says so. The same one is taken once.
    pub source: String,
    /// What happened.
    pub kind: FactKind,
}

/// What may happen to a clock. At one instant they count in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// The case began.
    Started,
    /// What the clock waited for has come.
    Resumed,
    /// What the clock asks for was done.
    Answered,
    /// The customer wrote again.
    CustomerReplied,
    /// The case waits for something that is not the unit's to do.
    Paused(PauseReason),
    /// The case is void: nothing is asked any more.
    Withdrawn,
}

/// One run of a clock, from its start to its decision. A clock that restarts at
/// each reply has several; each that is decided counts once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The fact that started it, by which it is known.
    pub source: String,
    /// When it started.
    pub started_at: Instant,
    /// The time used of the target.
    pub used: Span,
    /// How it stands.
    pub state: RoundState,
}

/// How a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// It runs; at `due` it is still in time.
    Running {
        /// The last instant in time.
        due: Instant,
    },
    /// It waits.
    Paused {
        /// Since when.
        since: Instant,
        /// What for.
        reason: PauseReason,
    },
    /// Decided: done in time.
    Met {
        /// When it was done.
        at: Instant,
    },
    /// Decided: the time ran out.
    Breached {
        /// The last instant that was in time.
        due: Instant,
        /// When it was done after all.
        answered_at: Option<Instant>,
    },
    /// The case became void before a decision.
    Withdrawn {
        /// When.
        at: Instant,
    },
}

impl RoundState {
    /// Met or breached: it counts in the month in which that became known.
    #[must_use]
    pub const fn decided_at(&self) -> Option<Instant> {
        match self {
            Self::Met { at } => Some(*at),
            Self::Breached { due, .. } => Some(*due),
            Self::Running { .. } | Self::Paused { .. } | Self::Withdrawn { .. } => None,
        }
    }
}

/// A clock on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    policy: ClockPolicy,
    facts: Vec<ClockFact>,
    told: Vec<change::Told>,
}

/// What the clock is told beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Hearing {
    /// What time it is.
    pub now: Instant,
    /// Up to when everybody who could still bring evidence has been heard: the
    /// earliest of the last exchanges of the assigned devices.
    pub heard_until: Instant,
}

impl Clock {
    /// A clock that has not started.
    #[must_use]
    pub const fn new(policy: ClockPolicy) -> Self {
        Self { policy, facts: Vec::new(), told: Vec::new() }
    }

    /// The policy by which it was made, for ever.
    #[must_use]
    pub const fn policy(&self) -> &ClockPolicy {
        &self.policy
    }

    /// Takes a fact in, however late; the same source is taken once.
    pub fn record(&mut self, fact: ClockFact) {
        if self.facts.iter().any(|known| known.source == fact.source) {
            return;
        }
        let place = self.facts.partition_point(|known| key(known) < key(&fact));
        self.facts.insert(place, fact);
    }

    /// Its rounds at an instant, the earliest first.
    ///
    /// # Errors
    /// [`NeverOpen`] if the calendar stays closed, so that nothing is ever due.
    pub fn rounds(&self, book: &CalendarBook, now: Instant) -> Result<Vec<Round>, NeverOpen> {
        fold::fold(&self.policy, &self.facts, book, now)
    }

    /// What has changed since the last time. A second call at the same instant
    /// says nothing, so a timer that fires twice does no harm.
    ///
    /// # Errors
    /// [`NeverOpen`] if the calendar stays closed; nothing is taken as told.
    pub fn settle(&mut self, book: &CalendarBook, hearing: Hearing) -> Result<Vec<ClockChange>, NeverOpen> {
        let rounds = self.rounds(book, hearing.now)?;
        let told = change::tell(&rounds, hearing);
        let changes = change::between(&self.told, &told);
        self.told = told;
        Ok(changes)
    }

    /// The instant at which it has to be settled if nothing happens before: the
    /// first that is late. `None` if it does not run.
    ///
    /// # Errors
    /// [`NeverOpen`] if the calendar stays closed.
    pub fn wakes_at(&self, book: &CalendarBook, now: Instant) -> Result<Option<Instant>, NeverOpen> {
        let running = self.rounds(book, now)?.into_iter().find_map(|round| match round.state {
            RoundState::Running { due } => Some(due.plus_millis(1)),
            _ => None,
        });
        Ok(running)
    }
}

fn key(fact: &ClockFact) -> (Instant, FactKind, &str) {
    (fact.at, fact.kind, &fact.source)
}
