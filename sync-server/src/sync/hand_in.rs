//! The exchange of a phone that is barred, or whose person is: it gets nothing, and
//! what was made on it is not lost. Its changes are refused with the reason, upon
//! which it offers the edits behind them for the office to decide on.

use domain::ChangeHash;
use wire::{ErrorCode, Hash, Offer, Outcome, Push, SyncRequest, SyncResponse, Verdict};

use super::exchange::{Exchanged, check};
use super::offers;
use super::push::{CheckedChange, CheckedPush};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

/// Answers a barred phone.
///
/// # Errors
///
/// As [`exchange`](super::exchange()).
pub async fn hand_in(
    core: &Core,
    session: &DeviceSession,
    why: ErrorCode,
    request: SyncRequest,
) -> Result<SyncResponse, CoreError> {
    check(&request)?;
    let now = core.now();
    let at = Exchanged::at(now, request.client_time);
    let offered: Vec<Offer> = request.offers.unwrap_or_default();
    let kept = offers::named(&offered);
    if !offered.is_empty() {
        let session = *session;
        core.store().write(move |tx| offers::keep(tx, &session, &offered, Some(why), at)).await?;
    }
    let verdicts: Vec<Verdict> =
        request.pushes.iter().flatten().flat_map(|push| refused(push, why)).collect();
    Ok(SyncResponse {
        verdicts: (!verdicts.is_empty()).then_some(verdicts),
        cursor: request.cursor.unwrap_or_default(),
        server_time: Some(now),
        barred: Some(why.name().to_owned()),
        kept,
        ..SyncResponse::default()
    })
}

/// Not for good: who is let in again may send the same change again.
fn refused(push: &Push, why: ErrorCode) -> Vec<Verdict> {
    let hashes: Vec<ChangeHash> =
        CheckedPush::of(push, None).changes.iter().map(CheckedChange::hash).collect();
    let outcome = Outcome::Refused { code: why.name().to_owned(), path: None, message: why.doc().to_owned() };
    hashes
        .into_iter()
        .map(|hash| Verdict { doc: push.doc, hash: Hash(hash), outcome: outcome.clone() })
        .collect()
}
