//! Complaint files as they stand, and lists of them.

use desk::{Act, Duty};
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row};

use super::acts::for_act_read;
use super::person::Person;
use super::row::RequestId;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const COLUMNS: &str = "id, number, request, state, ground, examined_by, examined_at, handler, due_at, agency, job, \
     decision, decided_by, decided_at, reason, action, contacts, settled_at, settled_at_contact, opened_by, opened_at";
const PAGE_MAX: u32 = 500;

/// A complaint file.
#[derive(Debug, Clone)]
pub struct ComplaintFile {
    /// Its id.
    pub id: domain::Uuid,
    /// The number that people use.
    pub number: String,
    /// The request by which the complaint came.
    pub request: RequestId,
    /// `open`, `admitted`, `dismissed`, `decided` or `settled`.
    pub state: String,
    /// On what ground.
    pub ground: Option<String>,
    /// Who examined it.
    pub examined_by: Option<UserId>,
    /// When.
    pub examined_at: Option<Instant>,
    /// Who handles it.
    pub handler: Option<UserId>,
    /// By when.
    pub due_at: Option<Instant>,
    /// The agency that it is about.
    pub agency: Option<AgencyId>,
    /// The job that it is about.
    pub job: Option<DocId>,
    /// How it was decided.
    pub decision: Option<String>,
    /// By whom.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Why.
    pub reason: Option<String>,
    /// What is done so that it does not happen again.
    pub action: Option<String>,
    /// How often the complainant was spoken to.
    pub contacts: i64,
    /// When the complainant considered it settled.
    pub settled_at: Option<Instant>,
    /// At which contact (R79).
    pub settled_at_contact: Option<i64>,
    /// Who opened it.
    pub opened_by: Option<UserId>,
    /// When.
    pub opened_at: Instant,
}

impl ComplaintFile {
    /// Every state.
    pub const STATES: [&str; 5] = ["open", "admitted", "dismissed", "decided", "settled"];
}

/// Which files, how many.
#[derive(Debug, Clone, Default)]
pub struct ComplaintFilter {
    /// In a state.
    pub state: Option<String>,
    /// About an agency.
    pub agency: Option<AgencyId>,
    /// Only those of the person who asks.
    pub mine: Option<Mine>,
    /// Files on the page; 50 if 0, at most 500.
    pub limit: u32,
}

/// Only one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mine;

/// The file of a request, for who may see it: whoever decides, its handler, quality and
/// managers.
///
/// # Errors
///
/// `not_found`.
pub async fn show_complaint(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
) -> Result<ComplaintFile, CoreError> {
    let session = *session;
    let show = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        for_act_read(connection, &person, id)?;
        let file = of_request(connection, id)?.ok_or_else(CoreError::not_found)?;
        if sees(&person, &file) { Ok(file) } else { Err(CoreError::not_found()) }
    };
    core.store().read(show).await
}

fn sees(person: &Person, file: &ComplaintFile) -> bool {
    const READERS: [Duty; 3] = [Duty::ComplaintsOwner, Duty::Quality, Duty::Manager];
    READERS.iter().any(|duty| person.duties.has(*duty))
        || (file.handler == Some(person.user()) && person.may(Act::HandleComplaint))
}

/// Lists files within a person's sight, the newest first.
///
/// # Errors
///
/// When the store fails.
pub async fn list_complaints(
    core: &Core,
    session: &DeviceSession,
    filter: ComplaintFilter,
) -> Result<Vec<ComplaintFile>, CoreError> {
    let session = *session;
    let list = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM complaint_files WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR agency = ?2) \
             AND (?3 IS NULL OR handler = ?3) ORDER BY opened_at DESC, number DESC"
        );
        let mine = filter.mine.map(|Mine| *person.user().as_bytes());
        let agency = filter.agency.map(|agency| *agency.as_bytes());
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map((&filter.state, agency, mine), read)?;
        let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_MAX) };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut seen = Vec::new();
        for file in rows {
            let file = file?;
            if sees(&person, &file) {
                seen.push(file);
            }
            if seen.len() == limit {
                break;
            }
        }
        Ok(seen)
    };
    core.store().read(list).await
}

/// The file of a request.
pub(super) fn of_request(connection: &Connection, id: RequestId) -> Result<Option<ComplaintFile>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM complaint_files WHERE request = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ComplaintFile> {
    Ok(ComplaintFile {
        id: column(row, 0)?,
        number: row.get(1)?,
        request: column(row, 2)?,
        state: row.get(3)?,
        ground: row.get(4)?,
        examined_by: column(row, 5)?,
        examined_at: column(row, 6)?,
        handler: column(row, 7)?,
        due_at: column(row, 8)?,
        agency: column(row, 9)?,
        job: column(row, 10)?,
        decision: row.get(11)?,
        decided_by: column(row, 12)?,
        decided_at: column(row, 13)?,
        reason: row.get(14)?,
        action: row.get(15)?,
        contacts: row.get(16)?,
        settled_at: column(row, 17)?,
        settled_at_contact: row.get(18)?,
        opened_by: column(row, 19)?,
        opened_at: column(row, 20)?,
    })
}
