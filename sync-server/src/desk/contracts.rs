//! Support contracts (R11, R97, R175): what was agreed, what was used, what is left.

use calendar::ClockPolicy;
use desk::{Act, Entitlement, Measure, RequestKind, Spent, Standing};
use domain::{DocId, Instant, UserId, Uuid, fold_search_text};
use rusqlite::{Connection, Row, Transaction, params};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::activity::json;
use super::acts::{one, words};
use super::fields::RequestFields;
use super::merges::merged_into;
use super::numbers::{self, Numbered};
use super::person::Person;
use super::row::{RequestRow, word};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::deadlines::clock_problems;
use crate::error::CoreError;
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;
use crate::sql::{column, unknown_word};
use crate::sync::{ReferenceKind, read_reference};

const INSERT: &str = "INSERT INTO contracts (id, number, account, kind, measure, thousandths, products, starts_at, \
     ends_at, terms, made_by, made_at, clocks) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const COLUMNS: &str = "id, number, account, kind, measure, thousandths, products, starts_at, ends_at, terms, \
     made_by, made_at, ended_at, ended_why, clocks";
const SPENT: &str = "SELECT measure, coalesce(sum(thousandths), 0) FROM contract_entries WHERE contract = ?1 GROUP BY measure";
const ENTER: &str = "INSERT INTO contract_entries (contract, request, measure, thousandths, reason, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM contract_entries WHERE contract = ?1 AND request = ?2)";
const END: &str = "UPDATE contracts SET ended_at = ?2, ended_why = ?3 WHERE id = ?1 AND ended_at IS NULL";

/// A contract to be entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// Its account.
    #[schema(value_type = String, format = "uuid")]
    pub account: Uuid,
    /// `support`, `temporary` for shortcomings within a period, or `installation`.
    pub kind: String,
    /// By what it is used up: `hours`, `days`, `incidents` or `unlimited`.
    #[schema(value_type = String)]
    pub measure: Measure,
    /// How much, in thousandths; 0 for unlimited.
    #[serde(default)]
    pub thousandths: i64,
    /// Beginnings of the names of the products that it covers; none: all.
    #[serde(default)]
    pub products: Vec<String>,
    /// From when.
    pub starts_at: Rfc3339,
    /// Until when, this instant excluded.
    pub ends_at: Option<Rfc3339>,
    /// What was agreed besides.
    pub terms: Option<String>,
    /// Deadlines of its own, as the rulebook has clocks; they win over the account's there.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub clocks: Vec<ClockPolicy>,
}

/// A contract as it stands.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Its id.
    pub id: Uuid,
    /// The number that people use.
    pub number: String,
    /// Its account.
    pub account: Uuid,
    /// What kind.
    pub kind: String,
    /// What was agreed.
    pub entitlement: Entitlement,
    /// The products.
    pub products: Vec<String>,
    /// What was agreed besides.
    pub terms: Option<String>,
    /// Deadlines of its own.
    pub clocks: Vec<ClockPolicy>,
    /// Who entered it.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
    /// When it was ended before its term, and why.
    pub ended: Option<(Instant, String)>,
    /// What was used, in thousandths.
    pub spent: Spent,
    /// How it stands; none where nobody asked for an instant.
    pub standing: Option<Standing>,
}

/// Enters a contract; gives its id.
///
/// # Errors
///
/// `duty_required`; `not_found` for an unknown account; `invalid`.
pub async fn create_contract(
    core: &Core,
    session: &DeviceSession,
    new: NewContract,
) -> Result<Uuid, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::EditContracts)?;
        check(tx, &new)?;
        let id = DocId::new(now, random_bytes(heart.entropy())).uuid();
        let (number, by) = (numbers::take(tx, Numbered::Contract)?, person.user());
        tx.prepare_cached(INSERT)?.execute(params![
            id.as_bytes(),
            number,
            merged_into(tx, new.account)?.as_bytes(),
            new.kind,
            new.measure.name(),
            new.thousandths,
            json(&new.products)?,
            new.starts_at.0.millis(),
            new.ends_at.map(|ends| ends.0.millis()),
            new.terms,
            by.as_bytes(),
            now.millis(),
            json(&new.clocks)?,
        ])?;
        Ok(id)
    };
    core.store().write(job).await
}

