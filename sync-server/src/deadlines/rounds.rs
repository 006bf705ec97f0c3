//! The rows of a job's clocks, from its events, its calendars and what has been
//! settled. Nothing else is asked: no clock, and not what stood there before.

use calendar::{CalendarBook, Clock, ClockPolicy, NeverOpen, Round, RoundState};
use domain::{DocId, EventId, EventKind, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::books::book_of;
use super::facts::{Happened, facts_of, sort, technician_at};
use super::settle::settled_until;
use crate::error::CoreError;
use crate::evidence::heard::heard_until;
use crate::sql::column;

const POLICIES: &str = "SELECT policies FROM job_clocks WHERE doc = ?1 \
     UNION ALL SELECT clocks FROM requests WHERE id = ?1";
/// Of a request: its own, and what was said and promised to the customer on its visits.
const EVENTS: &str = "SELECT event, kind, effective_at, corrected_at, by, technician, place FROM job_events \
     WHERE doc = ?1 AND misplaced = 0 \
     UNION ALL SELECT event, kind, at, at, by, NULL, 0 FROM request_events WHERE request = ?1 \
     UNION ALL SELECT event, kind, effective_at, corrected_at, by, technician, place FROM request_jobs \
     JOIN job_events ON job_events.doc = request_jobs.job \
     WHERE request_jobs.request = ?1 AND misplaced = 0 AND kind IN ('contacted', 'answered', 'promised', \
     'customer_replied', 'arrived', 'assigned', 'unassigned')";
const COLUMNS: &str = "clock, round, source, started_at, due_at, state, paused_for, used_ms, target_ms, \
     decided_at, outcome, answered_at, technician, evidence";
const CLEAR: &str = "DELETE FROM clock_rounds WHERE doc = ?1";

/// A row of `clock_rounds`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RoundRow {
    clock: String,
    round: i64,
    source: [u8; 8],
    started_at: i64,
    due_at: Option<i64>,
    state: String,
    paused_for: Option<String>,
    used_ms: i64,
    target_ms: i64,
    decided_at: Option<i64>,
    outcome: Option<String>,
    answered_at: Option<i64>,
    technician: Option<[u8; 16]>,
    evidence: Option<String>,
}

/// By which instants events are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Those that people decided on where they did.
    Effective,
    /// What follows from the log alone.
    Corrected,
}

