//! Who changed what in a job, when, and on which device: read from the log.

use std::collections::BTreeMap;

use documents::inspect;
use domain::{ActorClass, ActorId, ChangeHash, DeviceId, DocId, EventId, Instant, UserId};
use rusqlite::{Connection, Row};

use super::HistoryItem;
use super::describe::describe;
use super::visible::visible_row;
use crate::core::Core;
use crate::error::CoreError;
use crate::evidence::{EventInstants, instants_of};
use crate::log::load;
use crate::session::DeviceSession;
use crate::sql::column;

const LOGGED: &str = "SELECT log.position, log.hash, log.bytes, log.actor, log.user, log.device, \
     log.for_user, log.late, commits.at FROM change_log AS log \
     JOIN commits ON commits.position = log.position \
     WHERE log.doc = ?1 ORDER BY log.position, log.idx LIMIT ?2";
/// Changes in one answer.
const ENTRIES_MAX: i64 = 1_000;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its position in the log.
    pub position: i64,
    /// Its hash.
    pub hash: ChangeHash,
    /// When the server received it.
    pub received_at: Instant,
    /// When it was made, by the author's device.
    pub made_at: Instant,
    /// Who; none if it was the server.
    pub user: Option<UserId>,
    /// On which device.
    pub device: Option<DeviceId>,
    /// Which side wrote it.
    pub side: Option<ActorClass>,
    /// Whose offered edit it carried out.
    pub for_user: Option<UserId>,
    /// Whether the assignment had been withdrawn when it came.
    pub late: bool,
    /// What it did.
    pub items: Vec<HistoryItem>,
    /// When the events happened that it brought.
    pub instants: BTreeMap<EventId, EventInstants>,
}

/// The history of a job or trip, oldest first; the first thousand changes.
///
/// # Errors
///
/// `not_found` when there is none in the person's scope.
pub async fn job_history(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
) -> Result<Vec<HistoryEntry>, CoreError> {
    let (heart, session) = (core.clone(), *session);
    core.store().read(move |connection| history(&heart, connection, &session, doc)).await
}

fn history(
    core: &Core,
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
) -> Result<Vec<HistoryEntry>, CoreError> {
    let row = visible_row(connection, session, doc)?;
    let document = load(core, connection, doc, &row)?.document;
    let mut statement = connection.prepare_cached(LOGGED)?;
    let rows = statement.query_map((doc.as_bytes(), ENTRIES_MAX), read)?;
    let mut instants: BTreeMap<ChangeHash, BTreeMap<EventId, EventInstants>> = BTreeMap::new();
    for (event, known) in instants_of(connection, doc)? {
        if let Some(change) = known.change {
            instants.entry(change).or_default().insert(event, known);
        }
    }
    let mut entries = Vec::new();
    for row in rows {
        let (mut entry, bytes) = row?;
        let decoded = inspect::decode(&bytes).map_err(|error| CoreError::corrupt(doc, error))?;
        entry.made_at = Instant::from_millis(decoded.header.time);
        entry.items = describe(&document, &decoded);
        entry.instants = instants.remove(&entry.hash).unwrap_or_default();
        entries.push(entry);
    }
    Ok(entries)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(HistoryEntry, Vec<u8>)> {
    let actor: ActorId = column(row, 3)?;
    let received_at: Instant = column(row, 8)?;
    let entry = HistoryEntry {
        position: row.get(0)?,
        hash: column(row, 1)?,
        received_at,
        made_at: received_at,
        user: column(row, 4)?,
        device: column(row, 5)?,
        side: actor.class(),
        for_user: column(row, 6)?,
        late: row.get(7)?,
        items: Vec::new(),
        instants: BTreeMap::new(),
    };
    Ok((entry, row.get(2)?))
}
