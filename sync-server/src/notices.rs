//! What people are told inside the system: to a role, to the people of an agency, or
//! to one person. Whoever reads a notice marks it for himself.

use domain::{AgencyId, DocId, Instant, Role, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;
use wire::ErrorCode;

use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const WRITE: &str = "INSERT INTO notices (at, kind, role, agency, user, doc, detail, unit) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/// Whose a notice is: ?1 role, ?2 agency, ?3 person.
const MINE: &str = "((notices.role = ?1 AND (notices.agency IS NULL OR notices.agency = ?2)) OR notices.user = ?3 \
     OR notices.unit IN (SELECT unit FROM unit_members WHERE unit_members.user = ?3 AND until IS NULL))";
const MARK: &str = "INSERT OR IGNORE INTO notice_reads (notice, user, at) VALUES (?1, ?2, ?3)";
/// Notices on a page.
const PAGE_MAX: u32 = 500;

/// To whom a notice goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience<'a> {
    /// Everybody of a role.
    Role(Role),
    /// The representatives of an agency.
    Agency(AgencyId),
    /// One person.
    Person(UserId),
    /// The members of a unit.
    Unit(&'a str),
}

/// A notice to be written.
#[derive(Debug)]
pub(crate) struct NewNotice<'a> {
    pub(crate) to: Audience<'a>,
    pub(crate) kind: &'a str,
    pub(crate) doc: Option<DocId>,
    /// Instants in it are milliseconds under keys that end with `_at`.
    pub(crate) detail: &'a Value,
}

/// Writes a notice; whoever calls sees to it that it is written once.
pub(crate) fn write(tx: &Transaction<'_>, notice: &NewNotice<'_>, now: Instant) -> Result<(), CoreError> {
    let (role, agency, user, unit) = match notice.to {
        Audience::Role(role) => (Some(role), None, None, None),
        Audience::Agency(agency) => (Some(Role::Representative), Some(agency), None, None),
        Audience::Person(user) => (None, None, Some(user), None),
        Audience::Unit(unit) => (None, None, None, Some(unit)),
    };
    tx.prepare_cached(WRITE)?.execute(params![
        now.millis(),
        notice.kind,
        role.map(Role::name),
        agency.as_ref().map(AgencyId::as_bytes),
        user.as_ref().map(UserId::as_bytes),
        notice.doc.as_ref().map(DocId::as_bytes),
        notice.detail.to_string(),
        unit,
    ])?;
    Ok(())
}

/// A notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// When it was written.
    pub at: Instant,
    /// What it is about.
    pub kind: String,
    /// The job or trip.
    pub doc: Option<DocId>,
    /// More about it.
    pub detail: Value,
    /// When the person who asks has read it.
    pub read_at: Option<Instant>,
}

/// Which notices, how many.
#[derive(Debug, Clone, Default)]
pub struct NoticeFilter {
    /// Those that the person has not read, or all.
    pub only: Option<Unread>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Notices on the page; 50 if 0, at most 500.
    pub limit: u32,
}

/// Only what was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread;

/// A page of notices, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticePage {
    /// The notices.
    pub notices: Vec<Notice>,
    /// The next page; none at the end.
    pub next: Option<String>,
    /// How many the person has not read, on all pages.
    pub unread: u64,
}

/// Lists the notices of whoever is signed in.
///
/// # Errors
///
/// `invalid` when the cursor is none; or when the store fails.
pub async fn list_notices(
    core: &Core,
    session: &DeviceSession,
    filter: NoticeFilter,
) -> Result<NoticePage, CoreError> {
    let session = *session;
    core.store().read(move |connection| list(connection, &session, &filter)).await
}

fn list(
    connection: &Connection,
    session: &DeviceSession,
    filter: &NoticeFilter,
) -> Result<NoticePage, CoreError> {
    let before = match filter.cursor.as_deref().map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(id)) => id,
        Some(Err(_)) => {
            let message = "it is not a cursor of this list";
            return Err(CoreError::refused_at(ErrorCode::Invalid, "cursor", message));
        }
    };
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_MAX) };
    let unread = if filter.only.is_some() { "AND reads.at IS NULL" } else { "" };
    let sql = format!(
        "SELECT id, notices.at, kind, doc, detail, reads.at FROM notices \
         LEFT JOIN notice_reads AS reads ON reads.notice = notices.id AND reads.user = ?3 \
         WHERE {MINE} AND id < ?4 {unread} ORDER BY id DESC LIMIT {}",
        limit + 1
    );
    let (role, agency, user) = who(session);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((role, agency, user, before), read)?;
    let mut notices: Vec<Notice> = rows.collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = notices.len() > limit;
    notices.truncate(limit);
    let next = notices.last().filter(|_| has_more).map(|notice| notice.id.to_string());
    Ok(NoticePage { notices, next, unread: unread_count(connection, session)? })
}

fn who(session: &DeviceSession) -> (&'static str, [u8; 16], [u8; 16]) {
    // Without an agency it is the nil id, which is none's.
    let agency = session.agency.map_or([0; 16], |agency| *agency.as_bytes());
    (session.role.name(), agency, *session.user.as_bytes())
}

fn unread_count(connection: &Connection, session: &DeviceSession) -> Result<u64, CoreError> {
    let sql = format!(
        "SELECT count(*) FROM notices WHERE {MINE} AND NOT EXISTS \
         (SELECT 1 FROM notice_reads WHERE notice = notices.id AND notice_reads.user = ?3)"
    );
    let count: i64 = connection.prepare_cached(&sql)?.query_row(who(session), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Notice> {
    let detail: String = row.get(4)?;
    Ok(Notice {
        id: row.get(0)?,
        at: column(row, 1)?,
        kind: row.get(2)?,
        doc: column(row, 3)?,
        detail: serde_json::from_str(&detail).unwrap_or(Value::Null),
        read_at: column(row, 5)?,
    })
}

/// Marks a notice as read by whoever is signed in. A second time changes nothing.
///
/// # Errors
///
/// `not_found` when there is none for this person.
pub async fn read_notice(core: &Core, session: &DeviceSession, id: i64) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    core.store().write(move |tx| mark(tx, &session, id, now)).await
}

fn mark(tx: &Transaction<'_>, session: &DeviceSession, id: i64, now: Instant) -> Result<(), CoreError> {
    let (role, agency, user) = who(session);
    let sql = format!("SELECT 1 FROM notices WHERE {MINE} AND id = ?4");
    let found = tx.prepare_cached(&sql)?.query_row((role, agency, user, id), |_| Ok(())).optional()?;
    found.ok_or_else(CoreError::not_found)?;
    tx.prepare_cached(MARK)?.execute((id, user, now.millis()))?;
    Ok(())
}