fn check(connection: &Connection, new: &NewContract) -> Result<(), CoreError> {
    let account = read_reference(connection, ReferenceKind::Customer, new.account)?;
    account.and_then(|row| row.json).ok_or_else(CoreError::not_found)?;
    if !["support", "temporary", "installation"].contains(&new.kind.as_str()) {
        return Err(one("kind", "unknown_word", "support, temporary or installation"));
    }
    let is_counted = new.measure != Measure::Unlimited;
    if is_counted != (new.thousandths > 0) {
        let message = if is_counted { "how much was agreed" } else { "what is unlimited has no amount" };
        return Err(one("thousandths", "contract.amount", message));
    }
    if new.ends_at.is_some_and(|ends| ends <= new.starts_at) {
        return Err(one("ends_at", "contract.backwards", "it ends before it starts"));
    }
    let wrong = clock_problems("clocks", &new.clocks);
    if !wrong.is_empty() {
        return Err(CoreError::Invalid(wrong));
    }
    if new.kind == "temporary" && new.ends_at.is_none() {
        return Err(one("ends_at", "contract.no_end", "temporary support has an end"));
    }
    Ok(())
}

/// Ends a contract before its term.
///
/// # Errors
///
/// `duty_required`; `invalid` without a reason; `conflict` when it has ended.
pub async fn end_contract(
    core: &Core,
    session: &DeviceSession,
    id: Uuid,
    reason: String,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::EditContracts)?;
        let reason = words("reason", reason)?;
        match tx.prepare_cached(END)?.execute((id.as_bytes(), now.millis(), reason))? {
            0 => Err(CoreError::refused(ErrorCode::Conflict, "there is no such contract that runs")),
            _ => Ok(()),
        }
    };
    core.store().write(job).await
}

/// The contracts of an account as they stand now.
///
/// # Errors
///
/// `duty_required`; or when the store fails.
pub async fn contracts_of(
    core: &Core,
    session: &DeviceSession,
    account: Uuid,
) -> Result<Vec<Contract>, CoreError> {
    let (session, now) = (*session, core.now());
    let list = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        if !person.sees_contact() && !person.may(Act::EditContracts) {
            person.must(Act::EditContracts)?;
        }
        contracts_of_account(connection, merged_into(connection, account)?, Some(now))
    };
    core.store().read(list).await
}

/// The contracts of an account; how they stand where an instant is given.
pub(super) fn contracts_of_account(
    connection: &Connection,
    account: Uuid,
    at: Option<Instant>,
) -> Result<Vec<Contract>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM contracts WHERE account = ?1 ORDER BY starts_at DESC, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([account.as_bytes()], read)?;
    let mut contracts: Vec<Contract> = rows.collect::<Result<_, _>>()?;
    for contract in &mut contracts {
        contract.spent = spent(connection, contract.id)?;
        contract.standing = at.map(|at| match &contract.ended {
            Some((ended, _)) if *ended <= at => Standing::Expired,
            _ => contract.entitlement.standing(contract.spent, at),
        });
    }
    Ok(contracts)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Contract> {
    let (products, clocks): (String, String) = (row.get(6)?, row.get(14)?);
    let ended_at: Option<Instant> = column(row, 12)?;
    let ended_why: Option<String> = row.get(13)?;
    Ok(Contract {
        id: column(row, 0)?,
        number: row.get(1)?,
        account: column(row, 2)?,
        kind: row.get(3)?,
        entitlement: Entitlement {
            measure: word(row, 4, Measure::from_name)?,
            thousandths: row.get(5)?,
            starts_at: column(row, 7)?,
            ends_at: column(row, 8)?,
        },
        products: serde_json::from_str(&products).unwrap_or_default(),
        terms: row.get(9)?,
        clocks: serde_json::from_str(&clocks).map_err(|_unreadable| unknown_word(14, &clocks))?,
        made_by: column(row, 10)?,
        made_at: column(row, 11)?,
        ended: ended_at.map(|at| (at, ended_why.unwrap_or_default())),
        spent: Spent::default(),
        standing: None,
    })
}

