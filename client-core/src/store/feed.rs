//! Where the phone stands in the server's feed, and how its clock differs.

use domain::Instant;
use rusqlite::{Connection, Transaction, params};

use super::error::Result;

/// The phone's place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feed {
    pub(crate) epoch: Option<Vec<u8>>,
    pub(crate) cursor: Option<Vec<u8>>,
    /// The number of the latest cold pull.
    pub(crate) cold_pull: i64,
    /// Whether that pull is still under way.
    pub(crate) cold_running: bool,
    /// Whether what the phone holds is to be compared with what the server holds.
    pub(crate) repair_due: bool,
    /// When that was done last.
    pub(crate) repaired_at: Option<Instant>,
    /// How far the server's verified backup goes.
    pub(crate) backed_up: u64,
}

/// How the device's clock differed from the server's when it was last measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ClockOffset {
    /// The server's clock less the device's, in milliseconds.
    pub offset_ms: i64,
    /// The round trip of the exchange that measured it: the error is at most half of it.
    pub round_trip_ms: i64,
    /// The device's time of the measurement.
    pub measured_at: Instant,
}

const SELECT: &str =
    "SELECT epoch, cursor, cold_pull, cold_running, repair_due, repaired_at, backed_up FROM feed";
const SET_CURSOR: &str = "UPDATE feed SET cursor = ?1, synced_at = ?2";
const SET_EPOCH: &str = "UPDATE feed SET epoch = ?1, backed_up = 0 WHERE epoch IS NOT ?1";
const FORGET_POSITIONS: &str = "UPDATE documents SET position = NULL";
const REPAIR_DUE: &str = "UPDATE feed SET repair_due = 1";
const REPAIRED: &str = "UPDATE feed SET repair_due = 0, repaired_at = ?1, cold_running = 0";
const BACKED_UP: &str = "UPDATE feed SET backed_up = ?1";
const VOID_CURSOR: &str = "UPDATE feed SET cursor = NULL";
const BEGIN_COLD: &str =
    "UPDATE feed SET cold_pull = cold_pull + 1, cold_running = 1, repair_due = 0, repaired_at = ?1";
const END_COLD: &str = "UPDATE feed SET cold_running = 0";
const SET_OFFSET: &str = "UPDATE feed SET clock_offset_ms = ?1, round_trip_ms = ?2, measured_at = ?3";
const SELECT_OFFSET: &str = "SELECT clock_offset_ms, round_trip_ms, measured_at FROM feed";
const SELECT_SYNCED: &str = "SELECT synced_at FROM feed";

pub(crate) fn read(connection: &Connection) -> Result<Feed> {
    Ok(connection.prepare_cached(SELECT)?.query_row([], |row| {
        Ok(Feed {
            epoch: row.get(0)?,
            cursor: row.get(1)?,
            cold_pull: row.get(2)?,
            cold_running: row.get(3)?,
            repair_due: row.get(4)?,
            repaired_at: row.get::<_, Option<i64>>(5)?.map(Instant::from_millis),
            backed_up: row.get::<_, i64>(6)?.unsigned_abs(),
        })
    })?)
}

/// Moves the cursor; in the transaction of the page that it stands behind.
pub(crate) fn set_cursor(transaction: &Transaction<'_>, cursor: &[u8], now: Instant) -> Result<()> {
    transaction.prepare_cached(SET_CURSOR)?.execute(params![cursor, now.millis()])?;
    Ok(())
}

pub(crate) fn set_epoch(transaction: &Transaction<'_>, epoch: &[u8]) -> Result<()> {
    // Positions of another epoch say nothing in this one.
    if transaction.execute(SET_EPOCH, [epoch])? > 0 {
        transaction.execute(FORGET_POSITIONS, [])?;
    }
    Ok(())
}

/// Notes that what the phone holds is to be compared with what the server holds.
pub(crate) fn set_repair_due(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(REPAIR_DUE, [])?;
    Ok(())
}

/// Notes that it was compared.
pub(crate) fn repaired(transaction: &Transaction<'_>, now: Instant) -> Result<()> {
    transaction.execute(REPAIRED, [now.millis()])?;
    Ok(())
}

/// Notes how far the server's verified backup goes.
pub(crate) fn set_backed_up(transaction: &Transaction<'_>, position: u64) -> Result<()> {
    transaction.execute(BACKED_UP, [i64::try_from(position).unwrap_or(i64::MAX)])?;
    Ok(())
}

/// Forgets the cursor, so that the next exchange pulls everything anew.
pub(crate) fn void_cursor(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(VOID_CURSOR, [])?;
    Ok(())
}

pub(crate) fn begin_cold_pull(transaction: &Transaction<'_>, now: Instant) -> Result<()> {
    transaction.execute(BEGIN_COLD, [now.millis()])?;
    Ok(())
}

pub(crate) fn end_cold_pull(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(END_COLD, [])?;
    Ok(())
}

pub(crate) fn set_clock_offset(transaction: &Transaction<'_>, offset: ClockOffset) -> Result<()> {
    transaction.prepare_cached(SET_OFFSET)?.execute(params![
        offset.offset_ms,
        offset.round_trip_ms,
        offset.measured_at.millis()
    ])?;
    Ok(())
}

pub(crate) fn clock_offset(connection: &Connection) -> Result<Option<ClockOffset>> {
    let (offset, trip, at): (Option<i64>, Option<i64>, Option<i64>) = connection
        .prepare_cached(SELECT_OFFSET)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(match (offset, trip, at) {
        (Some(offset_ms), Some(round_trip_ms), Some(at)) => {
            Some(ClockOffset { offset_ms, round_trip_ms, measured_at: Instant::from_millis(at) })
        }
        _ => None,
    })
}

/// When the last page was applied.
pub(crate) fn synced_at(connection: &Connection) -> Result<Option<Instant>> {
    let at: Option<i64> = connection.prepare_cached(SELECT_SYNCED)?.query_row([], |row| row.get(0))?;
    Ok(at.map(Instant::from_millis))
}
