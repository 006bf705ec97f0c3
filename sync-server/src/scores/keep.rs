//! Keeping evidence and what it adds up to: the rows of one job or trip are
//! replaced together, and the sums follow row by row.

use std::collections::BTreeMap;

use domain::{AgencyId, DocId, UserId, Uuid};
use rusqlite::{Connection, Transaction, params};
use scoring::{ComponentKey, Measure, Outcome};

use super::code::{self, COLUMNS, Stored, case_bytes, case_code, measure_code, outcome_code, word};
use super::gather::Placed;
use super::period::MonthKey;
use crate::error::CoreError;
use crate::sql::column;

const INSERT: &str = "INSERT INTO evidence (agency, month, origin, measure, case_id, case_type, job, outcome, \
     value, weight, mix, reason, excluded_by, known_at, source) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
const DELETE: &str =
    "DELETE FROM evidence WHERE agency = ?1 AND month = ?2 AND measure = ?3 AND case_id = ?4";
const ADD: &str = "INSERT INTO month_facts (agency, month, measure, numerator, denominator, cases) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (agency, month, measure) DO UPDATE SET \
     numerator = numerator + excluded.numerator, denominator = denominator + excluded.denominator, \
     cases = cases + excluded.cases";
const DROP_EMPTY: &str = "DELETE FROM month_facts WHERE agency = ?1 AND month = ?2 AND measure = ?3 \
     AND numerator = 0 AND denominator = 0 AND cases = 0";
const ADD_PARTS: &str = "INSERT INTO month_parts (month, mix, agency, jobs, cost) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (month, mix, agency) DO UPDATE SET jobs = jobs + excluded.jobs, cost = cost + excluded.cost";
const DROP_EMPTY_PARTS: &str =
    "DELETE FROM month_parts WHERE month = ?1 AND mix = ?2 AND agency = ?3 AND jobs = 0 AND cost = 0";
const NOTE_CHANGE: &str = "INSERT OR IGNORE INTO score_changes (agency, month) \
     SELECT ?1, ?2 WHERE ?2 <= (SELECT max(month) FROM frozen_months)";

/// Replaces what a job or trip gave before by what it gives now.
pub(super) fn replace(tx: &Transaction<'_>, origin: Uuid, now: Vec<Placed>) -> Result<(), CoreError> {
    let mut before: BTreeMap<Key, Placed> =
        stored(tx, origin)?.into_iter().map(|placed| (Key::of(&placed), placed)).collect();
    for placed in now {
        match before.remove(&Key::of(&placed)) {
            Some(old) if old == placed => {}
            Some(old) => {
                remove(tx, &old)?;
                add(tx, origin, &placed)?;
            }
            None => add(tx, origin, &placed)?,
        }
    }
    before.values().try_for_each(|gone| remove(tx, gone))
}

/// A row's place in the table.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(AgencyId, MonthKey, i64, Vec<u8>);

impl Key {
    fn of(placed: &Placed) -> Self {
        let case = case_bytes(placed.row.case_type, &placed.row.case_id);
        Self(placed.agency, placed.month, measure_code(placed.row.measure), case)
    }
}

fn stored(connection: &Connection, origin: Uuid) -> Result<Vec<Placed>, CoreError> {
    let sql = format!("SELECT {COLUMNS}, agency, month FROM evidence WHERE origin = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([origin.as_bytes()], |row| {
        let Stored { row: evidence, mix } = code::read(row)?;
        Ok(Placed { agency: column(row, 12)?, month: MonthKey(row.get(13)?), row: evidence, mix })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn add(tx: &Transaction<'_>, origin: Uuid, placed: &Placed) -> Result<(), CoreError> {
    let Key(agency, month, measure, case) = Key::of(placed);
    let row = &placed.row;
    tx.prepare_cached(INSERT)?.execute(params![
        agency.as_bytes(),
        month.0,
        origin.as_bytes(),
        measure,
        case,
        case_code(row.case_type),
        row.job.as_ref().map(DocId::as_bytes),
        outcome_code(row.outcome),
        code::number(row.measure, row.value),
        code::number(row.measure, row.weight),
        placed.mix,
        row.reason.as_ref().and_then(word),
        row.excluded_by.as_ref().map(UserId::as_bytes),
        row.known_at.millis(),
        row.source_event_id,
    ])?;
    count(tx, placed, 1)
}

fn remove(tx: &Transaction<'_>, placed: &Placed) -> Result<(), CoreError> {
    let Key(agency, month, measure, case) = Key::of(placed);
    tx.prepare_cached(DELETE)?.execute(params![agency.as_bytes(), month.0, measure, case])?;
    count(tx, placed, -1)
}

/// Adds a row to the sums, or takes it away. What was left out adds nothing.
fn count(tx: &Transaction<'_>, placed: &Placed, times: i64) -> Result<(), CoreError> {
    let (agency, month, row) = (placed.agency, placed.month, &placed.row);
    tx.prepare_cached(NOTE_CHANGE)?.execute((agency.as_bytes(), month.0))?;
    if row.outcome == Outcome::Excluded {
        return Ok(());
    }
    let value = code::number(row.measure, row.value).saturating_mul(times);
    if row.measure == Measure::Component(ComponentKey::PartsNorm) {
        let mix = placed.mix.as_deref().unwrap_or_default();
        tx.prepare_cached(ADD_PARTS)?.execute((month.0, mix, agency.as_bytes(), times, value))?;
        tx.prepare_cached(DROP_EMPTY_PARTS)?.execute((month.0, mix, agency.as_bytes()))?;
        return Ok(());
    }
    let weight = code::number(row.measure, row.weight).saturating_mul(times);
    let measure = measure_code(row.measure);
    tx.prepare_cached(ADD)?.execute((agency.as_bytes(), month.0, measure, value, weight, times))?;
    tx.prepare_cached(DROP_EMPTY)?.execute((agency.as_bytes(), month.0, measure))?;
    Ok(())
}