fn spent(connection: &Connection, contract: Uuid) -> Result<Spent, CoreError> {
    let mut spent = Spent::default();
    let mut statement = connection.prepare_cached(SPENT)?;
    let mut rows = statement.query([contract.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let (measure, sum): (String, i64) = (row.get(0)?, row.get(1)?);
        match Measure::from_name(&measure) {
            Some(Measure::Hours) => spent.hours = sum,
            Some(Measure::Days) => spent.days = sum,
            Some(Measure::Incidents) => spent.incidents = sum,
            Some(Measure::Unlimited) | None => {}
        }
    }
    Ok(spent)
}

/// The contract that covers a request: the one that was named, else the first that runs
/// and is for the product; none where nothing covers it.
pub(super) fn covering(
    connection: &Connection,
    (kind, fields): (RequestKind, &RequestFields),
    at: Instant,
) -> Result<Option<Contract>, CoreError> {
    let Some(account) = fields.account else { return Ok(None) };
    if !kind.is_work() || kind == RequestKind::Installation {
        return Ok(None);
    }
    let contracts = contracts_of_account(connection, account, Some(at))?;
    let product = fold_search_text(fields.product.as_deref().unwrap_or_default());
    let is_for = |contract: &Contract| {
        contract.products.is_empty()
            || contract.products.iter().any(|begins| product.starts_with(&fold_search_text(begins)))
    };
    let covers = |contract: &Contract| matches!(contract.standing, Some(Standing::Covered { .. }));
    let named = fields.contract;
    Ok(contracts
        .into_iter()
        .filter(|contract| named.is_none_or(|named| named == contract.id))
        .find(|contract| contract.kind != "installation" && covers(contract) && is_for(contract)))
}

/// Takes a request off its contract, once: an incident when it is registered.
pub(super) fn take_incident(
    tx: &Transaction<'_>,
    request: &RequestRow,
    (by, now): (Option<UserId>, Instant),
) -> Result<Option<Contract>, CoreError> {
    let Some(contract) = covering(tx, (request.kind, &request.fields), now)? else { return Ok(None) };
    let id = contract.id.into_bytes();
    let taken: bool = tx.prepare_cached(TAKEN)?.query_row((id, request.id.as_bytes()), |row| row.get(0))?;
    if contract.entitlement.measure == Measure::Incidents && !taken {
        tx.prepare_cached(ENTER)?.execute(params![
            id,
            request.id.as_bytes(),
            Measure::Incidents.name(),
            1_000,
            "registered",
            by.as_ref().map(UserId::as_bytes),
            now.millis(),
        ])?;
    }
    Ok(Some(contract))
}

/// Takes the work of a request off its contract when it is done: hours as they were
/// recorded on its visits, days on which somebody was there.
pub(super) fn take_work(
    tx: &Transaction<'_>,
    request: &RequestRow,
    (by, now): (Option<UserId>, Instant),
) -> Result<(), CoreError> {
    const LABOUR: &str = "SELECT coalesce(sum(jobs.labour_ms), 0) FROM request_jobs \
         JOIN jobs ON jobs.doc = request_jobs.job WHERE request = ?1";
    const DAYS: &str = "SELECT count(DISTINCT effective_at / 86400000) FROM request_jobs \
         JOIN job_events ON job_events.doc = request_jobs.job \
         WHERE request = ?1 AND kind IN ('arrived', 'working', 'done') AND misplaced = 0";
    const BEFORE: &str = "SELECT coalesce(sum(thousandths), 0) FROM contract_entries \
         WHERE contract = ?1 AND request = ?2 AND measure = ?3";
    let Some(contract) = covering(tx, (request.kind, &request.fields), now)? else { return Ok(()) };
    let count = |sql: &str| -> Result<i64, CoreError> {
        Ok(tx.prepare_cached(sql)?.query_row([request.id.as_bytes()], |row| row.get(0))?)
    };
    let used = match contract.entitlement.measure {
        // Thousandths of an hour, rounded up: work that was begun was done.
        Measure::Hours => (count(LABOUR)? + 3_599) / 3_600,
        Measure::Days => count(DAYS)? * 1_000,
        Measure::Incidents | Measure::Unlimited => return Ok(()),
    };
    let (id, measure) = (contract.id.into_bytes(), contract.entitlement.measure.name());
    let before: i64 =
        tx.prepare_cached(BEFORE)?.query_row((id, request.id.as_bytes(), measure), |row| row.get(0))?;
    if used != before {
        tx.prepare_cached(ENTER)?.execute(params![
            id,
            request.id.as_bytes(),
            measure,
            used - before,
            "done",
            by.as_ref().map(UserId::as_bytes),
            now.millis(),
        ])?;
    }
    Ok(())
}
