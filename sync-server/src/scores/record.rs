//! A month through its life: live, frozen, objected to, final. What was published
//! is kept with its evidence; what becomes known later is a version or a line.

use std::collections::BTreeMap;

use domain::{AgencyId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use scoring::{
    Computation, EvidenceRow, Explanation, LifecycleDates, LifecycleRefusal, Measure, ReasonCode, Remark,
    Rules, ScoreRecord, Stage, explain,
};
use wire::{ErrorCode, FieldProblem};

use super::code::{case_bytes, measure_code, measure_name};
use super::months::{computed, evidence_of, live_counts};
use super::period::MonthKey;
use super::rules::{rules_named, rules_of};
use crate::error::CoreError;
use crate::sql::{column, int};

const READ: &str = "SELECT json FROM score_records WHERE agency = ?1 AND month = ?2";
const WRITE: &str = "INSERT INTO score_records (agency, month, json, settle_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (agency, month) DO UPDATE SET json = excluded.json, settle_at = excluded.settle_at";
const KEEP_ROWS: &str =
    "INSERT OR IGNORE INTO score_evidence (agency, month, version, rows) VALUES (?1, ?2, ?3, ?4)";
const KEPT_ROWS: &str =
    "SELECT rows FROM score_evidence WHERE agency = ?1 AND month = ?2 ORDER BY version DESC LIMIT 1";
const ORIGIN: &str = "SELECT origin, job FROM evidence WHERE measure = ?1 AND case_id = ?2 \
     AND agency = ?3 AND month = ?4";
const EXCLUDE: &str = "INSERT OR REPLACE INTO score_exclusions (measure, case_id, reason, by, at) \
     VALUES (?1, ?2, 'objection_accepted', ?3, ?4)";
const COMPRESSION: i32 = 3;
/// No month's evidence comes near it.
const ROWS_BYTES_MAX: usize = 1 << 30;

/// The record of a published month.
pub(super) fn read(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
) -> Result<Option<ScoreRecord>, CoreError> {
    let json: Option<String> = connection
        .prepare_cached(READ)?
        .query_row((agency.as_bytes(), month.0), |row| row.get(0))
        .optional()?;
    json.map(|json| serde_json::from_str(&json).map_err(|error| unreadable(month, &error))).transpose()
}

fn unreadable(month: MonthKey, error: &dyn std::fmt::Display) -> CoreError {
    CoreError::Outside(format!("a published score of {month} cannot be read: {error}"))
}

/// When a month changes its stage.
#[must_use]
pub(crate) fn dates(month: MonthKey, rules: &Rules) -> LifecycleDates {
    let life = rules.monthly.lifecycle;
    let next = month.next();
    let month_ends = month.ends();
    let frozen_at = next.day_begins(life.frozen_on_day).unwrap_or(month_ends);
    LifecycleDates {
        month_ends,
        frozen_at,
        objections_until: frozen_at.plus_days(life.objection_days),
        final_at: next.day_begins(life.final_on_day).unwrap_or(month_ends),
    }
}

/// The rules by which a month is scored: those that it was frozen by, or those that
/// hold in it.
fn rules_by(
    connection: &Connection,
    month: MonthKey,
    record: Option<&ScoreRecord>,
) -> Result<std::sync::Arc<Rules>, CoreError> {
    match record.filter(|record| record.stage() != Stage::Provisional) {
        Some(record) => {
            let name = &record.shown().rules_version;
            rules_named(connection, name)?.ok_or_else(|| unreadable(month, &format!("no rules {name:?}")))
        }
        None => rules_of(connection, month),
    }
}

/// Brings a published month up to date with what is known now, and its stage with
/// the time. A job of the writer.
pub(super) fn settle(
    tx: &Transaction<'_>,
    agency: AgencyId,
    month: MonthKey,
    now: Instant,
) -> Result<(), CoreError> {
    let known = read(tx, agency, month)?;
    let rules = rules_by(tx, month, known.as_ref())?;
    let figures = computed(tx, agency, month, &rules)?;
    let published = known.as_ref().map_or(0, |record| record.versions().len());
    let mut record = match known {
        Some(mut record) => {
            record.recompute(now, figures).map_err(|refusal| refused(&refusal))?;
            record
        }
        None => ScoreRecord::new(dates(month, &rules), figures),
    };
    record.settle(now);
    keep(tx, agency, month, &record, published)
}

/// Writes the record, and the evidence of every version that is new in it.
fn keep(
    tx: &Transaction<'_>,
    agency: AgencyId,
    month: MonthKey,
    record: &ScoreRecord,
    published: usize,
) -> Result<(), CoreError> {
    let json = serde_json::to_string(record).map_err(|error| unreadable(month, &error))?;
    let settle_at = record.settles_at().map(Instant::millis);
    tx.prepare_cached(WRITE)?.execute((agency.as_bytes(), month.0, json, settle_at))?;
    if record.versions().len() > published {
        let rows = evidence_of(tx, agency, month, None)?;
        let json = serde_json::to_vec(&rows).map_err(|error| unreadable(month, &error))?;
        let packed = zstd::bulk::compress(&json, COMPRESSION).map_err(|error| unreadable(month, &error))?;
        let version = int(record.versions().len().saturating_sub(1));
        tx.prepare_cached(KEEP_ROWS)?.execute((agency.as_bytes(), month.0, version, packed))?;
    }
    Ok(())
}

/// The evidence as it was published last.
fn published_rows(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
) -> Result<Option<Vec<EvidenceRow>>, CoreError> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached(KEPT_ROWS)?
        .query_row((agency.as_bytes(), month.0), |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(None) };
    let json = zstd::bulk::decompress(&packed, ROWS_BYTES_MAX).map_err(|error| unreadable(month, &error))?;
    serde_json::from_slice(&json).map(Some).map_err(|error| unreadable(month, &error))
}

