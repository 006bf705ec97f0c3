//! Deciding on a refused edit that its author stands by. An approval carries the
//! command out as an office edit that names its author.

use domain::{DocId, EditCommand, Instant, Stamp, UserId};
use rusqlite::{OptionalExtension, Transaction, params};
use wire::ErrorCode;

use super::conflicts::Resolved;
use super::edit::{Author, Desk, Work, check_decides};
use super::inbox::{self, InboxItemId};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const READ: &str =
    "SELECT doc, user, command, decision, made_at, received_at, clock_offset FROM offers WHERE id = ?1";
const DECIDE: &str = "UPDATE offers SET decision = ?2, decided_by = ?3, decided_at = ?4, note = ?5, \
     position = ?6 WHERE id = ?1";

/// What the office decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferDecision {
    /// Carry it out.
    Approve,
    /// Leave it refused.
    Reject,
}

/// Decides on an offered edit.
///
/// # Errors
///
/// `not_found`; `conflict` when it is decided already; what an edit may meet, when
/// it is approved: it then stays undecided.
pub async fn decide_offer(
    core: &Core,
    session: &DeviceSession,
    id: i64,
    decision: OfferDecision,
    note: Option<String>,
) -> Result<Resolved, CoreError> {
    check_decides(session)?;
    let (heart, session, now) = (core.clone(), *session, core.now());
    let resolved = core
        .store()
        .write(move |tx| decide(&heart, tx, &session, (id, decision, note.as_deref()), now))
        .await?;
    let position = resolved.edited.as_ref().and_then(|edited| edited.position);
    position.into_iter().for_each(|position| core.announce(position));
    Ok(resolved)
}

struct Offered {
    doc: DocId,
    user: UserId,
    command: String,
    decision: Option<String>,
    made_at: Option<Instant>,
    received_at: Instant,
    clock_offset: Option<i64>,
}

impl Offered {
    /// When its author made the edit, corrected for his device's clock: it counts from
    /// then, whenever it is approved.
    fn made(&self) -> Stamp {
        let told = self.made_at.map(|at| at.plus_millis(self.clock_offset.unwrap_or(0)));
        Stamp { at: told.unwrap_or(self.received_at).min(self.received_at), offset_minutes: 0 }
    }
}

fn decide(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (id, decision, note): (i64, OfferDecision, Option<&str>),
    now: Instant,
) -> Result<Resolved, CoreError> {
    let offered = read(tx, id)?.ok_or_else(CoreError::not_found)?;
    if offered.decision.is_some() {
        return Err(CoreError::refused(ErrorCode::Conflict, "it is decided already"));
    }
    let (word, edited) = match decision {
        OfferDecision::Reject => ("rejected", None),
        OfferDecision::Approve => {
            let command: EditCommand = serde_json::from_str(&offered.command)
                .map_err(|error| CoreError::refused(ErrorCode::Internal, error.to_string()))?;
            let work = Work {
                doc: offered.doc,
                commands: vec![command],
                expected: None,
                author: Author::OnBehalfOf(offered.user),
            };
            let mut desk = Desk::open(core, tx, session, &work, now)?;
            for command in &work.commands {
                desk.apply_at(command, offered.made())?;
            }
            ("approved", Some(desk.store()?))
        }
    };
    tx.prepare_cached(DECIDE)?.execute(params![
        id,
        word,
        session.user.as_bytes(),
        now.millis(),
        note,
        edited.as_ref().and_then(|edited| edited.position),
    ])?;
    let item = inbox::find(tx, InboxItemId::Offer(id))?.ok_or_else(CoreError::not_found)?;
    Ok(Resolved { item, edited })
}

fn read(tx: &Transaction<'_>, id: i64) -> Result<Option<Offered>, CoreError> {
    let row = tx
        .prepare_cached(READ)?
        .query_row([id], |row| {
            Ok(Offered {
                doc: column(row, 0)?,
                user: column(row, 1)?,
                command: row.get(2)?,
                decision: row.get(3)?,
                made_at: column(row, 4)?,
                received_at: column(row, 5)?,
                clock_offset: row.get(6)?,
            })
        })
        .optional()?;
    Ok(row)
}
