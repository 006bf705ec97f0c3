//! People who sign in.

use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{AgencyId, Instant, Role, UserId, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use super::agency::of_agency;
use super::{EndReason, PeopleError, end_user_sessions, find_agency, rows};

const COLUMNS: &str =
    "id, name, display_name, role, agency, password_hash, session_version, created_at, disabled_at";
const INSERT: &str =
    "INSERT INTO users (id, name, folded, display_name, role, agency, password_hash, created_at)
    VALUES (:id, :name, :folded, :display, :role, :agency, :hash, :now) ON CONFLICT (folded) DO NOTHING";
const SET_ROLE: &str = "UPDATE users SET role = ?2, session_version = session_version + 1 WHERE id = ?1";
const HAS_WORKED: &str = "SELECT EXISTS (SELECT 1 FROM devices WHERE user = ?1 AND kind = 'phone')
    OR EXISTS (SELECT 1 FROM jobs WHERE technician = ?1)
    OR EXISTS (SELECT 1 FROM membership WHERE scope = ?1 AND kind <> 'account')";
const SELLS: &str = "SELECT EXISTS (SELECT 1 FROM sellers WHERE user = ?1 AND left_at IS NULL)";
const DESCRIBE: &str = "UPDATE users SET display_name = ?2, agency = ?3 WHERE id = ?1";
const LIST_MAX: u32 = 5000;
const DISABLE: &str = "UPDATE users SET disabled_at = ?2, session_version = session_version + 1
    WHERE id = ?1 AND disabled_at IS NULL";
const ENABLE: &str = "UPDATE users SET disabled_at = NULL WHERE id = ?1";
const SET_PASSWORD: &str =
    "UPDATE users SET password_hash = ?2, session_version = session_version + 1 WHERE id = ?1";
const UPDATE_HASH: &str = "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
const COUNT_ADMINISTRATORS: &str =
    "SELECT count(*) FROM users WHERE role = 'administrator' AND disabled_at IS NULL";

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The id.
    pub id: UserId,
    /// The name that signs in.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// The agency.
    pub agency: Option<AgencyId>,
    /// The password's hash.
    pub password_hash: Option<String>,
    /// Raised by whatever ends all sessions.
    pub session_version: u32,
    /// When the person was entered.
    pub created_at: Instant,
    /// Since when the person may not sign in.
    pub disabled_at: Option<Instant>,
}

impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A person to be entered.
#[derive(Clone)]
pub struct NewUser {
    /// The id.
    pub id: UserId,
    /// The name that signs in.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// The agency; a representative must have one.
    pub agency: Option<AgencyId>,
    /// The password's hash; none for who only enrols by code.
    pub password_hash: Option<String>,
}

/// Which people are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFilter {
    /// Of one role.
    pub role: Option<Role>,
    /// Of one agency.
    pub agency: Option<AgencyId>,
}

/// The name as it is compared: letter forms, digits and case do not matter.
#[must_use]
pub fn sign_in_name(name: &str) -> String {
    fold_search_text(name.trim())
}

/// Enters a person.
///
/// # Errors
///
/// When a name is empty, too long or taken, or the agency is missing or unknown.
pub fn create_user(
    transaction: &Transaction<'_>,
    new: &NewUser,
    now: Instant,
) -> Result<UserRow, PeopleError> {
    check_name("name", &new.name)?;
    check_name("display_name", &new.display_name)?;
    check_belongs(new.role, new.agency)?;
    if let Some(agency) = new.agency {
        drop(find_agency(transaction, agency)?);
    }
    let inserted = transaction.prepare_cached(INSERT)?.execute(named_params! {
        ":id": new.id.as_bytes(), ":name": new.name.trim(), ":folded": sign_in_name(&new.name),
        ":display": new.display_name.trim(), ":role": new.role.name(),
        ":agency": new.agency.as_ref().map(AgencyId::as_bytes), ":hash": new.password_hash, ":now": now.millis(),
    })?;
    if inserted == 0 {
        return Err(PeopleError::Exists(format!("a person called {:?}", new.name.trim())));
    }
    if new.role == Role::Technician {
        crate::travel::enter_scopes(transaction, new.id, new.agency)?;
    }
    find_user(transaction, new.id)
}

