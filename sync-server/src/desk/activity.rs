//! Writing an activity: the one way by which anything happens to a request. It is
//! appended, never changed; what the customer may see is told to him; what moves
//! clocks is noted as an event; what is closed without a visit is asked about.

use domain::{DocId, EventId, EventKind, Instant, UserId, fold_search_text};
use rusqlite::{Transaction, params};
use serde_json::Value;

use super::row::{RequestId, RequestRow};
use super::{clocks, messages};
use crate::error::CoreError;
use crate::surveys;

const APPEND: &str = "INSERT INTO request_activities \
     (request, at, recorded_at, by, author, kind, shown, text, until, unit, job, detail) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const EVENT: &str = "INSERT INTO request_events (event, request, kind, at, by) VALUES (?1, ?2, ?3, ?4, ?5)";
const KEEP: &str = "UPDATE requests SET kind = ?2, status = ?3, fields = ?4, unit = ?5, owner = ?6, \
     controller = ?7, promised_at = ?8, answered_at = ?9, touched_at = ?10, finished_at = ?11, ended_at = ?12, \
     result = ?13, version = ?14 WHERE id = ?1";
const FORGET_WORDS: &str = "DELETE FROM request_search WHERE rowid = ?1";
const ADD_WORDS: &str = "INSERT INTO request_search (rowid, words) VALUES (?1, ?2)";

/// Whose act it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// Somebody at the desk.
    Desk(UserId),
    /// The customer.
    Customer,
    /// The server: what follows from a job, or from time.
    Server,
}

impl Author {
    const fn word(self) -> &'static str {
        match self {
            Self::Desk(_) => "desk",
            Self::Customer => "customer",
            Self::Server => "server",
        }
    }
    const fn user(self) -> Option<UserId> {
        match self {
            Self::Desk(user) => Some(user),
            Self::Customer | Self::Server => None,
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident $word:literal $shown:ident $event:expr;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { $($(#[doc = $doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The word in rows and in the API.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// Whether the customer sees it, and is told of it (R101, R105).
            pub(crate) const fn is_shown(self) -> bool {
                match self { $(Self::$name => matches!(stringify!($shown).as_bytes(), b"shown"),)* }
            }
            /// What it is for clocks.
            const fn event(self) -> Option<EventKind> {
                match self { $(Self::$name => $event,)* }
            }
        }
    };
}

kinds! {
    /// It was registered.
    Registered "registered" shown Some(EventKind::Registered);
    /// Its facts were corrected.
    Edited "edited" hidden None;
    /// Somebody began with it.
    Taken "taken" hidden None;
    /// It went to another unit.
    HandedOver "handed_over" shown Some(EventKind::HandedOver);
    /// The customer was answered.
    Answered "answered" shown Some(EventKind::Answered);
    /// The customer was spoken to.
    Contacted "contacted" shown Some(EventKind::Contacted);
    /// The customer was promised a time.
    Promised "promised" shown Some(EventKind::Promised);
    /// The customer wrote.
    CustomerReplied "customer_replied" shown Some(EventKind::CustomerReplied);
    /// It waits for the customer.
    WaitingCustomer "waiting_customer" shown Some(EventKind::WaitingCustomer);
    /// A note of the desk.
    Note "note" hidden None;
    /// Technical support was asked.
    SolutionAsked "solution_asked" hidden None;
    /// Technical support answered.
    SolutionGiven "solution_given" hidden None;
    /// A visit was made of it.
    VisitMade "visit_made" shown None;
    /// Something happened on a visit.
    VisitMoved "visit_moved" shown None;
    /// It was done and handed over.
    Finished "finished" shown Some(EventKind::Done);
    /// The customer confirmed the hand-over.
    Confirmed "confirmed" shown None;
    /// It was closed.
    Closed "closed" shown Some(EventKind::Closed);
    /// It was called off.
    Cancelled "cancelled" shown Some(EventKind::Cancelled);
    /// It was opened again.
    Reopened "reopened" shown Some(EventKind::Reopened);
    /// Support was offered.
    SupportOffered "support_offered" shown None;
    /// A customer's interest went to the sales department.
    ToSales "to_sales" shown Some(EventKind::HandedOver);
    /// The customer got an offer.
    Offered "offered" shown Some(EventKind::Answered);
    /// A complaint was examined.
    Examined "examined" shown Some(EventKind::Answered);
    /// A complaint was given to its handler.
    HandlerNamed "handler_named" hidden None;
    /// It was decided on a complaint.
    Decided "decided" shown Some(EventKind::Answered);
    /// What was done so that it does not happen again.
    Corrected "corrected" hidden None;
    /// Something happened to the installation.
    Installation "installation" shown None;
    /// The quality officer took a breach over.
    TakenOver "taken_over" hidden None;
    /// Something came too late for it, or could not be kept.
    Remark "remark" hidden None;
}

/// Whether the customer has a message of an activity that he may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message {
    /// One of its own.
    Own,
    /// None: what follows of it is told, or nothing that matters to him.
    None,
}

/// An activity to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewActivity {
    pub(crate) author: Author,
    pub(crate) kind: Kind,
    /// When it happened, if that was before now.
    pub(crate) at: Option<Instant>,
    pub(crate) text: Option<String>,
    pub(crate) until: Option<Instant>,
    pub(crate) unit: Option<String>,
    pub(crate) job: Option<DocId>,
    pub(crate) detail: Value,
    pub(crate) message: Message,
}

