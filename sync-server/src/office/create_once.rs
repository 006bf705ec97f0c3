//! Creating a job once, however often the request arrives.

use domain::{Instant, JobField};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::{Edited, NewJob, create_job_in};
use crate::core::Core;
use crate::error::CoreError;
use crate::idempotency::{self, IdempotencyKey};
use crate::session::DeviceSession;

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
    if let Some(known) = idempotency::answered(tx, session.user, key)? {
        return Ok((known, None));
    }
    let edited = create_job_in(core, tx, session, job, now)?;
    let created = answer_of(&edited);
    idempotency::keep(tx, session.user, key, (&created, now))?;
    Ok((created, edited.position))
}

fn answer_of(edited: &Edited) -> CreatedJob {
    let number = match &edited.view {
        domain::DocView::Job(view) => view.text(JobField::RequestNumber).to_owned(),
        domain::DocView::Trip(_) => String::new(),
    };
    CreatedJob { id: edited.doc, number, etag: edited.etag.to_string() }
}
