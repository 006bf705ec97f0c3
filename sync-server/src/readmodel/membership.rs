//! What each person's phone holds: who is in scope of a document, since when,
//! and the position at which the scope last has something to learn of it.
//!
//! A job is in the scope of the technician whom its assignment names; before it
//! was ever assigned, of the technician who created it. A trip is in its
//! technician's. The accounts of the jobs in scope are in scope, and their
//! customer and assets with them.

use domain::{ActorClass, ActorId, DocId, EventKind, Instant, JobField, JobView, TripView, UserId, Uuid};
use rusqlite::{OptionalExtension, Transaction, params};

use super::Fold;
use crate::error::CoreError;
use crate::sql::column;

const HOLDERS: &str = "SELECT scope, account FROM membership WHERE item = ?1 AND left_at IS NULL";
const ENTER: &str = "INSERT INTO membership \
     (scope, item, kind, entered_at, left_at, reason, last_position, account, window_start, window_end) \
     VALUES (?1, ?2, ?3, ?4, NULL, NULL, ?4, ?5, ?6, ?7) ON CONFLICT (scope, item) DO UPDATE SET \
     entered_at = excluded.entered_at, left_at = NULL, reason = NULL, last_position = excluded.last_position, \
     account = excluded.account, window_start = excluded.window_start, window_end = excluded.window_end";
const STAY: &str = "UPDATE membership SET last_position = ?3, account = ?4, window_start = ?5, \
     window_end = ?6 WHERE scope = ?1 AND item = ?2";
const LEAVE: &str = "UPDATE membership SET left_at = ?3, reason = ?4, last_position = ?3 \
     WHERE scope = ?1 AND item = ?2";
const IS_IN: &str = "SELECT left_at IS NULL FROM membership WHERE scope = ?1 AND item = ?2";
const OTHER_JOB: &str = "SELECT EXISTS (SELECT 1 FROM membership \
     WHERE scope = ?1 AND account = ?2 AND left_at IS NULL)";
const TOUCH_ACCOUNT: &str = "UPDATE membership SET last_position = ?2 \
     WHERE item = ?1 AND left_at IS NULL AND kind = 'account'";
const FIRST_ACTOR: &str = "SELECT actor FROM change_log WHERE doc = ?1 ORDER BY position, idx LIMIT 1";

/// What a membership row says of its document.
struct Item {
    doc: DocId,
    kind: &'static str,
    account: Option<Uuid>,
    window: (Option<i64>, Option<i64>),
}

/// Brings the scopes of a job up to date.
pub(super) fn fold_job(tx: &Transaction<'_>, fold: &Fold<'_>, view: &JobView) -> Result<(), CoreError> {
    let instant = |field| view.instant(field).map(Instant::millis);
    let item = Item {
        doc: fold.doc,
        kind: "job",
        account: view.id_of(JobField::AccountId),
        window: (instant(JobField::AssignmentWindowStart), instant(JobField::AssignmentWindowEnd)),
    };
    let holder = holder_of_job(tx, fold.doc, view)?;
    let reason = if view.technician().is_some() { "reassigned" } else { "unassigned" };
    settle(tx, fold.position, &item, holder, reason)
}

/// Brings the scope of a trip up to date.
pub(super) fn fold_trip(tx: &Transaction<'_>, fold: &Fold<'_>, view: &TripView) -> Result<(), CoreError> {
    let item = Item { doc: fold.doc, kind: "trip", account: None, window: (None, None) };
    settle(tx, fold.position, &item, Some(view.technician), "withdrawn")
}

/// Reference rows of an account were written: who holds it has something new.
pub(crate) fn touch_account(tx: &Transaction<'_>, account: Uuid, position: i64) -> Result<(), CoreError> {
    tx.prepare_cached(TOUCH_ACCOUNT)?.execute((account.as_bytes(), position))?;
    Ok(())
}

