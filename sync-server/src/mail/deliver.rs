//! Emptying the queue by SMTP.

use std::time::{Duration, UNIX_EPOCH};

use domain::Instant;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use rusqlite::{Connection, Transaction};

use super::next_try;
use super::{Attached, Letter};
use crate::config::MailConfig;
use crate::core::{Core, Epoch};
use crate::desk::{RequestId, intake_letter, request_letter};
use crate::error::CoreError;
use crate::surveys::{SurveyId, SurveyLinks, invitation};
use crate::timer::DueWork;

const NEXT: &str = "SELECT min(next_at) FROM mail WHERE state = 'queued'";
const DUE: &str = "SELECT id, about, round, recipient, subject, body, file_name, file_type, file, attempts, kind \
     FROM mail WHERE state = 'queued' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2";
const SENT: &str = "UPDATE mail SET state = 'sent', attempts = attempts + 1, settled_at = ?2, recipient = NULL, \
     subject = NULL, body = NULL, file = NULL, problem = NULL WHERE id = ?1";
const AGAIN: &str = "UPDATE mail SET attempts = attempts + 1, next_at = ?2, problem = ?3 WHERE id = ?1";
const DEAD: &str = "UPDATE mail SET state = 'dead', attempts = attempts + 1, settled_at = ?2, problem = ?3 \
     WHERE id = ?1";
const SKIPPED: &str = "UPDATE mail SET state = 'skipped', settled_at = ?2, problem = ?3, recipient = NULL, \
     body = NULL, file = NULL WHERE id = ?1";
const CALL_NOW: &str = "UPDATE surveys SET call_from = ?2 WHERE state = 'open' AND call_from > ?2 \
     AND id = (SELECT about FROM mail WHERE id = ?1 AND kind = 'survey' AND round = surveys.round)";
/// Letters sent in one piece of work.
const AT_ONCE: i64 = 10;
/// How long the mail server may take to be reached, and then over a whole letter: the
/// library waits for an answer for ever.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const LETTER_TIMEOUT: Duration = Duration::from_secs(60);
const PROBLEM_CHARS_MAX: usize = 300;

/// A mail server that cannot be used. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MailProblem {
    /// Only a part of what is needed is set.
    #[error("mail needs smtp_url, mail_from and public_url together; set all of them or none")]
    Incomplete,
    /// The address of the server cannot be read.
    #[error(
        "smtp_url cannot be read: write smtps://USER:PASSWORD@HOST, or smtp://HOST:25 for a server on this machine"
    )]
    BadUrl,
    /// The sender's address cannot be read.
    #[error("mail_from cannot be read: write an address, or NAME <ADDRESS>")]
    BadSender,
}

/// The task that sends letters.
#[derive(Debug)]
pub struct Delivery {
    /// None where nothing is sent.
    outgoing: Option<Outgoing>,
    links: SurveyLinks,
}

#[derive(Debug)]
struct Outgoing {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// A letter that is due.
struct DueLetter {
    id: i64,
    recipient: String,
    attempts: i64,
    /// None where there is nothing to say any more.
    letter: Option<Letter>,
}

/// What became of it.
enum Outcome {
    Sent,
    /// Try again; not if it never can be.
    Failed {
        for_good: bool,
        problem: String,
    },
    Pointless,
}

impl Delivery {
    /// What the configuration says.
    ///
    /// # Errors
    ///
    /// When it says only a part, or something that cannot be read.
    pub fn new(config: &MailConfig, links: SurveyLinks) -> Result<Self, MailProblem> {
        let outgoing = match (&config.smtp_url, &config.from, &config.public_url) {
            (None, None, _) => None,
            (Some(url), Some(from), Some(_)) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose());
                let server = builder.map_err(|_says_the_password| MailProblem::BadUrl)?;
                let from = from.parse().map_err(|_bad| MailProblem::BadSender)?;
                Some(Outgoing { server: server.timeout(Some(CONNECT_TIMEOUT)).build(), from })
            }
            _ => return Err(MailProblem::Incomplete),
        };
        Ok(Self { outgoing, links })
    }

    async fn deliver(&self, core: &Core, now: Instant) -> Result<(), CoreError> {
        let links = self.links.clone();
        let due = core.store().read(move |connection| due_letters(connection, &links, now)).await?;
        for letter in due {
            let outcome = match &self.outgoing {
                Some(outgoing) => outgoing.send(&letter, core.epoch(), now).await,
                None => Outcome::Pointless,
            };
            let (id, attempts) = (letter.id, letter.attempts);
            core.store().write(move |tx| settle(tx, (id, attempts), &outcome, now)).await?;
        }
        Ok(())
    }
}

impl DueWork for Delivery {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        let next: Option<i64> = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
        Ok(next.map(Instant::from_millis))
    }

    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        self.deliver(core, now).boxed()
    }
}

