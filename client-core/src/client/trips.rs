//! Trips for lists and for one screen.

use domain::{DocId, DocView, Instant, TripView, UserId, Uuid};
use rusqlite::{Connection, Row, params};

use super::execute::unreadable;
use super::{Client, TripClaim, fares};
use crate::store::documents::{self as document_rows, SavedDocument};
use crate::store::error::Result;
use crate::store::outbox;
use crate::{ClientError, EntryState, OutboxEntry, Page, incoming};

/// A trip as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripRow {
    /// Its id.
    pub doc: DocId,
    /// Whose trip it is.
    pub technician: UserId,
    /// `in_city`, `out_of_city`, or empty.
    pub kind: String,
    /// Where it began.
    pub origin: String,
    /// Where it ended.
    pub destination: String,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Metres driven, both ways.
    pub distance_m: Option<i64>,
    /// Why it is void, if it is.
    pub void: Option<String>,
    /// How many jobs it served.
    pub jobs: u32,
    /// How many receipts stand in it.
    pub receipts: u32,
    /// What the server made of it, once it told.
    pub claim: Option<TripClaim>,
}

/// A trip with what only this phone knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripDetail {
    /// The trip, its own unsent edits included.
    pub view: TripView,
    /// Its edits that wait for the server.
    pub unsent: Vec<OutboxEntry>,
    /// Its edits that need attention.
    pub attention: Vec<OutboxEntry>,
    /// What the server made of it, once it told.
    pub claim: Option<TripClaim>,
}

macro_rules! columns {
    () => {
        "doc, technician, kind, origin, destination, started_at, ended_at, distance_m, void, jobs, receipts, \
         (SELECT json FROM reference WHERE kind = 'travel_claim' AND id = trips.doc)"
    };
}
const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM trips WHERE in_scope = 1 ORDER BY started_at DESC, doc DESC LIMIT ?1 OFFSET ?2"
);
const OF_JOB: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM trips WHERE doc IN (SELECT trip FROM trip_jobs WHERE job = ?1) ORDER BY started_at, doc"
);

impl Client {
    /// Trips, the newest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn trips(&self, page: Page) -> std::result::Result<Vec<TripRow>, ClientError> {
        Ok(self.core.store.read(|connection| collect(connection, ALL, params![page.limit, page.offset]))?)
    }

    /// The trips that served a job, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn trips_of_job(&self, job: DocId) -> std::result::Result<Vec<TripRow>, ClientError> {
        Ok(self.core.store.read(|connection| collect(connection, OF_JOB, params![job.as_bytes()]))?)
    }

    /// One trip.
    ///
    /// # Errors
    ///
    /// When it is not on this phone, or cannot be read.
    pub fn trip(&self, doc: DocId) -> std::result::Result<TripDetail, ClientError> {
        let (saved, entries, claim) = self.core.store.read(|connection| {
            let saved = document_rows::read(connection, doc)?.ok_or(ClientError::UnknownDocument(doc))?;
            Ok((saved, outbox::of_doc(connection, doc)?, fares::of_row(connection, doc)?))
        })?;
        let view = self.core.heal(read_trip(doc, &saved))?;
        let (attention, rest): (Vec<_>, Vec<_>) = entries.into_iter().partition(OutboxEntry::needs_attention);
        let unsent = rest.into_iter().filter(|entry| entry.state == EntryState::Pending).collect();
        Ok(TripDetail { view, unsent, attention, claim })
    }
}

fn collect(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<TripRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<TripRow> {
    let instant = |column| -> rusqlite::Result<Option<Instant>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Instant::from_millis))
    };
    Ok(TripRow {
        doc: DocId::from_uuid(Uuid::from_bytes(row.get(0)?)),
        technician: UserId::from_uuid(Uuid::from_bytes(row.get(1)?)),
        kind: row.get(2)?,
        origin: row.get(3)?,
        destination: row.get(4)?,
        started_at: instant(5)?,
        ended_at: instant(6)?,
        distance_m: row.get(7)?,
        void: row.get(8)?,
        jobs: row.get(9)?,
        receipts: row.get(10)?,
        claim: row.get::<_, Option<String>>(11)?.and_then(|json| serde_json::from_str(&json).ok()),
    })
}

fn read_trip(doc: DocId, saved: &SavedDocument) -> std::result::Result<TripView, ClientError> {
    let view = incoming::own(saved.kind, &saved.saved).and_then(|document| incoming::view(&document));
    match view.map_err(|error| unreadable(doc, &error))? {
        DocView::Trip(view) => Ok(*view),
        DocView::Job(_) => Err(ClientError::UnknownDocument(doc)),
    }
}
