//! From a draft on a phone to a line in a statement.

use domain::{Instant, UserId};
use serde::{Deserialize, Serialize};

use super::{CappedClaim, Claim, DistanceSource, PricedClaim, Tariff, TravelFlag, TravelKind, WhoPays};

/// Whether a long trip was approved before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorApproval {
    /// Nobody asked.
    NotRequested,
    /// Asked, perhaps offline, and not decided yet.
    Requested,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
}

/// Everything about a claim that decides whether a person has to look at it.
#[derive(Debug, Clone, Copy)]
pub struct TravelCase<'a> {
    /// The tariff of the visit's date.
    pub tariff: &'a Tariff,
    /// What was claimed.
    pub claim: &'a Claim,
    /// Its price.
    pub priced: &'a PricedClaim,
    /// What the caps leave of it.
    pub capped: &'a CappedClaim,
    /// Where the reference distance comes from.
    pub distance: DistanceSource,
    /// Whether it was approved before.
    pub prior_approval: PriorApproval,
    /// Who pays; none if no rule says it.
    pub payer: Option<&'a WhoPays>,
}

/// Why a person has to look at a claim; nothing means that it is approved by
/// itself.
#[must_use]
pub fn review_reasons(case: &TravelCase<'_>) -> Vec<TravelFlag> {
    let mut reasons = [case.priced.flags.as_slice(), &case.capped.flags].concat();
    let far = case.priced.kind == TravelKind::OutOfCity
        && case.tariff.prior_approval_over_m.is_some_and(|limit| case.claim.one_way_m > limit);
    let unproven = case.payer.is_some_and(|payer| !payer.proofs.is_empty());
    let others = [
        (TravelFlag::DistanceGuessed, case.distance == DistanceSource::StraightLine),
        (TravelFlag::NoPriorApproval, far && case.prior_approval != PriorApproval::Granted),
        (TravelFlag::NoPayer, case.payer.is_none()),
        (TravelFlag::PayerNeedsApproval, unproven),
    ];
    reasons.extend(others.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag));
    reasons
}

/// How far a claim is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// On the phone.
    Draft,
    /// A person has to look at it.
    NeedsReview {
        /// Why.
        reasons: Vec<TravelFlag>,
        /// What would be paid, in rial.
        amount: i64,
    },
    /// Decided.
    Decided {
        /// What is paid, in rial; nothing where it was rejected.
        amount: i64,
        /// Who decided; nobody where the rules did.
        by: Option<UserId>,
        /// When.
        at: Instant,
        /// Why it was adjusted or rejected.
        reason: Option<String>,
    },
    /// Paid by a statement.
    Settled {
        /// What was paid, in rial.
        amount: i64,
        /// The statement.
        statement: String,
    },
}

/// What happens to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimEvent {
    /// It reached the server, which priced it.
    Submitted {
        /// Why a person has to look at it.
        reasons: Vec<TravelFlag>,
        /// What the tariff and its caps give, in rial.
        amount: i64,
    },
    /// A person agrees.
    Approved {
        /// Who.
        by: UserId,
    },
    /// A person pays another amount.
    Adjusted {
        /// Who.
        by: UserId,
        /// How much, in rial.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// A person pays nothing.
    Rejected {
        /// Who.
        by: UserId,
        /// Why.
        reason: String,
    },
    /// A statement pays it.
    Settled {
        /// Which one.
        statement: String,
    },
}

/// Something that may not happen to a claim now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// Not at this stage.
    #[error("that may not happen to the claim at its stage")]
    WrongStage,
    /// Adjusting and rejecting need a reason.
    #[error("an adjustment or a rejection needs a reason")]
    NoReason,
    /// A negative amount.
    #[error("a claim is not adjusted below nothing")]
    Negative,
}

impl ApprovalRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongStage => "travel.wrong_stage",
            Self::NoReason => "travel.no_reason",
            Self::Negative => "travel.negative_amount",
        }
    }
}

impl ClaimState {
    /// The state after an event.
    ///
    /// # Errors
    /// [`ApprovalRefusal`] if it may not happen; the state stays as it was.
    pub fn step(&self, now: Instant, event: ClaimEvent) -> Result<Self, ApprovalRefusal> {
        match (self, event) {
            (Self::Draft, ClaimEvent::Submitted { reasons, amount }) if reasons.is_empty() => {
                Ok(Self::Decided { amount, by: None, at: now, reason: None })
            }
            (Self::Draft, ClaimEvent::Submitted { reasons, amount }) => {
                Ok(Self::NeedsReview { reasons, amount })
            }
            (Self::NeedsReview { amount, .. }, ClaimEvent::Approved { by }) => {
                Ok(Self::Decided { amount: *amount, by: Some(by), at: now, reason: None })
            }
            (Self::NeedsReview { .. }, ClaimEvent::Adjusted { by, amount, reason }) => {
                decided(now, by, amount, reason)
            }
            (Self::NeedsReview { .. }, ClaimEvent::Rejected { by, reason }) => decided(now, by, 0, reason),
            (Self::Decided { amount, .. }, ClaimEvent::Settled { statement }) => {
                Ok(Self::Settled { amount: *amount, statement })
            }
            _ => Err(ApprovalRefusal::WrongStage),
        }
    }
}

fn decided(at: Instant, by: UserId, amount: i64, reason: String) -> Result<ClaimState, ApprovalRefusal> {
    if reason.trim().is_empty() {
        return Err(ApprovalRefusal::NoReason);
    }
    if amount < 0 {
        return Err(ApprovalRefusal::Negative);
    }
    Ok(ClaimState::Decided { amount, by: Some(by), at, reason: Some(reason) })
}