/// What was published of a month, if anything was.
pub(crate) fn published_head(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
) -> Result<Option<(Stage, Computation)>, CoreError> {
    Ok(read(connection, agency, month)?.map(|record| (record.stage(), record.shown().clone())))
}

/// An agency's month as people see it, without its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreHead {
    /// By what it was computed: as published, or live before.
    pub computation: Computation,
    /// When it changes its stage.
    pub dates: LifecycleDates,
    /// Its life, once it was published.
    pub record: Option<ScoreRecord>,
}

impl ScoreHead {
    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.record.as_ref().map_or(Stage::Provisional, ScoreRecord::stage)
    }
}

/// An agency's month with everything that it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePage {
    /// The score with its evidence.
    pub explanation: Explanation,
    /// The rest.
    pub head: ScoreHead,
}

/// An agency's month without its evidence.
///
/// # Errors
///
/// When the store fails.
pub fn head(connection: &Connection, agency: AgencyId, month: MonthKey) -> Result<ScoreHead, CoreError> {
    let record = read(connection, agency, month)?;
    let rules = rules_by(connection, month, record.as_ref())?;
    let dates = dates(month, &rules);
    let computation = match &record {
        Some(record) => record.shown().clone(),
        None => computed(connection, agency, month, &rules)?,
    };
    Ok(ScoreHead { computation, dates, record })
}

/// The evidence that people see, all of it or one measure's: as published, or live
/// before.
///
/// # Errors
///
/// When the store fails.
pub fn rows(
    connection: &Connection,
    agency: AgencyId,
    month: MonthKey,
    measure: Option<Measure>,
) -> Result<Vec<EvidenceRow>, CoreError> {
    match published_rows(connection, agency, month)? {
        Some(mut rows) => {
            rows.retain(|row| measure.is_none_or(|measure| measure == row.measure));
            Ok(rows)
        }
        None => evidence_of(connection, agency, month, measure),
    }
}

/// How many cases of a month count, and how many were left out for which reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseCounts {
    /// Those that count, by measure.
    pub counted: BTreeMap<Measure, usize>,
    /// Those that do not, by measure.
    pub left_out: BTreeMap<Measure, usize>,
    /// The same by reason.
    pub reasons: BTreeMap<ReasonCode, usize>,
}

/// Counts the cases that people see.
///
/// # Errors
///
/// When the store fails.
pub fn counts(connection: &Connection, agency: AgencyId, month: MonthKey) -> Result<CaseCounts, CoreError> {
    let mut counts = CaseCounts::default();
    let mut add = |measure, reason: Option<ReasonCode>, cases: usize| match reason {
        None => *counts.counted.entry(measure).or_default() += cases,
        Some(reason) => {
            *counts.left_out.entry(measure).or_default() += cases;
            *counts.reasons.entry(reason).or_default() += cases;
        }
    };
    match published_rows(connection, agency, month)? {
        Some(rows) => rows.iter().for_each(|row| add(row.measure, row.reason, 1)),
        None => {
            for (measure, reason, cases) in live_counts(connection, agency, month)? {
                add(measure, reason, cases);
            }
        }
    }
    Ok(counts)
}

/// An agency's month with everything that it was made of.
///
/// # Errors
///
/// When the store fails.
pub fn page(connection: &Connection, agency: AgencyId, month: MonthKey) -> Result<ScorePage, CoreError> {
    let head = head(connection, agency, month)?;
    let rules = rules_by(connection, month, head.record.as_ref())?;
    let rows = rows(connection, agency, month, None)?;
    Ok(ScorePage { explanation: explain(&rules, rows), head })
}