fn check_name(path: &'static str, name: &str) -> Result<(), PeopleError> {
    let name = name.trim();
    if name.is_empty() || name.chars().nth(SHORT_TEXT_CHARS_MAX).is_some() || name.contains(char::is_control)
    {
        let message = format!("1 to {SHORT_TEXT_CHARS_MAX} characters, no control characters");
        return Err(PeopleError::Invalid { path, message });
    }
    Ok(())
}

/// A person by id.
///
/// # Errors
///
/// When there is none.
pub fn find_user(connection: &Connection, id: UserId) -> Result<UserRow, PeopleError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?;
    found.ok_or(PeopleError::NotFound("person"))
}

/// A person by the name that signs in.
///
/// # Errors
///
/// When the store fails.
pub fn find_user_by_name(connection: &Connection, name: &str) -> Result<Option<UserRow>, PeopleError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE folded = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([sign_in_name(name)], read).optional()?)
}

/// People by name.
///
/// # Errors
///
/// When the store fails.
pub fn list_users(connection: &Connection, filter: UserFilter) -> Result<Vec<UserRow>, PeopleError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users WHERE (?1 IS NULL OR role = ?1) AND (?2 IS NULL OR agency = ?2)
         ORDER BY folded LIMIT {LIST_MAX}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = (filter.role.map(Role::name), filter.agency.as_ref().map(AgencyId::as_bytes));
    let rows = statement.query_map(parameters, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Gives a person another display name or agency.
///
/// # Errors
///
/// When the name is empty or too long, or there is no such agency or person.
pub fn describe_user(
    transaction: &Transaction<'_>,
    id: UserId,
    display_name: &str,
    agency: Option<AgencyId>,
) -> Result<UserRow, PeopleError> {
    check_name("display_name", display_name)?;
    if let Some(agency) = agency {
        find_agency(transaction, agency)?;
    }
    let values = (id.as_bytes(), display_name.trim(), agency.as_ref().map(AgencyId::as_bytes));
    transaction.prepare_cached(DESCRIBE)?.execute(values)?;
    find_user(transaction, id)
}

/// A person as he is to be.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The name that people see.
    pub display_name: String,
    /// The role; none leaves it.
    pub role: Option<Role>,
    /// The agency; a representative must have one.
    pub agency: Option<AgencyId>,
}

/// Corrects a person, with what follows for a technician's phone; another role ends all
/// sessions.
///
/// # Errors
///
/// As [`describe_user`], when a representative would be without an agency, and when the role
/// cannot be given up: the last administrator's, a seller's, that of a technician who has
/// worked.
pub fn correct_user(
    transaction: &Transaction<'_>,
    id: UserId,
    wanted: &Correction,
    now: Instant,
) -> Result<UserRow, PeopleError> {
    let known = find_user(transaction, id)?;
    let role = wanted.role.unwrap_or(known.role);
    check_belongs(role, wanted.agency)?;
    let user = describe_user(transaction, id, &wanted.display_name, wanted.agency)?;
    if role == known.role {
        if role == Role::Technician {
            let agencies = (known.agency, wanted.agency);
            crate::travel::scopes_changed(transaction, id, agencies, now).map_err(of_agency)?;
        }
        return Ok(user);
    }
    check_gives_up(transaction, &known)?;
    transaction.prepare_cached(SET_ROLE)?.execute((id.as_bytes(), role.name()))?;
    end_user_sessions(transaction, id, EndReason::Revoked, now)?;
    if known.role == Role::Technician {
        crate::travel::drop_scopes(transaction, id)?;
    }
    if role == Role::Technician {
        crate::travel::enter_scopes(transaction, id, wanted.agency)?;
    }
    find_user(transaction, id)
}

