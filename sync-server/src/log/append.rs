//! Appending a batch to the log, with everything that follows from it.

use documents::{Document, RawChange};
use domain::{ActorId, ChangeHash, DeviceId, DocId, DocView, EventId, Instant, UserId};
use gate::{Admitted, Lateness};
use rusqlite::Transaction;

use super::{document_row, heads_bytes, newest, next_chain, snapshot};
use crate::deadlines;
use crate::desk;
use crate::error::CoreError;
use crate::readmodel::{self, Fold};
use crate::scores;
use crate::sql::int;
use crate::travel;

const ADD_COMMIT: &str = "INSERT INTO commits (position, doc, chain, at, clock_offset) \
     VALUES (?1, ?2, ?3, ?4, ?5)";
const ADD_CHANGE: &str = "INSERT INTO change_log \
     (doc, position, idx, hash, actor, seq, bytes, user, device, for_user, late, returned) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const REGISTER_ACTOR: &str = "INSERT OR IGNORE INTO actors (actor, user, device, at) VALUES (?1, ?2, ?3, ?4)";
const WRITE_DOCUMENT: &str = "INSERT INTO documents (doc, kind, heads, position, changes, bytes) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (doc) DO UPDATE SET heads = excluded.heads, \
     position = excluded.position, changes = excluded.changes, bytes = excluded.bytes";

/// By whom a change came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The person; none for the server itself.
    pub(crate) user: Option<UserId>,
    /// The device; none for the server itself.
    pub(crate) device: Option<DeviceId>,
    /// Whose offered edit it carries out.
    pub(crate) for_user: Option<UserId>,
}

/// An admitted change on its way into the log.
#[derive(Debug, Clone)]
pub(crate) struct LogEntry {
    pub(crate) change: RawChange,
    pub(crate) actor: ActorId,
    pub(crate) seq: u64,
    pub(crate) origin: Origin,
    /// Whether the assignment had been withdrawn when it came.
    pub(crate) late: bool,
    /// Whether a phone gave it back after a restore: when it first came is lost.
    pub(crate) returned: bool,
    /// What its events are told by, if the gate has decoded it just now.
    pub(crate) told: Option<Told>,
}

/// What a change tells of events.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// What it depends on.
    pub(crate) deps: Vec<ChangeHash>,
    /// The ids of the maps that it makes; those of its events are among them.
    pub(crate) made: Vec<EventId>,
}

impl Told {
    pub(crate) fn new<'a>(deps: &[ChangeHash], made: impl Iterator<Item = &'a str>) -> Self {
        Self { deps: deps.to_vec(), made: made.filter_map(|key| key.parse().ok()).collect() }
    }
}

impl LogEntry {
    /// What the gate admitted.
    pub(crate) fn admitted(admitted: &Admitted, origin: Origin) -> Self {
        let header = admitted.header();
        Self {
            change: admitted.change().clone(),
            actor: header.actor,
            seq: header.seq,
            origin,
            late: matches!(admitted.lateness(), Lateness::Late { .. }),
            returned: false,
            told: Some(Told::new(&header.deps, admitted.made().iter().map(String::as_str))),
        }
    }

    /// A change that the server's own editor made just now, without the gate: a
    /// job's number, or an edit that the office has approved.
    pub(crate) fn made_here(document: &Document, change: RawChange, origin: Origin) -> Option<Self> {
        let header = document.header_of(change.hash)?;
        let (actor, seq) = (header.actor, header.seq);
        Some(Self { change, actor, seq, origin, late: false, returned: false, told: None })
    }
}

/// Admitted changes of one document, and the document with them.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) doc: DocId,
    pub(crate) document: &'a Document,
    pub(crate) view: &'a DocView,
    pub(crate) entries: &'a [LogEntry],
    pub(crate) now: Instant,
    /// How far the clock of the device that brought it was behind, if that was measured.
    pub(crate) clock_offset: Option<i64>,
}

