//! Queueing a letter, in the transaction of what it speaks of.

use domain::{Instant, Uuid};
use rusqlite::{Transaction, params};

use super::Letter;
use crate::desk::RequestId;
use crate::error::CoreError;
use crate::surveys::SurveyId;

const INSERT: &str = "INSERT OR IGNORE INTO mail (kind, about, round, recipient, subject, body, file_name, file_type, \
     file, state, queued_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?10, ?10)";

/// A letter to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    recipient: String,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// Written when it is sent: its link is good from then on.
    Survey(SurveyId, i64),
    /// About an activity of a request; written when it is sent.
    Request(RequestId, i64),
    /// A code, or a link by which a customer comes in; written when it is sent.
    Entry(&'static str, Uuid),
    Message(Letter),
}

impl NewMail {
    /// The letter that asks for answers to a survey.
    #[must_use]
    pub fn survey(survey: SurveyId, round: i64, recipient: &str) -> Self {
        Self { recipient: recipient.to_owned(), content: Content::Survey(survey, round) }
    }
    /// The letter that tells of an activity of a request; queued once for each address.
    #[must_use]
    pub fn request(request: RequestId, activity: i64, recipient: &str) -> Self {
        Self { recipient: recipient.to_owned(), content: Content::Request(request, activity) }
    }
    /// The letter with a one-time code.
    #[must_use]
    pub fn code(code: Uuid, recipient: &str) -> Self {
        Self { recipient: recipient.to_owned(), content: Content::Entry("code", code) }
    }
    /// The letter with a link by which a customer registers requests.
    #[must_use]
    pub fn intake(link: Uuid, recipient: &str) -> Self {
        Self { recipient: recipient.to_owned(), content: Content::Entry("intake", link) }
    }
    /// A letter whose text is known.
    #[must_use]
    pub fn message(recipient: &str, letter: Letter) -> Self {
        Self { recipient: recipient.to_owned(), content: Content::Message(letter) }
    }
}

/// Whether a text is an address to which mail can go.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

/// Queues a letter; returns its number. It is sent as soon as the mail task sees it.
///
/// # Errors
///
/// When the store fails.
pub fn queue(tx: &Transaction<'_>, new: &NewMail, now: Instant) -> Result<i64, CoreError> {
    let (kind, about, letter) = match &new.content {
        Content::Survey(survey, round) => ("survey", Some((*survey.as_bytes(), Some(*round))), None),
        Content::Request(request, activity) => {
            ("request", Some((*request.as_bytes(), Some(*activity))), None)
        }
        Content::Entry(kind, id) => (*kind, Some((*id.as_bytes(), None)), None),
        Content::Message(letter) => ("message", None, Some(letter)),
    };
    let file = letter.and_then(|letter| letter.file.as_ref());
    tx.prepare_cached(INSERT)?.execute(params![
        kind,
        about.map(|(id, _)| id),
        about.and_then(|(_, round)| round),
        new.recipient,
        letter.map(|letter| &letter.subject),
        letter.map(|letter| &letter.body),
        file.map(|file| &file.name),
        file.map(|file| &file.media_type),
        file.map(|file| &file.bytes),
        now.millis(),
    ])?;
    Ok(tx.last_insert_rowid())
}
