//! What changes for people when a clock is settled.

use domain::Instant;
use serde::{Deserialize, Serialize};

use super::{Hearing, Round, RoundState};

/// Whether evidence may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// An assigned device has not been heard since the clock was due.
    Pending,
    /// Everybody has been heard.
    Complete,
}

/// A round as people were last told about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    source: String,
    state: RoundState,
    evidence: Option<Evidence>,
}

/// A change of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockChange {
    /// The fact that started the round.
    pub round: String,
    /// What changed.
    pub kind: ChangeKind,
}

/// What may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It runs, or runs again, or is due at another time than was said.
    Due {
        /// The last instant in time.
        due: Instant,
    },
    /// It waits.
    Paused {
        /// Since when.
        since: Instant,
    },
    /// It was met.
    Met {
        /// When.
        at: Instant,
    },
    /// It was breached: the quality officer takes over.
    Breached {
        /// The last instant that was in time.
        due: Instant,
        /// Whether it may yet be rescinded.
        evidence: Evidence,
    },
    /// Everybody has been heard, and the breach stands.
    Confirmed {
        /// The last instant that was in time.
        due: Instant,
    },
    /// It was done after it was breached.
    AnsweredLate {
        /// When.
        at: Instant,
    },
    /// Late evidence takes the breach back; how the round stands now follows.
    Rescinded {
        /// When it had been due.
        due: Instant,
    },
    /// The case became void, or a newer reply of the customer took its place.
    Withdrawn,
}

pub(super) fn tell(rounds: &[Round], hearing: Hearing) -> Vec<Told> {
    let told = |round: &Round| {
        let evidence = match round.state {
            RoundState::Breached { due, .. } if hearing.heard_until <= due => Some(Evidence::Pending),
            RoundState::Breached { .. } => Some(Evidence::Complete),
            _ => None,
        };
        Told { source: round.source.clone(), state: round.state, evidence }
    };
    rounds.iter().map(told).collect()
}

/// The changes from what was told to what is, round by round.
pub(super) fn between(before: &[Told], after: &[Told]) -> Vec<ClockChange> {
    let find = |list: &[Told], source: &str| list.iter().find(|told| told.source == source).cloned();
    let gone = before.iter().filter(|told| find(after, &told.source).is_none());
    let gone = gone.flat_map(|told| changes(Some(told), None));
    let stand = after.iter().flat_map(|told| changes(find(before, &told.source).as_ref(), Some(told)));
    gone.chain(stand).collect()
}

fn changes(before: Option<&Told>, after: Option<&Told>) -> Vec<ClockChange> {
    if before == after {
        return Vec::new();
    }
    let mut kinds = Vec::new();
    let breached_before = before.and_then(breach);
    if let Some((due, ..)) = breached_before
        && after.and_then(breach).is_none()
    {
        kinds.push(ChangeKind::Rescinded { due });
    }
    match after.map(|told| told.state) {
        None | Some(RoundState::Withdrawn { .. }) => kinds.push(ChangeKind::Withdrawn),
        Some(RoundState::Running { due }) => kinds.push(ChangeKind::Due { due }),
        Some(RoundState::Paused { since, .. }) => kinds.push(ChangeKind::Paused { since }),
        Some(RoundState::Met { at }) => kinds.push(ChangeKind::Met { at }),
        Some(RoundState::Breached { .. }) => {
            kinds.extend(
                after.and_then(breach).map(|now| of_breach(breached_before, now)).unwrap_or_default(),
            );
        }
    }
    let source = before.or(after).map(|told| told.source.clone()).unwrap_or_default();
    kinds.into_iter().map(|kind| ClockChange { round: source.clone(), kind }).collect()
}

type Breach = (Instant, Option<Instant>, Evidence);

fn breach(told: &Told) -> Option<Breach> {
    match (told.state, told.evidence) {
        (RoundState::Breached { due, answered_at }, Some(evidence)) => Some((due, answered_at, evidence)),
        _ => None,
    }
}

/// What is new about a breach. One at another time than was told is a new one:
/// late evidence took back the first, and the time ran out again.
fn of_breach(before: Option<Breach>, (due, answered_at, evidence): Breach) -> Vec<ChangeKind> {
    let late = answered_at.map(|at| ChangeKind::AnsweredLate { at });
    match before {
        Some((told_due, told_answer, told_evidence)) if told_due == due => {
            let heard = told_evidence == Evidence::Pending && evidence == Evidence::Complete;
            let confirmed = heard.then_some(ChangeKind::Confirmed { due });
            confirmed.into_iter().chain(late.filter(|_| told_answer != answered_at)).collect()
        }
        before => {
            let rescinded = before.map(|(due, ..)| ChangeKind::Rescinded { due });
            let breached = ChangeKind::Breached { due, evidence };
            rescinded.into_iter().chain([breached]).chain(late).collect()
        }
    }
}
