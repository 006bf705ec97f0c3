//! Deadlines as people ask for them: those of a job, and the worklist of a unit.

use domain::{AgencyId, DocId, EventId, Instant, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use wire::ErrorCode;

use crate::core::Core;
use crate::desk::{request_conditions, sees_request};
use crate::error::CoreError;
use crate::office::{jobs_condition, visible_row};
use crate::session::DeviceSession;
use crate::sql::column;

const COLUMNS: &str = "rounds.doc, coalesce(jobs.number, requests.number), \
     coalesce(jobs.status, requests.status), coalesce(jobs.priority, requests.priority), jobs.representative, \
     coalesce(jobs.team, requests.unit), coalesce(jobs.technician, requests.owner), rounds.clock, rounds.round, rounds.source, rounds.started_at, rounds.due_at, rounds.state, \
     rounds.paused_for, rounds.used_ms, rounds.target_ms, rounds.decided_at, rounds.answered_at, rounds.evidence, \
     told.id, told.state, told.taken_by, told.taken_at, told.reason, requests.id IS NOT NULL, \
     coalesce(requests.clock_rules, (SELECT rules FROM job_clocks WHERE job_clocks.doc = rounds.doc), ''), \
     (SELECT contracts.number FROM contracts WHERE contracts.id = coalesce(requests.agreed, \
     (SELECT of.agreed FROM request_jobs JOIN requests AS of ON of.id = request_jobs.request \
     WHERE request_jobs.job = rounds.doc)) \
     AND EXISTS (SELECT 1 FROM json_each(contracts.clocks) WHERE value ->> '$.kind' = rounds.clock))";
const FROM: &str = "FROM clock_rounds AS rounds LEFT JOIN jobs ON jobs.doc = rounds.doc \
     LEFT JOIN requests ON requests.id = rounds.doc \
     LEFT JOIN escalations AS told ON told.doc = rounds.doc AND told.clock = rounds.clock \
     AND told.source = rounds.source AND told.due_at = rounds.due_at";
/// What waits has no due time; it comes last.
const DUE: &str = "coalesce(rounds.due_at, 9223372036854775807)";
/// Deadlines on a page.
const PAGE_MAX: u32 = 500;
/// How soon *due soon* is where nobody says.
const SOON_MS: i64 = 24 * 3_600_000;

/// What a clock runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnWhat {
    /// A job.
    Job,
    /// A request at the desk.
    Request,
}

/// A run of a clock on a job or a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Whether it is a job or a request.
    pub on: OnWhat,
    /// Which.
    pub doc: DocId,
    /// The number that people use.
    pub number: Option<String>,
    /// Where the job stands.
    pub status: String,
    /// How soon it is wanted.
    pub priority: Option<String>,
    /// Its agency.
    pub agency: Option<AgencyId>,
    /// Its team, or its unit.
    pub team: Option<String>,
    /// Who has it.
    pub technician: Option<UserId>,
    /// Which clock.
    pub clock: String,
    /// Which run of it, from 0.
    pub round: i64,
    /// The event that started it.
    pub source: EventId,
    /// When it started.
    pub started_at: Instant,
    /// The last instant in time; none while it waits or is void.
    pub due_at: Option<Instant>,
    /// `running`, `paused`, `met`, `breached`, `withdrawn`.
    pub state: String,
    /// What it waits for.
    pub paused_for: Option<String>,
    /// What it has used, as of its last fact.
    pub used_ms: i64,
    /// What it has.
    pub target_ms: i64,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// When it was answered after the breach.
    pub answered_at: Option<Instant>,
    /// Of a breach: `pending` or `complete`.
    pub evidence: Option<String>,
    /// What people were told of the breach.
    pub escalation: Option<Escalated>,
    /// The version of the rules by which it was chosen.
    pub rules: String,
    /// The contract whose deadline it is, by its number.
    pub contract: Option<String>,
}

