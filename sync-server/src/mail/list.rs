//! What became of letters, for the administrator.

use domain::Instant;
use rusqlite::{Connection, Transaction};
use wire::ErrorCode;

use crate::desk::RequestId;
use crate::error::CoreError;
use crate::sql::column;
use crate::surveys::SurveyId;

const LIST: &str = "SELECT id, kind, about, recipient, state, attempts, queued_at, next_at, settled_at, problem \
     FROM mail WHERE {} AND id < ?2 ORDER BY id DESC LIMIT ?3";
const RETRY: &str = "UPDATE mail SET state = 'queued', attempts = 0, next_at = ?2, settled_at = NULL \
     WHERE id = ?1 AND state = 'dead'";

/// How far a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// Waits to be sent.
    Queued,
    /// Out.
    Sent,
    /// Given up.
    Dead,
    /// Not sent: there is no mail server, or nothing to ask any more.
    Skipped,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Dead, Self::Skipped];

    /// The word in rows and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Skipped => "skipped",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// A letter as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its number.
    pub id: i64,
    /// `survey`, `request`, `code`, `intake` or `message`.
    pub kind: String,
    /// The survey that it asks about.
    pub survey: Option<SurveyId>,
    /// The request of which it tells.
    pub request: Option<RequestId>,
    /// To whom; forgotten once it is out.
    pub recipient: Option<String>,
    /// How far it is.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Instant,
    /// When it is tried next.
    pub next_at: Instant,
    /// When it was sent, given up or skipped.
    pub settled_at: Option<Instant>,
    /// Why it was not sent, the last time.
    pub problem: Option<String>,
}

/// Letters, the newest first, those before a number.
///
/// # Errors
///
/// When the store fails.
pub fn list_mail(
    connection: &Connection,
    state: Option<MailState>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<MailRow>, CoreError> {
    // The few dead ones are found by the index, not among all that were ever sent.
    let sql = LIST.replace("{}", if state.is_some() { "state = ?1" } else { "?1 IS NULL" });
    let mut statement = connection.prepare_cached(&sql)?;
    let values = (state.map(MailState::name), before.unwrap_or(i64::MAX), limit);
    let rows = statement.query_map(values, |row| {
        let (kind, about): (String, Option<[u8; 16]>) = (row.get(1)?, row.get(2)?);
        let (is_request, is_survey) = (kind == "request", kind == "survey");
        Ok(MailRow {
            id: row.get(0)?,
            kind,
            survey: about.filter(|_| is_survey).map(SurveyId::from_bytes),
            request: about
                .filter(|_| is_request)
                .map(|id| RequestId::from_uuid(domain::Uuid::from_bytes(id))),
            recipient: row.get(3)?,
            state: row.get(4)?,
            attempts: row.get(5)?,
            queued_at: column(row, 6)?,
            next_at: column(row, 7)?,
            settled_at: column(row, 8)?,
            problem: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Queues a dead letter again. A job of the writer.
///
/// # Errors
///
/// `conflict` when it is not a dead one.
pub fn retry_mail(tx: &Transaction<'_>, id: i64, now: Instant) -> Result<(), CoreError> {
    match tx.prepare_cached(RETRY)?.execute((id, now.millis()))? {
        0 => Err(CoreError::refused(ErrorCode::Conflict, "there is no dead letter of this number")),
        _ => Ok(()),
    }
}
