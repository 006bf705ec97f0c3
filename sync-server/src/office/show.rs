//! One job, with what the server knows beside the document.

use std::collections::BTreeMap;

use domain::{DocId, DocView, EventId, Instant, JobView, UserId};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::visible::visible_row;
use super::{Etag, InboxFilter, InboxItem, InboxState};
use crate::core::Core;
use crate::deadlines::{Deadline, of_job};
use crate::error::{CoreError, OfDocument};
use crate::evidence::{EventInstants, instants_of};
use crate::log::load;
use crate::session::DeviceSession;
use crate::sql::column;

const RECEIVED: &str = "SELECT received_at, updated_at, updated_by, position FROM jobs WHERE doc = ?1";
const TRIPS: &str = "SELECT trip FROM trip_jobs WHERE job = ?1 ORDER BY trip";

/// A job as the office sees it.
#[derive(Debug, Clone)]
pub struct JobShow {
    /// The document, read out.
    pub view: JobView,
    /// Its state.
    pub etag: Etag,
    /// When it came and when it last changed.
    pub received: Received,
    /// The trips that name it.
    pub trips: Vec<DocId>,
    /// What waits for a decision.
    pub undecided: Vec<InboxItem>,
    /// When its events happened.
    pub instants: BTreeMap<EventId, EventInstants>,
    /// Its clocks.
    pub deadlines: Vec<Deadline>,
}

/// When the server received what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The first change.
    pub first_at: Instant,
    /// The last change.
    pub last_at: Instant,
    /// Who made the last one; none if it was the server.
    pub last_by: Option<UserId>,
    /// Its position in the log.
    pub position: i64,
}

/// Reads one job.
///
/// # Errors
///
/// `not_found` when there is none in the person's scope.
pub async fn show_job(core: &Core, session: &DeviceSession, doc: DocId) -> Result<JobShow, CoreError> {
    let (heart, session) = (core.clone(), *session);
    core.store().read(move |connection| show(&heart, connection, &session, doc)).await
}

fn show(
    core: &Core,
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
) -> Result<JobShow, CoreError> {
    let row = visible_row(connection, session, doc)?;
    let received = received(connection, doc)?.ok_or_else(CoreError::not_found)?;
    let view = load(core, connection, doc, &row)?.document.job().of(doc)?;
    let mut statement = connection.prepare_cached(TRIPS)?;
    let trips = statement.query_map([doc.as_bytes()], |row| column(row, 0))?.collect::<Result<_, _>>()?;
    let filter = InboxFilter { doc: Some(doc), state: InboxState::Undecided, ..InboxFilter::default() };
    let undecided = super::inbox::list(connection, session, &filter)?.items;
    let instants = instants_of(connection, doc)?;
    let deadlines = of_job(connection, doc)?;
    Ok(JobShow { view, etag: Etag::of_heads(&row.heads), received, trips, undecided, instants, deadlines })
}

/// A document that this person may see, read out within a job of the writer.
pub(crate) fn document_in(
    core: &Core,
    connection: &Connection,
    session: &DeviceSession,
    doc: DocId,
) -> Result<DocView, CoreError> {
    let row = visible_row(connection, session, doc)?;
    crate::log::view(&load(core, connection, doc, &row)?.document).of(doc)
}

fn received(connection: &Connection, doc: DocId) -> Result<Option<Received>, CoreError> {
    let row = connection
        .prepare_cached(RECEIVED)?
        .query_row([doc.as_bytes()], |row| {
            Ok(Received {
                first_at: column(row, 0)?,
                last_at: column(row, 1)?,
                last_by: column(row, 2)?,
                position: row.get(3)?,
            })
        })
        .optional()?;
    Ok(row)
}
