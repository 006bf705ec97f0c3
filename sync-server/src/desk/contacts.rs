//! A customer's people and places: the office's alone, phones get neither.

use desk::Act;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{DocId, Instant, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acts::one;
use super::customers::{account_json, check_ways, write_numbers};
use super::merges::merged_into;
use super::person::Person;
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

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

pub(super) fn sites_of(connection: &Connection, account: Uuid) -> Result<Vec<(Uuid, SiteDraft)>, CoreError> {
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

pub(super) fn contacts_of(connection: &Connection, account: Uuid) -> Result<Vec<Contact>, CoreError> {
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
