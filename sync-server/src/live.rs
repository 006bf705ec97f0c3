//! What the live signals say: the newest position that touches a person, and the jobs
//! that changed after one.

use domain::{DocId, Role, UserId};
use rusqlite::Connection;

use crate::core::Core;
use crate::error::CoreError;
use crate::office::jobs_condition;
use crate::session::DeviceSession;
use crate::sql::column;

/// Jobs that one event names at most; a page that missed more reads its list.
const CHANGED_MAX: usize = 100;

const IN_SCOPE: &str = "SELECT coalesce(max(last_position), 0) FROM membership WHERE scope = ?1";
const OF_PARTS: &str = "SELECT coalesce(max(position), 0) FROM reference WHERE kind = 'part'";
const OF_ALL: &str = "SELECT coalesce(max(position), 0) FROM commits";

/// The newest position of anything that this person sees: for a technician, of
/// the documents in scope and of the catalogue; for the office, of all.
///
/// # Errors
///
/// When the store fails.
pub async fn newest_position(core: &Core, session: &DeviceSession) -> Result<i64, CoreError> {
    let (role, user) = (session.role, session.user);
    core.store().read(move |connection| newest_for(connection, role, user)).await
}

fn newest_for(connection: &Connection, role: Role, user: UserId) -> Result<i64, CoreError> {
    if role != Role::Technician {
        return Ok(connection.prepare_cached(OF_ALL)?.query_row([], |row| row.get(0))?);
    }
    let in_scope: i64 =
        connection.prepare_cached(IN_SCOPE)?.query_row([user.as_bytes()], |row| row.get(0))?;
    let of_parts: i64 = connection.prepare_cached(OF_PARTS)?.query_row([], |row| row.get(0))?;
    Ok(in_scope.max(of_parts))
}

/// The jobs that changed after a position, as far as a person may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedJobs {
    /// Which.
    pub jobs: Vec<DocId>,
    /// More than are named, or the position is not one of this log: read everything.
    pub all: bool,
    /// The newest position of the log.
    pub position: i64,
}

/// Reads which jobs changed after a position. One that left the person's scope is not
/// named.
///
/// # Errors
///
/// When the store fails.
pub async fn changed_jobs(
    core: &Core,
    session: &DeviceSession,
    after: i64,
) -> Result<ChangedJobs, CoreError> {
    let session = *session;
    core.store().read(move |connection| changed_after(connection, &session, after)).await
}

fn changed_after(
    connection: &Connection,
    session: &DeviceSession,
    after: i64,
) -> Result<ChangedJobs, CoreError> {
    let position: i64 = connection.prepare_cached(OF_ALL)?.query_row([], |row| row.get(0))?;
    if after > position {
        return Ok(ChangedJobs { jobs: Vec::new(), all: true, position });
    }
    let (condition, whose) = jobs_condition(session).unwrap_or(("? IS NOT NULL", [0; 16]));
    let sql = format!(
        "SELECT doc FROM jobs WHERE {condition} AND position > ? ORDER BY position LIMIT {}",
        CHANGED_MAX + 1
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map((whose, after), |row| column(row, 0))?;
    let mut jobs: Vec<DocId> = found.collect::<Result<_, _>>()?;
    let all = jobs.len() > CHANGED_MAX;
    jobs.truncate(CHANGED_MAX);
    Ok(ChangedJobs { jobs, all, position })
}