/// Writes the rows of a job, if they differ from those that stand.
pub(crate) fn write(tx: &Transaction<'_>, doc: DocId) -> Result<(), CoreError> {
    let rows = rows_of(tx, doc)?;
    if rows == standing(tx, doc)? {
        return Ok(());
    }
    tx.prepare_cached(CLEAR)?.execute([doc.as_bytes()])?;
    let insert = format!(
        "INSERT INTO clock_rounds (doc, {COLUMNS}) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    );
    for row in rows {
        tx.prepare_cached(&insert)?.execute(params![
            doc.as_bytes(),
            row.clock,
            row.round,
            row.source,
            row.started_at,
            row.due_at,
            row.state,
            row.paused_for,
            row.used_ms,
            row.target_ms,
            row.decided_at,
            row.outcome,
            row.answered_at,
            row.technician,
            row.evidence,
        ])?;
    }
    Ok(())
}

/// Whether a clock of the job had been decided by an instant, as the log tells it.
pub(super) fn decided_by(
    connection: &Connection,
    doc: DocId,
    reading: Reading,
    at: Instant,
) -> Result<bool, CoreError> {
    let (events, book) = (events_of(connection, doc, reading)?, book_of(connection, doc)?);
    for policy in policies_of(connection, doc)? {
        for run in runs_of(&policy, &events) {
            let rounds = run.clock.rounds(&book, at).unwrap_or_default();
            if rounds.iter().any(|round| round.state.decided_at().is_some()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn rows_of(connection: &Connection, doc: DocId) -> Result<Vec<RoundRow>, CoreError> {
    let policies = policies_of(connection, doc)?;
    if policies.is_empty() {
        return Ok(Vec::new());
    }
    let events = events_of(connection, doc, Reading::Effective)?;
    let (book, settled) = (book_of(connection, doc)?, settled_until(connection)?);
    let mut rows = Vec::new();
    for policy in &policies {
        let mut number = 0;
        for run in runs_of(policy, &events) {
            let rounds = run.rounds(&book, settled).map_err(|never| CoreError::corrupt(doc, never))?;
            for (round, due) in rounds {
                rows.push(row_of(connection, policy, &events, (number, &round, due))?);
                number += 1;
            }
        }
    }
    rows.sort_by(|one, other| (&one.clock, one.round).cmp(&(&other.clock, other.round)));
    Ok(rows)
}

fn policies_of(connection: &Connection, doc: DocId) -> Result<Vec<ClockPolicy>, CoreError> {
    let policies: Option<String> =
        connection.prepare_cached(POLICIES)?.query_row([doc.as_bytes()], |row| row.get(0)).optional()?;
    let Some(policies) = policies else { return Ok(Vec::new()) };
    serde_json::from_str(&policies).map_err(|error| CoreError::corrupt(doc, error))
}

fn events_of(connection: &Connection, doc: DocId, reading: Reading) -> Result<Vec<Happened>, CoreError> {
    let mut statement = connection.prepare_cached(EVENTS)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let kind: String = row.get(1)?;
        let at = if reading == Reading::Effective { 2 } else { 3 };
        let happened = |kind| {
            Ok(Happened {
                id: column(row, 0)?,
                kind,
                at: column(row, at)?,
                by: column(row, 4)?,
                technician: column(row, 5)?,
                place: row.get(6)?,
            })
        };
        EventKind::from_name(&kind).map(happened).transpose()
    })?;
    let mut events: Vec<Happened> = rows.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    sort(&mut events);
    Ok(events)
}

/// A clock with the facts of one start.
struct Run {
    clock: Clock,
    /// The last of its facts.
    last: Instant,
}

fn runs_of(policy: &ClockPolicy, events: &[Happened]) -> Vec<Run> {
    let run = |facts: Vec<calendar::ClockFact>| {
        let last = facts.iter().map(|fact| fact.at).max()?;
        let mut clock = Clock::new(policy.clone());
        facts.into_iter().for_each(|fact| clock.record(fact));
        Some(Run { clock, last })
    };
    facts_of(policy.kind, events).into_iter().filter_map(run).collect()
}

impl Run {
    /// Its rounds and when each is, or would have been, due. They are taken as of what
    /// was settled, or of the last fact if that is later; what a running one has used,
    /// as of its last fact, so that time alone changes no row before its end.
    fn rounds(
        &self,
        book: &CalendarBook,
        settled: Instant,
    ) -> Result<Vec<(Round, Option<Instant>)>, NeverOpen> {
        let mut rounds = self.clock.rounds(book, settled.max(self.last))?;
        let runs = |round: &Round| matches!(round.state, RoundState::Running { .. });
        if settled > self.last && rounds.iter().any(runs) {
            let as_of_last = self.clock.rounds(book, self.last)?;
            for round in rounds.iter_mut().filter(|round| runs(round)) {
                let before = as_of_last.iter().find(|before| before.source == round.source);
                round.used = before.map_or(round.used, |before| before.used);
            }
        }
        rounds.into_iter().map(|round| Ok((round.clone(), self.due(book, &round)?))).collect()
    }

    fn due(&self, book: &CalendarBook, round: &Round) -> Result<Option<Instant>, NeverOpen> {
        let policy = self.clock.policy();
        Ok(match round.state {
            RoundState::Running { due } | RoundState::Breached { due, .. } => Some(due),
            RoundState::Met { at } => {
                // By the calendar of that moment: one entered later changes nothing.
                let left = policy.target.minus(round.used);
                let then = CalendarBook::new(book.at(at).clone());
                Some(then.due(policy.basis, at, left)?)
            }
            RoundState::Paused { .. } | RoundState::Withdrawn { .. } => None,
        })
    }
}

fn row_of(
    connection: &Connection,
    policy: &ClockPolicy,
    events: &[Happened],
    (number, round, due): (i64, &Round, Option<Instant>),
) -> Result<RoundRow, CoreError> {
    let word = |word: &str| Some(word.to_owned());
    let mut row = RoundRow {
        clock: policy.kind.name().to_owned(),
        round: number,
        source: source_of(round),
        started_at: round.started_at.millis(),
        due_at: due.map(Instant::millis),
        state: String::new(),
        paused_for: None,
        used_ms: round.used.millis(),
        target_ms: policy.target.millis(),
        decided_at: round.state.decided_at().map(Instant::millis),
        outcome: None,
        answered_at: None,
        technician: None,
        evidence: None,
    };
    let state = match round.state {
        RoundState::Running { .. } => "running",
        RoundState::Withdrawn { .. } => "withdrawn",
        RoundState::Paused { reason, .. } => {
            row.paused_for = word(reason.name());
            "paused"
        }
        RoundState::Met { .. } => {
            row.outcome = word("met");
            "met"
        }
        RoundState::Breached { due, answered_at } => {
            row.outcome = word("breached");
            row.answered_at = answered_at.map(Instant::millis);
            let technician = technician_at(events, due);
            row.technician = technician.map(|technician| *technician.as_bytes());
            row.evidence = word(evidence_of(connection, technician, due)?);
            "breached"
        }
    };
    Ok(RoundRow { state: state.to_owned(), ..row })
}

fn source_of(round: &Round) -> [u8; 8] {
    let id = round.source.parse::<EventId>();
    id.map_or([0; 8], |id| *id.as_bytes())
}

/// Pending until all phones of whoever held the job have been heard since.
fn evidence_of(
    connection: &Connection,
    technician: Option<UserId>,
    due: Instant,
) -> Result<&'static str, CoreError> {
    let Some(technician) = technician else { return Ok("complete") };
    let heard = heard_until(connection, technician)?;
    Ok(if heard.is_some_and(|heard| heard > due) { "complete" } else { "pending" })
}

fn standing(connection: &Connection, doc: DocId) -> Result<Vec<RoundRow>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM clock_rounds WHERE doc = ?1 ORDER BY clock, round");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([doc.as_bytes()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RoundRow> {
    Ok(RoundRow {
        clock: row.get(0)?,
        round: row.get(1)?,
        source: row.get(2)?,
        started_at: row.get(3)?,
        due_at: row.get(4)?,
        state: row.get(5)?,
        paused_for: row.get(6)?,
        used_ms: row.get(7)?,
        target_ms: row.get(8)?,
        decided_at: row.get(9)?,
        outcome: row.get(10)?,
        answered_at: row.get(11)?,
        technician: row.get(12)?,
        evidence: row.get(13)?,
    })
}