/// What people were told of a breach, and who took it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalated {
    /// Its number.
    pub id: i64,
    /// `open` or `rescinded`.
    pub state: String,
    /// The quality officer in control.
    pub taken_by: Option<UserId>,
    /// Since when.
    pub taken_at: Option<Instant>,
    /// Why it came to it.
    pub reason: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeadlineState {
    /// Running and paused ones, and breaches that nobody has answered.
    #[default]
    Open,
    /// Running ones whose end is near.
    DueSoon,
    /// Breaches that nobody has taken over.
    Breached,
    /// Breaches of which evidence may yet come.
    EvidencePending,
    /// Breaches that a quality officer has taken over.
    TakenOver,
}

impl DeadlineState {
    const fn condition(self) -> &'static str {
        match self {
            Self::Open => {
                "(rounds.state IN ('running', 'paused') OR (rounds.state = 'breached' AND rounds.answered_at IS NULL))"
            }
            Self::DueSoon => "rounds.state = 'running' AND rounds.due_at <= ?",
            Self::Breached => "rounds.state = 'breached' AND told.state = 'open' AND told.taken_at IS NULL",
            Self::EvidencePending => "rounds.evidence = 'pending'",
            Self::TakenOver => {
                "rounds.state = 'breached' AND told.state = 'open' AND told.taken_at IS NOT NULL"
            }
        }
    }
}

/// Which deadlines, how many.
#[derive(Debug, Clone, Default)]
pub struct DeadlineFilter {
    /// How they stand.
    pub state: DeadlineState,
    /// For *due soon*: how soon; a day if none.
    pub within_ms: Option<i64>,
    /// Of an agency.
    pub agency: Option<AgencyId>,
    /// Of a team.
    pub team: Option<String>,
    /// Of one clock.
    pub clock: Option<String>,
    /// The page, as the one before named it.
    pub cursor: Option<String>,
    /// Deadlines on the page; 50 if 0, at most 500.
    pub limit: u32,
}

/// A page of the worklist, the earliest due first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlinePage {
    /// The deadlines.
    pub deadlines: Vec<Deadline>,
    /// The next page; none at the end.
    pub next: Option<String>,
}

/// The deadlines of a job, or of a request.
///
/// # Errors
///
/// `not_found` when there is none in the person's scope.
pub async fn job_deadlines(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
) -> Result<Vec<Deadline>, CoreError> {
    let session = *session;
    let read = move |connection: &Connection| {
        if !sees_request(connection, &session, doc)? {
            visible_row(connection, &session, doc)?;
        }
        of_job(connection, doc)
    };
    core.store().read(read).await
}

