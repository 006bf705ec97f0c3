//! Who is signed in on this database.

use domain::{AgencyId, DeviceId, Instant, Role, Secret, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::error::{Result, StoreError};

/// The person whose database this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// The name that signs in.
    pub login: String,
    /// The name that people see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agency, for those who belong to one.
    pub agency: Option<AgencyId>,
    /// This installation, as the server knows it.
    pub device: DeviceId,
    /// Whether they are signed in or have signed out.
    pub state: SessionState,
}

/// Whether a person is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Edits and syncs go on.
    SignedIn,
    /// The server ended the session: edits go on, a sync asks to sign in.
    SignInAgain,
    /// The person signed out: nothing is edited until they sign in again.
    SignedOut,
}

/// The tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) access: Secret,
    pub(crate) access_expires_at: Option<Instant>,
    pub(crate) refresh: Secret,
}

const SELECT: &str = "SELECT user, login, name, role, device, signed_out, access_token IS NOT NULL,
    agency FROM session";
const SELECT_TOKENS: &str = "SELECT access_token, access_expires_at, refresh_token FROM session";
const UPSERT: &str = "INSERT INTO session (one, user, login, name, role, device, agency)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (one) DO UPDATE SET user = ?1, login = ?2, name = ?3, role = ?4, device = ?5, agency = ?6,
    signed_out = 0";
const SET_TOKENS: &str =
    "UPDATE session SET access_token = ?1, access_expires_at = ?2, refresh_token = ?3, signed_out = 0";
const RENEW_ACCESS: &str = "UPDATE session SET access_token = ?1, access_expires_at = ?2
    WHERE access_token IS NOT NULL";
const DROP_TOKENS: &str =
    "UPDATE session SET access_token = NULL, access_expires_at = NULL, refresh_token = NULL";
const SIGN_OUT: &str = "UPDATE session SET signed_out = 1";

/// The session, if anybody ever signed in.
pub(crate) fn read(connection: &Connection) -> Result<Option<Session>> {
    connection.prepare_cached(SELECT)?.query_row([], |row| Ok(from_row(row))).optional()?.transpose()
}

fn from_row(row: &Row<'_>) -> Result<Session> {
    let role: String = row.get(3)?;
    let agency: Option<[u8; 16]> = row.get(7)?;
    let state = match (row.get(5)?, row.get(6)?) {
        (true, _) => SessionState::SignedOut,
        (false, true) => SessionState::SignedIn,
        (false, false) => SessionState::SignInAgain,
    };
    Ok(Session {
        user: UserId::from_uuid(domain::Uuid::from_bytes(row.get(0)?)),
        login: row.get(1)?,
        name: row.get(2)?,
        role: Role::from_name(&role).ok_or(StoreError::Unreadable { what: "role" })?,
        agency: agency.map(|id| AgencyId::from_uuid(domain::Uuid::from_bytes(id))),
        device: DeviceId::from_uuid(domain::Uuid::from_bytes(row.get(4)?)),
        state,
    })
}

/// The tokens, if the person is signed in.
pub(crate) fn tokens(connection: &Connection) -> Result<Option<Tokens>> {
    let tokens = connection
        .prepare_cached(SELECT_TOKENS)?
        .query_row([], |row| {
            let (access, refresh): (Option<String>, Option<String>) = (row.get(0)?, row.get(2)?);
            let expires: Option<i64> = row.get(1)?;
            Ok((access, expires.map(Instant::from_millis), refresh))
        })
        .optional()?;
    Ok(match tokens {
        Some((Some(access), access_expires_at, Some(refresh))) => {
            Some(Tokens { access: access.into(), access_expires_at, refresh: refresh.into() })
        }
        _ => None,
    })
}

/// Writes down who signed in.
pub(crate) fn write(transaction: &Transaction<'_>, session: &Session, tokens: &Tokens) -> Result<()> {
    transaction.execute(
        UPSERT,
        params![
            session.user.as_bytes(),
            session.login,
            session.name,
            session.role.name(),
            session.device.as_bytes(),
            session.agency.map(|agency| *agency.as_bytes()),
        ],
    )?;
    set_tokens(transaction, tokens)
}

/// Replaces the tokens after a refresh.
pub(crate) fn set_tokens(transaction: &Transaction<'_>, tokens: &Tokens) -> Result<()> {
    let expires = tokens.access_expires_at.map(Instant::millis);
    transaction.execute(SET_TOKENS, params![tokens.access.expose(), expires, tokens.refresh.expose()])?;
    Ok(())
}

/// Replaces the access token only, as an exchange may do.
pub(crate) fn renew_access(
    transaction: &Transaction<'_>,
    access: &Secret,
    expires_at: Option<Instant>,
) -> Result<()> {
    transaction.execute(RENEW_ACCESS, params![access.expose(), expires_at.map(Instant::millis)])?;
    Ok(())
}

/// Forgets the tokens: the server does not take them any more.
pub(crate) fn drop_tokens(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(DROP_TOKENS, [])?;
    Ok(())
}

/// Signs out: the tokens go, the person and their unsent work stay.
pub(crate) fn sign_out(transaction: &Transaction<'_>) -> Result<()> {
    drop_tokens(transaction)?;
    transaction.execute(SIGN_OUT, [])?;
    Ok(())
}
