//! Sessions: one sign-in on one device, and its chain of refresh tokens.

use domain::{DeviceId, Hash32, Instant, SessionId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use super::{PeopleError, rows};

const INSERT: &str = "INSERT INTO sessions (id, user, device, generation, created_at, used_at, expires_at)
    VALUES (:id, :user, :device, 0, :now, :now, :expires)";
const INSERT_TOKEN: &str = "INSERT INTO refresh_tokens (hash, session, generation) VALUES (?1, ?2, ?3)";
const BY_ID: &str = "SELECT id, user, device, generation, expires_at, ended_at FROM sessions WHERE id = ?1";
const BY_TOKEN: &str = "SELECT sessions.id, user, device, sessions.generation, expires_at, ended_at,
    refresh_tokens.generation AS token_generation
    FROM refresh_tokens JOIN sessions ON sessions.id = refresh_tokens.session WHERE hash = ?1";
const ROTATE: &str =
    "UPDATE sessions SET generation = generation + 1, used_at = ?2, expires_at = ?3 WHERE id = ?1";
const EXTEND: &str = "UPDATE sessions SET used_at = ?2, expires_at = ?3 WHERE id = ?1 AND ended_at IS NULL";
const END: &str = "UPDATE sessions SET ended_at = ?2, ended_why = ?3 WHERE id = ?1 AND ended_at IS NULL";
const END_OF_USER: &str =
    "UPDATE sessions SET ended_at = ?2, ended_why = ?3 WHERE user = ?1 AND ended_at IS NULL";
const END_OF_DEVICE: &str =
    "UPDATE sessions SET ended_at = ?2, ended_why = ?3 WHERE device = ?1 AND ended_at IS NULL";
/// A few at a time, so that no sign-in waits long for a sweep.
const SWEEP: &str = "DELETE FROM sessions WHERE id IN
    (SELECT id FROM sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT 20)";

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// The number of its newest refresh token.
    pub generation: i64,
    /// When it ends unless it is used.
    pub expires_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
}

/// Why a session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The person signed out.
    SignedOut,
    /// An old refresh token was used again: somebody had copied it.
    Reuse,
    /// The office ended it.
    Revoked,
    /// The same device signed in anew.
    Replaced,
}

impl EndReason {
    const fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Reuse => "reuse",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
        }
    }
}

/// Begins a session with its first refresh token's hash.
///
/// # Errors
///
/// When the store fails.
pub fn insert_session(
    transaction: &Transaction<'_>,
    session: &SessionRow,
    token: Hash32,
    now: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(INSERT)?.execute(named_params! {
        ":id": session.id.as_bytes(), ":user": session.user.as_bytes(), ":device": session.device.as_bytes(),
        ":now": now.millis(), ":expires": session.expires_at.millis(),
    })?;
    transaction.prepare_cached(INSERT_TOKEN)?.execute((token.as_bytes(), session.id.as_bytes(), 0))?;
    Ok(())
}

/// A session by its id.
///
/// # Errors
///
/// When the store fails.
pub fn find_session(connection: &Connection, id: SessionId) -> Result<Option<SessionRow>, PeopleError> {
    Ok(connection.prepare_cached(BY_ID)?.query_row([id.as_bytes()], read).optional()?)
}

/// The session that a refresh token belongs to, and the token's number in it.
///
/// # Errors
///
/// When the store fails.
pub fn find_refresh_token(
    connection: &Connection,
    hash: Hash32,
) -> Result<Option<(SessionRow, i64)>, PeopleError> {
    let mut statement = connection.prepare_cached(BY_TOKEN)?;
    let found = statement.query_row([hash.as_bytes()], |row| Ok((read(row)?, row.get("token_generation")?)));
    Ok(found.optional()?)
}

/// Makes another refresh token the newest.
///
/// # Errors
///
/// When the store fails.
pub fn rotate_session(
    transaction: &Transaction<'_>,
    session: &SessionRow,
    successor: Hash32,
    now: Instant,
    expires_at: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(ROTATE)?.execute((
        session.id.as_bytes(),
        now.millis(),
        expires_at.millis(),
    ))?;
    transaction.prepare_cached(INSERT_TOKEN)?.execute((
        successor.as_bytes(),
        session.id.as_bytes(),
        session.generation + 1,
    ))?;
    Ok(())
}

/// Notes that a session was used, and how long it is good from there.
///
/// # Errors
///
/// When the store fails.
pub fn extend_session(
    transaction: &Transaction<'_>,
    id: SessionId,
    now: Instant,
    expires_at: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(EXTEND)?.execute((id.as_bytes(), now.millis(), expires_at.millis()))?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
///
/// When the store fails.
pub fn end_session(
    transaction: &Transaction<'_>,
    id: SessionId,
    why: EndReason,
    now: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(END)?.execute((id.as_bytes(), now.millis(), why.name()))?;
    Ok(())
}

/// Ends every session of a person.
///
/// # Errors
///
/// When the store fails.
pub fn end_user_sessions(
    transaction: &Transaction<'_>,
    user: UserId,
    why: EndReason,
    now: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(END_OF_USER)?.execute((user.as_bytes(), now.millis(), why.name()))?;
    Ok(())
}

/// Ends every session of a device.
///
/// # Errors
///
/// When the store fails.
pub fn end_device_sessions(
    transaction: &Transaction<'_>,
    device: DeviceId,
    why: EndReason,
    now: Instant,
) -> Result<(), PeopleError> {
    transaction.prepare_cached(END_OF_DEVICE)?.execute((device.as_bytes(), now.millis(), why.name()))?;
    Ok(())
}

/// Forgets a few sessions that had expired by an instant, and their tokens.
///
/// # Errors
///
/// When the store fails.
pub fn sweep_sessions(transaction: &Transaction<'_>, expired_before: Instant) -> Result<(), PeopleError> {
    transaction.prepare_cached(SWEEP)?.execute([expired_before.millis()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        id: rows::id(row, "id", SessionId::from_slice)?,
        user: rows::id(row, "user", UserId::from_slice)?,
        device: rows::id(row, "device", DeviceId::from_slice)?,
        generation: row.get("generation")?,
        expires_at: rows::instant(row, "expires_at")?,
        ended_at: rows::instant_or_none(row, "ended_at")?,
    })
}
