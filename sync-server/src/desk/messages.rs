//! What customers are told (R99, R105, R113, R161): a message for each activity that they
//! may see, to each address that is subscribed to the request, once. Letters and short
//! messages are written when they are sent: their link is good from then on.

use desk::RequestStatus;
use domain::{Instant, Uuid};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use utoipa::ToSchema;

use super::activity::{Author, Kind};
use super::row::{RequestId, RequestRow, find_request, word};
use crate::error::CoreError;
use crate::mail::{self, Letter, NewMail};
use crate::sql::column;
use crate::surveys::{Language, SurveyLinks, comparable};

const SUBSCRIBE: &str = "INSERT OR IGNORE INTO request_subscribers (request, channel, address, contact, language, digits) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SUBSCRIBERS: &str =
    "SELECT channel, address, language FROM request_subscribers WHERE request = ?1 ORDER BY channel, address";
const AUTHORISED: &str = "SELECT id, channel, mobile, email, language FROM contacts \
     WHERE account = ?1 AND ended_at IS NULL AND (standing = 'authorised' OR id = ?2) ORDER BY id";
const SMS: &str = "INSERT OR IGNORE INTO sms (request, activity, recipient, language, state, queued_at, next_at) \
     VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?5)";
const ACTIVITY: &str =
    "SELECT kind, text, until, unit, detail FROM request_activities WHERE id = ?1 AND shown = 1";
const LANGUAGE: &str =
    "SELECT language FROM request_subscribers WHERE request = ?1 AND channel = 'email' AND address = ?2";
const UNIT_NAME: &str = "SELECT name FROM units WHERE key = ?1";
const SENT: &str = "SELECT 'email', recipient, round, state, queued_at, settled_at FROM mail \
     WHERE kind = 'request' AND about = ?1 \
     UNION ALL SELECT 'sms', recipient, activity, state, queued_at, settled_at FROM sms WHERE request = ?1 \
     ORDER BY 5, 3, 1, 2";

/// How somebody wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TellHow {
    /// By letter.
    Email,
    /// By short message.
    Sms,
    /// Not at all.
    None,
}

/// A message to one of the request's people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// `email` or `sms`.
    pub channel: String,
    /// To where; forgotten once it is out.
    pub address: Option<String>,
    /// Of which activity.
    pub activity: i64,
    /// `queued`, `sent`, `skipped` or `dead`.
    pub state: String,
    /// When it was queued.
    pub queued_at: Instant,
    /// When it was sent or given up.
    pub settled_at: Option<Instant>,
}

/// Notes who is told: who asks, by the channel that was agreed, and the client's
/// authorised representatives (R161).
pub(super) fn subscribe(
    tx: &Transaction<'_>,
    request: &RequestRow,
    tell: Option<TellHow>,
) -> Result<(), CoreError> {
    let fields = &request.fields;
    let own = match tell {
        Some(TellHow::None) => None,
        Some(TellHow::Sms) => fields.mobile.clone().map(|to| ("sms", to)),
        Some(TellHow::Email) => fields.email.clone().map(|to| ("email", to)),
        None => {
            let mail = fields.email.clone().map(|to| ("email", to));
            mail.or_else(|| fields.mobile.clone().map(|to| ("sms", to)))
        }
    };
    if let Some((channel, address)) = own {
        add(tx, request.id, (channel, &address), fields.contact, fields.language.as_deref())?;
    }
    let Some(account) = fields.account else { return Ok(()) };
    let nobody = Uuid::nil();
    // The contact who asks has been asked how.
    let asking = if tell.is_some() { nobody } else { fields.contact.unwrap_or(nobody) };
    let mut statement = tx.prepare_cached(AUTHORISED)?;
    let mut rows = statement.query((account.as_bytes(), asking.as_bytes()))?;
    while let Some(row) = rows.next()? {
        let (channel, mobile, email): (String, Option<String>, Option<String>) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let address = if channel == "sms" { mobile } else { email };
        if let Some(address) = address.filter(|_| channel != "none") {
            let language: Option<String> = row.get(4)?;
            add(tx, request.id, (&channel, &address), Some(column(row, 0)?), language.as_deref())?;
        }
    }
    Ok(())
}

