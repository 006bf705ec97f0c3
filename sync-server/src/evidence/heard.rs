//! Who has been heard since when. A breach of a deadline is not certain while a phone
//! of the technician may yet bring evidence; it is once all his phones have exchanged
//! since the deadline, and at once if there is none.
//!
//! Exchanges are noted only while somebody waits for them, so that an idle exchange
//! writes nothing.

use domain::{DeviceId, DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::error::CoreError;
use crate::sql::column;

const AWAITED: &str =
    "SELECT EXISTS (SELECT 1 FROM clock_rounds WHERE technician = ?1 AND evidence = 'pending')";
const NOTE: &str = "INSERT INTO device_heard (device, at) VALUES (?1, ?2) \
     ON CONFLICT (device) DO UPDATE SET at = max(at, excluded.at)";
/// A phone that was enrolled holds nothing older than that.
const PHONES: &str = "SELECT min(max(devices.created_at, coalesce(heard.at, 0))) FROM devices \
     LEFT JOIN device_heard AS heard ON heard.device = devices.id \
     WHERE devices.user = ?1 AND devices.kind = 'phone' AND devices.revoked_at IS NULL";
const UNTIL: &str = "SELECT until FROM people_heard WHERE user = ?1";
const HEARD: &str = "INSERT INTO people_heard (user, until) VALUES (?1, ?2) \
     ON CONFLICT (user) DO UPDATE SET until = excluded.until WHERE excluded.until > until";
const NOBODY_AFTER: [&str; 2] =
    ["UPDATE people_heard SET until = ?1 WHERE until > ?1", "UPDATE device_heard SET at = ?1 WHERE at > ?1"];
const COMPLETE: &str = "UPDATE clock_rounds SET evidence = 'complete' \
     WHERE technician = ?1 AND evidence = 'pending' AND due_at < ?2 RETURNING doc";

/// Whether a deadline waits to hear this person.
pub(crate) fn is_awaited(connection: &Connection, user: UserId) -> Result<bool, CoreError> {
    Ok(connection.prepare_cached(AWAITED)?.query_row([user.as_bytes()], |row| row.get(0))?)
}

/// Up to when all phones of a person have been heard, as far as it was asked.
pub(crate) fn heard_until(connection: &Connection, user: UserId) -> Result<Option<Instant>, CoreError> {
    let until = connection.prepare_cached(UNTIL)?.query_row([user.as_bytes()], |row| column(row, 0));
    Ok(until.optional()?)
}

/// Nobody has been heard after now, whatever a clock that was ahead has noted.
pub(crate) fn nobody_after(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    for sql in NOBODY_AFTER {
        tx.prepare_cached(sql)?.execute([now.millis()])?;
    }
    Ok(())
}

/// Notes an exchange of a phone; gives the jobs of which all evidence is there now.
pub(crate) fn note_exchange(
    tx: &Transaction<'_>,
    device: DeviceId,
    user: UserId,
    now: Instant,
) -> Result<Vec<DocId>, CoreError> {
    tx.prepare_cached(NOTE)?.execute((device.as_bytes(), now.millis()))?;
    look_again(tx, user, now)
}

/// Looks who is left to be heard of a person; gives the jobs of which all evidence is
/// there now.
pub(crate) fn look_again(tx: &Transaction<'_>, user: UserId, now: Instant) -> Result<Vec<DocId>, CoreError> {
    let phones: Option<i64> = tx.prepare_cached(PHONES)?.query_row([user.as_bytes()], |row| row.get(0))?;
    let until = phones.unwrap_or(now.millis());
    tx.prepare_cached(HEARD)?.execute((user.as_bytes(), until))?;
    let mut statement = tx.prepare_cached(COMPLETE)?;
    let docs = statement.query_map((user.as_bytes(), until), |row| column(row, 0))?;
    let mut docs: Vec<DocId> = docs.collect::<Result<_, _>>()?;
    docs.sort_unstable();
    docs.dedup();
    Ok(docs)
}
