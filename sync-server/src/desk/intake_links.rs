//! The link by which a customer registers requests and sees his own that are not over:
//! after a code for an hour, from the desk for as long as other links are good.

use desk::{Act, RequestKind, RequestStatus};
use domain::{Instant, UserId, Uuid};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};
use wire::ErrorCode;

use super::acts::one;
use super::contacts::find_contact;
use super::fields::RequestFields;
use super::files::{NewFile, keep_customers_file};
use super::messages::TellHow;
use super::person::Person;
use super::portal::known_by_way;
use super::register::{NewRequest, Registered, no_request, register_request_in};
use super::row::{COLUMNS, RequestRow, find_request, word};
use super::way::{Channel, Way, whole_number};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::inbound::{self, Source};
use crate::mail::{self, NewMail};
use crate::session::DeviceSession;
use crate::sms;
use crate::sql::column;
use crate::surveys::{Language, comparable};

/// What a customer registers himself.
pub const CUSTOMERS_KINDS: [RequestKind; 4] =
    [RequestKind::Service, RequestKind::Information, RequestKind::Complaint, RequestKind::Purchase];
/// How long a customer is let in by a code.
pub const LET_IN_MINUTES: i64 = 60;
/// Of one's own requests, the newest are shown.
const SHOWN_MAX: usize = 50;

const INSERT: &str = "INSERT INTO intake_links (id, channel, address, compared, language, contact, made_by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const FIND: &str =
    "SELECT id, channel, address, compared, language, contact, made_at FROM intake_links WHERE id = ?1";
const BY_MAIL: &str =
    "SELECT request FROM request_subscribers WHERE channel = 'email' AND lower(address) = ?1";
const BY_NUMBER: &str =
    "SELECT request, address FROM request_subscribers WHERE channel = 'sms' AND digits = ?1";

/// A link's id.
pub type IntakeId = Uuid;

/// Who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeLink {
    /// The link's id.
    pub id: IntakeId,
    /// The address that is the customer's.
    pub way: Way,
    /// What he reads.
    pub language: Language,
    /// Who he is, if the desk said so.
    pub contact: Option<Uuid>,
    /// When it was made.
    pub made_at: Instant,
}

/// What a customer sees who was let in.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The link.
    pub link: IntakeLink,
    /// His requests that are not over, the newest first.
    pub requests: Vec<RequestRow>,
}

/// What a customer registers.
#[derive(Debug, Clone)]
pub struct OwnRequest {
    /// By which a form that is sent again is known.
    pub key: String,
    /// The type and the facts.
    pub new: NewRequest,
    /// What he sends with it.
    pub files: Vec<NewFile>,
}

pub(super) fn keep_link(
    tx: &Transaction<'_>,
    link: &IntakeLink,
    made_by: Option<UserId>,
) -> Result<(), CoreError> {
    tx.prepare_cached(INSERT)?.execute(params![
        link.id.as_bytes(),
        link.way.channel.word(),
        link.way.address,
        link.way.compared,
        link.language.code(),
        link.contact.map(Uuid::into_bytes),
        made_by.as_ref().map(UserId::as_bytes),
        link.made_at.millis(),
    ])?;
    Ok(())
}

/// The link of an id.
pub(super) fn find_link(connection: &Connection, id: IntakeId) -> Result<Option<IntakeLink>, CoreError> {
    let read = |row: &Row<'_>| {
        let language: String = row.get(4)?;
        Ok(IntakeLink {
            id: column(row, 0)?,
            way: Way { channel: word(row, 1, Channel::named)?, address: row.get(2)?, compared: row.get(3)? },
            language: Language::of_code(&language).unwrap_or(Language::Fa),
            contact: column(row, 5)?,
            made_at: column(row, 6)?,
        })
    };
    Ok(connection.prepare_cached(FIND)?.query_row([id.as_bytes()], read).optional()?)
}

fn no_link() -> CoreError {
    CoreError::refused(ErrorCode::RequestLinkInvalid, "this link is not valid")
}

/// What is behind a link.
///
/// # Errors
///
/// `request_link_invalid`; or when the store fails.
pub async fn show_intake(core: &Core, id: IntakeId) -> Result<Intake, CoreError> {
    let show = move |connection: &Connection| {
        let link = find_link(connection, id)?.ok_or_else(no_link)?;
        Ok(Intake { requests: own_requests(connection, &link.way)?, link })
    };
    core.store().read(show).await
}