fn add(
    tx: &Transaction<'_>,
    request: RequestId,
    (channel, address): (&str, &str),
    contact: Option<Uuid>,
    language: Option<&str>,
) -> Result<(), CoreError> {
    let contact = contact.map(Uuid::into_bytes);
    let digits = (channel == "sms").then(|| comparable(address)).flatten();
    let values = (request.as_bytes(), channel, address, contact, language, digits);
    tx.prepare_cached(SUBSCRIBE)?.execute(values)?;
    Ok(())
}

/// Queues a message of an activity for everybody who is told. What a customer does
/// himself is not told to him, but for the number of what he registered: two machines
/// that answer each other would never end.
pub(super) fn tell(
    tx: &Transaction<'_>,
    request: &RequestRow,
    (activity, kind): (i64, Kind),
    author: Author,
    now: Instant,
) -> Result<(), CoreError> {
    if author == Author::Customer && kind != Kind::Registered {
        return Ok(());
    }
    let mut statement = tx.prepare_cached(SUBSCRIBERS)?;
    let mut rows = statement.query([request.id.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let (channel, address): (String, String) = (row.get(0)?, row.get(1)?);
        if channel == "sms" {
            let language: Option<String> = row.get(2)?;
            let values = params![request.id.as_bytes(), activity, address, language, now.millis()];
            tx.prepare_cached(SMS)?.execute(values)?;
        } else {
            mail::queue(tx, &NewMail::request(request.id, activity, &address), now)?;
        }
    }
    Ok(())
}

/// What was and will be sent about a request.
pub(super) fn sent(connection: &Connection, request: RequestId) -> Result<Vec<SentMessage>, CoreError> {
    let mut statement = connection.prepare_cached(SENT)?;
    let rows = statement.query_map([request.as_bytes()], |row| {
        Ok(SentMessage {
            channel: row.get(0)?,
            address: row.get(1)?,
            activity: row.get(2)?,
            state: row.get(3)?,
            queued_at: column(row, 4)?,
            settled_at: column(row, 5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is said of an activity.
struct Said {
    request: RequestRow,
    kind: Kind,
    text: Option<String>,
    until: Option<Instant>,
    unit: Option<String>,
    to: String,
}

fn said(connection: &Connection, request: RequestId, activity: i64) -> Result<Option<Said>, CoreError> {
    let Some(request) = find_request(connection, request)? else { return Ok(None) };
    let kind_of = |name: &str| Kind::ALL.iter().copied().find(|kind| kind.word() == name);
    let read = |row: &Row<'_>| {
        let detail: String = row.get(4)?;
        Ok((word(row, 0, kind_of)?, row.get(1)?, column(row, 2)?, row.get::<_, Option<String>>(3)?, detail))
    };
    let found = connection.prepare_cached(ACTIVITY)?.query_row([activity], read).optional()?;
    let Some((kind, text, until, unit, detail)) = found else { return Ok(None) };
    let unit = match unit {
        Some(key) => connection.prepare_cached(UNIT_NAME)?.query_row([key], |row| row.get(0)).optional()?,
        None => None,
    };
    let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
    let to = detail["to"].as_str().unwrap_or_default().to_owned();
    Ok(Some(Said { request, kind, text, until, unit, to }))
}

/// The letter about an activity, as it is sent.
pub(crate) fn letter(
    connection: &Connection,
    links: &SurveyLinks,
    (request, activity): (RequestId, i64),
    (address, now): (&str, Instant),
) -> Result<Option<Letter>, CoreError> {
    let Some(said) = said(connection, request, activity)? else { return Ok(None) };
    let values = (request.as_bytes(), address);
    let language: Option<Option<String>> =
        connection.prepare_cached(LANGUAGE)?.query_row(values, |row| row.get(0)).optional()?;
    let language = language.flatten().and_then(|code| Language::of_code(&code));
    let languages = language.map_or_else(|| Language::ALL.to_vec(), |one| vec![one]);
    let link = links.request_address(request, now);
    let parts: Vec<String> = languages.iter().map(|language| body(*language, &said, &link)).collect();
    let first = languages.first().copied().unwrap_or(Language::Fa);
    let subject = format!("{} – {}", line(&title(first, &said)), said.request.number);
    Ok(Some(Letter { subject, body: parts.join("\n\n— — —\n\n"), file: None }))
}

/// The short message about an activity.
pub(crate) fn text_message(
    connection: &Connection,
    links: &SurveyLinks,
    (request, activity): (RequestId, i64),
    (language, now): (Option<&str>, Instant),
) -> Result<Option<String>, CoreError> {
    let Some(said) = said(connection, request, activity)? else { return Ok(None) };
    let language = language.and_then(Language::of_code).unwrap_or(Language::Fa);
    let link = links.request_address(request, now);
    Ok(Some(format!(
        "{} {}: {}\n{link}",
        said.request.number,
        line(&title(language, &said)),
        short(&said, language)
    )))
}

/// The words of an activity, short enough for a message.
fn short(said: &Said, language: Language) -> String {
    const CHARS: usize = 120;
    let words = match (&said.text, said.until) {
        (_, Some(until)) => when(language, until),
        (Some(text), None) => line(text),
        (None, None) => line(said.request.fields.subject.as_deref().unwrap_or_default()),
    };
    words.chars().take(CHARS).collect()
}

/// One line; what people typed cannot begin another.
fn line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// An instant as people read it: Jalali in Persian (R118).
pub(crate) fn when(language: Language, at: Instant) -> String {
    let local = calendar::Zone::organisation().local(at);
    let clock = format!("{:02}:{:02}", local.hour(), local.minute());
    match language {
        Language::Fa => {
            let date = calendar::JalaliDate::of(local.date());
            let date = date.map_or_else(|| local.date().to_string(), |date| date.to_string());
            persian_digits(&format!("{date} {clock}"))
        }
        Language::Ru | Language::En => format!("{} {clock}", local.date()),
    }
}

fn persian_digits(text: &str) -> String {
    const ZERO: u32 = '۰' as u32;
    let digit = |letter: char| letter.to_digit(10).and_then(|digit| char::from_u32(ZERO + digit));
    text.chars().map(|letter| digit(letter).unwrap_or(letter)).collect()
}

fn title(language: Language, said: &Said) -> String {
    match said.kind {
        Kind::VisitMoved => visit_title(language, &said.to),
        kind => activity_title(language, kind.word()),
    }
}

/// What happened, in a line.
pub(crate) fn activity_title(language: Language, kind: &str) -> String {
    let known = Kind::ALL.iter().copied().find(|known| known.word() == kind);
    let words: (&str, &str, &str) = match known.unwrap_or(Kind::Remark) {
        Kind::Registered => ("درخواست شما ثبت شد", "Ваше обращение принято", "Your request was registered"),
        Kind::HandedOver | Kind::ToSales => (
            "درخواست شما به واحد مربوط سپرده شد",
            "Ваше обращение передано специалистам",
            "Your request was passed on",
        ),
        Kind::Answered | Kind::Offered => {
            ("به درخواست شما پاسخ داده شد", "Ответ на ваше обращение", "Your request was answered")
        }
        Kind::Contacted => ("با شما گفتگو شد", "Разговор по вашему обращению", "We spoke with you"),
        Kind::Promised => ("زمان انجام کار", "Назначено время", "A time was set"),
        Kind::WaitingCustomer => ("منتظر پاسخ شما هستیم", "Ждём вашего ответа", "We wait for your answer"),
        Kind::VisitMade => ("بازدید در حال برنامه‌ریزی است", "Планируется визит", "A visit is being planned"),
        Kind::CustomerReplied => ("پیام شما", "Ваше сообщение", "Your message"),
        Kind::Confirmed => ("تحویل کار تأیید شد", "Приёмка подтверждена", "The hand-over was confirmed"),
        Kind::Finished => ("کار انجام شد", "Работа выполнена", "The work is done"),
        Kind::Closed => ("درخواست شما بسته شد", "Ваше обращение закрыто", "Your request was closed"),
        Kind::Cancelled => ("درخواست شما لغو شد", "Ваше обращение отменено", "Your request was called off"),
        Kind::Reopened => {
            ("درخواست شما دوباره باز شد", "Ваше обращение открыто снова", "Your request was opened again")
        }
        Kind::SupportOffered => ("پیشنهاد پشتیبانی", "Предложение поддержки", "An offer of support"),
        Kind::Examined => ("شکایت شما بررسی شد", "Ваша жалоба рассмотрена", "Your complaint was examined"),
        Kind::Decided => ("نتیجهٔ شکایت شما", "Решение по вашей жалобе", "Your complaint was decided"),
        _ => ("وضعیت درخواست شما", "Новости по вашему обращению", "News of your request"),
    };
    pick(language, words).to_owned()
}

/// What a visit's status means to the customer.
pub(crate) fn visit_title(language: Language, status: &str) -> String {
    let words = match status {
        "assigned" | "accepted" => ("تکنسین شما تعیین شد", "Назначен техник", "A technician was assigned"),
        "travelling" => ("تکنسین در راه است", "Техник в пути", "The technician is on the way"),
        "on_site" | "working" => ("تکنسین در محل است", "Техник на месте", "The technician is there"),
        "waiting_part" => ("کار منتظر قطعه است", "Ожидается запчасть", "The work waits for a part"),
        "done" => ("بازدید انجام شد", "Визит завершён", "The visit is done"),
        "cancelled" => ("بازدید لغو شد", "Визит отменён", "The visit was called off"),
        _ => ("وضعیت بازدید", "Новости о визите", "News of the visit"),
    };
    pick(language, words).to_owned()
}

const fn pick<'a>(language: Language, (fa, ru, en): (&'a str, &'a str, &'a str)) -> &'a str {
    match language {
        Language::Fa => fa,
        Language::Ru => ru,
        Language::En => en,
    }
}

fn body(language: Language, said: &Said, link: &str) -> String {
    let subject = line(said.request.fields.subject.as_deref().unwrap_or_default());
    let greeting = pick(language, ("مشتری گرامی،", "Здравствуйте!", "Dear customer,"));
    let mut text = format!("{greeting}\n\n{}: {} {subject}", title(language, said), said.request.number);
    if let Some(unit) = &said.unit {
        text.push_str(&format!("\n({})", line(unit)));
    }
    if let Some(words) = &said.text {
        text.push_str(&format!("\n\n{words}"));
    }
    if let Some(until) = said.until {
        let words = pick(language, ("زمان", "Время", "Time"));
        text.push_str(&format!("\n\n{words}: {}", when(language, until)));
    }
    let last = match said.request.status {
        RequestStatus::Done => pick(
            language,
            (
                "اگر کار درست انجام شده، اینجا تأیید کنید؛ وگرنه پاسخ دهید:",
                "Если всё в порядке, подтвердите здесь; если нет, ответьте:",
                "If all is well, confirm it here; if not, reply:",
            ),
        ),
        _ => pick(
            language,
            (
                "پیگیری و پاسخ از این نشانی، که فقط برای شماست:",
                "Следить и отвечать можно по этой ссылке, она только для вас:",
                "Follow it and reply by this link, which is for you alone:",
            ),
        ),
    };
    format!("{text}\n\n{last}\n{link}")
}
