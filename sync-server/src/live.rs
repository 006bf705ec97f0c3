//! What the live signal says: the newest position that touches a person.

use domain::{Role, UserId};
use rusqlite::Connection;

use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

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
