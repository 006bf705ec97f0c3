//! Customers: who they are, how they are reached, where and with what they are, and all
//! that ever was (R13, R156). The account itself is a reference row, which phones get;
//! contacts and sites are the office's alone.

use desk::Act;
use domain::limits::{MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{DocId, Instant, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wire::{ErrorCode, FieldProblem};

use super::acts::one;
use super::contracts::{Contract, contracts_of_account};
use super::fields::RequestFields;
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
const INSERT_CONTACT: &str = "INSERT INTO contacts (id, account, name, folded, standing, phone, mobile, email, \
     channel, language, by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const UPDATE_CONTACT: &str = "UPDATE contacts SET name = ?2, folded = ?3, standing = ?4, phone = ?5, mobile = ?6, \
     email = ?7, channel = ?8, language = ?9, ended_at = ?10 WHERE id = ?1";
const CONTACT_COLUMNS: &str =
    "id, account, name, standing, phone, mobile, email, channel, language, created_at, ended_at";
const INSERT_SITE: &str = "INSERT INTO sites (id, account, name, address, city, zone, lat, lon, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const SITES: &str = "SELECT id, name, address, city, zone, lat, lon FROM sites \
     WHERE account = ?1 AND ended_at IS NULL ORDER BY name, id";
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

/// A contact as the desk enters him.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactDraft {
    /// The name.
    pub name: String,
    /// `contact`, or `authorised` for who speaks for the client and hears of every request.
    pub standing: String,
    /// A telephone.
    pub phone: Option<String>,
    /// A mobile.
    pub mobile: Option<String>,
    /// An address for letters.
    pub email: Option<String>,
    /// How he wants to be told: `email`, `sms` or `none`.
    pub channel: String,
    /// `fa`, `ru` or `en`.
    pub language: Option<String>,
}

/// A contact as he stands.
#[derive(Debug, Clone)]
pub struct Contact {
    /// His id.
    pub id: Uuid,
    /// His account.
    pub account: Uuid,
    /// What is known of him.
    pub draft: ContactDraft,
    /// Since when he is known.
    pub created_at: Instant,
    /// Since when he is no contact any more.
    pub ended_at: Option<Instant>,
}

/// A place of a customer.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteDraft {
    /// How people name it.
    pub name: String,
    /// Where it is.
    pub address: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The zone of the city.
    pub zone: Option<String>,
    /// Latitude in millionths of a degree.
    pub lat: Option<i32>,
    /// Longitude in millionths of a degree.
    pub lon: Option<i32>,
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

fn write_numbers(
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
fn account_json(connection: &Connection, account: Uuid) -> Result<Option<Value>, CoreError> {
    let row = read_reference(connection, ReferenceKind::Customer, account)?;
    let json = row.and_then(|row| row.json);
    Ok(json.map(|json| serde_json::from_str(&json).unwrap_or_default()))
}

/// Facts that follow from others: the contact names the account (R127), the account its
/// name, the serial the device and its model. What was said stays as it was said.
pub(super) fn completed(
    connection: &Connection,
    mut fields: RequestFields,
) -> Result<RequestFields, CoreError> {
    if let Some(contact) = fields.contact
        && let Some(known) = find_contact(connection, contact)?
    {
        fields.account.get_or_insert(known.account);
        let draft = known.draft;
        fields.contact_name.get_or_insert(draft.name);
        fill(&mut fields.phone, draft.phone);
        fill(&mut fields.mobile, draft.mobile);
        fill(&mut fields.email, draft.email);
        fill(&mut fields.language, draft.language);
    }
    if fields.asset.is_none()
        && let Some(serial) = &fields.serial
    {
        let id = id_by_number(ReferenceKind::Asset.name(), serial);
        let known = read_reference(connection, ReferenceKind::Asset, id)?;
        fields.asset = known.filter(|row| row.json.is_some()).map(|_| id);
    }
    if let Some(asset) = fields.asset
        && let Some(row) = read_reference(connection, ReferenceKind::Asset, asset)?
    {
        let json: Value = row.json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        fill(&mut fields.product, json["model"].as_str().map(str::to_owned));
        fill(&mut fields.serial, json["serial"].as_str().map(str::to_owned));
        fields.account = fields.account.or(row.account);
    }
    if let Some(account) = fields.account {
        let account = merged_into(connection, account)?;
        fields.account = Some(account);
        if let Some(json) = account_json(connection, account)? {
            let text = |key: &str| json[key].as_str().map(str::to_owned);
            fill(&mut fields.account_name, text("name"));
            fill(&mut fields.phone, text("phone"));
            fill(&mut fields.mobile, text("mobile"));
            fill(&mut fields.email, text("email"));
            fill(&mut fields.language, text("language"));
            fill(&mut fields.address, text("address"));
            fill(&mut fields.city, text("city"));
            fill(&mut fields.zone, text("zone"));
        }
    }
    Ok(fields)
}

fn fill(field: &mut Option<String>, known: Option<String>) {
    if field.is_none() {
        *field = known;
    }
}

/// What names something that is not there.
pub(super) fn problems(
    connection: &Connection,
    fields: &RequestFields,
) -> Result<Vec<FieldProblem>, CoreError> {
    let mut wrong = Vec::new();
    let mut unknown = |path: &str, message: &str| {
        wrong.push(FieldProblem::coded(path, "customer.unknown", message));
    };
    if let Some(account) = fields.account
        && account_json(connection, account)?.is_none()
    {
        unknown("account", "there is no such account");
    }
    if let Some(contact) = fields.contact {
        match find_contact(connection, contact)? {
            None => unknown("contact", "there is no such contact"),
            Some(known) if Some(merged_into(connection, known.account)?) != fields.account => {
                unknown("contact", "this contact belongs to another account");
            }
            Some(_) => {}
        }
    }
    if let Some(contract) = fields.contract {
        let of = contracts_of_account(connection, fields.account.unwrap_or_default(), None)?;
        if !of.iter().any(|known| known.id == contract) {
            unknown("contract", "the account has no such contract");
        }
    }
    Ok(wrong)
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

fn sites_of(connection: &Connection, account: Uuid) -> Result<Vec<(Uuid, SiteDraft)>, CoreError> {
    let mut statement = connection.prepare_cached(SITES)?;
    let rows = statement.query_map([account.as_bytes()], |row| {
        let site = SiteDraft {
            name: row.get(1)?,
            address: row.get(2)?,
            city: row.get(3)?,
            zone: row.get(4)?,
            lat: row.get(5)?,
            lon: row.get(6)?,
        };
        Ok((column(row, 0)?, site))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn contacts_of(connection: &Connection, account: Uuid) -> Result<Vec<Contact>, CoreError> {
    let sql = format!(
        "SELECT {CONTACT_COLUMNS} FROM contacts WHERE account = ?1 ORDER BY ended_at IS NOT NULL, name, id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([account.as_bytes()], read_contact)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A contact by his id.
pub(super) fn find_contact(connection: &Connection, id: Uuid) -> Result<Option<Contact>, CoreError> {
    let sql = format!("SELECT {CONTACT_COLUMNS} FROM contacts WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read_contact).optional()?)
}

fn read_contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let draft = ContactDraft {
        name: row.get(2)?,
        standing: row.get(3)?,
        phone: row.get(4)?,
        mobile: row.get(5)?,
        email: row.get(6)?,
        channel: row.get(7)?,
        language: row.get(8)?,
    };
    Ok(Contact {
        id: column(row, 0)?,
        account: column(row, 1)?,
        draft,
        created_at: column(row, 9)?,
        ended_at: column(row, 10)?,
    })
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

fn check_ways(email: Option<&str>, language: Option<&str>) -> Result<(), CoreError> {
    if email.is_some_and(|email| !email.trim().is_empty() && !is_address(email.trim())) {
        return Err(one("email", "contact.email", "not an address to which mail can go"));
    }
    if language.is_some_and(|code| !["fa", "ru", "en", ""].contains(&code)) {
        return Err(one("language", "unknown_word", "one of fa, ru, en"));
    }
    Ok(())
}

/// Enters a contact of an account; gives his id.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid`.
pub async fn add_contact(
    core: &Core,
    session: &DeviceSession,
    account: Uuid,
    draft: ContactDraft,
) -> Result<Uuid, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::EditCustomers)?;
        let account = merged_into(tx, account)?;
        account_json(tx, account)?.ok_or_else(CoreError::not_found)?;
        check_contact(&draft)?;
        let id = DocId::new(now, random_bytes(heart.entropy())).uuid();
        tx.prepare_cached(INSERT_CONTACT)?.execute(params![
            id.as_bytes(),
            account.as_bytes(),
            draft.name.trim(),
            fold_search_text(draft.name.trim()),
            draft.standing,
            draft.phone,
            draft.mobile,
            draft.email.as_deref().map(str::trim),
            draft.channel,
            draft.language,
            person.user().as_bytes(),
            now.millis(),
        ])?;
        write_numbers(tx, account, id, [draft.phone.as_deref(), draft.mobile.as_deref()])?;
        Ok(id)
    };
    core.store().write(job).await
}

/// Corrects a contact, or says that he is none any more.
///
/// # Errors
///
/// As [`add_contact`].
pub async fn edit_contact(
    core: &Core,
    session: &DeviceSession,
    id: Uuid,
    draft: Option<ContactDraft>,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::EditCustomers)?;
        let known = find_contact(tx, id)?.ok_or_else(CoreError::not_found)?;
        let ended = draft.is_none();
        let draft = draft.unwrap_or(known.draft);
        check_contact(&draft)?;
        tx.prepare_cached(UPDATE_CONTACT)?.execute(params![
            id.as_bytes(),
            draft.name.trim(),
            fold_search_text(draft.name.trim()),
            draft.standing,
            draft.phone,
            draft.mobile,
            draft.email.as_deref().map(str::trim),
            draft.channel,
            draft.language,
            ended.then_some(now.millis()),
        ])?;
        let numbers = if ended { [None, None] } else { [draft.phone.as_deref(), draft.mobile.as_deref()] };
        write_numbers(tx, known.account, id, numbers)
    };
    core.store().write(job).await
}

fn check_contact(draft: &ContactDraft) -> Result<(), CoreError> {
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > SHORT_TEXT_CHARS_MAX {
        return Err(one("name", "contact.name", &format!("1 to {SHORT_TEXT_CHARS_MAX} characters")));
    }
    if !["contact", "authorised"].contains(&draft.standing.as_str()) {
        return Err(one("standing", "unknown_word", "contact or authorised"));
    }
    check_ways(draft.email.as_deref(), draft.language.as_deref())?;
    let way = match draft.channel.as_str() {
        "none" => return Ok(()),
        "email" => &draft.email,
        "sms" => &draft.mobile,
        _ => return Err(one("channel", "unknown_word", "email, sms or none")),
    };
    match way.as_deref().map(str::trim) {
        None | Some("") => Err(one("channel", "contact.channel", "there is no address for this channel")),
        Some(_) => Ok(()),
    }
}

/// Enters a place of an account; gives its id.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` without a name.
pub async fn add_site(
    core: &Core,
    session: &DeviceSession,
    account: Uuid,
    site: SiteDraft,
) -> Result<Uuid, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::EditCustomers)?;
        let account = merged_into(tx, account)?;
        account_json(tx, account)?.ok_or_else(CoreError::not_found)?;
        if site.name.trim().is_empty() {
            return Err(one("name", "site.name", "a place has a name"));
        }
        let id = DocId::new(now, random_bytes(heart.entropy())).uuid();
        tx.prepare_cached(INSERT_SITE)?.execute(params![
            id.as_bytes(),
            account.as_bytes(),
            site.name.trim(),
            site.address,
            site.city,
            site.zone,
            site.lat,
            site.lon,
            now.millis(),
        ])?;
        Ok(id)
    };
    core.store().write(job).await
}