fn holder_of_job(tx: &Transaction<'_>, doc: DocId, view: &JobView) -> Result<Option<UserId>, CoreError> {
    if let Some(technician) = view.technician() {
        return Ok(Some(technician));
    }
    if view.events.iter().any(|event| event.kind == EventKind::Assigned) {
        return Ok(None);
    }
    let actor: Option<ActorId> =
        tx.prepare_cached(FIRST_ACTOR)?.query_row([doc.as_bytes()], |row| column(row, 0)).optional()?;
    let by_technician = actor.and_then(|actor| actor.class()) == Some(ActorClass::Technician);
    Ok(view.registered().filter(|_| by_technician).map(|event| event.by))
}

fn settle(
    tx: &Transaction<'_>,
    position: i64,
    item: &Item,
    holder: Option<UserId>,
    reason: &str,
) -> Result<(), CoreError> {
    let mut statement = tx.prepare_cached(HOLDERS)?;
    let rows = statement.query_map([item.doc.as_bytes()], |row| Ok((column(row, 0)?, column(row, 1)?)))?;
    let before: Vec<(UserId, Option<Uuid>)> = rows.collect::<Result<_, _>>()?;
    for (scope, account) in before.iter().filter(|(scope, _)| Some(*scope) != holder) {
        leave(tx, position, *scope, item.doc.uuid(), reason)?;
        leave_account(tx, position, *scope, *account)?;
    }
    let Some(scope) = holder else { return Ok(()) };
    match before.iter().find(|(held_by, _)| *held_by == scope) {
        Some((_, account)) => {
            write(tx, STAY, position, scope, item)?;
            if *account != item.account {
                leave_account(tx, position, scope, *account)?;
            }
        }
        None => write(tx, ENTER, position, scope, item)?,
    }
    enter_account(tx, position, scope, item.account)
}

fn write(
    tx: &Transaction<'_>,
    sql: &'static str,
    position: i64,
    scope: UserId,
    item: &Item,
) -> Result<(), CoreError> {
    let account = item.account.map(Uuid::into_bytes);
    let (start, end) = item.window;
    let (scope, doc) = (scope.as_bytes(), item.doc.as_bytes());
    if sql == ENTER {
        tx.prepare_cached(sql)?.execute(params![scope, doc, item.kind, position, account, start, end])?;
    } else {
        tx.prepare_cached(sql)?.execute(params![scope, doc, position, account, start, end])?;
    }
    Ok(())
}

fn leave(
    tx: &Transaction<'_>,
    position: i64,
    scope: UserId,
    item: Uuid,
    reason: &str,
) -> Result<(), CoreError> {
    tx.prepare_cached(LEAVE)?.execute((scope.as_bytes(), item.as_bytes(), position, reason))?;
    Ok(())
}

fn enter_account(
    tx: &Transaction<'_>,
    position: i64,
    scope: UserId,
    account: Option<Uuid>,
) -> Result<(), CoreError> {
    let Some(account) = account else { return Ok(()) };
    let is_in: Option<bool> = tx
        .prepare_cached(IS_IN)?
        .query_row((scope.as_bytes(), account.as_bytes()), |row| row.get(0))
        .optional()?;
    if is_in != Some(true) {
        let item =
            Item { doc: DocId::from_uuid(account), kind: "account", account: None, window: (None, None) };
        write(tx, ENTER, position, scope, &item)?;
    }
    Ok(())
}

/// The account goes with the last job of it.
fn leave_account(
    tx: &Transaction<'_>,
    position: i64,
    scope: UserId,
    account: Option<Uuid>,
) -> Result<(), CoreError> {
    let Some(account) = account else { return Ok(()) };
    let needed: bool =
        tx.prepare_cached(OTHER_JOB)?.query_row((scope.as_bytes(), account.as_bytes()), |row| row.get(0))?;
    if needed { Ok(()) } else { leave(tx, position, scope, account, "withdrawn") }
}
