//! The customer's side (R96, R100-R102): behind a signed link he sees what is his to see of
//! one request, replies, confirms the hand-over. Notes of the desk are never shown.

use desk::{RequestStatus, Step};
use domain::{Instant, Uuid};
use rusqlite::{Connection, Transaction};
use wire::ErrorCode;

use super::activity::{self, Author, Kind, NewActivity};
use super::acts::stepped;
use super::fields::RequestFields;
use super::files::files;
use super::register::no_request;
use super::row::{RequestId, RequestRow, find_request};
use super::show::{ActivityRow, VisitRow, activities, visits};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};
use crate::sql::column;
use crate::surveys::comparable;

/// A request as its customer sees it.
#[derive(Debug, Clone)]
pub struct PortalRequest {
    /// The request; its row holds more than is shown.
    pub request: RequestRow,
    /// What was done, the first first.
    pub activities: Vec<PortalActivity>,
    /// Its visits.
    pub visits: Vec<VisitRow>,
    /// Whether the customer may reply.
    pub may_reply: bool,
    /// Whether he may confirm the hand-over.
    pub may_confirm: bool,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub struct PortalActivity {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: String,
    /// Whether it was the customer's own.
    pub is_own: bool,
    /// The words.
    pub text: Option<String>,
    /// Until when.
    pub until: Option<Instant>,
    /// To which status a visit moved.
    pub to: Option<String>,
    /// The names of the files that the customer sent with it.
    pub files: Vec<String>,
}

/// What is behind a link.
///
/// # Errors
///
/// `not_found`; or when the store fails.
pub async fn portal_request(core: &Core, id: RequestId) -> Result<PortalRequest, CoreError> {
    core.store().read(move |connection| read(connection, id)).await
}

fn read(connection: &Connection, id: RequestId) -> Result<PortalRequest, CoreError> {
    let request = find_request(connection, id)?.ok_or_else(no_request)?;
    let all = activities(connection, id)?;
    let confirmed =
        all.iter().rfind(|activity| ["confirmed", "reopened", "finished"].contains(&activity.kind.as_str()));
    let is_confirmed = confirmed.is_some_and(|activity| activity.kind == "confirmed");
    let sent = files(connection, id)?;
    let names = |activity: &ActivityRow| {
        let of = sent.iter().filter(|file| file.activity == activity.id && activity.author == "customer");
        of.map(|file| file.name.clone()).collect()
    };
    let shown = |activity: ActivityRow| PortalActivity {
        at: activity.at,
        is_own: activity.author == "customer",
        files: names(&activity),
        to: activity.detail["to"].as_str().map(str::to_owned),
        kind: activity.kind,
        text: activity.text,
        until: activity.until,
    };
    Ok(PortalRequest {
        may_reply: !matches!(request.status, RequestStatus::Closed | RequestStatus::Cancelled),
        may_confirm: request.status == RequestStatus::Done && !is_confirmed,
        visits: visits(connection, id)?,
        activities: all.into_iter().filter(|activity| activity.shown).map(shown).collect(),
        request,
    })
}

/// A refusal of what is over is an answer; anything else takes the job back.
pub(super) fn keep_refused(done: Result<(), CoreError>) -> Result<Result<(), CoreError>, CoreError> {
    match done {
        Err(error) if error.code() == ErrorCode::RequestClosed => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(()) => Ok(Ok(())),
    }
}

/// A reply within a job of the writer (R102): what waits for the customer goes on, what was
/// done is open again. One to what is over is refused, and kept as a remark.
pub(crate) fn reply(
    core: &Core,
    tx: &Transaction<'_>,
    (request, text): (&mut RequestRow, String),
    now: Instant,
) -> Result<(), CoreError> {
    let random = || random_bytes(core.entropy());
    match stepped(request, Step::Reply) {
        Ok(status) => {
            if request.status == RequestStatus::Done {
                request.finished_at = None;
            }
            request.status = status;
            let replied = NewActivity::new(Author::Customer, Kind::CustomerReplied).text(text);
            activity::write(tx, request, &replied, random(), now)?;
            tell_owner(tx, request, "request_reply", now)
        }
        Err(closed) => {
            let late = NewActivity::new(Author::Customer, Kind::Remark).text(text);
            activity::write(tx, request, &late, random(), now)?;
            tell_owner(tx, request, "request_late_reply", now)?;
            Err(closed)
        }
    }
}

/// Whoever is accountable, else the unit.
fn tell_owner(tx: &Transaction<'_>, request: &RequestRow, kind: &str, now: Instant) -> Result<(), CoreError> {
    let to = match (&request.owner, &request.unit) {
        (Some(owner), _) => Audience::Person(*owner),
        (None, Some(unit)) => Audience::Unit(unit),
        (None, None) => return Ok(()),
    };
    let detail = serde_json::json!({ "number": request.number, "subject": request.fields.subject });
    let notice = NewNotice { to, kind, doc: Some(request.id.as_case()), detail: &detail };
    notices::write(tx, &notice, now)
}

/// The customer confirms that the work was handed over (R172); once is enough.
///
/// # Errors
///
/// `request_step` when it is not done.
pub async fn confirm_by_customer(core: &Core, id: RequestId) -> Result<(), CoreError> {
    let (heart, now) = (core.clone(), core.now());
    let job = move |tx: &Transaction<'_>| {
        let seen = read(tx, id)?;
        let mut request = seen.request;
        if request.status != RequestStatus::Done {
            let message = "the work is not done yet";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        if seen.may_confirm {
            let confirmed = NewActivity::new(Author::Customer, Kind::Confirmed);
            activity::write(tx, &mut request, &confirmed, random_bytes(heart.entropy()), now)?;
            tell_owner(tx, &request, "request_confirmed", now)?;
        }
        Ok(())
    };
    core.store().write(job).await
}

/// A remark of the server within a job of the writer.
pub(crate) fn remark(
    core: &Core,
    tx: &Transaction<'_>,
    request: &mut RequestRow,
    text: String,
    now: Instant,
) -> Result<(), CoreError> {
    let remark = NewActivity::new(Author::Server, Kind::Remark).text(text);
    activity::write(tx, request, &remark, random_bytes(core.entropy()), now).map(drop)
}

/// The account and contact behind an address or a number, if it is one's alone.
pub(crate) fn known_by_way(
    connection: &Connection,
    mut fields: RequestFields,
) -> Result<RequestFields, CoreError> {
    const BY_MAIL: &str =
        "SELECT id, account FROM contacts WHERE lower(email) = ?1 AND ended_at IS NULL LIMIT 2";
    const ACCOUNT_BY_MAIL: &str = "SELECT id FROM reference WHERE kind = 'customer' \
         AND lower(json ->> '$.email') = ?1 LIMIT 2";
    const BY_NUMBER: &str = "SELECT DISTINCT account FROM customer_numbers WHERE digits = ?1 LIMIT 2";
    let only = |mut found: Vec<Uuid>| if found.len() == 1 { found.pop() } else { None };
    let all = |sql: &str, text: &str, index: usize| -> Result<Vec<Uuid>, CoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([text], |row| column(row, index))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    if let Some(email) = fields.email.as_deref().map(str::to_lowercase) {
        fields.contact = only(all(BY_MAIL, &email, 0)?);
        if fields.contact.is_none() {
            fields.account = only(all(ACCOUNT_BY_MAIL, &email, 0)?);
        }
    } else if let Some(digits) = fields.mobile.as_deref().and_then(comparable) {
        fields.account = only(all(BY_NUMBER, &digits, 0)?);
    }
    Ok(fields)
}
