//! A person decides on an instant that cannot be, with a reason. The decision is kept
//! beside the log and takes the place of the instant that events are judged by; what
//! the log says stays, and of several decisions the newest holds.

use std::collections::BTreeMap;

use domain::limits::MEDIUM_TEXT_CHARS_MAX;
use domain::{DocId, DocView, EventId, Instant, Role, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::json;
use wire::ErrorCode;

use crate::core::Core;
use crate::deadlines::{self, Audit};
use crate::error::CoreError;
use crate::office::document_in;
use crate::scores;
use crate::session::DeviceSession;
use crate::sql::column;

const DECIDED: &str = "SELECT event, effective_at FROM time_decisions WHERE doc = ?1 ORDER BY id";
const FLAGGED: &str = "SELECT suspect, received_at FROM job_events WHERE doc = ?1 AND event = ?2";
const LAST_FLAG: &str =
    "SELECT suspect FROM time_decisions WHERE doc = ?1 AND event = ?2 ORDER BY id DESC LIMIT 1";
const DECIDE: &str = "INSERT INTO time_decisions (doc, event, effective_at, suspect, reason, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const TAKE_EFFECT: &str =
    "UPDATE job_events SET effective_at = ?3, suspect = NULL WHERE doc = ?1 AND event = ?2";

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstantDecision {
    /// The job.
    pub doc: DocId,
    /// Its event.
    pub event: EventId,
    /// When it happened.
    pub effective_at: Instant,
    /// How the person knows.
    pub reason: String,
}

/// The instants that people decided on in a document.
pub(crate) fn decided_instants(
    connection: &Connection,
    doc: DocId,
) -> Result<BTreeMap<EventId, Instant>, CoreError> {
    let mut statement = connection.prepare_cached(DECIDED)?;
    let rows = statement.query_map([doc.as_bytes()], |row| Ok((column(row, 0)?, column(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Decides when an event happened whose instant is flagged; deadlines follow.
///
/// # Errors
///
/// `forbidden` for who does not look after quality, `not_found`, `invalid` for an
/// instant after the event's receipt or without a reason, `conflict` where nothing is
/// flagged.
pub async fn decide_instant(
    core: &Core,
    session: &DeviceSession,
    decision: InstantDecision,
) -> Result<(), CoreError> {
    if session.role != Role::Quality {
        return Err(CoreError::refused(ErrorCode::Forbidden, "the quality officer decides this"));
    }
    let (heart, session, now) = (core.clone(), *session, core.now());
    core.store().write(move |tx| decide(&heart, tx, &session, &decision, now)).await?;
    core.wake_timer();
    Ok(())
}

fn decide(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    decision: &InstantDecision,
    now: Instant,
) -> Result<(), CoreError> {
    let DocView::Job(view) = document_in(core, tx, session, decision.doc)? else {
        return Err(CoreError::not_found());
    };
    let key = (decision.doc.as_bytes(), decision.event.as_bytes());
    let row: Option<(Option<String>, Instant)> =
        tx.prepare_cached(FLAGGED)?.query_row(key, |row| Ok((row.get(0)?, column(row, 1)?))).optional()?;
    let (flagged, received_at) = row.ok_or_else(CoreError::not_found)?;
    let decided: Option<Option<String>> =
        tx.prepare_cached(LAST_FLAG)?.query_row(key, |row| row.get(0)).optional()?;
    let Some(suspect) = flagged.or(decided.flatten()) else {
        return Err(CoreError::refused(ErrorCode::Conflict, "nothing is doubted about this instant"));
    };
    let reason = check(decision, received_at)?;
    tx.prepare_cached(DECIDE)?.execute(params![
        key.0,
        key.1,
        decision.effective_at.millis(),
        suspect,
        reason,
        session.user.as_bytes(),
        now.millis(),
    ])?;
    tx.prepare_cached(TAKE_EFFECT)?.execute((key.0, key.1, decision.effective_at.millis()))?;
    let detail = json!({
        "event": decision.event.to_string(), "effective_at": decision.effective_at.millis(),
        "suspect": suspect, "reason": reason,
    });
    let by: Option<UserId> = Some(session.user);
    deadlines::audit(
        tx,
        &Audit { escalation: None, doc: decision.doc, what: "instant_decided", by, detail },
        now,
    )?;
    deadlines::job_changed(tx, decision.doc, now)?;
    let moved = scores::fold_job(tx, decision.doc, &view)?;
    scores::touch_all(tx, &moved)
}

fn check(decision: &InstantDecision, received_at: Instant) -> Result<&str, CoreError> {
    let invalid = |path: &str, message: String| Err(CoreError::refused_at(ErrorCode::Invalid, path, message));
    let reason = decision.reason.trim();
    if reason.is_empty() || reason.chars().nth(MEDIUM_TEXT_CHARS_MAX).is_some() {
        return invalid("reason", format!("say why, in at most {MEDIUM_TEXT_CHARS_MAX} characters"));
    }
    if decision.effective_at > received_at {
        return invalid("effective_at", "the server had it before that".to_owned());
    }
    Ok(reason)
}
