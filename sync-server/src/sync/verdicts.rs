//! What became of each pushed change. That one was accepted is told once: the log knows
//! it, and if the answer is lost it comes again and is a duplicate. Everything else is
//! stored and sent again until the device has written it down. Refusals stay for ever, so
//! that the same change sent again gets the same answer.

use domain::limits::{SYNC_PUSH_CHANGES_MAX, VERDICTS_MAX};
use domain::{ChangeHash, DeviceId, DocId, Instant};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use wire::{Hash, Outcome, Verdict};

use crate::error::CoreError;
use crate::sql::{column, int, uint};

const WRITE: &str = "INSERT INTO verdicts (device, hash, doc, outcome, final, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (device, hash) DO UPDATE SET doc = excluded.doc, \
     outcome = excluded.outcome, final = excluded.final, at = excluded.at, acked_at = NULL";
const REFUSED: &str = "SELECT outcome FROM verdicts WHERE device = ?1 AND hash = ?2 AND final = 1";
const UNACKNOWLEDGED: &str = "SELECT doc, hash, outcome FROM verdicts \
     WHERE device = ?1 AND acked_at IS NULL ORDER BY at, hash LIMIT ?2";
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM verdicts WHERE device = ?1)";
const FORGET: &str = "DELETE FROM verdicts WHERE device = ?1 AND hash = ?2 AND final = 0";
const ACKNOWLEDGE: &str = "UPDATE verdicts SET acked_at = ?3 WHERE device = ?1 AND hash = ?2";
const COUNT: &str = "SELECT count(*) FROM verdicts WHERE device = ?1";
const TRIM: &str = "DELETE FROM verdicts WHERE device = ?1 AND hash IN \
     (SELECT hash FROM verdicts WHERE device = ?1 ORDER BY at DESC, hash LIMIT -1 OFFSET ?2)";
/// Verdicts in one answer; more come with the next.
const SENT_MAX: usize = 4_000;
const _: () = assert!(SENT_MAX >= 2 * SYNC_PUSH_CHANGES_MAX);

/// Stores what has to be told until it was heard; gives back what the log itself knows.
/// `any` says whether anything was stored for the device before.
pub(super) fn keep(
    tx: &Transaction<'_>,
    device: DeviceId,
    (verdicts, any): (Vec<Verdict>, bool),
    now: Instant,
) -> Result<Vec<Verdict>, CoreError> {
    let (known, other): (Vec<Verdict>, Vec<Verdict>) = verdicts.into_iter().partition(is_in_log);
    // What it was told before, when it had to wait for another change.
    if any {
        for verdict in &known {
            tx.prepare_cached(FORGET)?.execute((device.as_bytes(), verdict.hash.0.as_bytes()))?;
        }
    }
    for verdict in &other {
        write(tx, device, verdict, now)?;
    }
    if !other.is_empty() {
        trim(tx, device)?;
    }
    Ok(known)
}

const fn is_in_log(verdict: &Verdict) -> bool {
    matches!(verdict.outcome, Outcome::Accepted | Outcome::Duplicate)
}

/// Whether anything is stored for a device; of most, nothing is.
pub(super) fn any(connection: &Connection, device: DeviceId) -> Result<bool, CoreError> {
    Ok(connection.prepare_cached(ANY)?.query_row([device.as_bytes()], |row| row.get(0))?)
}

/// Stores a verdict, or replaces one that was not final.
fn write(tx: &Transaction<'_>, device: DeviceId, verdict: &Verdict, now: Instant) -> Result<(), CoreError> {
    let mut outcome = Vec::new();
    // Writing to a Vec cannot fail; an empty outcome would be read as an error.
    if minicbor::encode(&verdict.outcome, &mut outcome).is_err() {
        outcome.clear();
    }
    let is_final = matches!(verdict.outcome, Outcome::Refused { .. });
    tx.prepare_cached(WRITE)?.execute(params![
        device.as_bytes(),
        verdict.hash.0.as_bytes(),
        verdict.doc.as_bytes(),
        outcome,
        is_final,
        now.millis(),
    ])?;
    Ok(())
}

/// Forgets the oldest verdicts of a device that has too many, as one has that floods
/// the server. Nothing is lost by it: a change whose verdict did not arrive comes
/// again and is judged again.
fn trim(tx: &Transaction<'_>, device: DeviceId) -> Result<(), CoreError> {
    let count = tx.prepare_cached(COUNT)?.query_row([device.as_bytes()], |row| uint(row, 0))?;
    if count > VERDICTS_MAX {
        tx.prepare_cached(TRIM)?.execute(params![device.as_bytes(), int(VERDICTS_MAX)])?;
    }
    Ok(())
}

/// The refusal that this device got for a change before.
pub(super) fn refused_before(
    connection: &Connection,
    device: DeviceId,
    hash: ChangeHash,
) -> Result<Option<Outcome>, CoreError> {
    let outcome: Option<Vec<u8>> = connection
        .prepare_cached(REFUSED)?
        .query_row((device.as_bytes(), hash.as_bytes()), |row| row.get(0))
        .optional()?;
    Ok(outcome.and_then(|bytes| minicbor::decode(&bytes).ok()))
}

/// The device has written these down.
pub(super) fn acknowledge(
    tx: &Transaction<'_>,
    device: DeviceId,
    hashes: &[Hash],
    now: Instant,
) -> Result<(), CoreError> {
    if hashes.is_empty() || !any(tx, device)? {
        return Ok(());
    }
    for hash in hashes {
        let key = (device.as_bytes(), hash.0.as_bytes());
        if tx.prepare_cached(FORGET)?.execute(key)? == 0 {
            tx.prepare_cached(ACKNOWLEDGE)?.execute((key.0, key.1, now.millis()))?;
        }
    }
    Ok(())
}

/// What the device has not acknowledged, oldest first.
pub(super) fn unacknowledged(connection: &Connection, device: DeviceId) -> Result<Vec<Verdict>, CoreError> {
    let mut statement = connection.prepare_cached(UNACKNOWLEDGED)?;
    let rows = statement.query_map((device.as_bytes(), int(SENT_MAX)), |row| {
        let outcome: Vec<u8> = row.get(2)?;
        Ok((column::<DocId>(row, 0)?, column::<ChangeHash>(row, 1)?, outcome))
    })?;
    let mut verdicts = Vec::new();
    for row in rows {
        let (doc, hash, outcome) = row?;
        if let Ok(outcome) = minicbor::decode(&outcome) {
            verdicts.push(Verdict { doc, hash: Hash(hash), outcome });
        }
    }
    Ok(verdicts)
}
