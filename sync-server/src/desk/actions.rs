//! Corrective actions (R20, R117): what somebody does by a day so that a deviation does not
//! come again, on a request, its complaint file, or a fault that comes again; and what came of it.

use desk::Act;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{Instant, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::activity::{self, Author, Kind, NewActivity};
use super::acts::{for_act, one, words};
use super::complaint_files::of_request;
use super::person::Person;
use super::row::{RequestId, find_request};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};
use crate::people::find_user;
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;
use crate::sql::column;

const INSERT: &str = "INSERT INTO corrective_actions (about, subject, product, fault, text, owner, due_at, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const END: &str = "INSERT INTO corrective_ends (action, outcome, by, at) VALUES (?1, ?2, ?3, ?4)";
/// The request of an action: its own, or that of its complaint file.
const FROM: &str = "FROM corrective_actions AS actions LEFT JOIN corrective_ends AS ends ON ends.action = actions.id \
     LEFT JOIN complaint_files AS files ON actions.about = 'complaint' AND files.id = actions.subject \
     LEFT JOIN requests ON requests.id = coalesce(files.request, actions.subject)";
const COLUMNS: &str = "actions.id, actions.about, requests.id, requests.number, actions.product, actions.fault, \
     actions.text, actions.owner, actions.due_at, actions.by, actions.at, ends.outcome, ends.by, ends.at";
/// Still to be done.
const OPEN: &str = "actions.due_at IS NOT NULL AND ends.at IS NULL";
const LIST_MAX: u32 = 500;

/// What an action is about.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum ActionSubject {
    /// A request.
    Request {
        /// Which.
        #[schema(value_type = String, format = "uuid")]
        request: domain::Uuid,
    },
    /// The complaint file of a request.
    Complaint {
        /// The request.
        #[schema(value_type = String, format = "uuid")]
        request: domain::Uuid,
    },
    /// A fault that comes again.
    Fault {
        /// On which product.
        product: String,
        /// Its name or code.
        fault: String,
    },
}

/// An action to be taken.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// What it is about.
    pub about: ActionSubject,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    /// Who does it.
    #[schema(value_type = String, format = "uuid")]
    pub owner: UserId,
    /// By when.
    pub due_at: Rfc3339,
}

/// An action as it stands.
#[derive(Debug, Clone)]
pub struct CorrectiveAction {
    /// Its number.
    pub id: i64,
    /// `request`, `complaint` or `fault`.
    pub about: String,
    /// The request that it is about.
    pub request: Option<RequestId>,
    /// The request's number.
    pub number: Option<String>,
    /// The product with the fault.
    pub product: Option<String>,
    /// The fault.
    pub fault: Option<String>,
    /// What is to be done, or was.
    pub text: String,
    /// Who does it.
    pub owner: Option<UserId>,
    /// By when; none for what was done when it was written down.
    pub due_at: Option<Instant>,
    /// Who wrote it down.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
    /// What came of it, who said so, and when.
    pub ended: Option<(String, UserId, Instant)>,
}

/// A list of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ActionList {
    /// Whatever the person sees.
    #[default]
    All,
    /// Still to be done.
    Open,
    /// To be done today.
    Due,
    /// Which should have been done.
    Overdue,
    /// Done.
    Done,
}

impl ActionList {
    /// Every list with its word.
    pub const WORDS: [(&str, Self); 5] = [
        ("all", Self::All),
        ("open", Self::Open),
        ("due", Self::Due),
        ("overdue", Self::Overdue),
        ("done", Self::Done),
    ];
}

/// Which actions.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActionFilter {
    /// Of a list.
    pub list: ActionList,
    /// Of who does them.
    pub owner: Option<UserId>,
    /// On a request, its complaint file included.
    pub request: Option<RequestId>,
}

