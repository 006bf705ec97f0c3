//! The evidence that a job or a trip gives: recorded facts into rows, each in its
//! agency's month.

use calendar::ClockKind;
use domain::{AgencyId, AssetId, DocId, EventId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use scoring::{
    CaseType, ClockOutcome, ClosedJobFacts, Complaint, ComponentKey, DutyFacts, EvidenceRow, JobStanding,
    Measure, Objection, ReasonCode, ReopenedJob, RipeJob, closed_job_rows, complaint_row, duty_row,
    repeat_rows, violation_row,
};

use super::case::{self, JobCase, agency_at};
use super::code::{case_bytes, measure_code, of_word};
use super::period::MonthKey;
use super::rules::rules_of;
use crate::deadlines::is_response;
use crate::error::CoreError;
use crate::sql::column;

const REPAIR: &str = "SELECT outcome FROM clock_rounds WHERE doc = ?1 AND clock = 'repair' \
     AND outcome IS NOT NULL ORDER BY round LIMIT 1";
const ROUNDS: &str = "SELECT clock, round, source, outcome, decided_at FROM clock_rounds \
     WHERE doc = ?1 AND outcome IS NOT NULL ORDER BY clock, round";
const LATER_OF_DEVICE: &str = "SELECT doc, opened_at, opened_event, asset, fault_group FROM job_cases \
     WHERE asset = ?1 AND fault_group = ?2 AND opened_at > ?3 AND opened_at <= ?4 AND doc <> ?5 \
     AND standing <> 'void' ORDER BY opened_at, doc";
const REOPENED: &str = "SELECT event, effective_at FROM job_events WHERE doc = ?1 AND kind = 'reopened' \
     AND misplaced = 0 ORDER BY effective_at, place";
/// The newest decision on each case of a job.
const OF_JOB: &str = "SELECT case_id, what, job, agency, decision, at, id FROM quality_decisions AS one \
     WHERE job = ?1 AND NOT EXISTS (SELECT 1 FROM quality_decisions AS later \
     WHERE later.case_id = one.case_id AND later.id > one.id) ORDER BY id";
/// The newest decision on a case.
const OF_CASE: &str = "SELECT case_id, what, job, agency, decision, at, id FROM quality_decisions \
     WHERE case_id = ?1 ORDER BY id DESC LIMIT 1";
const EXCLUSION: &str = "SELECT reason, by FROM score_exclusions WHERE measure = ?1 AND case_id = ?2";
const CLAIM: &str = "SELECT agency, decided_at, violation, state FROM travel_claims \
     WHERE trip = ?1 AND decided_at IS NOT NULL";
const JOBS_OF_TRIP: &str = "SELECT job FROM trip_jobs WHERE trip = ?1 ORDER BY job LIMIT 2";

/// A row in its agency's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) agency: AgencyId,
    pub(crate) month: MonthKey,
    pub(crate) row: EvidenceRow,
    /// Of parts: with which jobs their cost is compared.
    pub(crate) mix: Option<String>,
}

/// All that a job gives.
pub(super) fn of_job(connection: &Connection, job: DocId) -> Result<Vec<Placed>, CoreError> {
    let mut found = Vec::new();
    if let Some(case) = case::read(connection, job)? {
        of_closing(connection, job, &case, &mut found)?;
    }
    of_clocks(connection, job, &mut found)?;
    super::surveyed::of_job(connection, job, &mut found)?;
    of_decisions(connection, OF_JOB, job.as_bytes(), &mut found)?;
    left_out(connection, found)
}

