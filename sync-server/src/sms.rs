//! Short messages to customers, through the gateway of an operator: one `POST` of JSON
//! each, `{"to", "text", "id"}`, with a bearer token. As with mail, what could not be sent
//! is tried again at longer and longer intervals, and given up at last; without a gateway
//! in the configuration messages are skipped.

use std::time::Duration;

use domain::{Instant, Secret, Uuid};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rusqlite::{Connection, Transaction};

use crate::config::SmsConfig;
use crate::core::Core;
use crate::desk::{RequestId, intake_text, text_message};
use crate::error::CoreError;
use crate::mail::next_try;
use crate::surveys::{Language, SurveyLinks};
use crate::timer::DueWork;

const NEXT: &str = "SELECT min(next_at) FROM sms WHERE state = 'queued'";
const QUEUE: &str = "INSERT INTO sms (kind, about, recipient, language, state, queued_at, next_at) \
     VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?5)";
const DUE: &str = "SELECT id, request, activity, recipient, language, attempts, kind, about FROM sms \
     WHERE state = 'queued' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2";
const SETTLED: &str = "UPDATE sms SET state = ?2, attempts = attempts + 1, settled_at = ?3, problem = ?4, \
     recipient = CASE WHEN ?2 = 'dead' THEN recipient END WHERE id = ?1";
const AGAIN: &str = "UPDATE sms SET attempts = attempts + 1, next_at = ?2, problem = ?3 WHERE id = ?1";
/// Messages sent in one piece of work.
const AT_ONCE: i64 = 10;
/// How long the gateway may take over one.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A gateway that cannot be used. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SmsProblem {
    /// The client cannot be built, or the address cannot be read.
    #[error("sms_url cannot be used: write https://HOST/PATH of the operator's gateway")]
    BadUrl,
}

/// The task that sends messages.
#[derive(Debug)]
pub struct Texting {
    /// None where nothing is sent.
    gateway: Option<Gateway>,
    links: SurveyLinks,
}

#[derive(Debug)]
struct Gateway {
    client: reqwest::Client,
    url: reqwest::Url,
    token: Option<Secret>,
}

struct DueMessage {
    id: i64,
    recipient: String,
    attempts: i64,
    text: Option<String>,
}

enum Outcome {
    Sent,
    Skipped,
    /// Try again; not if it never can be.
    Failed {
        for_good: bool,
        problem: String,
    },
}

impl Texting {
    /// What the configuration says.
    ///
    /// # Errors
    ///
    /// When the address cannot be read.
    pub fn new(config: &SmsConfig, links: SurveyLinks) -> Result<Self, SmsProblem> {
        let Some(url) = &config.url else { return Ok(Self { gateway: None, links }) };
        let url: reqwest::Url = url.parse().map_err(|_bad| SmsProblem::BadUrl)?;
        // Whoever installed one before has installed the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|_bad| SmsProblem::BadUrl)?;
        Ok(Self { gateway: Some(Gateway { client, url, token: config.token.clone() }), links })
    }

    async fn deliver(&self, core: &Core, now: Instant) -> Result<(), CoreError> {
        let links = self.links.clone();
        let due = core.store().read(move |connection| due(connection, &links, now)).await?;
        for message in due {
            let outcome = match &self.gateway {
                Some(gateway) => gateway.send(&message, core.epoch()).await,
                None => Outcome::Skipped,
            };
            let (id, attempts) = (message.id, message.attempts);
            core.store().write(move |tx| settle(tx, (id, attempts), &outcome, now)).await?;
        }
        Ok(())
    }
}

impl DueWork for Texting {
    fn name(&self) -> &'static str {
        "sms"
    }
    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        let next: Option<i64> = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
        Ok(next.map(Instant::from_millis))
    }
    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        self.deliver(core, now).boxed()
    }
}

impl Gateway {
    /// The same message has the same id, so that one that was sent just before a power cut
    /// is known again by the gateway.
    async fn send(&self, message: &DueMessage, epoch: [u8; 8]) -> Outcome {
        let Some(text) = &message.text else { return Outcome::Skipped };
        let id = format!("hamgam.{:016x}.{}", u64::from_be_bytes(epoch), message.id);
        let body = serde_json::json!({ "to": message.recipient, "text": text, "id": id }).to_string();
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", &id)
            .body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Outcome::Sent,
            Ok(answer) => {
                let status = answer.status();
                // What is wrong with the message stays wrong; a busy gateway does not.
                let for_good = status.is_client_error() && ![408, 425, 429].contains(&status.as_u16());
                Outcome::Failed { for_good, problem: format!("the gateway answered {status}") }
            }
            Err(error) => {
                let problem = if error.is_timeout() {
                    "the gateway takes too long"
                } else {
                    "the gateway is not reached"
                };
                Outcome::Failed { for_good: false, problem: problem.to_owned() }
            }
        }
    }
}

/// Queues a message that carries a code or a link; it is written when it is sent.
pub(crate) fn queue(
    tx: &Transaction<'_>,
    (kind, about): (&str, Uuid),
    (recipient, language): (&str, Language),
    now: Instant,
) -> Result<(), CoreError> {
    let values = (kind, about.as_bytes(), recipient, language.code(), now.millis());
    tx.prepare_cached(QUEUE)?.execute(values)?;
    Ok(())
}

fn due(connection: &Connection, links: &SurveyLinks, now: Instant) -> Result<Vec<DueMessage>, CoreError> {
    let mut statement = connection.prepare_cached(DUE)?;
    let mut rows = statement.query((now.millis(), AT_ONCE))?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let (request, activity): (Option<[u8; 16]>, Option<i64>) = (row.get(1)?, row.get(2)?);
        let language: Option<String> = row.get(4)?;
        let text = match request.zip(activity) {
            Some((request, activity)) => {
                let request = RequestId::from_uuid(Uuid::from_bytes(request));
                text_message(connection, links, (request, activity), (language.as_deref(), now))?
            }
            None => {
                let (kind, about): (String, Option<[u8; 16]>) = (row.get(6)?, row.get(7)?);
                match about {
                    Some(about) => intake_text(connection, links, (&kind, Uuid::from_bytes(about)), now)?,
                    None => None,
                }
            }
        };
        let recipient: Option<String> = row.get(3)?;
        due.push(DueMessage {
            id: row.get(0)?,
            recipient: recipient.unwrap_or_default(),
            attempts: row.get(5)?,
            text,
        });
    }
    Ok(due)
}

fn settle(
    tx: &Transaction<'_>,
    (id, attempts): (i64, i64),
    outcome: &Outcome,
    now: Instant,
) -> Result<(), CoreError> {
    let settled = |state: &str, problem: Option<&str>| {
        tx.prepare_cached(SETTLED)?.execute((id, state, now.millis(), problem))?;
        Ok(())
    };
    match outcome {
        Outcome::Sent => settled("sent", None),
        Outcome::Skipped => settled("skipped", Some("nothing is sent")),
        Outcome::Failed { for_good, problem } => match next_try(attempts, *for_good, now) {
            Some((minutes, next)) => {
                tx.prepare_cached(AGAIN)?.execute((id, next.millis(), problem))?;
                tracing::warn!(sms = id, minutes, "not sent; tried again later");
                Ok(())
            }
            None => {
                tracing::error!(sms = id, "given up");
                settled("dead", Some(problem))
            }
        },
    }
}