/// Writes an action down, and tells who is to do it; gives its number.
///
/// # Errors
///
/// `duty_required`; `not_found` out of sight; `conflict` without a complaint file; `invalid`.
pub async fn take_action(core: &Core, session: &DeviceSession, new: NewAction) -> Result<i64, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    core.store().write(move |tx| take(&heart, tx, &Person::read(tx, &session)?, new, now)).await
}

fn take(
    core: &Core,
    tx: &Transaction<'_>,
    person: &Person,
    new: NewAction,
    now: Instant,
) -> Result<i64, CoreError> {
    person.must(Act::Correct)?;
    let text = words("text", new.text)?;
    if new.due_at.0 <= now {
        return Err(one("due_at", "request.when", "an action is due in the future"));
    }
    find_user(tx, new.owner).map_err(|_absent| one("owner", "request.owner", "no such person"))?;
    let (about, subject, (product, fault), request) = subject(tx, person, &new.about)?;
    tx.prepare_cached(INSERT)?.execute(params![
        about,
        subject,
        product,
        fault,
        text,
        new.owner.as_bytes(),
        new.due_at.0.millis(),
        person.user().as_bytes(),
        now.millis(),
    ])?;
    let id = tx.last_insert_rowid();
    let detail = json!({ "action": id, "text": text, "due_at": new.due_at.0.millis() });
    let doc = request.map(|request| request.as_case());
    let notice = NewNotice { to: Audience::Person(new.owner), kind: "action_given", doc, detail: &detail };
    notices::write(tx, &notice, now)?;
    if let Some(request) = request {
        let detail = json!({ "action": id, "owner": new.owner });
        note(core, tx, (request, person.user()), (text, detail, Some(new.due_at.0)), now)?;
    }
    Ok(id)
}

/// What an action is about: the word, the subject, product and fault, the request.
type Subject = (&'static str, [u8; 16], (Option<String>, Option<String>), Option<RequestId>);

fn subject(tx: &Transaction<'_>, person: &Person, about: &ActionSubject) -> Result<Subject, CoreError> {
    match about {
        ActionSubject::Request { request } => {
            let request = for_act(tx, person, RequestId::from_uuid(*request), None)?;
            Ok(("request", *request.id.as_bytes(), (None, None), Some(request.id)))
        }
        ActionSubject::Complaint { request } => {
            let request = for_act(tx, person, RequestId::from_uuid(*request), None)?;
            let file = of_request(tx, request.id)?.ok_or_else(|| {
                CoreError::refused(ErrorCode::Conflict, "it has no complaint file: open one first")
            })?;
            Ok(("complaint", file.id.into_bytes(), (None, None), Some(request.id)))
        }
        ActionSubject::Fault { product, fault } => {
            let word = |path: &str, text: &str| {
                let text = words(path, text.to_owned())?;
                let fits = text.chars().count() <= SHORT_TEXT_CHARS_MAX;
                let message = format!("at most {SHORT_TEXT_CHARS_MAX} characters");
                fits.then_some(text).ok_or_else(|| one(path, "text.too_long", &message))
            };
            let named = (Some(word("about.product", product)?), Some(word("about.fault", fault)?));
            Ok(("fault", [0; 16], named, None))
        }
    }
}

/// On the request it is an activity that its customer never sees.
fn note(
    core: &Core,
    tx: &Transaction<'_>,
    (request, by): (RequestId, UserId),
    (text, detail, until): (String, serde_json::Value, Option<Instant>),
    now: Instant,
) -> Result<(), CoreError> {
    let Some(mut request) = find_request(tx, request)? else { return Ok(()) };
    let mut corrected = NewActivity::new(Author::Desk(by), Kind::Corrected).text(text);
    (corrected.detail, corrected.until) = (detail, until);
    activity::write(tx, &mut request, &corrected, random_bytes(core.entropy()), now).map(drop)
}

/// Says what came of an action: who does it, or who may correct.
///
/// # Errors
///
/// `not_found`; `conflict` when it is done; `invalid` without words.
pub async fn end_action(
    core: &Core,
    session: &DeviceSession,
    (id, outcome): (i64, String),
) -> Result<(), CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let end = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        let action = find(tx, id)?.filter(|action| sees(&person, action)).ok_or_else(CoreError::not_found)?;
        let outcome = words("outcome", outcome)?;
        if action.due_at.is_none() || action.ended.is_some() {
            return Err(CoreError::refused(ErrorCode::Conflict, "it is done already"));
        }
        let by = person.user();
        tx.prepare_cached(END)?.execute((id, &outcome, by.as_bytes(), now.millis()))?;
        match action.request {
            Some(request) => {
                let detail = json!({ "action": id, "done": true });
                note(&heart, tx, (request, by), (outcome, detail, None), now)
            }
            None => Ok(()),
        }
    };
    core.store().write(end).await
}