/// Whether a person may have another role instead.
fn check_gives_up(transaction: &Transaction<'_>, known: &UserRow) -> Result<(), PeopleError> {
    let holds =
        |sql| transaction.prepare_cached(sql)?.query_row([known.id.as_bytes()], |row| row.get::<_, bool>(0));
    match known.role {
        Role::Administrator if known.disabled_at.is_none() && count_administrators(transaction)? <= 1 => {
            Err(PeopleError::LastAdministrator)
        }
        Role::Technician if holds(HAS_WORKED)? => Err(PeopleError::Bound {
            why: "has worked as a technician; his jobs, ratings and phone stay with this record",
            instead: "enter the person anew, under another name, for the other work",
        }),
        Role::Desk if holds(SELLS)? => {
            Err(PeopleError::Bound { why: "sells for a sales agency", instead: "end that first" })
        }
        _ => Ok(()),
    }
}

fn check_belongs(role: Role, agency: Option<AgencyId>) -> Result<(), PeopleError> {
    if role == Role::Representative && agency.is_none() {
        let message = "a representative needs an agency".to_owned();
        return Err(PeopleError::Invalid { path: "agency", message });
    }
    Ok(())
}

/// Bars a person, and ends all sessions. Again changes nothing.
///
/// # Errors
///
/// When there is no such person, or it is the last administrator.
pub fn disable_user(transaction: &Transaction<'_>, id: UserId, now: Instant) -> Result<UserRow, PeopleError> {
    let user = find_user(transaction, id)?;
    if user.disabled_at.is_some() {
        return Ok(user);
    }
    if user.role == Role::Administrator && count_administrators(transaction)? <= 1 {
        return Err(PeopleError::LastAdministrator);
    }
    bar_user(transaction, id, now)
}

/// Bars a person whom an older database let in again, even the last administrator.
///
/// # Errors
///
/// When there is no such person.
pub(crate) fn bar_user(
    transaction: &Transaction<'_>,
    id: UserId,
    now: Instant,
) -> Result<UserRow, PeopleError> {
    transaction.prepare_cached(DISABLE)?.execute((id.as_bytes(), now.millis()))?;
    end_user_sessions(transaction, id, EndReason::Revoked, now)?;
    find_user(transaction, id)
}

/// Lets a person sign in again.
///
/// # Errors
///
/// When there is no such person.
pub fn enable_user(transaction: &Transaction<'_>, id: UserId) -> Result<UserRow, PeopleError> {
    transaction.prepare_cached(ENABLE)?.execute([id.as_bytes()])?;
    find_user(transaction, id)
}

/// Gives a person a new password, and ends all sessions.
///
/// # Errors
///
/// When there is no such person.
pub fn set_password(
    transaction: &Transaction<'_>,
    id: UserId,
    hash: &str,
    now: Instant,
) -> Result<UserRow, PeopleError> {
    transaction.prepare_cached(SET_PASSWORD)?.execute((id.as_bytes(), hash))?;
    end_user_sessions(transaction, id, EndReason::Revoked, now)?;
    find_user(transaction, id)
}

/// Replaces the hash of an unchanged password by one of another cost.
///
/// # Errors
///
/// When the store fails.
pub fn update_password_hash(
    transaction: &Transaction<'_>,
    id: UserId,
    old: &str,
    new: &str,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(UPDATE_HASH)?.execute((id.as_bytes(), old, new))?;
    Ok(())
}

/// How many administrators can sign in.
///
/// # Errors
///
/// When the store fails.
pub fn count_administrators(connection: &Connection) -> Result<u32, PeopleError> {
    Ok(connection.query_row(COUNT_ADMINISTRATORS, [], |row| row.get(0))?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        id: rows::id(row, "id", UserId::from_slice)?,
        name: row.get("name")?,
        display_name: row.get("display_name")?,
        role: rows::word(row, "role", Role::from_name)?,
        agency: rows::id_or_none(row, "agency", AgencyId::from_slice)?,
        password_hash: row.get("password_hash")?,
        session_version: row.get("session_version")?,
        created_at: rows::instant(row, "created_at")?,
        disabled_at: rows::instant_or_none(row, "disabled_at")?,
    })
}
