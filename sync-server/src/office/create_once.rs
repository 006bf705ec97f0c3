//! Creating a job once, however often the request arrives: the answer is kept
//! under the caller's key in the transaction that creates.

use domain::{Hash32, Instant, JobField};
use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use wire::ErrorCode;

use super::{Edited, NewJob, create_job_in};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
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

/// What the creator of a job is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedJob {
    /// Its id.
    pub id: domain::DocId,
    /// The number that people use.
    pub number: String,
    /// Its state when it was created.
    pub etag: String,
}

/// Creates a job, or gives the answer that was given to this key before.
///
/// # Errors
///
/// `idempotency_mismatch` when the key was used for another request; as
/// [`create_job`](super::create_job).
pub async fn create_job_once(
    core: &Core,
    session: &DeviceSession,
    key: IdempotencyKey,
    job: NewJob,
) -> Result<CreatedJob, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let create = move |tx: &Transaction<'_>| create_in(&heart, tx, &session, (&key, job), now);
    let (created, position) = core.store().write(create).await?;
    position.into_iter().for_each(|position| core.announce(position));
    Ok(created)
}

fn create_in(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (key, job): (&IdempotencyKey, NewJob),
    now: Instant,
) -> Result<(CreatedJob, Option<i64>), CoreError> {
    if let Some(known) = find(tx, session, key)? {
        return Ok((known, None));
    }
    let edited = create_job_in(core, tx, session, job, now)?;
    let created = answer_of(&edited);
    let text = serde_json::to_string(&created).map_err(internal)?;
    tx.prepare_cached(SWEEP)?.execute([now.plus_days(-KEPT_DAYS).millis()])?;
    tx.prepare_cached(KEEP)?.execute((
        session.user.as_bytes(),
        &key.key,
        key.request.as_bytes(),
        text,
        now.millis(),
    ))?;
    Ok((created, edited.position))
}

fn find(
    tx: &Transaction<'_>,
    session: &DeviceSession,
    key: &IdempotencyKey,
) -> Result<Option<CreatedJob>, CoreError> {
    let known: Option<(Hash32, String)> = tx
        .prepare_cached(FIND)?
        .query_row((session.user.as_bytes(), &key.key), |row| Ok((column(row, 0)?, row.get(1)?)))
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

fn answer_of(edited: &Edited) -> CreatedJob {
    let number = match &edited.view {
        domain::DocView::Job(view) => view.text(JobField::RequestNumber).to_owned(),
        domain::DocView::Trip(_) => String::new(),
    };
    CreatedJob { id: edited.doc, number, etag: edited.etag.to_string() }
}

fn internal(error: serde_json::Error) -> CoreError {
    CoreError::refused(ErrorCode::Internal, error.to_string())
}
