//! The dispatcher's board, answered from rows alone: technicians with what speaks for and
//! against them, the visits of a span of time, and what is not planned yet.

use std::collections::HashMap;

use calendar::{Date, Zone};
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, Params, Row};

use super::visible::jobs_condition;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

/// Jobs that are not planned, at most; more are found by the list of jobs.
pub const UNPLANNED_MAX: usize = 500;

const JOBS: &str = "SELECT jobs.doc, jobs.number, jobs.kind, jobs.status, jobs.subject, jobs.priority, \
     coalesce(jobs.account_name, jobs.contact_name), jobs.city, jobs.zone, jobs.model, jobs.lat, jobs.lon, \
     jobs.technician, jobs.representative, jobs.window_start, jobs.window_end, jobs.estimated_minutes, \
     jobs.position, jobs.received_at, \
     (SELECT min(due_at) FROM clock_rounds WHERE doc = jobs.doc AND state = 'running'), \
     (SELECT group_concat(coalesce(evidence, 'complete')) FROM clock_rounds \
      WHERE doc = jobs.doc AND state = 'breached') FROM jobs";
const IN_SPAN: &str = "jobs.technician IS NOT NULL AND jobs.window_start < ? \
     AND coalesce(jobs.window_end, jobs.window_start) >= ? AND jobs.status <> 'cancelled'";
/// As the index `jobs_unplanned` has it.
const UNPLANNED: &str = "(jobs.technician IS NULL OR jobs.window_start IS NULL) \
     AND jobs.status NOT IN ('done', 'closed', 'cancelled')";
const TECHNICIANS: &str = "SELECT users.id, users.display_name, users.agency, \
     (SELECT max(max(devices.seen_at, coalesce(heard.at, 0))) FROM devices \
      LEFT JOIN device_heard AS heard ON heard.device = devices.id \
      WHERE devices.user = users.id AND devices.kind = 'phone' AND devices.revoked_at IS NULL) \
     FROM users WHERE users.role = 'technician' AND users.disabled_at IS NULL \
     AND (?1 IS NULL OR users.agency = ?1) ORDER BY users.display_name, users.id";
const SKILLS: &str = "SELECT user, product, level FROM skills ORDER BY folded";
const LEAVE: &str = "SELECT user, from_day, to_day FROM leave \
     WHERE cancelled_at IS NULL AND to_day >= ?1 AND from_day <= ?2 ORDER BY from_day";
const AREAS: &str = "SELECT user, city, zone FROM working_areas ORDER BY folded";

/// A job as the board draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardJob {
    /// Its id.
    pub doc: DocId,
    /// The number that people use.
    pub number: Option<String>,
    /// Visit or bench.
    pub kind: String,
    /// Where it stands.
    pub status: String,
    /// What it is about.
    pub subject: String,
    /// How soon.
    pub priority: Option<String>,
    /// The customer's or the contact's name.
    pub customer: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The zone.
    pub zone: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Where it is, in millionths of a degree.
    pub place: Option<(i64, i64)>,
    /// Who goes.
    pub technician: Option<UserId>,
    /// For which agency.
    pub agency: Option<AgencyId>,
    /// The promised window.
    pub window: (Option<Instant>, Option<Instant>),
    /// How long it is thought to take.
    pub estimated_minutes: Option<i64>,
    /// The position of the last change.
    pub position: i64,
    /// When the server first received it.
    pub received_at: Instant,
    /// The earliest deadline that runs.
    pub due_at: Option<Instant>,
    /// Whether a deadline was missed, and what of it is certain.
    pub breach: Option<Breach>,
}

/// A deadline that was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// A phone may yet bring evidence that it was not.
    Pending,
    /// All is known.
    Certain,
}

/// A technician as the board shows him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardTechnician {
    /// The id.
    pub id: UserId,
    /// The name that people see.
    pub name: String,
    /// The agency.
    pub agency: Option<AgencyId>,
    /// When a phone of his last exchanged, as far as it is known.
    pub synced_at: Option<Instant>,
    /// What he knows: product and level.
    pub skills: Vec<(String, u8)>,
    /// Days on which he is away: first and last.
    pub leave: Vec<(String, String)>,
    /// Where he works: city, and zone or nothing for all of it; anywhere when empty.
    pub areas: Vec<(String, String)>,
}

/// The board of a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// By name.
    pub technicians: Vec<BoardTechnician>,
    /// What is planned in the span.
    pub visits: Vec<BoardJob>,
    /// What has no technician or no time yet, the oldest first, at most [`UNPLANNED_MAX`].
    pub unplanned: Vec<BoardJob>,
}

/// Reads the board of a span.
///
/// # Errors
///
/// When the store fails.
pub async fn show_board(
    core: &Core,
    session: &DeviceSession,
    span: (Instant, Instant),
) -> Result<Board, CoreError> {
    let (session, exchanged) = (*session, core.exchanged().clone());
    let read = move |connection: &Connection| {
        let technicians = technicians(connection, &session, days(span), &exchanged)?;
        let visits = visits(connection, &session, span)?;
        let unplanned = jobs(connection, &session, UNPLANNED, (), UNPLANNED_MAX)?;
        Ok(Board { technicians, visits, unplanned })
    };
    core.store().read(read).await
}