/// Of what is told to exactly this address.
fn own_requests(connection: &Connection, way: &Way) -> Result<Vec<RequestRow>, CoreError> {
    let ids: Vec<[u8; 16]> = match way.channel {
        Channel::Email => {
            let mut statement = connection.prepare_cached(BY_MAIL)?;
            let rows = statement.query_map([&way.compared], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        }
        Channel::Sms => {
            let digits = comparable(&way.compared).unwrap_or_default();
            let mut statement = connection.prepare_cached(BY_NUMBER)?;
            let rows = statement.query_map([digits], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            let rows: Vec<([u8; 16], String)> = rows.collect::<Result<_, _>>()?;
            let is_own = |address: &str| whole_number(address).as_deref() == Some(way.compared.as_str());
            rows.into_iter().filter(|(_, address)| is_own(address)).map(|(id, _)| id).collect()
        }
    };
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = format!(
        "SELECT {COLUMNS} FROM requests WHERE id IN ({marks}) AND status NOT IN ('{}', '{}') \
         ORDER BY row DESC LIMIT {SHOWN_MAX}",
        RequestStatus::Closed.name(),
        RequestStatus::Cancelled.name()
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(ids), RequestRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Registers a request of the customer who was let in, with its files, once for each form.
///
/// # Errors
///
/// `request_link_invalid`; `invalid` with each fact that is missing or will not do.
pub async fn register_by_customer(
    core: &Core,
    (id, own): (IntakeId, OwnRequest),
) -> Result<Registered, CoreError> {
    let (heart, now) = (core.clone(), core.now());
    let registered = core.store().write(move |tx| register(&heart, tx, (id, own), now)).await?;
    core.wake_timer();
    Ok(registered)
}

fn register(
    core: &Core,
    tx: &Transaction<'_>,
    (id, own): (IntakeId, OwnRequest),
    now: Instant,
) -> Result<Registered, CoreError> {
    let link = find_link(tx, id)?.ok_or_else(no_link)?;
    let key = format!("{id}.{}", own.key);
    if let Some(known) = inbound::request_of(tx, (Source::Web, &key))? {
        let request = find_request(tx, known)?.ok_or_else(no_request)?;
        return Ok(Registered { request, warnings: Vec::new() });
    }
    let (mobile, email, tell) = match link.way.channel {
        Channel::Email => (None, Some(link.way.address.clone()), TellHow::Email),
        Channel::Sms => (Some(link.way.address.clone()), None, TellHow::Sms),
    };
    let language = own.new.fields.language.clone().or_else(|| Some(link.language.code().to_owned()));
    let fields = RequestFields { mobile, email, contact: link.contact, language, ..own.new.fields };
    let fields = if link.contact.is_some() { fields } else { known_by_way(tx, fields)? };
    let new = NewRequest { fields, tell: Some(tell), ..own.new };
    let registered = register_request_in(core, tx, None, new, now)?;
    for file in own.files {
        keep_customers_file(tx, registered.request.id, &file)?;
    }
    let from = (registered.request.id, link.way.compared.as_str());
    inbound::note_request(tx, (Source::Web, &key), from, now)?;
    Ok(registered)
}

/// Sends a contact his link, by the channel that was agreed with him.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` with `contact.channel` when nothing goes to him.
pub async fn send_intake_link(core: &Core, session: &DeviceSession, contact: Uuid) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let id = IntakeId::from_bytes(random_bytes(core.entropy()));
    let send = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::Register)?;
        let known = find_contact(tx, contact)?.filter(|known| known.ended_at.is_none());
        let draft = known.ok_or_else(CoreError::not_found)?.draft;
        let address = match draft.channel.as_str() {
            "sms" => draft.mobile,
            "email" => draft.email,
            _ => None,
        };
        let way = address.as_deref().and_then(Way::read).ok_or_else(|| {
            one("contact", "contact.channel", "nothing can be sent to this contact by the agreed channel")
        })?;
        let language = draft.language.as_deref().and_then(Language::of_code).unwrap_or(Language::Fa);
        let link = IntakeLink { id, way, language, contact: Some(contact), made_at: now };
        keep_link(tx, &link, Some(person.user()))?;
        match link.way.channel {
            Channel::Email => mail::queue(tx, &NewMail::intake(id, &link.way.address), now).map(drop),
            Channel::Sms => sms::queue(tx, ("intake", id), (&link.way.address, language), now),
        }
    };
    core.store().write(send).await?;
    core.wake_timer();
    Ok(())
}
