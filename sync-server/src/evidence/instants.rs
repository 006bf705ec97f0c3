//! The instants of a job's events, as people are shown them.

use std::collections::BTreeMap;

use domain::{ChangeHash, DocId, EventId, Instant, UserId};
use rusqlite::Connection;

use crate::error::CoreError;
use crate::sql::column;

const OF_JOB: &str = "SELECT event, change, received_at, offset_ms, corrected_at, effective_at, suspect \
     FROM job_events WHERE doc = ?1";
const DECIDED: &str = "SELECT event, suspect, by, at, reason FROM time_decisions WHERE doc = ?1 ORDER BY id";

/// When an event happened, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventInstants {
    /// The change that brought it.
    pub change: Option<ChangeHash>,
    /// When the server received it.
    pub received_at: Instant,
    /// By how much the device's clock was behind the server's; none where a device's
    /// clock was not asked.
    pub offset_ms: Option<i64>,
    /// What follows from device, offset and receipt.
    pub corrected_at: Instant,
    /// By which it is judged.
    pub effective_at: Instant,
    /// Why it is doubtful.
    pub suspect: Option<String>,
    /// What a person decided.
    pub decided: Option<Decided>,
}

/// A person's decision on an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What had been doubtful.
    pub suspect: Option<String>,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
    /// How the person knew.
    pub reason: String,
}

/// The instants of all events of a job.
pub(crate) fn instants_of(
    connection: &Connection,
    doc: DocId,
) -> Result<BTreeMap<EventId, EventInstants>, CoreError> {
    let mut statement = connection.prepare_cached(DECIDED)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let decided =
            Decided { suspect: row.get(1)?, by: column(row, 2)?, at: column(row, 3)?, reason: row.get(4)? };
        Ok((column(row, 0)?, decided))
    })?;
    let mut decided: BTreeMap<EventId, Decided> = rows.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(OF_JOB)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let event: EventId = column(row, 0)?;
        let instants = EventInstants {
            change: column(row, 1)?,
            received_at: column(row, 2)?,
            offset_ms: row.get(3)?,
            corrected_at: column(row, 4)?,
            effective_at: column(row, 5)?,
            suspect: row.get(6)?,
            decided: decided.remove(&event),
        };
        Ok((event, instants))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
