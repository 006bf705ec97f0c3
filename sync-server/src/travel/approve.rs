//! Approval of a long trip before it. It is asked for on the phone, offline, in
//! the trip itself; the answer holds for the words in which it was asked.

use domain::limits::MEDIUM_TEXT_CHARS_MAX;
use domain::{DocId, Instant, UserId};
use rusqlite::{Transaction, params};

use super::words::{coded, invalid, not_now};
use super::{ClaimShow, Moved, facts, price_again, show};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

const ADD: &str = "INSERT INTO travel_approvals (trip, decision, request, reason, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriorDecision {
    /// The trip may be made.
    Granted {
        /// A remark.
        reason: Option<String>,
    },
    /// It may not.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Answers a request for approval.
///
/// # Errors
///
/// When there is no such trip, when nothing is asked (`travel.not_requested`), or
/// a refusal without a reason (`travel.no_reason`).
pub async fn decide_prior_approval(
    core: &Core,
    session: &DeviceSession,
    trip: DocId,
    decision: PriorDecision,
) -> Result<ClaimShow, CoreError> {
    let (session, now) = (*session, core.now());
    let decide = move |tx: &Transaction<'_>| {
        answer(tx, session.user, trip, &decision, now)?;
        price_again(tx, &Moved([trip].into()), now)?;
        Ok::<_, CoreError>((show::show(tx, &session, trip)?, crate::log::newest(tx)?.0))
    };
    let (shown, position) = core.store().write(decide).await?;
    core.announce(position);
    Ok(shown)
}

fn answer(
    tx: &Transaction<'_>,
    by: UserId,
    trip: DocId,
    decision: &PriorDecision,
    now: Instant,
) -> Result<(), CoreError> {
    let facts = facts::trip(tx, trip)?.ok_or_else(CoreError::not_found)?;
    let Some(request) = facts.approval_request else {
        return Err(not_now("travel.not_requested", "the trip asks for no approval"));
    };
    if facts.void.is_some() {
        return Err(not_now("travel.wrong_stage", "the trip is void"));
    }
    let (word, reason) = match decision {
        PriorDecision::Granted { reason } => ("granted", reason.as_deref()),
        PriorDecision::Refused { reason } => ("refused", Some(reason.as_str())),
    };
    let reason = spoken(reason)?;
    if word == "refused" && reason.is_none() {
        return Err(coded("reason", "travel.no_reason", "a refusal needs a reason"));
    }
    tx.prepare_cached(ADD)?.execute(params![
        trip.as_bytes(),
        word,
        request,
        reason,
        by.as_bytes(),
        now.millis()
    ])?;
    Ok(())
}

/// A reason, if it has letters; not too long.
pub(super) fn spoken(reason: Option<&str>) -> Result<Option<&str>, CoreError> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match reason {
        Some(text) if text.chars().nth(MEDIUM_TEXT_CHARS_MAX).is_some() => {
            Err(invalid("reason", format!("at most {MEDIUM_TEXT_CHARS_MAX} characters")))
        }
        reason => Ok(reason),
    }
}
