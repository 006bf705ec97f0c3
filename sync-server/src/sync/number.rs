//! The number by which people call a job.
//!
//! The server gives it when the job is first accepted, and writes it into the
//! document under its own actor in the same batch: phones see it, and the log
//! holds it, so that a rebuild gives no number anew.

use documents::{Document, EditContext};
use domain::{
    ActorClass, DocId, EditCommand, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, Stamp, UserId,
    Uuid,
};
use rusqlite::{OptionalExtension, Transaction};

use crate::core::Core;
use crate::error::{CoreError, OfDocument};
use crate::log::{LogEntry, Origin};

const LAST: &str = "SELECT value FROM meta WHERE key = 'job_number'";
const REMEMBER: &str = "INSERT INTO meta (key, value) VALUES ('job_number', ?1) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM jobs WHERE number = ?1)";
/// The number before the first: all have six digits for a long time.
const BEFORE_FIRST: i64 = 100_000;

/// Gives a new job its number, unless the office gave it one; returns the change.
pub(crate) fn give_number(
    core: &Core,
    tx: &Transaction<'_>,
    doc: DocId,
    document: &mut Document,
    now: Instant,
) -> Result<Option<LogEntry>, CoreError> {
    let view = document.job().of(doc)?;
    let by_office = document.maker().and_then(|actor| actor.class()) == Some(ActorClass::Office);
    if by_office && !view.text(JobField::RequestNumber).is_empty() {
        return Ok(None);
    }
    let value = Some(FieldValue::Text(take_number(tx)?));
    let edits = vec![JobFieldEdit { field: JobField::RequestNumber, value }];
    let context = EditContext {
        author: UserId::from_uuid(Uuid::nil()),
        actor: core.actor(),
        stamp: Stamp { at: now, offset_minutes: 0 },
    };
    let change = document.edit(&EditCommand::Job(JobCommand::SetFields { edits }), &context)?;
    Ok(change.and_then(|change| LogEntry::made_here(document, change, Origin::default())))
}

/// Takes the next number that no job has.
pub(crate) fn take_number(tx: &Transaction<'_>) -> Result<String, CoreError> {
    let last: Option<Vec<u8>> = tx.prepare_cached(LAST)?.query_row([], |row| row.get(0)).optional()?;
    let last = last.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
    let mut number = last.unwrap_or(BEFORE_FIRST);
    loop {
        number += 1;
        let taken: bool = tx.prepare_cached(TAKEN)?.query_row([number.to_string()], |row| row.get(0))?;
        if !taken {
            tx.prepare_cached(REMEMBER)?.execute([number.to_be_bytes()])?;
            return Ok(number.to_string());
        }
    }
}
