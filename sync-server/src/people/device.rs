//! Devices: one installation of the app, or one browser that a person signs in at.

use domain::{AgencyId, DeviceId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use wire::DeviceKind;

use super::{EndReason, PeopleError, end_device_sessions, rows};

const COLUMNS: &str =
    "devices.id, devices.user, devices.name, devices.kind, devices.created_at, devices.seen_at,
    devices.revoked_at, devices.strikes, devices.quarantined_at";
const INSERT: &str = "INSERT INTO devices (id, user, name, kind, created_at, seen_at)
    VALUES (:id, :user, :name, :kind, :now, :now)";
const SEE: &str = "UPDATE devices SET seen_at = max(seen_at, ?2) WHERE id = ?1";
const REVOKE: &str = "UPDATE devices SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
const RELEASE: &str = "UPDATE devices SET strikes = 0, quarantined_at = NULL WHERE id = ?1";
const LIST_MAX: u32 = 5000;
const NAME_CHARS_MAX: usize = 100;

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// A name by which people know it.
    pub name: String,
    /// Phone or browser.
    pub kind: DeviceKind,
    /// When it was first signed in.
    pub created_at: Instant,
    /// Its last sign-in, refresh or renewal.
    pub seen_at: Instant,
    /// Since when it is blocked.
    pub revoked_at: Option<Instant>,
    /// How often it sent broken data.
    pub strikes: u32,
    /// Since when it is held back for broken data.
    pub quarantined_at: Option<Instant>,
}

/// Which devices are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceFilter {
    /// Of one person.
    pub user: Option<UserId>,
    /// Of the people of one agency.
    pub agency: Option<AgencyId>,
}

/// Enters a device.
///
/// # Errors
///
/// When the store fails.
pub fn insert_device(
    transaction: &Transaction<'_>,
    id: DeviceId,
    user: UserId,
    name: &str,
    kind: DeviceKind,
    now: Instant,
) -> Result<(), PeopleError> {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS_MAX).collect();
    transaction.prepare_cached(INSERT)?.execute(named_params! {
        ":id": id.as_bytes(), ":user": user.as_bytes(), ":name": name, ":kind": kind.name(), ":now": now.millis(),
    })?;
    Ok(())
}

/// A device by its id.
///
/// # Errors
///
/// When there is none.
pub fn find_device(connection: &Connection, id: DeviceId) -> Result<DeviceRow, PeopleError> {
    let sql = format!("SELECT {COLUMNS} FROM devices WHERE id = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?;
    found.ok_or(PeopleError::NotFound("device"))
}

/// Devices, the last seen first.
///
/// # Errors
///
/// When the store fails.
pub fn list_devices(connection: &Connection, filter: DeviceFilter) -> Result<Vec<DeviceRow>, PeopleError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM devices JOIN users ON users.id = devices.user
         WHERE (?1 IS NULL OR devices.user = ?1) AND (?2 IS NULL OR users.agency = ?2)
         ORDER BY devices.seen_at DESC, devices.id LIMIT {LIST_MAX}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters =
        (filter.user.as_ref().map(UserId::as_bytes), filter.agency.as_ref().map(AgencyId::as_bytes));
    let rows = statement.query_map(parameters, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes that a device was there.
///
/// # Errors
///
/// When the store fails.
pub fn see_device(transaction: &Transaction<'_>, id: DeviceId, now: Instant) -> Result<(), PeopleError> {
    transaction.prepare_cached(SEE)?.execute((id.as_bytes(), now.millis()))?;
    Ok(())
}

/// Blocks a device, and ends its sessions. Again changes nothing.
///
/// # Errors
///
/// When there is no such device.
pub fn revoke_device(
    transaction: &Transaction<'_>,
    id: DeviceId,
    now: Instant,
) -> Result<DeviceRow, PeopleError> {
    transaction.prepare_cached(REVOKE)?.execute((id.as_bytes(), now.millis()))?;
    end_device_sessions(transaction, id, EndReason::Revoked, now)?;
    find_device(transaction, id)
}

/// Lets a device that had sent broken data go on.
///
/// # Errors
///
/// When there is no such device.
pub fn release_device(transaction: &Transaction<'_>, id: DeviceId) -> Result<DeviceRow, PeopleError> {
    transaction.prepare_cached(RELEASE)?.execute([id.as_bytes()])?;
    find_device(transaction, id)
}

fn read(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        id: rows::id(row, "id", DeviceId::from_slice)?,
        user: rows::id(row, "user", UserId::from_slice)?,
        name: row.get("name")?,
        kind: rows::word(row, "kind", DeviceKind::from_name)?,
        created_at: rows::instant(row, "created_at")?,
        seen_at: rows::instant(row, "seen_at")?,
        revoked_at: rows::instant_or_none(row, "revoked_at")?,
        strikes: row.get("strikes")?,
        quarantined_at: rows::instant_or_none(row, "quarantined_at")?,
    })
}
