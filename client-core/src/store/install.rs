//! Which installation a database belongs to, and under which actor it writes.
//!
//! An actor's sequence numbers must never be used twice. A database that was
//! restored from a backup or copied to another phone would do just that, so it
//! is recognised when it is opened, and takes a new *install epoch*: the next
//! write takes a new actor. What gives it away is a marker file outside the
//! database and the places of both on the disk (`docs/adr/` says what is
//! recognised here and what only the server's `actor_fork` catches). To be
//! wrong in the safe direction costs 16 bytes in the documents edited next.

use std::path::Path;

use domain::{ActorClass, ActorId, Instant};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::error::{Result, StoreError};
use super::files::{Files, identity_of, imprint_of, replace_file};
use crate::random::NewIds;

/// What the database says of its installation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InstallRow {
    token: [u8; 16],
    openings: i64,
    marker_imprint: String,
}

/// What the marker beside it says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marker {
    token: [u8; 16],
    openings: i64,
    database_identity: String,
}

/// How a database was found when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was made just now.
    New,
    /// It is as this installation left it.
    AsLeft,
    /// It is older than what this installation wrote last, or a copy: it writes
    /// under a new actor from now on.
    RestoredOrCopied,
}

const SELECT: &str = "SELECT token, openings, marker_change FROM install";
const INSERT: &str =
    "INSERT INTO install (one, token, openings, marker_change, epoch) VALUES (1, ?1, 0, '', 0)";
const OPENED: &str = "UPDATE install SET token = ?1, openings = ?2, marker_change = ?3";
const NEW_EPOCH: &str = "UPDATE install SET epoch = epoch + 1, actor = NULL";
const DROP_ACTOR: &str = "UPDATE install SET actor = NULL";
const SELECT_ACTOR: &str = "SELECT actor, epoch FROM install";
const SET_ACTOR: &str = "UPDATE install SET actor = ?1";
const NOTE_ACTOR: &str = "INSERT OR IGNORE INTO actors (actor, epoch, taken_at) VALUES (?1, ?2, ?3)";
const IS_OURS: &str = "SELECT 1 FROM actors WHERE actor = ?1";
const NEWEST_ENTRY: &str = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'";

/// Compares the database with what was noted outside of it, and notes this
/// opening in both.
pub(crate) fn recognise(
    connection: &mut Connection,
    files: &Files,
    newest_noted: i64,
    ids: NewIds<'_>,
) -> Result<Found> {
    let row = read_row(connection)?;
    let marker = read_marker(&files.marker())?;
    let found = match &row {
        None => Found::New,
        Some(row) if is_as_left(connection, row, marker.as_ref(), files, newest_noted)? => Found::AsLeft,
        Some(_) => Found::RestoredOrCopied,
    };
    let token = match (&row, found) {
        (Some(row), Found::AsLeft) => row.token,
        _ => ids.token(),
    };
    let openings = row.map_or(0, |row| row.openings).max(marker.map_or(0, |marker| marker.openings)) + 1;
    // The marker goes first: a cut between the two makes the next opening take
    // a new actor without need, never the other way about.
    let marker = Marker { token, openings, database_identity: identity_of(&files.database)? };
    replace_file(&files.marker(), marker.to_text().as_bytes())?;
    let imprint = imprint_of(&files.marker())?;
    let transaction = connection.transaction()?;
    if found == Found::New {
        transaction.execute(INSERT, params![token])?;
    }
    transaction.execute(OPENED, params![token, openings, imprint])?;
    if found != Found::AsLeft {
        transaction.execute(NEW_EPOCH, [])?;
    }
    transaction.commit()?;
    Ok(found)
}

fn is_as_left(
    connection: &Connection,
    row: &InstallRow,
    marker: Option<&Marker>,
    files: &Files,
    newest_noted: i64,
) -> Result<bool> {
    let Some(marker) = marker else { return Ok(false) };
    Ok(marker.token == row.token
        && marker.openings == row.openings
        && marker.database_identity == identity_of(&files.database)?
        && row.marker_imprint == imprint_of(&files.marker())?
        && newest_noted <= newest_entry(connection)?)
}

fn read_row(connection: &Connection) -> Result<Option<InstallRow>> {
    let row = connection
        .query_row(SELECT, [], |row| {
            Ok(InstallRow { token: row.get(0)?, openings: row.get(1)?, marker_imprint: row.get(2)? })
        })
        .optional()?;
    Ok(row)
}

/// Reads the marker; one that is missing or unreadable proves nothing.
fn read_marker(path: &Path) -> Result<Option<Marker>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(Marker::from_text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File { what: "the install marker", source }),
    }
}

impl Marker {
    fn to_text(&self) -> String {
        let token = ActorId::from_bytes(self.token);
        format!("hamgam install 1\n{token}\n{}\n{}\n", self.openings, self.database_identity)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != "hamgam install 1" {
            return None;
        }
        // 16 bytes in hexadecimal, as an actor id is written too.
        let token: ActorId = lines.next()?.parse().ok()?;
        let openings = lines.next()?.parse().ok()?;
        let database_identity = lines.next()?.to_owned();
        Some(Self { token: *token.as_bytes(), openings, database_identity })
    }
}

/// The number of the newest entry that the outbox ever had.
pub(crate) fn newest_entry(connection: &Connection) -> Result<i64> {
    Ok(connection.prepare_cached(NEWEST_ENTRY)?.query_row([], |row| row.get(0))?)
}

/// Begins a new install epoch: the next write takes a new actor.
pub(crate) fn begin_epoch(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(NEW_EPOCH, [])?;
    Ok(())
}

/// Makes the next write take a new actor within the same install epoch.
pub(crate) fn retire_actor(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(DROP_ACTOR, [])?;
    Ok(())
}

/// The actor to write under, taken now if there is none.
pub(crate) fn writing_actor(
    transaction: &Transaction<'_>,
    class: ActorClass,
    ids: NewIds<'_>,
    now: Instant,
) -> Result<ActorId> {
    let (actor, epoch): (Option<[u8; 16]>, i64) =
        transaction.prepare_cached(SELECT_ACTOR)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some(actor) = actor.map(ActorId::from_bytes).filter(|actor| actor.class() == Some(class)) {
        return Ok(actor);
    }
    let actor = ids.actor(class);
    transaction.execute(SET_ACTOR, [actor.as_bytes()])?;
    transaction.execute(NOTE_ACTOR, params![actor.as_bytes(), epoch, now.millis()])?;
    Ok(actor)
}

/// Remembers an actor that this installation writes under.
pub(crate) fn note_actor(transaction: &Transaction<'_>, actor: ActorId, now: Instant) -> Result<()> {
    let epoch: i64 = transaction.prepare_cached(SELECT_ACTOR)?.query_row([], |row| row.get(1))?;
    transaction.execute(NOTE_ACTOR, params![actor.as_bytes(), epoch, now.millis()])?;
    Ok(())
}

/// Whether this installation ever wrote under an actor.
pub(crate) fn is_ours(connection: &Connection, actor: ActorId) -> Result<bool> {
    let mut statement = connection.prepare_cached(IS_OURS)?;
    Ok(statement.exists([actor.as_bytes()])?)
}
