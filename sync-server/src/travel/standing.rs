//! How far a claim is: the price as it is now, the decision on it, and what was
//! paid. A decision holds while the price is the one it was made on.

use domain::{DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension};
use scoring::{ClaimEvent, ClaimState, PriorApproval, TravelFlag};

use super::words::{not_now, read_json};
use crate::error::CoreError;
use crate::sql::column;

const DECISION: &str = "SELECT decision, amount_minor, reason, basis, reasons, by, at FROM travel_decisions \
     WHERE trip = ?1 ORDER BY id DESC LIMIT 1";
const PAID: &str = "SELECT amount_minor, basis, statement, \
     (SELECT sum(minor) FROM travel_statement_lines WHERE trip = ?1) \
     FROM travel_statement_lines WHERE trip = ?1 ORDER BY statement DESC LIMIT 1";
const APPROVAL: &str =
    "SELECT decision, request FROM travel_approvals WHERE trip = ?1 ORDER BY id DESC LIMIT 1";

/// What a person decided last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) decision: String,
    pub(super) amount: i64,
    pub(super) reason: Option<String>,
    pub(super) basis: Vec<u8>,
    pub(super) reasons: Vec<TravelFlag>,
    pub(super) by: UserId,
    pub(super) at: Instant,
}

/// What statements paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) amount: i64,
    pub(super) basis: Vec<u8>,
    pub(super) statement: i64,
    pub(super) sum: i64,
}

/// What people did with a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Acts {
    pub(super) decided: Option<Decided>,
    pub(super) paid: Option<Paid>,
}

/// Where a claim stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) state: &'static str,
    pub(super) amount: i64,
    pub(super) decided_at: Option<Instant>,
    pub(super) decided_by: Option<UserId>,
    pub(super) reason: Option<String>,
    pub(super) reasons: Vec<TravelFlag>,
    /// What had been decided or paid before the price changed.
    pub(super) before: Option<i64>,
}

/// Whether a trip is under way, over, or void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    UnderWay,
    Over,
    Void,
}

/// The price as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submission<'a> {
    pub(super) course: Course,
    pub(super) basis: &'a [u8],
    /// What the caps leave.
    pub(super) amount: i64,
    pub(super) reasons: &'a [TravelFlag],
    /// When the server last heard of the trip.
    pub(super) heard_at: Instant,
}

/// Reads what people did with a claim.
pub(super) fn acts(connection: &Connection, trip: DocId) -> Result<Acts, CoreError> {
    Ok(Acts { decided: decided(connection, trip)?, paid: paid(connection, trip)? })
}

fn decided(connection: &Connection, trip: DocId) -> Result<Option<Decided>, CoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        let decided = Decided {
            decision: row.get(0)?,
            amount: row.get(1)?,
            reason: row.get(2)?,
            basis: row.get(3)?,
            reasons: Vec::new(),
            by: column(row, 5)?,
            at: column(row, 6)?,
        };
        Ok((decided, row.get::<_, String>(4)?))
    };
    let found = connection.prepare_cached(DECISION)?.query_row([trip.as_bytes()], read).optional()?;
    found.map(|(decided, reasons)| Ok(Decided { reasons: read_json(&reasons)?, ..decided })).transpose()
}

fn paid(connection: &Connection, trip: DocId) -> Result<Option<Paid>, CoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Paid { amount: row.get(0)?, basis: row.get(1)?, statement: row.get(2)?, sum: row.get(3)? })
    };
    Ok(connection.prepare_cached(PAID)?.query_row([trip.as_bytes()], read).optional()?)
}

/// Whether a trip was approved before it, in answer to what is asked now.
pub(super) fn prior_approval(
    connection: &Connection,
    trip: DocId,
    request: Option<&str>,
) -> Result<PriorApproval, CoreError> {
    let Some(request) = request else { return Ok(PriorApproval::NotRequested) };
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let last = connection.prepare_cached(APPROVAL)?.query_row([trip.as_bytes()], read).optional()?;
    Ok(match last {
        Some((decision, asked)) if asked == request && decision == "granted" => PriorApproval::Granted,
        Some((_, asked)) if asked == request => PriorApproval::Refused,
        _ => PriorApproval::Requested,
    })
}

