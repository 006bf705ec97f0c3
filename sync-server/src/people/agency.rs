//! Service agencies.

use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{AgencyId, Instant, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use super::PeopleError;
use super::rows;
use crate::error::CoreError;

const INSERT: &str = "INSERT INTO agencies (id, name, folded, city, created_at)
    VALUES (:id, :name, :folded, :city, :now) ON CONFLICT (folded) DO NOTHING";
const EDIT: &str = "UPDATE agencies SET name = :name, folded = :folded, city = :city WHERE id = :id";
const BY_ID: &str = "SELECT id, name, city, created_at FROM agencies WHERE id = ?1";
const BY_NAME: &str = "SELECT id, name, city, created_at FROM agencies WHERE folded = ?1";
const ALL: &str = "SELECT id, name, city, created_at FROM agencies ORDER BY folded LIMIT 5000";

/// A service agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyRow {
    /// Its id.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// Its city.
    pub city: Option<String>,
    /// When it was entered.
    pub created_at: Instant,
}

/// Enters an agency.
///
/// # Errors
///
/// When the name is empty, too long or taken.
pub fn create_agency(
    transaction: &Transaction<'_>,
    id: AgencyId,
    name: &str,
    city: Option<&str>,
    now: Instant,
) -> Result<AgencyRow, PeopleError> {
    let name = checked_name(name)?;
    let inserted = transaction.prepare_cached(INSERT)?.execute(named_params! {
        ":id": id.as_bytes(), ":name": name, ":folded": fold_search_text(name), ":city": city, ":now": now.millis(),
    })?;
    if inserted == 0 {
        return Err(PeopleError::Exists(format!("an agency called {name:?}")));
    }
    crate::travel::agency_entered(transaction, id, now).map_err(of_agency)?;
    find_agency(transaction, id)
}

/// Somebody's agency has consequences for travel; what fails there fails here.
pub(super) fn of_agency(error: CoreError) -> PeopleError {
    match error {
        CoreError::Store(error) => PeopleError::Store(error),
        other => PeopleError::Invalid { path: "agency", message: other.to_string() },
    }
}

/// Corrects an agency's name and city.
///
/// # Errors
///
/// When the name is empty, too long or another's, or there is no such agency.
pub fn edit_agency(
    transaction: &Transaction<'_>,
    id: AgencyId,
    name: &str,
    city: Option<&str>,
) -> Result<AgencyRow, PeopleError> {
    let name = checked_name(name)?;
    if find_agency_by_name(transaction, name)?.is_some_and(|other| other.id != id) {
        return Err(PeopleError::Exists(format!("an agency called {name:?}")));
    }
    transaction.prepare_cached(EDIT)?.execute(named_params! {
        ":id": id.as_bytes(), ":name": name, ":folded": fold_search_text(name), ":city": city,
    })?;
    find_agency(transaction, id)
}

fn checked_name(name: &str) -> Result<&str, PeopleError> {
    let name = name.trim();
    if name.is_empty() || name.chars().nth(SHORT_TEXT_CHARS_MAX).is_some() {
        let message = format!("1 to {SHORT_TEXT_CHARS_MAX} characters");
        return Err(PeopleError::Invalid { path: "name", message });
    }
    Ok(name)
}

/// An agency by its id.
///
/// # Errors
///
/// When there is none.
pub fn find_agency(connection: &Connection, id: AgencyId) -> Result<AgencyRow, PeopleError> {
    let found = connection.prepare_cached(BY_ID)?.query_row([id.as_bytes()], read).optional()?;
    found.ok_or(PeopleError::NotFound("agency"))
}

/// An agency by its name, however its letters are written.
///
/// # Errors
///
/// When the store fails.
pub fn find_agency_by_name(connection: &Connection, name: &str) -> Result<Option<AgencyRow>, PeopleError> {
    let folded = fold_search_text(name.trim());
    Ok(connection.prepare_cached(BY_NAME)?.query_row([folded], read).optional()?)
}

/// Every agency by name.
///
/// # Errors
///
/// When the store fails.
pub fn list_agencies(connection: &Connection) -> Result<Vec<AgencyRow>, PeopleError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AgencyRow> {
    Ok(AgencyRow {
        id: rows::id(row, "id", AgencyId::from_slice)?,
        name: row.get("name")?,
        city: row.get("city")?,
        created_at: rows::instant(row, "created_at")?,
    })
}
