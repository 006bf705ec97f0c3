//! What the quality officer decides: how bad an upheld complaint was, and whether
//! there was a serious violation. Decisions follow each other; the newest holds.

use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use scoring::{Complaint, Objection};
use wire::{ErrorCode, FieldProblem};

use super::code::{of_word, word};
use super::{case, months};
use crate::error::CoreError;
use crate::people::find_agency;
use crate::sql::column;

const INSERT: &str = "INSERT INTO quality_decisions (case_id, what, job, agency, decision, at, note, by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const BEFORE: &str =
    "SELECT what, job, agency, at FROM quality_decisions WHERE case_id = ?1 ORDER BY id LIMIT 1";
const LIST: &str = "SELECT id, case_id, what, job, agency, decision, at, note, by, made_at \
     FROM quality_decisions WHERE (?1 IS NULL OR agency = ?1) ORDER BY id DESC LIMIT 500";
const AGENCY_NOW: &str = "SELECT representative FROM jobs WHERE doc = ?1";

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// On a complaint.
    Complaint(Complaint),
    /// On a serious violation; it counts once the objection is closed.
    Violation(Objection),
}

impl Verdict {
    /// Reads it from its two words.
    #[must_use]
    pub fn of(what: &str, decision: &str) -> Option<Self> {
        match what {
            "complaint" => of_word(decision).map(Self::Complaint),
            "violation" => of_word(decision).map(Self::Violation),
            _ => None,
        }
    }
    const fn what(self) -> &'static str {
        match self {
            Self::Complaint(_) => "complaint",
            Self::Violation(_) => "violation",
        }
    }
    fn decision(self) -> String {
        match self {
            Self::Complaint(complaint) => word(&complaint),
            Self::Violation(objection) => word(&objection),
        }
        .unwrap_or_default()
    }
}

/// A decision to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQualityDecision {
    /// The case, as the quality office numbers it.
    pub case_id: String,
    /// What was decided.
    pub verdict: Verdict,
    /// The job that it is about, if it is about one.
    pub job: Option<DocId>,
    /// The agency, where no job tells it.
    pub agency: Option<AgencyId>,
    /// Why.
    pub note: String,
    /// By whom.
    pub by: UserId,
}

/// A decision as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityDecision {
    /// Its number.
    pub id: i64,
    /// The case.
    pub case_id: String,
    /// Complaint or violation.
    pub what: String,
    /// The job.
    pub job: Option<DocId>,
    /// The agency.
    pub agency: AgencyId,
    /// What was decided.
    pub decision: String,
    /// The instant at which it counts: that of the first decision on the case.
    pub at: Instant,
    /// Why.
    pub note: String,
    /// By whom.
    pub by: UserId,
    /// When it was written down.
    pub made_at: Instant,
}

/// Writes a decision down and counts it. A later one on the same case takes its
/// place in the month in which the first one counted. A job of the writer.
///
/// # Errors
///
/// Without a reason, without an agency, or when the case is about something else.
pub fn decide(
    tx: &Transaction<'_>,
    new: &NewQualityDecision,
    now: Instant,
) -> Result<QualityDecision, CoreError> {
    let case_id = new.case_id.trim();
    if case_id.is_empty() || case_id.chars().count() > CASE_CHARS_MAX {
        return Err(problem("case", "decision.case", "a case has a name of 1 to 100 characters"));
    }
    if new.note.trim().is_empty() {
        return Err(problem("note", "decision.no_reason", "a decision needs a reason"));
    }
    let (job, agency, at) = match before(tx, case_id)? {
        Some((what, job, agency, at)) => {
            if what != new.verdict.what() || new.job.is_some_and(|asked| Some(asked) != job) {
                return Err(problem("case", "decision.other_case", "this case is about something else"));
            }
            (job, agency, at)
        }
        None => (new.job, agency_for(tx, new)?, now),
    };
    tx.prepare_cached(INSERT)?.execute(params![
        case_id,
        new.verdict.what(),
        job.as_ref().map(DocId::as_bytes),
        agency.as_bytes(),
        new.verdict.decision(),
        at.millis(),
        new.note.trim(),
        new.by.as_bytes(),
        now.millis(),
    ])?;
    let id = tx.last_insert_rowid();
    match job {
        Some(job) => super::touch(tx, job)?,
        None => super::touch_case(tx, case_id)?,
    }
    Ok(QualityDecision {
        id,
        case_id: case_id.to_owned(),
        what: new.verdict.what().to_owned(),
        job,
        agency,
        decision: new.verdict.decision(),
        at,
        note: new.note.trim().to_owned(),
        by: new.by,
        made_at: now,
    })
}

const CASE_CHARS_MAX: usize = 100;

type First = (String, Option<DocId>, AgencyId, Instant);

fn before(connection: &Connection, case: &str) -> Result<Option<First>, CoreError> {
    let mut statement = connection.prepare_cached(BEFORE)?;
    let mut rows = statement
        .query_map([case], |row| Ok((row.get(0)?, column(row, 1)?, column(row, 2)?, column(row, 3)?)))?;
    Ok(rows.next().transpose()?)
}

/// Whose case it is: the job's agency when it was closed, its present one, or the
/// one that was named.
fn agency_for(tx: &Transaction<'_>, new: &NewQualityDecision) -> Result<AgencyId, CoreError> {
    let missing = || problem("agency", "decision.no_agency", "name the agency: no job tells it");
    let Some(job) = new.job else {
        let agency = new.agency.ok_or_else(missing)?;
        let unknown = |_absent| problem("agency", "decision.no_agency", "there is no such agency");
        return find_agency(tx, agency).map(|row| row.id).map_err(unknown);
    };
    let case = case::read(tx, job)?
        .ok_or_else(|| CoreError::refused_at(ErrorCode::NotFound, "job", "there is no such job"))?;
    if let Some(agency) = months::month_of_job(tx, job)?.map(|(agency, _)| agency).or(case.agency) {
        return Ok(agency);
    }
    let present: Option<AgencyId> =
        tx.prepare_cached(AGENCY_NOW)?.query_row([job.as_bytes()], |row| column(row, 0))?;
    present.or(new.agency).ok_or_else(missing)
}

/// The last decisions, the newest first; of one agency or of all.
///
/// # Errors
///
/// When the store fails.
pub fn decisions(
    connection: &Connection,
    agency: Option<AgencyId>,
) -> Result<Vec<QualityDecision>, CoreError> {
    let mut statement = connection.prepare_cached(LIST)?;
    let rows = statement.query_map([agency.as_ref().map(AgencyId::as_bytes)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<QualityDecision> {
    Ok(QualityDecision {
        id: row.get(0)?,
        case_id: row.get(1)?,
        what: row.get(2)?,
        job: column(row, 3)?,
        agency: column(row, 4)?,
        decision: row.get(5)?,
        at: column(row, 6)?,
        note: row.get(7)?,
        by: column(row, 8)?,
        made_at: column(row, 9)?,
    })
}

fn problem(path: &str, code: &str, message: &str) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, message)])
}