impl Acts {
    fn decided_on(&self, basis: &[u8]) -> Option<&Decided> {
        self.decided.as_ref().filter(|decided| decided.basis == basis)
    }

    fn paid_on(&self, basis: &[u8]) -> Option<&Paid> {
        self.paid.as_ref().filter(|paid| paid.basis == basis)
    }

    /// The amount, if a decision or a statement holds it whatever the caps say.
    pub(super) fn fixed_on(&self, basis: &[u8]) -> Option<i64> {
        let decided = self.decided_on(basis).map(|decided| decided.amount);
        decided.or(self.paid_on(basis).map(|paid| paid.amount))
    }

    /// What had been decided or paid on another price.
    fn before(&self, basis: &[u8]) -> Option<i64> {
        if self.fixed_on(basis).is_some() {
            return None;
        }
        let decided = self.decided.as_ref().map(|decided| decided.amount);
        self.paid.as_ref().map(|paid| paid.amount).or(decided)
    }

    /// Where the claim stands, by the steps of the scoring crate.
    pub(super) fn standing(&self, now: &Submission<'_>) -> Result<Standing, CoreError> {
        let before = self.before(now.basis);
        let open = Standing {
            state: "draft",
            amount: now.amount,
            decided_at: None,
            decided_by: None,
            reason: None,
            reasons: now.reasons.to_vec(),
            before,
        };
        match now.course {
            Course::UnderWay if self.paid.is_none() => return Ok(open),
            Course::Void if self.paid.is_none() => {
                return Ok(Standing { state: "void", amount: 0, reasons: Vec::new(), before: None, ..open });
            }
            Course::UnderWay | Course::Void | Course::Over => {}
        }
        let state = self.steps(now, before)?;
        Ok(match &state {
            ClaimState::Draft | ClaimState::Settled { .. } => open,
            ClaimState::NeedsReview { reasons, amount } => {
                Standing { state: "needs_review", amount: *amount, reasons: reasons.clone(), ..open }
            }
            ClaimState::Decided { amount, by, at, reason } => Standing {
                state: self.word(now, &state)?,
                amount: *amount,
                decided_at: Some(*at),
                decided_by: *by,
                reason: reason.clone(),
                reasons: self.decided_on(now.basis).map_or_else(Vec::new, |decided| decided.reasons.clone()),
                before,
            },
        })
    }

    /// Submitted, and decided if somebody did.
    fn steps(&self, now: &Submission<'_>, before: Option<i64>) -> Result<ClaimState, CoreError> {
        let refused = |refusal: scoring::ApprovalRefusal| not_now(refusal.code(), refusal);
        let submit = |reasons, amount| {
            ClaimState::Draft.step(now.heard_at, ClaimEvent::Submitted { reasons, amount }).map_err(refused)
        };
        if let Some(decided) = self.decided_on(now.basis) {
            let Decided { by, amount, at, .. } = *decided;
            let reason = decided.reason.clone().unwrap_or_default();
            let event = match decided.decision.as_str() {
                "adjusted" => ClaimEvent::Adjusted { by, amount, reason },
                "rejected" => ClaimEvent::Rejected { by, reason },
                _ => ClaimEvent::Approved { by },
            };
            return submit(decided.reasons.clone(), amount)?.step(at, event).map_err(refused);
        }
        if let Some(paid) = self.paid_on(now.basis) {
            return submit(Vec::new(), paid.amount);
        }
        let mut reasons = now.reasons.to_vec();
        reasons.extend(before.map(|_| TravelFlag::ChangedAfterDecision));
        submit(reasons, now.amount)
    }

    /// The word of a decided claim.
    fn word(&self, now: &Submission<'_>, state: &ClaimState) -> Result<&'static str, CoreError> {
        if let Some(paid) = self.paid_on(now.basis) {
            let settled = ClaimEvent::Settled { statement: paid.statement.to_string() };
            state.step(now.heard_at, settled).map_err(|refusal| not_now(refusal.code(), refusal))?;
            return Ok("settled");
        }
        Ok(match self.decided_on(now.basis).map(|decided| decided.decision.as_str()) {
            Some("adjusted") => "adjusted",
            Some("rejected") => "rejected",
            Some(_) => "approved",
            None => "auto_approved",
        })
    }
}
