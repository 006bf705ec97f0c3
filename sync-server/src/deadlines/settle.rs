//! The timer's work: deciding what has run out. In the transaction in which a breach
//! becomes a row, people are told of it and the stored instant moves on; so a restart
//! finds either all of that or none.

use domain::{DocId, Instant, UserId};
use futures_util::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::{job_changed, tell};
use crate::core::Core;
use crate::error::CoreError;
use crate::evidence::heard;
use crate::sql::column;
use crate::timer::DueWork;

/// The keys under which instants are kept.
const SETTLED: &str = "settled_until";
const LOOKED: &str = "evidence_looked_at";
const READ: &str = "SELECT value FROM meta WHERE key = ?1";
const WRITE: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const WAITS_FOR: &str =
    "SELECT DISTINCT technician FROM clock_rounds WHERE evidence = 'pending' AND technician IS NOT NULL";
/// How often people who are waited for are looked at.
const LOOK_AGAIN_MS: i64 = 3_600_000;
const NEXT: &str = "SELECT min(due_at) FROM clock_rounds WHERE state = 'running'";
/// The due time of the last of one piece.
const LAST: &str = "SELECT due_at FROM clock_rounds WHERE state = 'running' AND due_at < ?1 \
     ORDER BY due_at LIMIT 1 OFFSET ?2";
const RAN_OUT: &str =
    "SELECT DISTINCT doc FROM clock_rounds WHERE state = 'running' AND due_at < ?1 ORDER BY doc";
const SETTLED_AHEAD: &str =
    "SELECT DISTINCT doc FROM clock_rounds WHERE state = 'breached' AND due_at > ?1 ORDER BY doc";
/// A clock that is put right by less needs no cure.
const AHEAD_MAX_MS: i64 = 3_600_000;
/// Clocks decided in one transaction, and those that are due at the same instant.
const PIECE_CLOCKS: i64 = 200;

/// Decides on deadlines when they are due.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines;

impl DueWork for Deadlines {
    fn name(&self) -> &'static str {
        "deadlines"
    }

    /// The first instant that is late.
    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        let due: Option<i64> = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
        Ok(due.map(|due| Instant::from_millis(due).plus_millis(1)))
    }

    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        Box::pin(async move { core.store().write(move |tx| settle(tx, now)).await })
    }
}

/// Looks from time to time who is left to be heard: a phone that was lost and revoked
/// keeps no breach pending.
#[derive(Debug, Clone, Copy)]
pub struct Evidence;

impl DueWork for Evidence {
    fn name(&self) -> &'static str {
        "evidence"
    }

    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        if waits_for(connection)?.is_empty() {
            return Ok(None);
        }
        Ok(Some(read_instant(connection, LOOKED)?.plus_millis(LOOK_AGAIN_MS)))
    }

    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        Box::pin(async move { core.store().write(move |tx| look_around(tx, now)).await })
    }
}

fn look_around(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    write_instant(tx, LOOKED, now)?;
    for person in waits_for(tx)? {
        for doc in heard::look_again(tx, person, now)? {
            tell(tx, doc, now)?;
        }
    }
    Ok(())
}

fn waits_for(connection: &Connection) -> Result<Vec<UserId>, CoreError> {
    let mut statement = connection.prepare_cached(WAITS_FOR)?;
    let people = statement.query_map([], |row| column(row, 0))?;
    Ok(people.collect::<Result<_, _>>()?)
}

/// Up to when deadlines have been decided.
pub(super) fn settled_until(connection: &Connection) -> Result<Instant, CoreError> {
    read_instant(connection, SETTLED)
}

fn read_instant(connection: &Connection, key: &str) -> Result<Instant, CoreError> {
    let value: Option<[u8; 8]> =
        connection.prepare_cached(READ)?.query_row([key], |row| row.get(0)).optional()?;
    Ok(Instant::from_millis(value.map_or(0, i64::from_be_bytes)))
}

fn write_instant(tx: &Transaction<'_>, key: &str, at: Instant) -> Result<(), CoreError> {
    tx.prepare_cached(WRITE)?.execute((key, at.millis().to_be_bytes()))?;
    Ok(())
}

/// Takes back what was settled under a clock that was far ahead: else each new clock
/// would have run out when it started. What that had breached is rescinded.
pub(crate) fn unsettle_future(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    if settled_until(tx)? <= now.plus_millis(AHEAD_MAX_MS) {
        return Ok(());
    }
    tracing::warn!("deadlines had been settled far ahead of the clock; that is taken back");
    write_instant(tx, SETTLED, now)?;
    heard::nobody_after(tx, now)?;
    let mut statement = tx.prepare_cached(SETTLED_AHEAD)?;
    let docs =
        statement.query_map([now.millis()], |row| column(row, 0))?.collect::<Result<Vec<DocId>, _>>()?;
    docs.into_iter().try_for_each(|doc| job_changed(tx, doc, now))
}

/// Decides a piece of what has run out by now, the earliest first.
fn settle(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    let last: Option<i64> =
        tx.prepare_cached(LAST)?.query_row((now.millis(), PIECE_CLOCKS - 1), |row| row.get(0)).optional()?;
    let until = last.map_or(now, |due| Instant::from_millis(due).plus_millis(1));
    if until > settled_until(tx)? {
        write_instant(tx, SETTLED, until)?;
    }
    let mut statement = tx.prepare_cached(RAN_OUT)?;
    let docs =
        statement.query_map([until.millis()], |row| column(row, 0))?.collect::<Result<Vec<DocId>, _>>()?;
    docs.into_iter().try_for_each(|doc| job_changed(tx, doc, now))
}