/// A row as objections name it.
#[must_use]
pub fn row_name(measure: Measure, case_id: &str) -> String {
    format!("{}/{case_id}", measure_name(measure))
}

/// Takes an objection of a representative to a row; returns its number. A job of
/// the writer.
///
/// # Errors
///
/// When the month takes no objections, has no such row, or the row was objected to
/// already.
pub fn object(
    tx: &Transaction<'_>,
    agency: AgencyId,
    month: MonthKey,
    row: &str,
    remark: Remark,
) -> Result<usize, CoreError> {
    let now = remark.at;
    let early =
        if now < month.ends() { LifecycleRefusal::MonthNotEnded } else { LifecycleRefusal::NoObjections };
    let mut record = read(tx, agency, month)?.ok_or_else(|| refused(&early))?;
    let rows = published_rows(tx, agency, month)?.unwrap_or_default();
    if !rows.iter().any(|known| row_name(known.measure, &known.case_id) == row) {
        return Err(problem("row", "score.no_such_row", "the month has no such row of evidence"));
    }
    if record.objections().iter().any(|known| known.source_event_id == row) {
        return Err(problem("row", "score.objected_before", "this row was objected to already"));
    }
    let published = record.versions().len();
    let number = record.object(row.to_owned(), remark).map_err(|refusal| refused(&refusal))?;
    record.settle(now);
    keep(tx, agency, month, &record, published)?;
    Ok(number)
}

/// What headquarters says to an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The row is left out.
    Accepted,
    /// The row stays.
    Rejected,
}

/// Answers an objection. A job of the writer.
///
/// # Errors
///
/// When there is no such open objection, or the answer has no words.
pub fn answer_objection(
    tx: &Transaction<'_>,
    agency: AgencyId,
    month: MonthKey,
    number: usize,
    ruling: Ruling,
    remark: Remark,
) -> Result<(), CoreError> {
    let none = || refused(&LifecycleRefusal::NoSuchObjection);
    let mut record = read(tx, agency, month)?.ok_or_else(none)?;
    let published = record.versions().len();
    match ruling {
        Ruling::Rejected => record.reject(number, remark).map_err(|refusal| refused(&refusal))?,
        Ruling::Accepted => {
            let row = record.objections().get(number).ok_or_else(none)?.source_event_id.clone();
            leave_out(tx, agency, month, &row, remark.by, remark.at)?;
            let rules = rules_by(tx, month, Some(&record))?;
            let without = computed(tx, agency, month, &rules)?;
            record.accept(number, remark, without).map_err(|refusal| refused(&refusal))?;
        }
    }
    keep(tx, agency, month, &record, published)
}

/// Leaves a row out of the month, as headquarters decided.
fn leave_out(
    tx: &Transaction<'_>,
    agency: AgencyId,
    month: MonthKey,
    row: &str,
    by: UserId,
    at: Instant,
) -> Result<(), CoreError> {
    let gone = || problem("row", "score.no_such_row", "the month has no such row of evidence any more");
    let rows = published_rows(tx, agency, month)?.unwrap_or_default();
    let found = rows.into_iter().find(|known| row_name(known.measure, &known.case_id) == row);
    let found = found.ok_or_else(gone)?;
    let measure = measure_code(found.measure);
    let case = case_bytes(found.case_type, &found.case_id);
    tx.prepare_cached(EXCLUDE)?.execute(params![measure, case, by.as_bytes(), at.millis()])?;
    let origin: Option<(domain::DocId, Option<domain::DocId>)> = tx
        .prepare_cached(ORIGIN)?
        .query_row((measure, &case, agency.as_bytes(), month.0), |row| Ok((column(row, 0)?, column(row, 1)?)))
        .optional()?;
    let Some((origin, job)) = origin else { return Err(gone()) };
    match found.case_type {
        scoring::CaseType::TravelClaim => super::touch_trip(tx, origin),
        scoring::CaseType::Complaint | scoring::CaseType::Violation if job.is_none() => {
            super::touch_case(tx, &found.case_id)
        }
        _ => super::touch(tx, origin),
    }
}

fn refused(refusal: &LifecycleRefusal) -> CoreError {
    let message = refusal.to_string();
    match refusal {
        LifecycleRefusal::NoSuchObjection => CoreError::refused(ErrorCode::NotFound, message),
        _ => problem("objection", refusal.code(), &message),
    }
}

fn problem(path: &str, code: &str, message: &str) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, message)])
}
