//! The one-time code by which a customer shows that an address is his (ADR 100). The six
//! digits follow from the code's id and a key outside the database, so they are kept
//! nowhere. Nothing here asks whether an address is known: there is nothing to tell apart.

use domain::{Instant, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use wire::ErrorCode;

use super::intake_links::{IntakeId, IntakeLink, keep_link};
use super::way::{Channel, Way};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::mail::{self, NewMail};
use crate::sms;
use crate::sql::column;
use crate::surveys::{Language, SurveyLinks};

/// How long a code is good.
pub const CODE_MINUTES: i64 = 10;
/// How often a code may be tried.
pub const CODE_TRIES: i64 = 5;
/// Codes for one address in a day, from wherever they are asked for.
pub const CODES_A_DAY: i64 = 10;

const DAY_MS: i64 = 86_400_000;
const FORGET: &str = "DELETE FROM intake_codes WHERE made_at <= ?1";
const MADE: &str = "SELECT count(*) FROM intake_codes WHERE channel = ?1 AND compared = ?2";
const INSERT: &str = "INSERT INTO intake_codes (id, channel, address, compared, language, made_at, tries) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)";
const NEWEST: &str = "SELECT id, made_at, tries, used_at, language FROM intake_codes \
     WHERE channel = ?1 AND compared = ?2 ORDER BY made_at DESC, id DESC LIMIT 1";
const TRY: &str = "UPDATE intake_codes SET tries = tries + 1 WHERE id = ?1";
const USE: &str = "UPDATE intake_codes SET used_at = ?2 WHERE id = ?1";
const TO_SEND: &str = "SELECT language, made_at FROM intake_codes WHERE id = ?1 AND used_at IS NULL";

/// Sends a code to an address.
///
/// # Errors
///
/// `too_many_requests` after ten in a day.
pub async fn send_code(core: &Core, way: Way, language: Language) -> Result<(), CoreError> {
    let (now, random) = (core.now(), random_bytes(core.entropy()));
    let id = Uuid::from_bytes(random);
    core.store().write(move |tx| make(tx, (id, &way), language, now)).await?;
    core.wake_timer();
    Ok(())
}

fn make(
    tx: &Transaction<'_>,
    (id, way): (Uuid, &Way),
    language: Language,
    now: Instant,
) -> Result<(), CoreError> {
    tx.prepare_cached(FORGET)?.execute([now.plus_millis(-DAY_MS).millis()])?;
    let of = (way.channel.word(), &way.compared);
    let made: i64 = tx.prepare_cached(MADE)?.query_row(of, |row| row.get(0))?;
    if made >= CODES_A_DAY {
        let message = "too many codes were asked for this address today; call us";
        return Err(CoreError::refused(ErrorCode::TooManyRequests, message));
    }
    tx.prepare_cached(INSERT)?.execute(params![
        id.as_bytes(),
        way.channel.word(),
        way.address,
        way.compared,
        language.code(),
        now.millis(),
    ])?;
    match way.channel {
        Channel::Email => mail::queue(tx, &NewMail::code(id, &way.address), now).map(drop),
        Channel::Sms => sms::queue(tx, ("code", id), (&way.address, language), now),
    }
}

/// A code as it is kept.
struct Kept {
    id: Uuid,
    made_at: Instant,
    tries: i64,
    used_at: Option<Instant>,
    language: String,
}

/// Takes a code that was typed: lets its address in, once. The same is done for an address
/// to which none was sent as for one with a wrong code.
///
/// # Errors
///
/// `code_invalid` when it is wrong, used, too old, or was tried five times.
pub async fn take_code(
    core: &Core,
    links: &SurveyLinks,
    (way, typed): (Way, String),
) -> Result<IntakeLink, CoreError> {
    let (now, links, random) = (core.now(), links.clone(), random_bytes(core.entropy()));
    let id = IntakeId::from_bytes(random);
    // A wrong try is counted, so the refusal is no error inside.
    core.store().write(move |tx| take(tx, &links, (id, way, &typed), now)).await?
}

fn take(
    tx: &Transaction<'_>,
    links: &SurveyLinks,
    (id, way, typed): (IntakeId, Way, &str),
    now: Instant,
) -> Result<Result<IntakeLink, CoreError>, CoreError> {
    let kept = newest(tx, &way)?;
    let code = kept.as_ref().map_or(Uuid::nil(), |kept| kept.id);
    tx.prepare_cached(TRY)?.execute([code.as_bytes()])?;
    let typed: String = fold_search_text(typed).chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_right = links.is_code(code, &typed);
    let good = kept.filter(|kept| {
        kept.used_at.is_none()
            && kept.tries < CODE_TRIES
            && now < kept.made_at.plus_millis(CODE_MINUTES * 60_000)
    });
    let Some(kept) = good.filter(|_| is_right) else {
        let message = "the code is wrong, used or too old; ask for a new one";
        return Ok(Err(CoreError::refused(ErrorCode::CodeInvalid, message)));
    };
    tx.prepare_cached(USE)?.execute((code.as_bytes(), now.millis()))?;
    let link = IntakeLink {
        id,
        way,
        language: Language::of_code(&kept.language).unwrap_or(Language::Fa),
        contact: None,
        made_at: now,
    };
    keep_link(tx, &link, None)?;
    Ok(Ok(link))
}

fn newest(connection: &Connection, way: &Way) -> Result<Option<Kept>, CoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Kept {
            id: column(row, 0)?,
            made_at: column(row, 1)?,
            tries: row.get(2)?,
            used_at: column(row, 3)?,
            language: row.get(4)?,
        })
    };
    let of = (way.channel.word(), &way.compared);
    Ok(connection.prepare_cached(NEWEST)?.query_row(of, read).optional()?)
}

/// The language and digits of a code that is to be sent now; none if it came to nothing.
pub(super) fn code_to_send(
    connection: &Connection,
    links: &SurveyLinks,
    id: Uuid,
    now: Instant,
) -> Result<Option<(Language, String)>, CoreError> {
    let found: Option<(String, Instant)> = connection
        .prepare_cached(TO_SEND)?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, column(row, 1)?)))
        .optional()?;
    let good = found.filter(|(_, made_at)| now < made_at.plus_millis(CODE_MINUTES * 60_000));
    Ok(good.map(|(code, _)| (Language::of_code(&code).unwrap_or(Language::Fa), links.code(id))))
}