/// Reads jobs as the board draws them; one that the person may not see is left out.
///
/// # Errors
///
/// When the store fails.
pub async fn board_jobs(
    core: &Core,
    session: &DeviceSession,
    ids: Vec<DocId>,
) -> Result<Vec<BoardJob>, CoreError> {
    let session = *session;
    let read = move |connection: &Connection| {
        let mut found = Vec::new();
        for id in &ids {
            found.extend(jobs(connection, &session, "jobs.doc = ?", [id.as_bytes()], 1)?);
        }
        Ok(found)
    };
    core.store().read(read).await
}

/// The days of a span where the organisation works.
pub(super) fn days((from, to): (Instant, Instant)) -> (Date, Date) {
    let zone = Zone::organisation();
    (zone.date(from), zone.date(to))
}

/// Visits of a span, for whoever may see them.
pub(super) fn visits(
    connection: &Connection,
    session: &DeviceSession,
    (from, to): (Instant, Instant),
) -> Result<Vec<BoardJob>, CoreError> {
    jobs(connection, session, IN_SPAN, (to.millis(), from.millis()), usize::MAX)
}

/// Reads jobs by a condition whose values are bound first.
pub(super) fn jobs(
    connection: &Connection,
    session: &DeviceSession,
    condition: &str,
    values: impl Params,
    most: usize,
) -> Result<Vec<BoardJob>, CoreError> {
    // What a person may see is an id of our own, written as SQLite reads it.
    let scope = jobs_condition(session).map_or_else(
        || "1".to_owned(),
        |(sql, id)| {
            let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            sql.replacen('?', &format!("x'{hex}'"), 1)
        },
    );
    let sql = format!("{JOBS} WHERE {condition} AND {scope} ORDER BY jobs.row");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values, read_job)?;
    Ok(rows.take(most).collect::<Result<_, _>>()?)
}

fn read_job(row: &Row<'_>) -> rusqlite::Result<BoardJob> {
    let place: (Option<i64>, Option<i64>) = (row.get(10)?, row.get(11)?);
    let breaches: Option<String> = row.get(20)?;
    Ok(BoardJob {
        doc: column(row, 0)?,
        number: row.get(1)?,
        kind: row.get(2)?,
        status: row.get(3)?,
        subject: row.get(4)?,
        priority: row.get(5)?,
        customer: row.get(6)?,
        city: row.get(7)?,
        zone: row.get(8)?,
        model: row.get(9)?,
        place: place.0.zip(place.1),
        technician: column(row, 12)?,
        agency: column(row, 13)?,
        window: (column(row, 14)?, column(row, 15)?),
        estimated_minutes: row.get(16)?,
        position: row.get(17)?,
        received_at: column(row, 18)?,
        due_at: column(row, 19)?,
        breach: breaches.map(|all| {
            if all.split(',').any(|one| one == "complete") { Breach::Certain } else { Breach::Pending }
        }),
    })
}

/// Technicians whom the person plans for.
pub(super) fn technicians(
    connection: &Connection,
    session: &DeviceSession,
    (first, last): (Date, Date),
    exchanged: &HashMap<UserId, Instant>,
) -> Result<Vec<BoardTechnician>, CoreError> {
    let agency = match session.role {
        domain::Role::Representative => Some(session.agency.map_or([0; 16], |id| *id.as_bytes())),
        _ => None,
    };
    let mut statement = connection.prepare_cached(TECHNICIANS)?;
    let rows = statement.query_map([agency], |row| {
        let id = column(row, 0)?;
        let seen: Option<Instant> = column(row, 3)?;
        Ok(BoardTechnician {
            id,
            name: row.get(1)?,
            agency: column(row, 2)?,
            synced_at: seen.max(exchanged.get(&id).copied()),
            skills: Vec::new(),
            leave: Vec::new(),
            areas: Vec::new(),
        })
    })?;
    let mut all: Vec<BoardTechnician> = rows.collect::<Result<_, _>>()?;
    let mut skills = pairs(connection, SKILLS, (), |row| row.get::<_, u8>(2))?;
    let mut leave = pairs(connection, LEAVE, (first.to_string(), last.to_string()), |row| row.get(2))?;
    let mut areas = pairs(connection, AREAS, (), |row| row.get(2))?;
    for technician in &mut all {
        technician.skills = skills.remove(&technician.id).unwrap_or_default();
        technician.leave = leave.remove(&technician.id).unwrap_or_default();
        technician.areas = areas.remove(&technician.id).unwrap_or_default();
    }
    Ok(all)
}

/// Rows of a person: a text and something beside it.
fn pairs<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    second: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<HashMap<UserId, Vec<(String, T)>>, CoreError> {
    let mut all: HashMap<UserId, Vec<(String, T)>> = HashMap::new();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        all.entry(column(row, 0)?).or_default().push((row.get(1)?, second(row)?));
    }
    Ok(all)
}
