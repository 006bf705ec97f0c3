//! Statements as they were made.

use domain::{AgencyId, Role};
use rusqlite::{Connection, OptionalExtension, Row};

use super::statement::{Statement, StatementLine};
use super::words::read_json;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

macro_rules! columns {
    () => {
        "SELECT id, agency, month, number, made_by, made_at, \
         (SELECT coalesce(sum(minor), 0) FROM travel_statement_lines WHERE statement = id), \
         (SELECT count(*) FROM travel_statement_lines WHERE statement = id) FROM travel_statements "
    };
}
const ONE: &str = concat!(columns!(), "WHERE id = ?1");
const LIST: &str = concat!(
    columns!(),
    "WHERE (?1 IS NULL OR agency = ?1) AND (?2 IS NULL OR month = ?2) AND id < ?3 ORDER BY id DESC LIMIT ?4"
);
const LINES: &str = "SELECT trip, amount_minor, minor, payers FROM travel_statement_lines \
     WHERE statement = ?1 ORDER BY trip";

/// Which statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementFilter {
    /// Of this agency.
    pub agency: Option<AgencyId>,
    /// Of this month.
    pub month: Option<String>,
    /// Made before this one.
    pub before: Option<i64>,
    /// How many; 50 for 0.
    pub limit: u32,
}

/// Lists statements in the caller's scope, the newest first, without their lines.
///
/// # Errors
///
/// When the store fails.
pub async fn list_statements(
    core: &Core,
    session: &DeviceSession,
    filter: StatementFilter,
) -> Result<Vec<Statement>, CoreError> {
    let agency = match own_agency(session) {
        Some(own) if filter.agency.is_some_and(|asked| asked != own) => return Ok(Vec::new()),
        Some(own) => Some(own),
        None => filter.agency,
    };
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(super::list::PAGE_ROWS_MAX) };
    core.store()
        .read(move |connection| {
            let mut statement = connection.prepare_cached(LIST)?;
            let agency = agency.as_ref().map(AgencyId::as_bytes);
            let before = filter.before.unwrap_or(i64::MAX);
            let rows = statement.query_map((agency, filter.month, before, limit), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
}

/// Shows a statement with its lines.
///
/// # Errors
///
/// When there is none, or it is another agency's.
pub async fn show_statement(core: &Core, session: &DeviceSession, id: i64) -> Result<Statement, CoreError> {
    let own = own_agency(session);
    let statement = core.store().read(move |connection| read_statement(connection, id)).await?;
    match own {
        Some(own) if statement.agency != Some(own) => Err(CoreError::not_found()),
        _ => Ok(statement),
    }
}

/// A representative sees his agency's; without one, that of nobody.
fn own_agency(session: &DeviceSession) -> Option<AgencyId> {
    let nobody = AgencyId::from_uuid(domain::Uuid::nil());
    (session.role == Role::Representative).then(|| session.agency.unwrap_or(nobody))
}

pub(super) fn read_statement(connection: &Connection, id: i64) -> Result<Statement, CoreError> {
    let found = connection.prepare_cached(ONE)?.query_row([id], read).optional()?;
    let mut found = found.ok_or_else(CoreError::not_found)?;
    let mut statement = connection.prepare_cached(LINES)?;
    let rows = statement
        .query_map([id], |row| Ok((column(row, 0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))?;
    for row in rows {
        let (trip, amount, minor, payers) = row?;
        found.lines.push(StatementLine { trip, amount, minor, payers: read_json(&payers)? });
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Statement> {
    Ok(Statement {
        id: row.get(0)?,
        agency: column(row, 1)?,
        month: row.get(2)?,
        number: row.get(3)?,
        made_by: column(row, 4)?,
        made_at: column(row, 5)?,
        total: row.get(6)?,
        count: row.get(7)?,
        lines: Vec::new(),
    })
}
