//! Creating something once, however often the request arrives: the answer is kept under
//! the caller's key in the transaction that creates.

use domain::{Hash32, Instant, UserId};
use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::ErrorCode;

use crate::error::CoreError;
use crate::sql::column;

const FIND: &str = "SELECT request, answer FROM idempotency_keys WHERE user = ?1 AND key = ?2";
const KEEP: &str = "INSERT INTO idempotency_keys (user, key, request, answer, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5)";
/// A few at a time, so that nobody waits for the sweep.
const SWEEP: &str = "DELETE FROM idempotency_keys WHERE (user, key) IN \
     (SELECT user, key FROM idempotency_keys WHERE created_at < ?1 ORDER BY created_at LIMIT 50)";
/// How long an answer is kept.
const KEPT_DAYS: i64 = 7;

/// By what a request is known to be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, the caller's own.
    pub key: String,
    /// A hash of what was asked.
    pub request: Hash32,
}

/// The answer that was given to a key before.
///
/// # Errors
///
/// `idempotency_mismatch` when the key was used for another request.
pub(crate) fn answered<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    user: UserId,
    key: &IdempotencyKey,
) -> Result<Option<T>, CoreError> {
    let known: Option<(Hash32, String)> = tx
        .prepare_cached(FIND)?
        .query_row((user.as_bytes(), &key.key), |row| Ok((column(row, 0)?, row.get(1)?)))
        .optional()?;
    match known {
        None => Ok(None),
        Some((request, answer)) if request == key.request => {
            serde_json::from_str(&answer).map(Some).map_err(internal)
        }
        Some(_) => {
            let message = "this key was used for another request; draw a new one for each creation";
            Err(CoreError::refused(ErrorCode::IdempotencyMismatch, message))
        }
    }
}

/// Keeps the answer to a key.
pub(crate) fn keep<T: Serialize>(
    tx: &Transaction<'_>,
    user: UserId,
    key: &IdempotencyKey,
    (answer, now): (&T, Instant),
) -> Result<(), CoreError> {
    let text = serde_json::to_string(answer).map_err(internal)?;
    tx.prepare_cached(SWEEP)?.execute([now.plus_days(-KEPT_DAYS).millis()])?;
    let values = (user.as_bytes(), &key.key, key.request.as_bytes(), text, now.millis());
    tx.prepare_cached(KEEP)?.execute(values)?;
    Ok(())
}

fn internal(error: serde_json::Error) -> CoreError {
    CoreError::refused(ErrorCode::Internal, error.to_string())
}
