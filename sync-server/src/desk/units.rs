//! Units of the organisation and who belongs to them. Levels of support are rows (R1):
//! a fourth one needs no release.

use desk::{Act, Duty};
use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use wire::{ErrorCode, FieldProblem};

use super::person::Person;
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_user;
use crate::session::DeviceSession;
use crate::sql::column;

const INSERT: &str = "INSERT INTO units (key, name, level, duties, escalates_to, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key) DO NOTHING";
const ALL: &str = "SELECT key, name, level, duties, escalates_to, created_at FROM units \
     WHERE closed_at IS NULL ORDER BY level IS NULL, level, key";
const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM units WHERE key = ?1 AND closed_at IS NULL)";
const MEMBERS: &str = "SELECT unit, user, display_name, is_head, since FROM unit_members \
     JOIN users ON users.id = user WHERE until IS NULL ORDER BY unit, is_head DESC, display_name, user";
const JOIN: &str =
    "INSERT INTO unit_members (unit, user, is_head, since, added_by) VALUES (?1, ?2, ?3, ?4, ?5)";
const LEAVE: &str = "UPDATE unit_members SET until = ?3, removed_by = ?4 \
     WHERE unit = ?1 AND user = ?2 AND until IS NULL";
const KEY_CHARS_MAX: usize = 40;

/// A unit to be entered.
#[derive(Debug, Clone)]
pub struct NewUnit {
    /// How rules name it: small Latin letters, digits, `_`.
    pub key: String,
    /// How people name it.
    pub name: String,
    /// Its level of support, from 1; none for other units.
    pub level: Option<u8>,
    /// What its members do.
    pub duties: Vec<Duty>,
    /// Whom its members escalate to (R9).
    pub escalates_to: Option<String>,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What was entered.
    pub unit: NewUnit,
    /// When.
    pub created_at: Instant,
    /// Its members, heads first.
    pub members: Vec<UnitMember>,
}

/// A member of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitMember {
    /// Who.
    pub user: UserId,
    /// The name that people see.
    pub display_name: String,
    /// Whether he heads it.
    pub is_head: bool,
    /// Since when.
    pub since: Instant,
}

/// Enters a unit.
///
/// # Errors
///
/// `duty_required`; `invalid` for a bad key or name, a duty that units cannot give, an
/// unknown unit to escalate to; `conflict` when the key is taken.
pub async fn create_unit(core: &Core, session: &DeviceSession, new: NewUnit) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::ManageUnits)?;
        create_unit_in(tx, &new, now)
    };
    core.store().write(job).await
}

/// [`create_unit`] within a job of the writer, for who keeps the machine.
///
/// # Errors
///
/// As `create_unit`.
pub fn create_unit_in(tx: &Transaction<'_>, new: &NewUnit, now: Instant) -> Result<(), CoreError> {
    let wrong = problems(tx, new)?;
    if !wrong.is_empty() {
        return Err(CoreError::Invalid(wrong));
    }
    let duties = serde_json::to_string(&new.duties).map_err(|error| CoreError::Outside(error.to_string()))?;
    let inserted = tx.prepare_cached(INSERT)?.execute(params![
        new.key,
        new.name.trim(),
        new.level,
        duties,
        new.escalates_to,
        now.millis()
    ])?;
    match inserted {
        0 => Err(CoreError::refused(ErrorCode::Conflict, format!("there is a unit {:?} already", new.key))),
        _ => Ok(()),
    }
}