impl Outgoing {
    async fn send(&self, due: &DueLetter, epoch: Epoch, now: Instant) -> Outcome {
        let Some(letter) = &due.letter else { return Outcome::Pointless };
        let message = match self.message(due, letter, epoch, now) {
            Ok(message) => message,
            Err(problem) => return Outcome::Failed { for_good: true, problem },
        };
        match tokio::time::timeout(LETTER_TIMEOUT, self.server.send(message)).await {
            Ok(Ok(_accepted)) => Outcome::Sent,
            Ok(Err(error)) => Outcome::Failed { for_good: error.is_permanent(), problem: error.to_string() },
            Err(_elapsed) => {
                Outcome::Failed { for_good: false, problem: "the mail server takes too long".to_owned() }
            }
        }
    }

    /// The same letter has the same id, so that one that was sent just before a power
    /// cut is known again by who gets it twice.
    fn message(
        &self,
        due: &DueLetter,
        letter: &Letter,
        epoch: Epoch,
        now: Instant,
    ) -> Result<Message, String> {
        let to = due.recipient.parse().map_err(|_bad| "the address cannot be read".to_owned())?;
        let (epoch, domain) = (u64::from_be_bytes(epoch), self.from.email.domain());
        let automatic =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0));
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<hamgam.{epoch:016x}.{}@{domain}>", due.id)))
            .raw_header(automatic)
            .date(date);
        let text = SinglePart::plain(letter.body.clone());
        let message = match &letter.file {
            None => builder.singlepart(text),
            Some(file) => builder.multipart(MultiPart::mixed().singlepart(text).singlepart(attached(file)?)),
        };
        message.map_err(|error| error.to_string())
    }
}

fn attached(file: &Attached) -> Result<SinglePart, String> {
    let media_type = ContentType::parse(&file.media_type).map_err(|error| error.to_string())?;
    Ok(Attachment::new(file.name.clone()).body(file.bytes.clone(), media_type))
}

fn due_letters(
    connection: &Connection,
    links: &SurveyLinks,
    now: Instant,
) -> Result<Vec<DueLetter>, CoreError> {
    let mut statement = connection.prepare_cached(DUE)?;
    let mut rows = statement.query((now.millis(), AT_ONCE))?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let (about, kind): (Option<[u8; 16]>, String) = (row.get(1)?, row.get(10)?);
        let recipient: Option<String> = row.get(3)?;
        let letter = match (about, kind.as_str()) {
            (Some(request), "request") => {
                let request = RequestId::from_uuid(domain::Uuid::from_bytes(request));
                let to = recipient.as_deref().unwrap_or_default();
                request_letter(connection, links, (request, row.get(2)?), (to, now))?
            }
            (Some(id), "code" | "intake") => {
                intake_letter(connection, links, (&kind, domain::Uuid::from_bytes(id)), now)?
            }
            (Some(survey), _) => {
                invitation(connection, links, (SurveyId::from_bytes(survey), row.get(2)?), now)?
            }
            (None, _) => Some(Letter { subject: row.get(4)?, body: row.get(5)?, file: file_of(row)? }),
        };
        due.push(DueLetter {
            id: row.get(0)?,
            recipient: recipient.unwrap_or_default(),
            attempts: row.get(9)?,
            letter,
        });
    }
    Ok(due)
}

fn file_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Attached>> {
    let Some(name) = row.get(6)? else { return Ok(None) };
    Ok(Some(Attached { name, media_type: row.get(7)?, bytes: row.get(8)? }))
}

/// Writes down what became of a letter. Where a customer gets no letter, the call
/// does not wait for it.
fn settle(
    tx: &Transaction<'_>,
    (id, attempts): (i64, i64),
    outcome: &Outcome,
    now: Instant,
) -> Result<(), CoreError> {
    match outcome {
        Outcome::Sent => {
            tx.prepare_cached(SENT)?.execute((id, now.millis()))?;
            tracing::info!(mail = id, "sent");
        }
        Outcome::Pointless => {
            tx.prepare_cached(CALL_NOW)?.execute((id, now.millis()))?;
            tx.prepare_cached(SKIPPED)?.execute((id, now.millis(), "nothing is sent"))?;
        }
        Outcome::Failed { for_good, problem } => {
            let problem: String = problem.chars().take(PROBLEM_CHARS_MAX).collect();
            match next_try(attempts, *for_good, now) {
                Some((minutes, next)) => {
                    tx.prepare_cached(AGAIN)?.execute((id, next.millis(), problem))?;
                    tracing::warn!(mail = id, minutes, "not sent; tried again later");
                }
                None => {
                    tx.prepare_cached(CALL_NOW)?.execute((id, now.millis()))?;
                    tx.prepare_cached(DEAD)?.execute((id, now.millis(), problem))?;
                    tracing::error!(mail = id, "given up; the administrator's list of mail says why");
                }
            }
        }
    }
    Ok(())
}