/// What a trip gives: its claim, once it is decided.
pub(super) fn of_trip(connection: &Connection, trip: DocId) -> Result<Vec<Placed>, CoreError> {
    let claim = connection
        .prepare_cached(CLAIM)?
        .query_row([trip.as_bytes()], |row| {
            Ok((column::<Option<AgencyId>>(row, 0)?, column::<Instant>(row, 1)?, row.get::<_, bool>(2)?))
        })
        .optional()?;
    let Some((Some(agency), decided_at, violation)) = claim else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(JOBS_OF_TRIP)?;
    let jobs = statement.query_map([trip.as_bytes()], |row| column::<DocId>(row, 0))?;
    let jobs: Vec<DocId> = jobs.collect::<Result<_, _>>()?;
    // A tour of several jobs is nobody's alone.
    let job = if let [only] = jobs[..] { Some(only) } else { None };
    let facts = DutyFacts {
        case_type: CaseType::TravelClaim,
        case_id: trip.to_string(),
        job,
        outcome: if violation { ClockOutcome::Missed } else { ClockOutcome::Met },
        known_at: decided_at,
        source_event_id: trip.to_string(),
        exclusion: None,
    };
    let mut found = Vec::new();
    place(&mut found, Some(agency), duty_row(&facts), None);
    left_out(connection, found)
}

/// What the quality officer decided that belongs to no job.
pub(super) fn of_case(connection: &Connection, case: &str) -> Result<Vec<Placed>, CoreError> {
    let mut found = Vec::new();
    of_decisions(connection, OF_CASE, &case, &mut found)?;
    left_out(connection, found)
}

/// Puts a row into the month in which its outcome became known; without an agency
/// nobody is judged by it.
pub(super) fn place(
    found: &mut Vec<Placed>,
    agency: Option<AgencyId>,
    row: Option<EvidenceRow>,
    mix: Option<String>,
) {
    if let (Some(agency), Some(row)) = (agency, row)
        && let Some(month) = MonthKey::at(row.known_at)
    {
        found.push(Placed { agency, month, row, mix });
    }
}

fn of_closing(
    connection: &Connection,
    job: DocId,
    case: &JobCase,
    found: &mut Vec<Placed>,
) -> Result<(), CoreError> {
    let Some((closed_at, closing_event)) = case.closed.clone() else { return Ok(()) };
    let repair: Option<String> =
        connection.prepare_cached(REPAIR)?.query_row([job.as_bytes()], |row| row.get(0)).optional()?;
    let facts = ClosedJobFacts {
        job,
        kind: case.kind,
        closed_at,
        closing_event,
        standing: case.standing,
        visits: case.visits,
        repair: repair.as_deref().and_then(outcome),
        parts_cost: case.parts_cost.unwrap_or_default(),
        // What is expected follows from the month's norm, when it is read.
        parts_expected: case.parts_cost.map(|_| 0),
    };
    for row in closed_job_rows(&facts) {
        let is_parts = row.measure == Measure::Component(ComponentKey::PartsNorm);
        let mix = (is_parts && row.reason.is_none()).then(|| case.mix());
        place(found, case.agency, Some(row), mix);
    }
    if case.standing == JobStanding::Counts {
        of_repeats(connection, job, case, closed_at, found)?;
    }
    Ok(())
}

/// A job counts among the repeats of the month after its closing, whose last
/// instant stands for the day on which its cohort is judged.
fn of_repeats(
    connection: &Connection,
    job: DocId,
    case: &JobCase,
    closed_at: Instant,
    found: &mut Vec<Placed>,
) -> Result<(), CoreError> {
    let Some(month) = MonthKey::at(closed_at).map(MonthKey::next) else { return Ok(()) };
    let rules = rules_of(connection, month)?;
    let ripe = RipeJob {
        job,
        closed_at,
        asset: case.asset.map(AssetId::from_uuid),
        fault_group: case.fault_group.clone(),
    };
    let last = closed_at.plus_days(rules.monthly.repeat_days);
    let later = later(connection, &ripe, last)?;
    let counts_at = month.ends().plus_millis(-1);
    for row in repeat_rows(&rules, &[ripe], &later, counts_at) {
        place(found, case.agency, Some(row), None);
    }
    Ok(())
}