fn problems(connection: &Connection, new: &NewUnit) -> Result<Vec<FieldProblem>, CoreError> {
    let mut wrong = Vec::new();
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if new.key.is_empty() || new.key.len() > KEY_CHARS_MAX || !new.key.chars().all(is_word) {
        let message = format!("1 to {KEY_CHARS_MAX} of a-z, 0-9 and _");
        wrong.push(FieldProblem::coded("key", "unit.key", &message));
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > SHORT_TEXT_CHARS_MAX {
        wrong.push(FieldProblem::coded(
            "name",
            "unit.name",
            &format!("1 to {SHORT_TEXT_CHARS_MAX} characters"),
        ));
    }
    for duty in new.duties.iter().filter(|duty| !duty.is_of_units()) {
        let message = format!("{} follows from the role that signs in", duty.name());
        wrong.push(FieldProblem::coded("duties", "unit.duty", &message));
    }
    if let Some(other) = new.escalates_to.as_deref().filter(|other| *other != new.key)
        && !unit_exists(connection, other)?
    {
        let message = format!("there is no unit {other:?}");
        wrong.push(FieldProblem::coded("escalates_to", "unit.unknown", &message));
    }
    Ok(wrong)
}

/// Whether there is such a unit.
pub(super) fn unit_exists(connection: &Connection, key: &str) -> Result<bool, CoreError> {
    Ok(connection.prepare_cached(EXISTS)?.query_row([key], |row| row.get(0))?)
}

/// Refuses a unit that is none.
pub(super) fn check_unit(connection: &Connection, path: &str, key: &str) -> Result<(), CoreError> {
    if unit_exists(connection, key)? {
        return Ok(());
    }
    let message = format!("there is no unit {key:?}");
    Err(CoreError::Invalid(vec![FieldProblem::coded(path, "unit.unknown", &message)]))
}

/// Every unit with its members: levels first.
///
/// # Errors
///
/// When the store fails.
pub fn list_units(connection: &Connection) -> Result<Vec<Unit>, CoreError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let mut units: Vec<Unit> = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(MEMBERS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        let member = UnitMember {
            user: column(row, 1)?,
            display_name: row.get(2)?,
            is_head: row.get(3)?,
            since: column(row, 4)?,
        };
        if let Some(unit) = units.iter_mut().find(|unit| unit.unit.key == key) {
            unit.members.push(member);
        }
    }
    Ok(units)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Unit> {
    let duties: String = row.get(3)?;
    let duties = serde_json::from_str(&duties).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let unit = NewUnit {
        key: row.get(0)?,
        name: row.get(1)?,
        level: row.get(2)?,
        duties,
        escalates_to: row.get(4)?,
    };
    Ok(Unit { unit, created_at: column(row, 5)?, members: Vec::new() })
}

/// Makes somebody a member of a unit, or changes whether he heads it.
///
/// # Errors
///
/// `duty_required`; `not_found` for an unknown unit or person.
pub async fn add_member(
    core: &Core,
    session: &DeviceSession,
    (unit, user, is_head): (String, UserId, bool),
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::ManageUnits)?;
        add_member_in(tx, (&unit, user, is_head), Some(session.user), now)
    };
    core.store().write(job).await
}

/// [`add_member`] within a job of the writer, for who keeps the machine.
///
/// # Errors
///
/// `not_found` for an unknown unit or person.
pub fn add_member_in(
    tx: &Transaction<'_>,
    (unit, user, is_head): (&str, UserId, bool),
    by: Option<UserId>,
    now: Instant,
) -> Result<(), CoreError> {
    if !unit_exists(tx, unit)? || find_user(tx, user).is_err() {
        return Err(CoreError::not_found());
    }
    end(tx, (unit, user), by, now)?;
    let by = by.map(|by| *by.as_bytes());
    tx.prepare_cached(JOIN)?.execute((unit, user.as_bytes(), is_head, now.millis(), by))?;
    Ok(())
}

/// Takes somebody out of a unit.
///
/// # Errors
///
/// `duty_required`; `not_found` when he is no member.
pub async fn remove_member(
    core: &Core,
    session: &DeviceSession,
    (unit, user): (String, UserId),
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    core.store()
        .write(move |tx| {
            Person::read(tx, &session)?.must(Act::ManageUnits)?;
            match end(tx, (&unit, user), Some(session.user), now)? {
                0 => Err(CoreError::not_found()),
                _ => Ok(()),
            }
        })
        .await
}

fn end(
    tx: &Transaction<'_>,
    (unit, user): (&str, UserId),
    by: Option<UserId>,
    now: Instant,
) -> Result<usize, CoreError> {
    let by = by.map(|by| *by.as_bytes());
    Ok(tx.prepare_cached(LEAVE)?.execute((unit, user.as_bytes(), now.millis(), by))?)
}

/// The unit to which a unit's people escalate.
pub(super) fn escalation_of(connection: &Connection, unit: &str) -> Result<Option<String>, CoreError> {
    const SQL: &str = "SELECT escalates_to FROM units WHERE key = ?1";
    let found: Option<Option<String>> =
        connection.prepare_cached(SQL)?.query_row([unit], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}
