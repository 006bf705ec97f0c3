//! What may be sent to whoever helps: figures and codes, nothing personal.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::Client;
use crate::store::error::Result;
use crate::store::{feed, migrate, set_aside};
use crate::{ClientError, ClockOffset};

/// The state of a client without personal data: no names, texts, ids or tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnostics {
    /// Version of the database.
    pub database_version: i64,
    /// Its size in bytes.
    pub database_bytes: u64,
    /// How often it was opened.
    pub openings: u64,
    /// How often it was recognised as restored, copied or forked, plus one.
    pub install_epoch: u64,
    /// Actors that it has written under.
    pub actors: u64,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Entries of the outbox by state.
    pub outbox: BTreeMap<String, u64>,
    /// Refusals by code.
    pub refusals: BTreeMap<String, u64>,
    /// Documents that could not be read, by code.
    pub problems: BTreeMap<String, u64>,
    /// Changes of others that the server had lost and would not take back.
    pub set_aside: u64,
    /// How far the server's verified backup goes; the phone keeps what is beyond.
    pub backed_up: u64,
    /// Whether a pull from the start is under way.
    pub cold_pull_running: bool,
    /// How the clock differed when last measured.
    pub clock_offset: Option<ClockOffset>,
    /// Panics that became errors since the app was started.
    pub panics: u64,
}

const INSTALL: &str = "SELECT openings, epoch FROM install";
const ACTORS: &str = "SELECT count(*) FROM actors";
const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
const OUTBOX: &str = "SELECT state, count(*) FROM outbox GROUP BY state";
const REFUSALS: &str = "SELECT code, count(*) FROM outbox WHERE code IS NOT NULL GROUP BY code";
const PROBLEMS: &str = "SELECT code, count(*) FROM problems GROUP BY code";
const TABLES: &str = "SELECT 'documents', count(*) FROM documents UNION ALL
    SELECT 'jobs', count(*) FROM jobs UNION ALL SELECT 'trips', count(*) FROM trips UNION ALL
    SELECT 'blobs', count(*) FROM blobs UNION ALL SELECT 'reference', count(*) FROM reference";

impl Client {
    /// The state of the client without personal data.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn diagnostics(&self) -> std::result::Result<Diagnostics, ClientError> {
        Ok(self.core.store.read(collect)?)
    }
}

fn collect(connection: &Connection) -> Result<Diagnostics> {
    let (openings, epoch): (i64, i64) =
        connection.query_row(INSTALL, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let actors: i64 = connection.query_row(ACTORS, [], |row| row.get(0))?;
    let bytes: i64 = connection.query_row(SIZE, [], |row| row.get(0))?;
    Ok(Diagnostics {
        database_version: migrate::VERSION,
        database_bytes: bytes.unsigned_abs(),
        openings: openings.unsigned_abs(),
        install_epoch: epoch.unsigned_abs(),
        actors: actors.unsigned_abs(),
        rows: counts(connection, TABLES)?,
        outbox: counts(connection, OUTBOX)?,
        refusals: counts(connection, REFUSALS)?,
        problems: counts(connection, PROBLEMS)?,
        set_aside: set_aside::count(connection)?,
        backed_up: feed::read(connection)?.backed_up,
        cold_pull_running: feed::read(connection)?.cold_running,
        clock_offset: feed::clock_offset(connection)?,
        panics: crate::worker::panics(),
    })
}

fn counts(connection: &Connection, sql: &str) -> Result<BTreeMap<String, u64>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let count: i64 = row.get(1)?;
        Ok((row.get(0)?, count.unsigned_abs()))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
