//! One-time enrolment codes.

use domain::{DeviceId, EnrolmentCodeId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use super::{PeopleError, rows};

/// Wrong attempts after which a code is dead.
pub const CODE_ATTEMPTS_MAX: u32 = 5;

const COLUMNS: &str = "id, selector, mac, user, made_by, made_at, expires_at, attempts, used_at, device";
const INSERT: &str = "INSERT INTO enrolment_codes (id, selector, mac, user, made_by, made_at, expires_at)
    VALUES (:id, :selector, :mac, :user, :made_by, :made_at, :expires_at)";
const USE: &str = "UPDATE enrolment_codes SET used_at = ?2, device = ?3 WHERE id = ?1";
const MISS: &str = "UPDATE enrolment_codes SET attempts = attempts + 1 WHERE id = ?1";
const WITHDRAW: &str = "DELETE FROM enrolment_codes WHERE id = ?1 AND used_at IS NULL";
const SWEEP: &str = "DELETE FROM enrolment_codes WHERE user = ?1 AND used_at IS NULL AND expires_at < ?2";
const LIST_MAX: u32 = 1000;

/// A code as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Its id.
    pub id: EnrolmentCodeId,
    /// The part that finds it.
    pub selector: String,
    /// The keyed hash of the rest.
    pub mac: [u8; 32],
    /// Who is enrolled by it.
    pub user: UserId,
    /// Who made it; none at the command line.
    pub made_by: Option<UserId>,
    /// When it was made.
    pub made_at: Instant,
    /// Until when it is good.
    pub expires_at: Instant,
    /// Wrong attempts.
    pub attempts: u32,
    /// When it was used.
    pub used_at: Option<Instant>,
    /// The device that it enrolled.
    pub device: Option<DeviceId>,
}

/// Keeps a new code, and forgets the person's expired ones.
///
/// # Errors
///
/// When the selector is taken, which the caller answers with another.
pub fn insert_code(transaction: &Transaction<'_>, code: &CodeRow) -> Result<(), PeopleError> {
    transaction.prepare_cached(SWEEP)?.execute((code.user.as_bytes(), code.made_at.millis()))?;
    transaction.prepare_cached(INSERT)?.execute(named_params! {
        ":id": code.id.as_bytes(), ":selector": code.selector, ":mac": code.mac, ":user": code.user.as_bytes(),
        ":made_by": code.made_by.as_ref().map(UserId::as_bytes), ":made_at": code.made_at.millis(),
        ":expires_at": code.expires_at.millis(),
    })?;
    Ok(())
}

/// A code by its selector.
///
/// # Errors
///
/// When the store fails.
pub fn find_code(connection: &Connection, selector: &str) -> Result<Option<CodeRow>, PeopleError> {
    let sql = format!("SELECT {COLUMNS} FROM enrolment_codes WHERE selector = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([selector], read).optional()?)
}

/// The codes that were not used, the newest first.
///
/// # Errors
///
/// When the store fails.
pub fn list_codes(connection: &Connection) -> Result<Vec<CodeRow>, PeopleError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM enrolment_codes WHERE used_at IS NULL ORDER BY made_at DESC LIMIT {LIST_MAX}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes which device a code enrolled.
///
/// # Errors
///
/// When the store fails.
pub fn mark_code_used(
    transaction: &Transaction<'_>,
    id: EnrolmentCodeId,
    device: DeviceId,
    now: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(USE)?.execute((id.as_bytes(), now.millis(), device.as_bytes()))?;
    Ok(())
}

/// Counts a wrong attempt.
///
/// # Errors
///
/// When the store fails.
pub fn miss_code(transaction: &Transaction<'_>, id: EnrolmentCodeId) -> Result<(), PeopleError> {
    transaction.prepare_cached(MISS)?.execute([id.as_bytes()])?;
    Ok(())
}

/// Takes a code back that was not used.
///
/// # Errors
///
/// When there is no such code, or it was used.
pub fn withdraw_code(transaction: &Transaction<'_>, id: EnrolmentCodeId) -> Result<(), PeopleError> {
    match transaction.prepare_cached(WITHDRAW)?.execute([id.as_bytes()])? {
        0 => Err(PeopleError::NotFound("enrolment code")),
        _ => Ok(()),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<CodeRow> {
    Ok(CodeRow {
        id: rows::id(row, "id", EnrolmentCodeId::from_slice)?,
        selector: row.get("selector")?,
        mac: row.get("mac")?,
        user: rows::id(row, "user", UserId::from_slice)?,
        made_by: rows::id_or_none(row, "made_by", UserId::from_slice)?,
        made_at: rows::instant(row, "made_at")?,
        expires_at: rows::instant(row, "expires_at")?,
        attempts: row.get("attempts")?,
        used_at: rows::instant_or_none(row, "used_at")?,
        device: rows::id_or_none(row, "device", DeviceId::from_slice)?,
    })
}