/// Writes a batch and all rows that follow from it; returns its position. The
/// caller's transaction makes it one.
pub(crate) fn commit(tx: &Transaction<'_>, batch: &Batch<'_>) -> Result<i64, CoreError> {
    let hashes: Vec<[u8; 32]> = batch.entries.iter().map(|entry| *entry.change.hash.as_bytes()).collect();
    let position = take_position(tx, Some(batch.doc), &hashes, batch.now, batch.clock_offset)?;
    for (idx, entry) in batch.entries.iter().enumerate() {
        append(tx, batch, position, idx, entry)?;
    }
    let moved = derive(tx, batch, position)?;
    deadlines::unsettle_future(tx, batch.now)?;
    deadlines::tell(tx, batch.doc, batch.now)?;
    desk::follow_job(tx, batch.doc, batch.view, (position, batch.now))?;
    travel::price_again(tx, &moved.prices, batch.now)?;
    scores::touch_all(tx, &moved.evidence)?;
    Ok(position)
}

/// Writes the rows that follow from a batch at its position; tells what follows from
/// those. A rebuild does the same again, and works out the latter at its end.
pub(crate) fn derive(
    tx: &Transaction<'_>,
    batch: &Batch<'_>,
    position: i64,
) -> Result<readmodel::Moved, CoreError> {
    let fold = Fold {
        doc: batch.doc,
        view: batch.view,
        position,
        received_at: batch.now,
        by: batch.entries.iter().rev().find_map(|entry| entry.origin.user),
        late: batch.entries.iter().filter(|entry| entry.late).map(|entry| entry.change.hash).collect(),
        entries: batch.entries,
        clock_offset: batch.clock_offset,
    };
    let changes = write_document(tx, batch, position)?;
    let moved = readmodel::fold(tx, &fold)?;
    snapshot::refresh(tx, batch.doc, batch.document, changes)?;
    Ok(moved)
}

/// Takes a position for rows of reference data, known by their hashes.
pub(crate) fn commit_reference(
    tx: &Transaction<'_>,
    hashes: &[[u8; 32]],
    now: Instant,
) -> Result<i64, CoreError> {
    take_position(tx, None, hashes, now, None)
}

fn take_position(
    tx: &Transaction<'_>,
    doc: Option<DocId>,
    hashes: &[[u8; 32]],
    now: Instant,
    clock_offset: Option<i64>,
) -> Result<i64, CoreError> {
    let (last, chain) = newest(tx)?;
    let position = last + 1;
    let chain = next_chain(chain, position, hashes);
    tx.prepare_cached(ADD_COMMIT)?.execute((
        position,
        doc.as_ref().map(DocId::as_bytes),
        chain,
        now.millis(),
        clock_offset,
    ))?;
    Ok(position)
}

fn append(
    tx: &Transaction<'_>,
    batch: &Batch<'_>,
    position: i64,
    idx: usize,
    entry: &LogEntry,
) -> Result<(), CoreError> {
    let user = entry.origin.user.as_ref().map(UserId::as_bytes);
    let device = entry.origin.device.as_ref().map(DeviceId::as_bytes);
    tx.prepare_cached(REGISTER_ACTOR)?.execute((entry.actor.as_bytes(), user, device, batch.now.millis()))?;
    tx.prepare_cached(ADD_CHANGE)?.execute(rusqlite::params![
        batch.doc.as_bytes(),
        position,
        int(idx),
        entry.change.hash.as_bytes(),
        entry.actor.as_bytes(),
        int(entry.seq),
        entry.change.bytes,
        user,
        device,
        entry.origin.for_user.as_ref().map(UserId::as_bytes),
        entry.late,
        entry.returned,
    ])?;
    Ok(())
}

/// Writes the document's row; returns how many changes it has.
fn write_document(tx: &Transaction<'_>, batch: &Batch<'_>, position: i64) -> Result<usize, CoreError> {
    let before = document_row(tx, batch.doc)?;
    let (changes, bytes) = before.map_or((0, 0), |row| (row.changes, row.bytes));
    let changes = changes + batch.entries.len();
    let bytes = bytes + batch.entries.iter().map(|entry| entry.change.bytes.len()).sum::<usize>();
    tx.prepare_cached(WRITE_DOCUMENT)?.execute((
        batch.doc.as_bytes(),
        batch.document.kind().name(),
        heads_bytes(&batch.document.heads()),
        position,
        int(changes),
        int(bytes),
    ))?;
    Ok(changes)
}
