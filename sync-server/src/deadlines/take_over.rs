//! The quality officer takes a breach over: he says why it came to it, and the job
//! gets a higher priority (R107, R108, R111). He is its controller from then on; who
//! has to do the work stays who it was.

use domain::limits::MEDIUM_TEXT_CHARS_MAX;
use domain::{DocId, DocView, EditCommand, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, Role};
use rusqlite::{OptionalExtension, Transaction};
use serde_json::json;
use wire::ErrorCode;

use super::escalate::{Audit, audit, notify};
use crate::core::Core;
use crate::desk::take_request;
use crate::error::CoreError;
use crate::office::{document_in, edit_document_in};
use crate::session::DeviceSession;
use crate::sql::column;

const READ: &str = "SELECT doc, clock, due_at, state, taken_by IS NOT NULL FROM escalations WHERE id = ?1";
const TAKE: &str = "UPDATE escalations SET taken_by = ?2, taken_at = ?3, reason = ?4 WHERE id = ?1";

/// What is taken over, and why it came to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeOver {
    /// The escalation.
    pub escalation: i64,
    /// The cause that was found.
    pub reason: String,
}

struct Open {
    doc: DocId,
    clock: String,
    due_at: Instant,
    is_open: bool,
    is_taken: bool,
}

/// Takes a breach over and raises the priority of its job; gives the job.
///
/// # Errors
///
/// `forbidden` for who does not look after quality; `invalid` without a reason;
/// `not_found`; `conflict` when it was rescinded or somebody has taken it already.
pub async fn take_over_breach(
    core: &Core,
    session: &DeviceSession,
    taken: TakeOver,
) -> Result<DocId, CoreError> {
    if session.role != Role::Quality {
        return Err(CoreError::refused(ErrorCode::Forbidden, "the quality officer takes breaches over"));
    }
    let reason = taken.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().nth(MEDIUM_TEXT_CHARS_MAX).is_some() {
        let message = format!("say why, in at most {MEDIUM_TEXT_CHARS_MAX} characters");
        return Err(CoreError::refused_at(ErrorCode::Invalid, "reason", message));
    }
    let (heart, session, now) = (core.clone(), *session, core.now());
    let (doc, position) =
        core.store().write(move |tx| take(&heart, tx, &session, (taken.escalation, &reason), now)).await?;
    position.into_iter().for_each(|position| core.announce(position));
    Ok(doc)
}

fn take(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (id, reason): (i64, &str),
    now: Instant,
) -> Result<(DocId, Option<i64>), CoreError> {
    let open = read(tx, id)?.ok_or_else(CoreError::not_found)?;
    if !open.is_open || open.is_taken {
        let why = if open.is_open { "somebody has taken it over already" } else { "it has been rescinded" };
        return Err(CoreError::refused(ErrorCode::Conflict, why));
    }
    let is_request = take_request(core, tx, session, (open.doc, reason), now)?;
    let position = if is_request { None } else { raise(core, tx, session, open.doc, now)? };
    tx.prepare_cached(TAKE)?.execute((id, session.user.as_bytes(), now.millis(), reason))?;
    let mut detail = json!({
        "clock": open.clock, "due_at": open.due_at.millis(), "reason": reason,
        "priority_raised": is_request || position.is_some(),
    });
    let line = Audit {
        escalation: Some(id),
        doc: open.doc,
        what: "taken_over",
        by: Some(session.user),
        detail: detail.clone(),
    };
    audit(tx, &line, now)?;
    detail["escalation"] = json!(id);
    detail["by"] = json!(session.user);
    notify(tx, open.doc, "deadline_taken_over", &detail, now)?;
    Ok((open.doc, position))
}

fn read(tx: &Transaction<'_>, id: i64) -> Result<Option<Open>, CoreError> {
    let row = tx.prepare_cached(READ)?.query_row([id], |row| {
        let state: String = row.get(3)?;
        Ok(Open {
            doc: column(row, 0)?,
            clock: row.get(1)?,
            due_at: column(row, 2)?,
            is_open: state == "open",
            is_taken: row.get(4)?,
        })
    });
    Ok(row.optional()?)
}

/// An edit of the office like any other: through the gate, into the log. A job that is
/// over stays as it is.
fn raise(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    doc: DocId,
    now: Instant,
) -> Result<Option<i64>, CoreError> {
    let DocView::Job(view) = document_in(core, tx, session, doc)? else { return Ok(None) };
    let higher = match view.text(JobField::RequestPriority) {
        _ if view.status.is_over() => return Ok(None),
        "urgent" => return Ok(None),
        "high" => "urgent",
        _ => "high",
    };
    let value = Some(FieldValue::Text(higher.to_owned()));
    let edits = vec![JobFieldEdit { field: JobField::RequestPriority, value }];
    let command = EditCommand::Job(JobCommand::SetFields { edits });
    Ok(edit_document_in(core, tx, session, doc, command, now)?.position)
}
