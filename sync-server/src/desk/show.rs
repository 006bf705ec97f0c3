//! A request as a person sees it: its facts, its activities, its visits, its clocks. Who
//! may not reach the customer is shown nothing by which he could be (R7).

use domain::{DocId, Instant, UserId};
use rusqlite::{Connection, Row};
use serde_json::Value;

use super::acts::for_act_read;
use super::files::{RequestFile, files};
use super::messages::{SentMessage, sent};
use super::person::Person;
use super::row::{RequestId, RequestRow};
use super::units::escalation_of;
use crate::core::Core;
use crate::deadlines::{self, Deadline};
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const ACTIVITIES: &str = "SELECT request_activities.id, at, recorded_at, by, users.display_name, author, kind, \
     shown, text, until, unit, job, detail FROM request_activities LEFT JOIN users ON users.id = by \
     WHERE request = ?1 ORDER BY request_activities.id";
const VISITS: &str = "SELECT job, jobs.number, jobs.kind, jobs.status, jobs.status_since_at, jobs.technician, \
     users.display_name, jobs.representative, jobs.window_start, jobs.window_end, jobs.parts_count, \
     jobs.labour_ms, jobs.position FROM request_jobs JOIN jobs ON jobs.doc = job \
     LEFT JOIN users ON users.id = jobs.technician WHERE request = ?1 ORDER BY made_at, job";

/// An activity.
#[derive(Debug, Clone)]
pub struct ActivityRow {
    /// Its number.
    pub id: i64,
    /// When it happened.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who did it; none: the customer or the server.
    pub by: Option<UserId>,
    /// The name that people see.
    pub by_name: Option<String>,
    /// `desk`, `customer` or `server`.
    pub author: String,
    /// What was done.
    pub kind: String,
    /// Whether the customer sees it.
    pub shown: bool,
    /// The words.
    pub text: Option<String>,
    /// Until when.
    pub until: Option<Instant>,
    /// To which unit.
    pub unit: Option<String>,
    /// On which visit.
    pub job: Option<DocId>,
    /// More about it.
    pub detail: Value,
}

/// A visit of a request, as it stands now.
#[derive(Debug, Clone)]
pub struct VisitRow {
    /// The job.
    pub job: DocId,
    /// Its number.
    pub number: Option<String>,
    /// `visit` or `bench`.
    pub kind: String,
    /// Its status.
    pub status: String,
    /// Since when, by the technician's device.
    pub status_since: Option<Instant>,
    /// Who goes.
    pub technician: Option<UserId>,
    /// The name that people see.
    pub technician_name: Option<String>,
    /// When he comes.
    pub window: (Option<Instant>, Option<Instant>),
    /// Lines of parts.
    pub parts: i64,
    /// Work so far.
    pub labour_ms: i64,
}

/// A request with all that belongs to it.
#[derive(Debug, Clone)]
pub struct RequestShow {
    /// The request.
    pub request: RequestRow,
    /// Its activities, the first first.
    pub activities: Vec<ActivityRow>,
    /// Its visits.
    pub visits: Vec<VisitRow>,
    /// What came with it.
    pub files: Vec<RequestFile>,
    /// Its clocks.
    pub clocks: Vec<Deadline>,
    /// What its people were told.
    pub messages: Vec<SentMessage>,
    /// To which unit it escalates (R9).
    pub escalates_to: Option<String>,
    /// Whether the person sees contact data.
    pub sees_contact: bool,
}

/// Shows a request.
///
/// # Errors
///
/// `not_found` when there is none in the person's sight.
pub async fn show_request(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
) -> Result<RequestShow, CoreError> {
    let session = *session;
    core.store().read(move |connection| show(connection, &session, id)).await
}

fn show(connection: &Connection, session: &DeviceSession, id: RequestId) -> Result<RequestShow, CoreError> {
    let person = Person::read(connection, session)?;
    let mut request = for_act_read(connection, &person, id)?;
    let sees_contact = person.sees_contact();
    let mut activities = activities(connection, id)?;
    if !sees_contact {
        request.fields = request.fields.without_contact();
        // What was said between the desk and the customer may name him.
        activities.retain(|activity| !activity.shown);
    }
    let escalates_to = match &request.unit {
        Some(unit) => escalation_of(connection, unit)?,
        None => None,
    };
    Ok(RequestShow {
        visits: visits(connection, id)?,
        files: if sees_contact { files(connection, id)? } else { Vec::new() },
        clocks: deadlines::of_job(connection, id.as_case())?,
        messages: if sees_contact { sent(connection, id)? } else { Vec::new() },
        request,
        activities,
        escalates_to,
        sees_contact,
    })
}

/// The activities of a request.
pub(super) fn activities(connection: &Connection, id: RequestId) -> Result<Vec<ActivityRow>, CoreError> {
    let mut statement = connection.prepare_cached(ACTIVITIES)?;
    let rows = statement.query_map([id.as_bytes()], read_activity)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_activity(row: &Row<'_>) -> rusqlite::Result<ActivityRow> {
    let detail: String = row.get(12)?;
    Ok(ActivityRow {
        id: row.get(0)?,
        at: column(row, 1)?,
        recorded_at: column(row, 2)?,
        by: column(row, 3)?,
        by_name: row.get(4)?,
        author: row.get(5)?,
        kind: row.get(6)?,
        shown: row.get(7)?,
        text: row.get(8)?,
        until: column(row, 9)?,
        unit: row.get(10)?,
        job: column(row, 11)?,
        detail: serde_json::from_str(&detail).unwrap_or(Value::Null),
    })
}

/// The visits of a request, as their jobs stand now.
pub(super) fn visits(connection: &Connection, id: RequestId) -> Result<Vec<VisitRow>, CoreError> {
    let mut statement = connection.prepare_cached(VISITS)?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        Ok(VisitRow {
            job: column(row, 0)?,
            number: row.get(1)?,
            kind: row.get(2)?,
            status: row.get(3)?,
            status_since: column(row, 4)?,
            technician: column(row, 5)?,
            technician_name: row.get(6)?,
            window: (column(row, 8)?, column(row, 9)?),
            parts: row.get(10)?,
            labour_ms: row.get(11)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