/// What was opened after a closing: its own reopenings, and jobs on its device.
fn later(connection: &Connection, ripe: &RipeJob, last: Instant) -> Result<Vec<ReopenedJob>, CoreError> {
    let mut statement = connection.prepare_cached(REOPENED)?;
    let rows = statement.query_map([ripe.job.as_bytes()], |row| {
        Ok(ReopenedJob {
            job: ripe.job,
            opened_at: column(row, 1)?,
            event: EventId::from_bytes(row.get(0)?).to_string(),
            asset: ripe.asset,
            fault_group: ripe.fault_group.clone(),
        })
    })?;
    let mut opened: Vec<ReopenedJob> = rows.collect::<Result<_, _>>()?;
    let (Some(asset), Some(group)) = (ripe.asset, &ripe.fault_group) else { return Ok(opened) };
    let mut statement = connection.prepare_cached(LATER_OF_DEVICE)?;
    let values =
        params![asset.as_bytes(), group, ripe.closed_at.millis(), last.millis(), ripe.job.as_bytes()];
    let rows = statement.query_map(values, |row| {
        Ok(ReopenedJob {
            job: column(row, 0)?,
            opened_at: column(row, 1)?,
            event: row.get(2)?,
            asset: ripe.asset,
            fault_group: row.get(4)?,
        })
    })?;
    for row in rows {
        opened.push(row?);
    }
    Ok(opened)
}

fn of_clocks(connection: &Connection, job: DocId, found: &mut Vec<Placed>) -> Result<(), CoreError> {
    let mut statement = connection.prepare_cached(ROUNDS)?;
    let rows = statement.query_map([job.as_bytes()], |row| {
        let source: [u8; 8] = row.get(2)?;
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?,
            EventId::from_bytes(source).to_string(),
            row.get::<_, String>(3)?,
            column::<Instant>(row, 4)?,
        ))
    })?;
    for row in rows {
        let (clock, round, source_event_id, word, known_at) = row?;
        let is_response = of_word::<ClockKind>(&clock).is_some_and(is_response);
        let Some(outcome) = outcome(&word).filter(|_| is_response) else { continue };
        let facts = DutyFacts {
            case_type: CaseType::ResponseClock,
            case_id: format!("{job}/{clock}/{round}"),
            job: Some(job),
            outcome,
            known_at,
            source_event_id,
            exclusion: None,
        };
        place(found, agency_at(connection, job, known_at)?, duty_row(&facts), None);
    }
    Ok(())
}

fn outcome(word: &str) -> Option<ClockOutcome> {
    match word {
        "met" => Some(ClockOutcome::Met),
        "breached" => Some(ClockOutcome::Missed),
        _ => None,
    }
}

fn of_decisions(
    connection: &Connection,
    sql: &str,
    whose: &dyn ToSql,
    found: &mut Vec<Placed>,
) -> Result<(), CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([whose], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            column::<Option<DocId>>(row, 2)?,
            column::<AgencyId>(row, 3)?,
            row.get::<_, String>(4)?,
            column::<Instant>(row, 5)?,
            row.get::<_, i64>(6)?,
        ))
    })?;
    for row in rows {
        let (case, what, job, agency, decision, at, id) = row?;
        let source = format!("decision-{id}");
        let row = if what == "violation" {
            of_word::<Objection>(&decision).map(|objection| violation_row(&case, job, objection, at, &source))
        } else {
            let rules = rules_of(connection, MonthKey::at(at).unwrap_or(MonthKey(0)))?;
            of_word::<Complaint>(&decision)
                .map(|complaint| complaint_row(&rules, &case, job, complaint, at, &source))
        };
        place(found, Some(agency), row, None);
    }
    Ok(())
}

/// Leaves out what headquarters left out.
fn left_out(connection: &Connection, found: Vec<Placed>) -> Result<Vec<Placed>, CoreError> {
    let mut statement = connection.prepare_cached(EXCLUSION)?;
    let mut rows = Vec::with_capacity(found.len());
    for placed in found {
        let case = case_bytes(placed.row.case_type, &placed.row.case_id);
        let exclusion: Option<(String, Option<UserId>)> = statement
            .query_row((measure_code(placed.row.measure), case), |row| Ok((row.get(0)?, column(row, 1)?)))
            .optional()?;
        let reason = exclusion.and_then(|(reason, by)| Some((of_word::<ReasonCode>(&reason)?, by)));
        rows.push(match reason {
            Some((reason, by)) => Placed { row: placed.row.excluded(reason, by), mix: None, ..placed },
            None => placed,
        });
    }
    Ok(rows)
}
