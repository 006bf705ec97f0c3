//! Taking a message in: a reply where it answers something, else a request; never twice,
//! never in a loop, and with nothing of it lost.

use desk::{Fact, RequestKind};
use domain::limits::{LONG_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{Instant, Uuid};
use rusqlite::{Connection, OptionalExtension, Transaction};
use wire::ErrorCode;

use super::message::{FILES_BYTES_MAX, Incoming, Source};
use crate::core::Core;
use crate::desk::{self as heart, FILE_BYTES_MAX, NewFile, NewRequest, RequestFields, RequestId, RequestRow};
use crate::error::CoreError;
use crate::sql::column;
use crate::surveys::comparable;

const KNOWN: &str = "SELECT 1 FROM inbound WHERE source = ?1 AND key = ?2";
const REQUEST_OF: &str = "SELECT request FROM inbound WHERE source = ?1 AND key = ?2 AND request IS NOT NULL";
const NOTE: &str = "INSERT INTO inbound (source, key, request, outcome, reason, sender, received_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const FROM_HIM: &str = "SELECT count(*) FROM inbound WHERE sender = ?1 AND received_at > ?2";
const OF_LETTER: &str = "SELECT about FROM mail WHERE id = ?1 AND kind = 'request'";
const BY_NUMBER: &str = "SELECT id FROM requests WHERE number = ?1";
const SUBSCRIBED: &str =
    "SELECT EXISTS (SELECT 1 FROM request_subscribers WHERE request = ?1 AND lower(address) = ?2)";
const BY_DIGITS: &str = "SELECT requests.id FROM request_subscribers \
     JOIN requests ON requests.id = request_subscribers.request \
     WHERE digits = ?1 AND requests.status NOT IN ('closed', 'cancelled') \
     ORDER BY requests.row DESC LIMIT 1";
/// Messages of one sender in an hour; a machine that does not say that it is one writes more.
const AN_HOUR_MAX: i64 = 20;
const HOUR_MS: i64 = 3_600_000;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is a new request.
    Request(String),
    /// It is a reply to a request.
    Reply(String),
    /// It is a reply to a request that is over; its words are kept there.
    Late(String),
    /// Nobody answers it, and why.
    Ignored(&'static str),
    /// It was taken before.
    Known,
}

/// Takes a message in.
///
/// # Errors
///
/// When the store fails; then the message is to be brought again.
pub async fn take_message(core: &Core, message: Incoming) -> Result<Taken, CoreError> {
    let (heart, now) = (core.clone(), core.now());
    let taken = core.store().write(move |tx| take_in(&heart, tx, message, now)).await?;
    core.wake_timer();
    Ok(taken)
}

/// [`take_message`] within a job of the writer.
///
/// # Errors
///
/// As `take_message`.
pub fn take_in(
    core: &Core,
    tx: &Transaction<'_>,
    message: Incoming,
    now: Instant,
) -> Result<Taken, CoreError> {
    let source = message.source.name();
    let known = tx.prepare_cached(KNOWN)?.query_row((source, &message.key), |_| Ok(())).optional()?;
    if known.is_some() {
        return Ok(Taken::Known);
    }
    let (key, sender) = (message.key.clone(), message.from.to_lowercase());
    let (taken, request) = judge(core, tx, message, now)?;
    let (outcome, reason) = match &taken {
        Taken::Request(_) => ("request", None),
        Taken::Reply(_) | Taken::Late(_) => ("reply", None),
        Taken::Ignored(why) => ("ignored", Some(*why)),
        Taken::Known => return Ok(taken),
    };
    let request = request.map(|id| *id.as_bytes());
    tx.prepare_cached(NOTE)?.execute((source, key, request, outcome, reason, sender, now.millis()))?;
    Ok(taken)
}

/// The request that a message was taken in as.
pub(crate) fn request_of(
    connection: &Connection,
    (source, key): (Source, &str),
) -> Result<Option<RequestId>, CoreError> {
    let mut statement = connection.prepare_cached(REQUEST_OF)?;
    Ok(statement.query_row((source.name(), key), |row| column(row, 0)).optional()?)
}

/// Notes a request that came in otherwise than as a message, by which it is known again.
pub(crate) fn note_request(
    tx: &Transaction<'_>,
    (source, key): (Source, &str),
    (request, sender): (RequestId, &str),
    now: Instant,
) -> Result<(), CoreError> {
    let values = (source.name(), key, request.as_bytes(), "request", None::<&str>, sender, now.millis());
    tx.prepare_cached(NOTE)?.execute(values)?;
    Ok(())
}

fn judge(
    core: &Core,
    tx: &Transaction<'_>,
    message: Incoming,
    now: Instant,
) -> Result<(Taken, Option<RequestId>), CoreError> {
    if let Some(why) = message.automatic {
        return Ok((Taken::Ignored(why), None));
    }
    let since = now.plus_millis(-HOUR_MS).millis();
    let sent: i64 =
        tx.prepare_cached(FROM_HIM)?.query_row((message.from.to_lowercase(), since), |row| row.get(0))?;
    if sent >= AN_HOUR_MAX {
        return Ok((Taken::Ignored("too_many"), None));
    }
    match answered(tx, &message)? {
        Some(request) => reply(core, tx, (request, message), now),
        None => register(core, tx, message, now),
    }
}

/// The request that a message answers: by the letter that it quotes, by the number in its
/// subject if its sender is told of that request, or by the sender's number.
fn answered(connection: &Connection, message: &Incoming) -> Result<Option<RequestRow>, CoreError> {
    for letter in &message.answers {
        let about: Option<Uuid> =
            connection.prepare_cached(OF_LETTER)?.query_row([letter], |row| column(row, 0)).optional()?;
        if let Some(about) = about {
            return heart::find_request(connection, RequestId::from_uuid(about));
        }
    }
    let words = format!("{} {}", message.subject.as_deref().unwrap_or_default(), first_line(&message.text));
    for number in words.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
        let is_number = number.strip_prefix("R-").is_some_and(|digits| digits.parse::<u32>().is_ok());
        if !is_number {
            continue;
        }
        let id: Option<RequestId> =
            connection.prepare_cached(BY_NUMBER)?.query_row([number], |row| column(row, 0)).optional()?;
        let Some(request) = id.map(|id| heart::find_request(connection, id)).transpose()?.flatten() else {
            continue;
        };
        if is_told(connection, &request, message)? {
            return Ok(Some(request));
        }
    }
    if message.source == Source::Sms { by_telephone(connection, &message.from) } else { Ok(None) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn is_told(connection: &Connection, request: &RequestRow, message: &Incoming) -> Result<bool, CoreError> {
    if message.source == Source::Mail {
        let own = request.fields.email.as_ref().is_some_and(|own| own.to_lowercase() == message.from);
        let values = (request.id.as_bytes(), message.from.to_lowercase());
        let subscribed: bool = connection.prepare_cached(SUBSCRIBED)?.query_row(values, |row| row.get(0))?;
        return Ok(own || subscribed);
    }
    let number = comparable(&message.from);
    let own = [&request.fields.mobile, &request.fields.phone].into_iter().flatten();
    Ok(number.is_some() && own.map(|own| comparable(own)).any(|own| own == number))
}

/// The newest request that is not over of who is told by short message at this number.
fn by_telephone(connection: &Connection, from: &str) -> Result<Option<RequestRow>, CoreError> {
    let Some(digits) = comparable(from) else { return Ok(None) };
    let newest =
        connection.prepare_cached(BY_DIGITS)?.query_row([digits], |row| column(row, 0)).optional()?;
    newest.map(|id| heart::find_request(connection, id)).transpose().map(Option::flatten)
}

fn reply(
    core: &Core,
    tx: &Transaction<'_>,
    (mut request, message): (RequestRow, Incoming),
    now: Instant,
) -> Result<(Taken, Option<RequestId>), CoreError> {
    let (number, id) = (request.number.clone(), request.id);
    let (text, left_out) = words(&message);
    let outcome = heart::reply_in(core, tx, (&mut request, text), now);
    let taken = match outcome {
        Ok(()) => Taken::Reply(number),
        Err(error) if error.code() == ErrorCode::RequestClosed => Taken::Late(number),
        Err(error) => return Err(error),
    };
    keep_files(core, tx, &mut request, (message.files, left_out), now)?;
    Ok((taken, Some(id)))
}

fn register(
    core: &Core,
    tx: &Transaction<'_>,
    message: Incoming,
    now: Instant,
) -> Result<(Taken, Option<RequestId>), CoreError> {
    let (text, left_out) = words(&message);
    let is_mail = message.source == Source::Mail;
    let short = |text: &str| text.chars().take(SHORT_TEXT_CHARS_MAX).collect::<String>();
    let subject = message.subject.as_deref().map_or_else(|| short(first_line(&text)), short);
    let subject = if subject.trim().is_empty() { Fact::Subject.name().to_owned() } else { subject };
    let fields = RequestFields {
        subject: Some(subject),
        description: Some(text),
        contact_name: message.name.clone(),
        initiator_name: message.name.clone(),
        email: is_mail.then(|| message.from.clone()),
        mobile: (!is_mail).then(|| short(&message.from)),
        ..RequestFields::default()
    };
    let fields = heart::known_by_way(tx, fields)?;
    let new = NewRequest {
        // Somebody at the desk says what it is when it is taken up.
        kind: RequestKind::Service,
        channel: message.source.channel(),
        fields,
        received_at: message.sent_at.filter(|at| *at <= now && *at > now.plus_days(-30)),
        unit: None,
        tell: None,
    };
    let registered = heart::register_request_in(core, tx, None, new, now)?;
    let mut request = registered.request;
    let (number, id) = (request.number.clone(), request.id);
    keep_files(core, tx, &mut request, (message.files, left_out), now)?;
    Ok((Taken::Request(number), Some(id)))
}

/// The words of a message, as long as a text may be; what is beyond that is a file.
fn words(message: &Incoming) -> (String, Option<NewFile>) {
    let text = message.text.trim();
    let text = if text.is_empty() { message.subject.as_deref().unwrap_or("…") } else { text };
    if text.chars().count() <= LONG_TEXT_CHARS_MAX {
        return (text.to_owned(), None);
    }
    let whole = NewFile {
        name: "message.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    (text.chars().take(LONG_TEXT_CHARS_MAX).collect(), Some(whole))
}

/// Keeps files with the activity that brought them; what is too large is named in a remark,
/// and lies where the message came from.
fn keep_files(
    core: &Core,
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    (files, whole): (Vec<NewFile>, Option<NewFile>),
    now: Instant,
) -> Result<(), CoreError> {
    let (mut kept, mut too_large) = (0, Vec::new());
    for file in whole.into_iter().chain(files) {
        let size = file.bytes.len();
        if size > FILE_BYTES_MAX || kept + size > FILES_BYTES_MAX {
            too_large.push(format!("{} ({} KiB)", file.name, size / 1024));
            continue;
        }
        kept += size;
        heart::keep_file(tx, request.id, &file)?;
    }
    if too_large.is_empty() {
        return Ok(());
    }
    let text = format!("too large to be kept: {}", too_large.join(", "));
    heart::remark(core, tx, request, text, now)
}
