//! Customers: who they are, with what, and all that ever was (R13, R156). The account
//! itself is a reference row, which phones get.

use desk::Act;
use domain::limits::{MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{DocId, Instant, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wire::ErrorCode;

use super::acts::one;
use super::contacts::{Contact, SiteDraft, contacts_of, sites_of};
use super::contracts::{Contract, contracts_of_account};
use super::list::match_expression;
use super::merges::{family_of, merged_into};
use super::person::Person;
use super::row::{COLUMNS, RequestRow};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::import::id_by_number;
use crate::mail::is_address;
use crate::session::DeviceSession;
use crate::sql::column;
use crate::surveys::comparable;
use crate::sync::{ReferenceKind, ReferenceWrite, read_reference, write_reference};

const WORDS: &str = "INSERT INTO reference_search (kind, id, text) VALUES (?1, ?2, ?3) \
     ON CONFLICT (kind, id) DO UPDATE SET text = excluded.text";
const INDEXED: &str =
    "SELECT kind, id, json FROM reference WHERE kind IN ('customer', 'asset') ORDER BY kind, id";
const FORGET_WORDS: &str = "DELETE FROM reference_search WHERE kind = ?1 AND id = ?2";
const FORGET_NUMBERS: &str = "DELETE FROM customer_numbers WHERE source = ?1";
const ADD_NUMBER: &str =
    "INSERT OR IGNORE INTO customer_numbers (digits, account, source) VALUES (?1, ?2, ?3)";
const BY_WORDS: &str = "SELECT kind, id FROM reference_search WHERE row IN \
     (SELECT rowid FROM reference_fts WHERE reference_fts MATCH ?1 ORDER BY rank LIMIT ?2) AND kind IN ('customer', 'asset')";
const BY_NUMBER: &str =
    "SELECT DISTINCT account FROM customer_numbers WHERE digits = ?1 ORDER BY account LIMIT ?2";
const CONTACT_BY_NAME: &str =
    "SELECT DISTINCT account FROM contacts WHERE ended_at IS NULL AND folded LIKE ?1 || '%' LIMIT ?2";
const ACCOUNT_OF: &str = "SELECT account FROM reference WHERE kind = ?1 AND id = ?2";
const ASSETS: &str = "SELECT id, json FROM reference WHERE kind = 'asset' AND account = ?1 AND json IS NOT NULL \
     ORDER BY id LIMIT 500";
const JOBS: &str = "SELECT doc, number, status, subject, received_at, serial FROM jobs WHERE account = ?1 \
     ORDER BY row DESC LIMIT ?2";
const FOUND_MAX: u32 = 50;
/// Of a customer's past that is shown at once.
const HISTORY_MAX: u32 = 100;

/// A customer as the desk enters or corrects him.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerDraft {
    /// The number by which the organisation knows him; drawn, if none.
    pub number: Option<String>,
    /// His name.
    pub name: Option<String>,
    /// A telephone.
    pub phone: Option<String>,
    /// A mobile.
    pub mobile: Option<String>,
    /// An address for letters.
    pub email: Option<String>,
    /// `fa`, `ru` or `en`.
    pub language: Option<String>,
    /// Where.
    pub address: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The zone of the city.
    pub zone: Option<String>,
}

/// A customer that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The account.
    pub account: Uuid,
    /// What phones are told of it.
    pub json: Value,
    /// By what: `number`, `name`, `contact`, `serial`.
    pub by: &'static str,
}

/// A job in a customer's past.
#[derive(Debug, Clone)]
pub struct PastJobRow {
    /// Which.
    pub doc: DocId,
    /// Its number.
    pub number: Option<String>,
    /// Where it stands.
    pub status: String,
    /// What it is about.
    pub subject: String,
    /// When it was registered.
    pub received_at: Instant,
    /// On which device.
    pub serial: Option<String>,
}

