//! Which clocks there are, and how long they run.

use serde::{Deserialize, Serialize};

use crate::{Basis, Span};

/// What a case waits for while a clock is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The customer.
    Customer,
    /// A part that headquarters has to send.
    HeadquartersPart,
    /// What nobody can help.
    ForceMajeure,
}

impl PauseReason {
    /// The word in rows and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::HeadquartersPart => "headquarters_part",
            Self::ForceMajeure => "force_majeure",
        }
    }
}

/// What a clock asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// The call centre's answer (R14).
    CallAnswer,
    /// The first contact with the customer (R5).
    FirstContact,
    /// The fault removed, or the work scheduled and announced (R17).
    ResolveOrSchedule,
    /// The first response to a ticket (R98).
    FirstResponse,
    /// The answer to each further reply of the customer (R104).
    Reply,
    /// The closing of a ticket; never pauses, whatever the reason (R109, R110).
    Close,
    /// The repair, as it counts in the score: waiting does not count.
    Repair,
}

impl ClockKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::CallAnswer,
        Self::FirstContact,
        Self::ResolveOrSchedule,
        Self::FirstResponse,
        Self::Reply,
        Self::Close,
        Self::Repair,
    ];

    /// The word in rows and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallAnswer => "call_answer",
            Self::FirstContact => "first_contact",
            Self::ResolveOrSchedule => "resolve_or_schedule",
            Self::FirstResponse => "first_response",
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Repair => "repair",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a customer's reply does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnReply {
    /// Nothing.
    GoOn,
    /// The clock starts anew.
    Restart,
}

/// How a kind of clock runs; a contract may have its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockPolicy {
    /// What it asks for.
    pub kind: ClockKind,
    /// What it counts.
    pub basis: Basis,
    /// How much of it there is.
    pub target: Span,
    /// What it pauses for; for anything else it runs on.
    pub pauses: Vec<PauseReason>,
    /// What a customer's reply does.
    pub on_reply: OnReply,
}

/// A policy by which no clock can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock has no time at all, or more than ten years")]
pub struct PolicyProblem;

impl PolicyProblem {
    /// The stable code.
    pub const CODE: &'static str = "clock.target";
}

impl ClockPolicy {
    /// Checks it.
    ///
    /// # Errors
    /// [`PolicyProblem`] for a target of nothing or of more than ten years.
    pub fn check(&self) -> Result<(), PolicyProblem> {
        let possible = Span::ZERO < self.target && self.target <= Span::from_hours(87_600);
        if possible { Ok(()) } else { Err(PolicyProblem) }
    }

    /// Whether it waits for this.
    #[must_use]
    pub fn pauses_for(&self, reason: PauseReason) -> bool {
        self.pauses.contains(&reason)
    }
}

/// The clocks of an organisation that has not decided otherwise.
#[must_use]
pub fn default_policies() -> Vec<ClockPolicy> {
    let clock = |kind, basis, target| ClockPolicy {
        kind,
        basis,
        target,
        pauses: Vec::new(),
        on_reply: OnReply::GoOn,
    };
    let (elapsed, working) = (Basis::Elapsed, Basis::Working);
    vec![
        clock(ClockKind::CallAnswer, elapsed, Span::from_minutes(15)),
        clock(ClockKind::FirstContact, elapsed, Span::from_hours(48)),
        clock(ClockKind::ResolveOrSchedule, elapsed, Span::from_hours(48)),
        clock(ClockKind::FirstResponse, working, Span::from_hours(12)),
        ClockPolicy { on_reply: OnReply::Restart, ..clock(ClockKind::Reply, working, Span::from_hours(12)) },
        clock(ClockKind::Close, working, Span::from_hours(48)),
        ClockPolicy {
            pauses: vec![PauseReason::Customer, PauseReason::HeadquartersPart, PauseReason::ForceMajeure],
            ..clock(ClockKind::Repair, working, Span::from_hours(48))
        },
    ]
}