impl NewActivity {
    pub(crate) fn new(author: Author, kind: Kind) -> Self {
        let detail = Value::Object(serde_json::Map::new());
        let message = Message::Own;
        Self { author, kind, at: None, text: None, until: None, unit: None, job: None, detail, message }
    }
    pub(crate) fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }
}

/// Writes an activity and the request as it stands after it. `random` names the event.
/// Returns the activity's number.
pub(crate) fn write(
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    new: &NewActivity,
    random: [u8; 8],
    now: Instant,
) -> Result<i64, CoreError> {
    let at = new.at.unwrap_or(now).min(now);
    request.version += 1;
    if matches!(new.author, Author::Desk(_)) && new.kind != Kind::Registered {
        request.touched_at.get_or_insert(now);
    }
    keep(tx, request)?;
    tx.prepare_cached(APPEND)?.execute(params![
        request.id.as_bytes(),
        at.millis(),
        now.millis(),
        new.author.user().as_ref().map(UserId::as_bytes),
        new.author.word(),
        new.kind.word(),
        new.kind.is_shown(),
        new.text,
        new.until.map(Instant::millis),
        new.unit,
        new.job.as_ref().map(DocId::as_bytes),
        new.detail.to_string(),
    ])?;
    let activity = tx.last_insert_rowid();
    if let Some(event) = new.kind.event() {
        let by = new.author.user().unwrap_or(UserId::from_uuid(domain::Uuid::nil()));
        write_event(tx, request.id, (EventId::from_bytes(random), event), (at, by))?;
        clocks::moved(tx, request.id, now)?;
    }
    match new.kind {
        Kind::Closed => {
            let to = (request.fields.email.as_deref(), request.fields.language.as_deref());
            surveys::request_closed(tx, request.id.as_case(), to, now)?;
        }
        Kind::Reopened => surveys::request_reopened(tx, request.id.as_case())?,
        _ => {}
    }
    if new.kind.is_shown() && new.message == Message::Own {
        messages::tell(tx, request, (activity, new.kind), new.author, now)?;
    }
    Ok(activity)
}

fn write_event(
    tx: &Transaction<'_>,
    request: RequestId,
    (id, kind): (EventId, EventKind),
    (at, by): (Instant, UserId),
) -> Result<(), CoreError> {
    let values = (id.as_bytes(), request.as_bytes(), kind.name(), at.millis(), by.as_bytes());
    tx.prepare_cached(EVENT)?.execute(values)?;
    Ok(())
}

/// Writes the row as it stands now.
fn keep(tx: &Transaction<'_>, request: &RequestRow) -> Result<(), CoreError> {
    tx.prepare_cached(KEEP)?.execute(params![
        request.id.as_bytes(),
        request.kind.name(),
        request.status.name(),
        json(&request.fields)?,
        request.unit,
        request.owner.as_ref().map(UserId::as_bytes),
        request.controller.as_ref().map(UserId::as_bytes),
        request.promised_at.map(Instant::millis),
        request.answered_at.map(Instant::millis),
        request.touched_at.map(Instant::millis),
        request.finished_at.map(Instant::millis),
        request.ended_at.map(Instant::millis),
        request.result,
        request.version,
    ])?;
    write_words(tx, request)
}

/// Writes the words by which it is found.
pub(super) fn write_words(tx: &Transaction<'_>, request: &RequestRow) -> Result<(), CoreError> {
    let mut words = request.fields.words();
    words.push(&request.number);
    tx.prepare_cached(FORGET_WORDS)?.execute([request.row])?;
    tx.prepare_cached(ADD_WORDS)?.execute((request.row, fold_search_text(&words.join("\n"))))?;
    Ok(())
}

/// A value as JSON in a row.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, CoreError> {
    serde_json::to_string(value).map_err(|error| CoreError::Outside(error.to_string()))
}
