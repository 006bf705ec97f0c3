//! When what people recorded happened: the device's instants, corrected by what the
//! server measured itself (`docs/deadlines.md`).
//!
//! The offset of a device's clock is measured at each exchange and kept in the log.
//! The instants of an event follow from the log alone and are written once, with its
//! row; only a person's decision takes their place.

mod correct;
mod decide;
pub(crate) mod heard;
mod instants;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use documents::inspect;
use domain::{ActorClass, ActorId, ChangeHash, DeviceId, DocId, Event, EventId, Instant, JobView};
use rusqlite::{Connection, OptionalExtension, Transaction};

use self::correct::{Brought, Claim, correct};
pub(crate) use self::decide::decided_instants;
pub use self::decide::{InstantDecision, decide_instant};
pub(crate) use self::instants::instants_of;
pub use self::instants::{Decided, EventInstants};
use crate::error::CoreError;
use crate::log::{LogEntry, Told};
use crate::readmodel::Fold;
use crate::sql::column;

const KNOWN: &str = "SELECT event FROM job_events WHERE doc = ?1";
const SEEN: &str = "SELECT commits.at, log.device, log.returned FROM change_log AS log \
     JOIN commits ON commits.position = log.position WHERE log.hash = ?1 AND log.position < ?2";
const LAST_OF_ACTOR: &str = "SELECT max(events.corrected_at) FROM job_events AS events \
     JOIN change_log AS log ON log.hash = events.change WHERE events.doc = ?1 AND log.actor = ?2";

/// What the server knows of an event beside what the event says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The change that brought it.
    pub(crate) change: Option<ChangeHash>,
    /// When the server received it.
    pub(crate) received_at: Instant,
    /// Server minus device, if it was measured.
    pub(crate) offset_ms: Option<i64>,
    /// When it happened, as far as the log tells.
    pub(crate) corrected_at: Instant,
    /// Why that cannot be.
    pub(crate) suspect: Option<&'static str>,
}

impl Evidence {
    /// Of what the server's own clock stamped, now or before it was restored, or
    /// what was taken over from an earlier system.
    fn of_office(event: &Event, change: Option<ChangeHash>, received_at: Instant) -> Self {
        let corrected_at = event.stamp.at.min(received_at);
        Self { change, received_at, offset_ms: None, corrected_at, suspect: None }
    }
}

/// The evidence of the events that a batch brought.
pub(crate) fn of_batch(
    tx: &Transaction<'_>,
    fold: &Fold<'_>,
    view: &JobView,
) -> Result<BTreeMap<EventId, Evidence>, CoreError> {
    let known = known(tx, fold.doc)?;
    let new: BTreeMap<EventId, &Event> = view
        .events
        .iter()
        .filter(|event| !known.contains(&event.id))
        .map(|event| (event.id, event))
        .collect();
    let mut evidence = BTreeMap::new();
    if new.is_empty() {
        return Ok(evidence);
    }
    let mut by_hand: BTreeMap<ActorId, Vec<(EventId, ChangeHash, Claim)>> = BTreeMap::new();
    let mut unfound = new.len();
    for entry in fold.entries {
        if unfound == 0 {
            break;
        }
        let told = match &entry.told {
            Some(told) => Cow::Borrowed(told),
            None => Cow::Owned(told_by(fold.doc, entry)?),
        };
        for event in told.made.iter().filter_map(|id| new.get(id)) {
            unfound = unfound.saturating_sub(1);
            if is_stamped_by_device(entry) {
                let seen = seen_from_others(tx, fold.position, entry, &told.deps)?;
                let claim = Claim { at: event.stamp.at, seen };
                by_hand.entry(entry.actor).or_default().push((event.id, entry.change.hash, claim));
            } else {
                let of_office = Evidence::of_office(event, Some(entry.change.hash), fold.received_at);
                evidence.insert(event.id, of_office);
            }
        }
    }
    for (actor, claims) in by_hand {
        evidence.extend(of_hand(tx, fold, actor, &claims)?);
    }
    // Nothing of a document comes from elsewhere; were it so, it would still have a row.
    for (id, event) in new {
        evidence.entry(id).or_insert_with(|| Evidence::of_office(event, None, fold.received_at));
    }
    Ok(evidence)
}

fn known(connection: &Connection, doc: DocId) -> Result<BTreeSet<EventId>, CoreError> {
    let mut statement = connection.prepare_cached(KNOWN)?;
    let rows = statement.query_map([doc.as_bytes()], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A change that was given back after a restore has lost its exchange: its instants
/// were judged before, under the receipt that came with it.
fn is_stamped_by_device(entry: &LogEntry) -> bool {
    entry.actor.class() == Some(ActorClass::Technician) && !entry.returned
}

fn told_by(doc: DocId, entry: &LogEntry) -> Result<Told, CoreError> {
    let change = inspect::decode(&entry.change.bytes).map_err(|error| CoreError::corrupt(doc, error))?;
    Ok(Told::new(&change.header.deps, change.made()))
}

/// When the server received the latest of what the change's author had from others.
/// What came back after a restore says nothing of when it was seen.
fn seen_from_others(
    connection: &Connection,
    position: i64,
    entry: &LogEntry,
    deps: &[ChangeHash],
) -> Result<Option<Instant>, CoreError> {
    let mut latest = None;
    let mut statement = connection.prepare_cached(SEEN)?;
    for dep in deps {
        let seen: Option<(Instant, Option<DeviceId>, bool)> = statement
            .query_row((dep.as_bytes(), position), |row| Ok((column(row, 0)?, column(row, 1)?, row.get(2)?)))
            .optional()?;
        if let Some((at, device, false)) = seen
            && device != entry.origin.device
        {
            latest = latest.max(Some(at));
        }
    }
    Ok(latest)
}

fn of_hand(
    connection: &Connection,
    fold: &Fold<'_>,
    actor: ActorId,
    claims: &[(EventId, ChangeHash, Claim)],
) -> Result<Vec<(EventId, Evidence)>, CoreError> {
    let last: Option<i64> = connection
        .prepare_cached(LAST_OF_ACTOR)?
        .query_row((fold.doc.as_bytes(), actor.as_bytes()), |row| row.get(0))?;
    let last = last.map(Instant::from_millis);
    let brought = Brought { offset_ms: fold.clock_offset, received_at: fold.received_at, last };
    let told: Vec<Claim> = claims.iter().map(|(_, _, claim)| *claim).collect();
    let one = |((id, change, _), corrected): (&(EventId, ChangeHash, Claim), correct::Corrected)| {
        let evidence = Evidence {
            change: Some(*change),
            received_at: fold.received_at,
            offset_ms: fold.clock_offset,
            corrected_at: corrected.at,
            suspect: corrected.suspect.map(correct::Suspect::code),
        };
        (*id, evidence)
    };
    Ok(claims.iter().zip(correct(&told, &brought)).map(one).collect())
}