/// All that is known of a customer.
#[derive(Debug, Clone)]
pub struct CustomerCard {
    /// The account.
    pub account: Uuid,
    /// What phones are told of it.
    pub json: Value,
    /// Records of the same customer that were joined with this one.
    pub joined: Vec<Uuid>,
    /// His people.
    pub contacts: Vec<Contact>,
    /// His places.
    pub sites: Vec<(Uuid, SiteDraft)>,
    /// His devices: id and what phones are told.
    pub assets: Vec<(Uuid, Value)>,
    /// His contracts, as they stand now.
    pub contracts: Vec<Contract>,
    /// His requests, the newest first.
    pub requests: Vec<RequestRow>,
    /// His jobs, the newest first.
    pub jobs: Vec<PastJobRow>,
}

/// Keeps the words and numbers by which a customer or a device is found, beside its row.
pub(crate) fn index_reference(tx: &Transaction<'_>, row: &ReferenceWrite) -> Result<(), CoreError> {
    if !matches!(row.kind, ReferenceKind::Customer | ReferenceKind::Asset) {
        return Ok(());
    }
    let Some(json) = &row.json else {
        tx.prepare_cached(FORGET_WORDS)?.execute((row.kind.name(), row.id.as_bytes()))?;
        tx.prepare_cached(FORGET_NUMBERS)?.execute([row.id.as_bytes()])?;
        return Ok(());
    };
    let json: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let words: Vec<&str> = json.values().filter_map(Value::as_str).collect();
    let words = fold_search_text(&words.join("\n"));
    tx.prepare_cached(WORDS)?.execute((row.kind.name(), row.id.as_bytes(), words))?;
    if row.kind == ReferenceKind::Customer {
        let texts = ["phone", "mobile"].map(|key| json.get(key).and_then(Value::as_str));
        write_numbers(tx, row.id, row.id, texts)?;
    }
    Ok(())
}

/// Makes the words and numbers of all customers and devices again.
pub(crate) fn index_all(tx: &Transaction<'_>) -> Result<(), CoreError> {
    let mut statement = tx.prepare(INDEXED)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let kind =
            if row.get::<_, String>(0)? == "asset" { ReferenceKind::Asset } else { ReferenceKind::Customer };
        index_reference(tx, &ReferenceWrite { kind, id: column(row, 1)?, account: None, json: row.get(2)? })?;
    }
    Ok(())
}

pub(super) fn write_numbers(
    tx: &Transaction<'_>,
    account: Uuid,
    source: Uuid,
    numbers: [Option<&str>; 2],
) -> Result<(), CoreError> {
    tx.prepare_cached(FORGET_NUMBERS)?.execute([source.as_bytes()])?;
    for digits in numbers.into_iter().flatten().filter_map(comparable) {
        tx.prepare_cached(ADD_NUMBER)?.execute((digits, account.as_bytes(), source.as_bytes()))?;
    }
    Ok(())
}

/// What an account is told to phones.
pub(super) fn account_json(connection: &Connection, account: Uuid) -> Result<Option<Value>, CoreError> {
    let row = read_reference(connection, ReferenceKind::Customer, account)?;
    let json = row.and_then(|row| row.json);
    Ok(json.map(|json| serde_json::from_str(&json).unwrap_or_default()))
}

/// Finds customers by telephone number, name, contact or serial number, however letters
/// and digits are written.
///
/// # Errors
///
/// `not_found` for who may not see customers; or when the store fails.
pub async fn find_customers(
    core: &Core,
    session: &DeviceSession,
    text: String,
) -> Result<Vec<Found>, CoreError> {
    let session = *session;
    let find = move |connection: &Connection| {
        sees_customers(&Person::read(connection, &session)?)?;
        find(connection, &text)
    };
    core.store().read(find).await
}

fn sees_customers(person: &Person) -> Result<(), CoreError> {
    if person.sees_contact() || person.may(Act::EditCustomers) {
        return Ok(());
    }
    Err(CoreError::refused(ErrorCode::DutyRequired, "customers are not for your duties"))
}