fn sees(person: &Person, action: &CorrectiveAction) -> bool {
    person.may(Act::Correct) || action.owner == Some(person.user())
}

fn find(connection: &Connection, id: i64) -> Result<Option<CorrectiveAction>, CoreError> {
    let sql = format!("SELECT {COLUMNS} {FROM} WHERE actions.id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id], read).optional()?)
}

/// Lists actions, what is due first: all for who may correct, one's own for others.
///
/// # Errors
///
/// When the store fails.
pub async fn list_actions(
    core: &Core,
    session: &DeviceSession,
    filter: ActionFilter,
) -> Result<Vec<CorrectiveAction>, CoreError> {
    let (session, now) = (*session, core.now());
    let list = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        let (condition, values) = condition(&person, filter, now);
        let sql = format!(
            "SELECT {COLUMNS} {FROM} WHERE {condition} \
             ORDER BY ends.at IS NOT NULL, actions.due_at IS NULL, actions.due_at, actions.id DESC LIMIT {LIST_MAX}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    core.store().read(list).await
}

fn condition(person: &Person, filter: ActionFilter, now: Instant) -> (String, Vec<Value>) {
    let mut all = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mine = (!person.may(Act::Correct)).then(|| person.user());
    for owner in [mine, filter.owner].into_iter().flatten() {
        all.push("actions.owner = ?".to_owned());
        values.push(owner.as_bytes().to_vec().into());
    }
    if let Some(request) = filter.request {
        all.push("requests.id = ?".to_owned());
        values.push(request.as_bytes().to_vec().into());
    }
    let due = |compared: &str, at: Instant| (format!("{OPEN} AND actions.due_at {compared} ?"), at.millis());
    let (listed, bound) = match filter.list {
        ActionList::All => return (all.join(" AND "), values),
        ActionList::Open => (OPEN.to_owned(), None),
        ActionList::Done => (format!("NOT ({OPEN})"), None),
        ActionList::Overdue => {
            let (sql, at) = due("<", now);
            (sql, Some(at))
        }
        ActionList::Due => {
            let zone = calendar::Zone::organisation();
            let tomorrow = zone.date(now).tomorrow().unwrap_or(calendar::Date::MAX);
            let (sql, at) = due("<", zone.instant(tomorrow.at(0, 0, 0, 0)));
            (sql, Some(at))
        }
    };
    all.push(listed);
    values.extend(bound.map(Value::from));
    (all.join(" AND "), values)
}

fn read(row: &Row<'_>) -> rusqlite::Result<CorrectiveAction> {
    let outcome: Option<String> = row.get(11)?;
    let ended = match outcome {
        Some(outcome) => Some((outcome, column(row, 12)?, column(row, 13)?)),
        None => None,
    };
    Ok(CorrectiveAction {
        id: row.get(0)?,
        about: row.get(1)?,
        request: column(row, 2)?,
        number: row.get(3)?,
        product: row.get(4)?,
        fault: row.get(5)?,
        text: row.get(6)?,
        owner: column(row, 7)?,
        due_at: column(row, 8)?,
        made_by: column(row, 9)?,
        made_at: column(row, 10)?,
        ended,
    })
}