/// The deadlines of a job that the person may see.
pub(crate) fn of_job(connection: &Connection, doc: DocId) -> Result<Vec<Deadline>, CoreError> {
    let sql = format!("SELECT {COLUMNS} {FROM} WHERE rounds.doc = ? ORDER BY rounds.clock, rounds.round");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([doc.as_bytes()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The worklist within a person's scope.
///
/// # Errors
///
/// `invalid` when the cursor is none; or when the store fails.
pub async fn list_deadlines(
    core: &Core,
    session: &DeviceSession,
    filter: DeadlineFilter,
) -> Result<DeadlinePage, CoreError> {
    let (session, now) = (*session, core.now());
    core.store().read(move |connection| list(connection, &session, &filter, now)).await
}

fn list(
    connection: &Connection,
    session: &DeviceSession,
    filter: &DeadlineFilter,
    now: Instant,
) -> Result<DeadlinePage, CoreError> {
    let mut sql = format!("SELECT {COLUMNS} {FROM} WHERE {}", filter.state.condition());
    let mut values: Vec<Value> = Vec::new();
    if filter.state == DeadlineState::DueSoon {
        values.push(now.plus_millis(filter.within_ms.unwrap_or(SOON_MS)).millis().into());
    }
    let mut and = |condition: &str, bound: Value| {
        sql.push_str(" AND ");
        sql.push_str(condition);
        values.push(bound);
    };
    if let Some(agency) = filter.agency {
        and("jobs.representative = ?", agency.as_bytes().to_vec().into());
    }
    if let Some(team) = &filter.team {
        and("coalesce(jobs.team, requests.unit) = ?", team.clone().into());
    }
    if let Some(clock) = &filter.clock {
        and("rounds.clock = ?", clock.clone().into());
    }
    let (of_jobs, job_value) = match jobs_condition(session) {
        None => ("1", None),
        Some((condition, value)) => (condition, Some(Value::from(value.to_vec()))),
    };
    let (of_requests, request_values) = request_conditions(connection, session)?;
    sql.push_str(&format!(
        " AND ((jobs.doc IS NOT NULL AND {of_jobs}) OR (requests.id IS NOT NULL AND {of_requests}))"
    ));
    values.extend(job_value.into_iter().chain(request_values));
    if let Some(cursor) = &filter.cursor {
        sql.push_str(&format!(" AND ({DUE}, rounds.doc, rounds.clock, rounds.round) > (?, ?, ?, ?)"));
        values.extend(Place::parse(cursor)?.values());
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(PAGE_MAX) };
    let order = format!(" ORDER BY {DUE}, rounds.doc, rounds.clock, rounds.round LIMIT {}", limit + 1);
    let mut statement = connection.prepare_cached(&(sql + &order))?;
    let rows = statement.query_map(params_from_iter(values), read)?;
    let mut deadlines: Vec<Deadline> = rows.collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = deadlines.len() > limit;
    deadlines.truncate(limit);
    let next = deadlines.last().filter(|_| has_more).map(Place::text_of);
    Ok(DeadlinePage { deadlines, next })
}

/// A place in the worklist.
struct Place {
    due: i64,
    doc: DocId,
    clock: String,
    round: i64,
}

impl Place {
    fn text_of(last: &Deadline) -> String {
        let due = last.due_at.map_or(i64::MAX, Instant::millis);
        format!("{due}.{}.{}.{}", last.doc, last.clock, last.round)
    }

    fn parse(text: &str) -> Result<Self, CoreError> {
        let mut parts = text.split('.');
        let mut part = || parts.next();
        let place = (|| {
            Some(Self {
                due: part()?.parse().ok()?,
                doc: part()?.parse().ok()?,
                clock: part()?.to_owned(),
                round: part()?.parse().ok()?,
            })
        })();
        let wrong = || CoreError::refused_at(ErrorCode::Invalid, "cursor", "it is not a cursor of this list");
        place.ok_or_else(wrong)
    }

    fn values(self) -> [Value; 4] {
        [self.due.into(), self.doc.as_bytes().to_vec().into(), self.clock.into(), self.round.into()]
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Deadline> {
    let is_request: bool = row.get(24)?;
    let escalation: Option<i64> = row.get(19)?;
    let escalation = escalation.map(|id| {
        Ok::<_, rusqlite::Error>(Escalated {
            id,
            state: row.get(20)?,
            taken_by: column(row, 21)?,
            taken_at: column(row, 22)?,
            reason: row.get(23)?,
        })
    });
    Ok(Deadline {
        on: if is_request { OnWhat::Request } else { OnWhat::Job },
        doc: column(row, 0)?,
        number: row.get(1)?,
        status: row.get(2)?,
        priority: row.get(3)?,
        agency: column(row, 4)?,
        team: row.get(5)?,
        technician: column(row, 6)?,
        clock: row.get(7)?,
        round: row.get(8)?,
        source: column(row, 9)?,
        started_at: column(row, 10)?,
        due_at: column(row, 11)?,
        state: row.get(12)?,
        paused_for: row.get(13)?,
        used_ms: row.get(14)?,
        target_ms: row.get(15)?,
        decided_at: column(row, 16)?,
        answered_at: column(row, 17)?,
        evidence: row.get(18)?,
        escalation: escalation.transpose()?,
        rules: row.get(25)?,
        contract: row.get(26)?,
    })
}