fn find(connection: &Connection, text: &str) -> Result<Vec<Found>, CoreError> {
    let mut found: Vec<(Uuid, &'static str)> = Vec::new();
    if let Some(digits) = comparable(text) {
        found.extend(ids(connection, BY_NUMBER, &digits)?.into_iter().map(|id| (id, "number")));
    }
    let folded = fold_search_text(text.trim());
    if folded.chars().count() >= 2 {
        let contacts = ids(connection, CONTACT_BY_NAME, &folded)?;
        found.extend(contacts.into_iter().map(|id| (id, "contact")));
    }
    if let Some(expression) = match_expression(text) {
        let mut statement = connection.prepare_cached(BY_WORDS)?;
        let rows = statement.query_map((expression, FOUND_MAX), |row| {
            Ok((row.get::<_, String>(0)?, column::<Uuid>(row, 1)?))
        })?;
        for row in rows {
            let (kind, id) = row?;
            let account: Option<Option<Uuid>> = connection
                .prepare_cached(ACCOUNT_OF)?
                .query_row((&kind, id.as_bytes()), |row| column(row, 0))
                .optional()?;
            let by = if kind == "asset" { "serial" } else { "name" };
            found.extend(account.flatten().map(|account| (account, by)));
        }
    }
    let mut all: Vec<Found> = Vec::new();
    for (account, by) in found {
        let account = merged_into(connection, account)?;
        if all.iter().any(|known| known.account == account) {
            continue;
        }
        if let Some(json) = account_json(connection, account)? {
            all.push(Found { account, json, by });
        }
    }
    Ok(all)
}

fn ids(connection: &Connection, sql: &str, text: &str) -> Result<Vec<Uuid>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((text, FOUND_MAX), |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Shows a customer with all that ever was; the records that were joined with this one
/// included.
///
/// # Errors
///
/// `duty_required`; `not_found`.
pub async fn show_customer(
    core: &Core,
    session: &DeviceSession,
    account: Uuid,
) -> Result<CustomerCard, CoreError> {
    let (session, now) = (*session, core.now());
    let show = move |connection: &Connection| {
        sees_customers(&Person::read(connection, &session)?)?;
        card(connection, account, now)
    };
    core.store().read(show).await
}

fn card(connection: &Connection, account: Uuid, now: Instant) -> Result<CustomerCard, CoreError> {
    let account = merged_into(connection, account)?;
    let json = account_json(connection, account)?.ok_or_else(CoreError::not_found)?;
    let family = family_of(connection, account)?;
    let (mut assets, mut jobs, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for one in &family {
        assets.extend(assets_of(connection, *one)?);
        jobs.extend(jobs_of(connection, *one)?);
        requests.extend(requests_of(connection, *one)?);
    }
    jobs.sort_by_key(|job| std::cmp::Reverse(job.received_at));
    requests.sort_by_key(|request| std::cmp::Reverse(request.row));
    Ok(CustomerCard {
        account,
        json,
        joined: family.into_iter().filter(|one| *one != account).collect(),
        contacts: contacts_of(connection, account)?,
        sites: sites_of(connection, account)?,
        assets,
        contracts: contracts_of_account(connection, account, Some(now))?,
        requests,
        jobs,
    })
}

fn assets_of(connection: &Connection, account: Uuid) -> Result<Vec<(Uuid, Value)>, CoreError> {
    let mut statement = connection.prepare_cached(ASSETS)?;
    let rows = statement.query_map([account.as_bytes()], |row| {
        let json: String = row.get(1)?;
        Ok((column(row, 0)?, serde_json::from_str(&json).unwrap_or_default()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn jobs_of(connection: &Connection, account: Uuid) -> Result<Vec<PastJobRow>, CoreError> {
    let mut statement = connection.prepare_cached(JOBS)?;
    let rows = statement.query_map((account.as_bytes(), HISTORY_MAX), |row| {
        Ok(PastJobRow {
            doc: column(row, 0)?,
            number: row.get(1)?,
            status: row.get(2)?,
            subject: row.get(3)?,
            received_at: column(row, 4)?,
            serial: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn requests_of(connection: &Connection, account: Uuid) -> Result<Vec<RequestRow>, CoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM requests WHERE account = ?1 ORDER BY row DESC LIMIT {HISTORY_MAX}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([account.to_string()], RequestRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Enters a customer, or corrects one; gives the account.
///
/// # Errors
///
/// `duty_required`; `invalid`; `conflict` when the number is another's; `not_found`.
pub async fn edit_customer(
    core: &Core,
    session: &DeviceSession,
    account: Option<Uuid>,
    draft: CustomerDraft,
) -> Result<Uuid, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::EditCustomers)?;
        edit(&heart, tx, (account, &draft), now)
    };
    let (account, position) = core.store().write(job).await?;
    position.into_iter().for_each(|position| core.announce(position));
    Ok(account)
}

fn edit(
    core: &Core,
    tx: &Transaction<'_>,
    (account, draft): (Option<Uuid>, &CustomerDraft),
    now: Instant,
) -> Result<(Uuid, Option<i64>), CoreError> {
    check_customer(account, draft)?;
    let (id, mut json) = match account {
        Some(account) => {
            let account = merged_into(tx, account)?;
            (account, account_json(tx, account)?.ok_or_else(CoreError::not_found)?)
        }
        None => {
            let drawn = || format!("K{:08}", u32::from_be_bytes(random_bytes(core.entropy())) % 100_000_000);
            let number = draft.number.as_deref().map(str::trim).filter(|number| !number.is_empty());
            let number = number.map_or_else(drawn, str::to_owned);
            let id = id_by_number(ReferenceKind::Customer.name(), &number);
            if account_json(tx, id)?.is_some() {
                return Err(CoreError::refused_at(
                    ErrorCode::Conflict,
                    "number",
                    "a customer has this number",
                ));
            }
            (id, serde_json::json!({ "number": number }))
        }
    };
    for (key, value) in [
        ("name", &draft.name),
        ("phone", &draft.phone),
        ("mobile", &draft.mobile),
        ("email", &draft.email),
        ("language", &draft.language),
        ("address", &draft.address),
        ("city", &draft.city),
        ("zone", &draft.zone),
    ] {
        if let (Some(value), Some(json)) = (value, json.as_object_mut()) {
            match value.trim() {
                "" => drop(json.remove(key)),
                value => drop(json.insert(key.to_owned(), Value::String(value.to_owned()))),
            }
        }
    }
    let row =
        ReferenceWrite { kind: ReferenceKind::Customer, id, account: Some(id), json: Some(json.to_string()) };
    Ok((id, write_reference(tx, &[row], now)?))
}

fn check_customer(account: Option<Uuid>, draft: &CustomerDraft) -> Result<(), CoreError> {
    if account.is_none() && draft.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
        return Err(one("name", "customer.name", "a customer has a name"));
    }
    if account.is_some() && draft.number.is_some() {
        return Err(one("number", "customer.number", "the number stays: phones know the customer by it"));
    }
    let long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
    for (path, text) in [
        ("number", &draft.number),
        ("name", &draft.name),
        ("phone", &draft.phone),
        ("mobile", &draft.mobile),
        ("city", &draft.city),
        ("zone", &draft.zone),
    ] {
        if long(text, SHORT_TEXT_CHARS_MAX) {
            return Err(one(path, "text.too_long", &format!("at most {SHORT_TEXT_CHARS_MAX} characters")));
        }
    }
    if long(&draft.address, MEDIUM_TEXT_CHARS_MAX) {
        return Err(one("address", "text.too_long", &format!("at most {MEDIUM_TEXT_CHARS_MAX} characters")));
    }
    check_ways(draft.email.as_deref(), draft.language.as_deref())
}

pub(super) fn check_ways(email: Option<&str>, language: Option<&str>) -> Result<(), CoreError> {
    if email.is_some_and(|email| !email.trim().is_empty() && !is_address(email.trim())) {
        return Err(one("email", "contact.email", "not an address to which mail can go"));
    }
    if language.is_some_and(|code| !["fa", "ru", "en", ""].contains(&code)) {
        return Err(one("language", "unknown_word", "one of fa, ru, en"));
    }
    Ok(())
}
