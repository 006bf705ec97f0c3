//! Whose an actor is: registered at its first use, for ever.

use domain::{ActorClass, ActorId, DeviceId, UserId, Uuid};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::sql::column;

const OWNER: &str = "SELECT device, user FROM actors WHERE actor = ?1";
const OFFICE_ACTOR: &str = "SELECT actor FROM office_actors WHERE device = ?1 AND epoch = ?2";
const ADD_OFFICE_ACTOR: &str = "INSERT INTO office_actors (device, epoch, actor) VALUES (?1, ?2, ?3)";
/// The server itself, where a device is asked for: no device has this id.
const NOBODY: Uuid = Uuid::nil();

/// A device and its person.
pub(crate) type ActorOwner = (DeviceId, UserId);

/// The owner of what the server itself writes.
pub(super) const fn the_server() -> ActorOwner {
    (DeviceId::from_uuid(NOBODY), UserId::from_uuid(NOBODY))
}

/// Person and device of an owner who is not the server itself.
pub(super) fn person_of((device, user): ActorOwner) -> Option<(UserId, DeviceId)> {
    (user.uuid() != NOBODY).then_some((user, device))
}

/// The device and person to which an actor is registered.
pub(crate) fn owner(
    connection: &Connection,
    actor: ActorId,
) -> Result<Option<(DeviceId, UserId)>, CoreError> {
    let row = connection
        .prepare_cached(OWNER)?
        .query_row([actor.as_bytes()], |row| Ok((column(row, 0)?, column(row, 1)?)))
        .optional()?;
    Ok(row.map(|(device, user): (Option<DeviceId>, Option<UserId>)| {
        (device.unwrap_or(DeviceId::from_uuid(NOBODY)), user.unwrap_or(UserId::from_uuid(NOBODY)))
    }))
}

/// The actor under which a person's edits at an office device are written: the
/// same for as long as this database is this database. After a restore the epoch
/// is another, and so is the actor, so that no number is used twice.
pub(crate) fn office_actor(
    core: &Core,
    tx: &Transaction<'_>,
    device: DeviceId,
) -> Result<ActorId, CoreError> {
    let known: Option<ActorId> = tx
        .prepare_cached(OFFICE_ACTOR)?
        .query_row((device.as_bytes(), core.epoch()), |row| column(row, 0))
        .optional()?;
    if let Some(actor) = known {
        return Ok(actor);
    }
    let actor = ActorId::new(ActorClass::Office, random_bytes(core.entropy()));
    tx.prepare_cached(ADD_OFFICE_ACTOR)?.execute((device.as_bytes(), core.epoch(), actor.as_bytes()))?;
    Ok(actor)
}
