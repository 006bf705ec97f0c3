//! Mail, as the administrator sees it: what goes out, and what came in and can be no request.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::words::known_word;
use super::{AppState, Problem};
use crate::inbound::{self, AsideMail};
use crate::mail::{self, MailRow, MailState};
use crate::rfc3339::Rfc3339;

const PAGE_ROWS: u32 = 100;

/// Which letters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MailQuery {
    /// `queued`, `sent`, `dead` or `skipped`.
    state: Option<String>,
    /// The page, as the one before named it.
    cursor: Option<i64>,
}

/// A letter, without what it says.
#[derive(Serialize, ToSchema)]
pub(super) struct MailBody {
    /// Its number.
    id: i64,
    /// `survey`, `request`, `code`, `intake` or `message`.
    kind: String,
    /// The survey that it asks about.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    survey: Option<String>,
    /// The request of which it tells.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// To whom; forgotten once it is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    /// `queued`, `sent`, `dead` or `skipped`.
    state: String,
    /// How often it was tried.
    attempts: i64,
    /// When it was queued.
    queued_at: Rfc3339,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Rfc3339>,
    /// When it was sent, given up or skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Rfc3339>,
    /// Why it was not sent, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// A page of letters.
#[derive(Serialize, ToSchema)]
pub(super) struct MailList {
    /// The newest first.
    mail: Vec<MailBody>,
    /// Goes into `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

impl From<MailRow> for MailBody {
    fn from(row: MailRow) -> Self {
        let queued = row.state == MailState::Queued.name();
        Self {
            id: row.id,
            kind: row.kind,
            survey: row.survey.map(|survey| survey.to_string()),
            request: row.request.map(|request| request.to_string()),
            recipient: row.recipient,
            state: row.state,
            attempts: row.attempts,
            queued_at: Rfc3339(row.queued_at),
            next_at: queued.then_some(Rfc3339(row.next_at)),
            settled_at: row.settled_at.map(Rfc3339),
            problem: row.problem,
        }
    }
}

/// Lists letters; those that were given up with `state=dead`.
#[utoipa::path(get, path = "/v1/mail", tag = "Mail", params(MailQuery),
    responses((status = 200, description = "A page.", body = MailList)))]
pub(super) async fn list_mail(
    State(app): State<AppState>,
    Query(query): Query<MailQuery>,
) -> Result<Json<MailList>, Problem> {
    let words = MailState::ALL.map(MailState::name);
    let state = known_word("state", query.state.as_deref(), (&words, MailState::named))?;
    let cursor = query.cursor;
    let list = move |connection: &rusqlite::Connection| mail::list_mail(connection, state, cursor, PAGE_ROWS);
    let rows = app.store.read(list).await?;
    let full = u32::try_from(rows.len()).is_ok_and(|rows| rows == PAGE_ROWS);
    let next = rows.last().filter(|_| full).map(|row| row.id);
    Ok(Json(MailList { mail: rows.into_iter().map(MailBody::from).collect(), next }))
}

/// A mail that can be no request.
#[derive(Serialize, ToSchema)]
pub(super) struct AsideMailBody {
    /// The file's name in `new`; in `cur` with `:2,S` behind it.
    name: String,
    /// `unreadable`, `invalid`, or `ended_the_server`: the process ended twice while it was read.
    why: String,
    /// When it was put aside.
    at: Rfc3339,
}

/// Mails that can be no request.
#[derive(Serialize, ToSchema)]
pub(super) struct AsideMailList {
    /// The last 500, the last first.
    mails: Vec<AsideMailBody>,
}

/// Lists the mails that were put aside: each lies in `cur` of the maildir.
#[utoipa::path(get, path = "/v1/mail/aside", tag = "Mail",
    responses((status = 200, description = "Mails.", body = AsideMailList)))]
pub(super) async fn list_aside_mail(State(app): State<AppState>) -> Result<Json<AsideMailList>, Problem> {
    let mails = app.store.read(inbound::list_aside).await?;
    let body = |AsideMail { name, why, at }| AsideMailBody { name, why, at: Rfc3339(at) };
    Ok(Json(AsideMailList { mails: mails.into_iter().map(body).collect() }))
}

/// Tries a dead letter again.
#[utoipa::path(post, path = "/v1/mail/{id}/retry", tag = "Mail", params(("id" = i64, Path)),
    responses((status = 204, description = "Queued again.")))]
pub(super) async fn retry_mail(
    State(app): State<AppState>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    app.store.write(move |tx| mail::retry_mail(tx, id, now)).await?;
    app.core.wake_timer();
    Ok(StatusCode::NO_CONTENT)
}
