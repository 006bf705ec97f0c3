//! Refused edits that a technician stands by: kept for the office to decide on.

use domain::{EditCommand, Instant};
use rusqlite::{Transaction, params};
use wire::{ErrorCode, Hash, Offer, Outcome};

use super::exchange::Exchanged;
use super::verdicts;
use crate::error::CoreError;
use crate::session::DeviceSession;

const ADD: &str = "INSERT OR IGNORE INTO offers \
     (device, user, doc, kind, hash, command, remark, made_at, received_at, code, clock_offset) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

/// Offers in one request.
const OFFERS_MAX: usize = 100;
/// A command as JSON.
const COMMAND_BYTES_MAX: usize = 256 * 1024;
/// What the technician says to it.
const REMARK_CHARS_MAX: usize = domain::limits::MEDIUM_TEXT_CHARS_MAX;

/// Refuses offers that cannot be kept.
pub(super) fn check(offers: &[Offer]) -> Result<(), CoreError> {
    let invalid = |message: &str| Err(CoreError::refused_at(ErrorCode::Invalid, "offers", message));
    if offers.len() > OFFERS_MAX {
        return invalid("too many offers in one request");
    }
    for offer in offers {
        if offer.command.len() > COMMAND_BYTES_MAX {
            return invalid("a command is too long");
        }
        if offer.remark.as_ref().is_some_and(|remark| remark.chars().nth(REMARK_CHARS_MAX).is_some()) {
            return invalid("a remark is too long");
        }
        if serde_json::from_str::<EditCommand>(&offer.command).is_err() {
            return invalid("a command cannot be read");
        }
    }
    Ok(())
}

/// The changes of offers, by which the answer says that they are kept; none if there
/// are none.
pub(super) fn named(offers: &[Offer]) -> Option<Vec<Hash>> {
    (!offers.is_empty()).then(|| offers.iter().map(|offer| offer.hash).collect())
}

/// Keeps the offers; one that is kept already stays as it is.
pub(super) fn keep(
    tx: &Transaction<'_>,
    session: &DeviceSession,
    offers: &[Offer],
    barred: Option<ErrorCode>,
    at: Exchanged,
) -> Result<(), CoreError> {
    for offer in offers {
        let code = match verdicts::refused_before(tx, session.device, offer.hash.0)? {
            Some(Outcome::Refused { code, .. }) => Some(code),
            _ => barred.map(|why| why.name().to_owned()),
        };
        tx.prepare_cached(ADD)?.execute(params![
            session.device.as_bytes(),
            session.user.as_bytes(),
            offer.doc.as_bytes(),
            offer.kind.name(),
            offer.hash.0.as_bytes(),
            offer.command,
            offer.remark,
            offer.at.map(Instant::millis),
            at.now.millis(),
            code,
            at.clock_offset,
        ])?;
    }
    Ok(())
}
