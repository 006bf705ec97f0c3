//! Two records of one customer: found, joined, and parted again (R156). The record that
//! goes stays in the log and on phones; from then on it stands for the other one.

use std::collections::BTreeSet;

use desk::Act;
use domain::{Instant, Uuid};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use wire::ErrorCode;

use super::acts::{one, words};
use super::person::Person;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;
use crate::sync::{ReferenceKind, read_reference};

const INTO: &str = "SELECT into_account FROM customer_merges WHERE account = ?1 AND parted_at IS NULL";
const JOINED: &str =
    "SELECT account FROM customer_merges WHERE into_account = ?1 AND parted_at IS NULL ORDER BY id";
const MERGE: &str = "INSERT INTO customer_merges (account, into_account, moved, reason, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const LAST: &str = "SELECT id, moved FROM customer_merges WHERE account = ?1 AND parted_at IS NULL";
const PART: &str = "UPDATE customer_merges SET parted_at = ?2, parted_by = ?3 WHERE id = ?1";
/// Accounts that share a telephone number.
const SAME_NUMBER: &str = "SELECT DISTINCT one.account, other.account, one.digits FROM customer_numbers AS one \
     JOIN customer_numbers AS other ON other.digits = one.digits AND other.account > one.account \
     ORDER BY one.account, other.account LIMIT 500";
/// Accounts of one name in one city, or of one e-mail address.
const SAME_WORDS: &str = "SELECT one.id, other.id, \
         CASE WHEN lower(one.json ->> '$.email') = lower(other.json ->> '$.email') THEN 'email' ELSE 'name' END \
     FROM reference AS one JOIN reference_search AS words ON words.kind = 'customer' AND words.id = one.id \
     JOIN reference AS other ON other.kind = 'customer' AND other.id > one.id AND other.json IS NOT NULL \
     AND (lower(other.json ->> '$.email') = lower(one.json ->> '$.email') \
         OR (other.json ->> '$.name' = one.json ->> '$.name' \
             AND coalesce(other.json ->> '$.city', '') = coalesce(one.json ->> '$.city', ''))) \
     WHERE one.kind = 'customer' AND one.id = ?1";
/// What belongs to an account by a column of its own.
const OWNED: [&str; 3] = ["contacts", "sites", "contracts"];

/// Two records that may be one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The one.
    pub one: Uuid,
    /// The other.
    pub other: Uuid,
    /// What they share: `number`, `email` or `name`.
    pub shared: String,
}

/// What moved with a record, for the way back.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Moved {
    contacts: Vec<Uuid>,
    sites: Vec<Uuid>,
    contracts: Vec<Uuid>,
    requests: Vec<i64>,
}

/// The record for which another one stands now.
pub(super) fn merged_into(connection: &Connection, account: Uuid) -> Result<Uuid, CoreError> {
    let mut account = account;
    let mut seen = BTreeSet::new();
    while seen.insert(account) {
        let next: Option<Uuid> = connection
            .prepare_cached(INTO)?
            .query_row([account.as_bytes()], |row| column(row, 0))
            .optional()?;
        match next {
            Some(next) => account = next,
            None => break,
        }
    }
    Ok(account)
}

/// A record with all that were joined with it.
pub(super) fn family_of(connection: &Connection, account: Uuid) -> Result<Vec<Uuid>, CoreError> {
    let mut family = vec![account];
    let mut at = 0;
    while let Some(one) = family.get(at).copied() {
        let mut statement = connection.prepare_cached(JOINED)?;
        let rows = statement.query_map([one.as_bytes()], |row| column::<Uuid>(row, 0))?;
        for joined in rows {
            let joined = joined?;
            if !family.contains(&joined) {
                family.push(joined);
            }
        }
        at += 1;
    }
    Ok(family)
}

/// Records that may be one customer; of one account, or all that share a number.
///
/// # Errors
///
/// `duty_required`; or when the store fails.
pub async fn duplicates(
    core: &Core,
    session: &DeviceSession,
    account: Option<Uuid>,
) -> Result<Vec<Duplicate>, CoreError> {
    let session = *session;
    let find = move |connection: &Connection| {
        Person::read(connection, &session)?.must(Act::EditCustomers)?;
        let mut found = match account {
            None => pairs(connection, SAME_NUMBER, [])?,
            Some(account) => {
                let mut found = pairs(connection, SAME_WORDS, [account.as_bytes()])?;
                let all = pairs(connection, SAME_NUMBER, [])?;
                found.extend(all.into_iter().filter(|pair| pair.one == account || pair.other == account));
                found
            }
        };
        let mut left = Vec::new();
        for pair in found.drain(..) {
            if merged_into(connection, pair.one)? != merged_into(connection, pair.other)? {
                left.push(pair);
            }
        }
        Ok(left)
    };
    core.store().read(find).await
}

fn pairs(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Duplicate>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| {
        let shared: String = row.get(2)?;
        let is_number = shared.chars().all(|letter| letter.is_ascii_digit());
        let shared = if is_number { "number".to_owned() } else { shared };
        Ok(Duplicate { one: column(row, 0)?, other: column(row, 1)?, shared })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Joins a record with another: what belongs to it is the other's from now on. Jobs keep
/// the account that stands in their documents, and show with the other one.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` without a reason; `conflict` when they are one
/// already.
pub async fn merge_customers(
    core: &Core,
    session: &DeviceSession,
    (account, into): (Uuid, Uuid),
    reason: String,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::MergeCustomers)?;
        let reason = words("reason", reason)?;
        for known in [account, into] {
            let row = read_reference(tx, ReferenceKind::Customer, known)?;
            row.and_then(|row| row.json).ok_or_else(CoreError::not_found)?;
        }
        let (account, into) = (merged_into(tx, account)?, merged_into(tx, into)?);
        if account == into {
            return Err(CoreError::refused(ErrorCode::Conflict, "they are one customer already"));
        }
        let moved = serde_json::to_string(&move_all(tx, account, into)?)
            .map_err(|error| CoreError::Outside(error.to_string()))?;
        let by = person.user();
        tx.prepare_cached(MERGE)?.execute((
            account.as_bytes(),
            into.as_bytes(),
            moved,
            reason,
            by.as_bytes(),
            now.millis(),
        ))?;
        Ok(())
    };
    core.store().write(job).await
}

fn move_all(tx: &Transaction<'_>, account: Uuid, into: Uuid) -> Result<Moved, CoreError> {
    let mut moved = Moved::default();
    for (table, list) in OWNED.iter().zip([&mut moved.contacts, &mut moved.sites, &mut moved.contracts]) {
        let mut statement = tx.prepare(&format!("SELECT id FROM {table} WHERE account = ?1 ORDER BY id"))?;
        let rows = statement.query_map([account.as_bytes()], |row| column(row, 0))?;
        *list = rows.collect::<Result<_, _>>()?;
        let sql = format!("UPDATE {table} SET account = ?2 WHERE account = ?1");
        tx.execute(&sql, (account.as_bytes(), into.as_bytes()))?;
    }
    let mut statement = tx.prepare("SELECT row FROM requests WHERE account = ?1 ORDER BY row")?;
    let rows = statement.query_map([account.to_string()], |row| row.get(0))?;
    moved.requests = rows.collect::<Result<_, _>>()?;
    set_account(tx, &moved.requests, into)?;
    tx.execute(
        "UPDATE customer_numbers SET account = ?2 WHERE account = ?1",
        (account.as_bytes(), into.as_bytes()),
    )?;
    Ok(moved)
}

fn set_account(tx: &Transaction<'_>, requests: &[i64], account: Uuid) -> Result<(), CoreError> {
    const SQL: &str = "UPDATE requests SET fields = json_set(fields, '$.account', ?2) WHERE row = ?1";
    for row in requests {
        tx.prepare_cached(SQL)?.execute((row, account.to_string()))?;
    }
    Ok(())
}

/// Parts a record that had been joined with another: what moved goes back; what came
/// since stays where it is.
///
/// # Errors
///
/// `duty_required`; `conflict` when it stands alone.
pub async fn part_customers(core: &Core, session: &DeviceSession, account: Uuid) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::MergeCustomers)?;
        part(tx, &person, account, now)
    };
    core.store().write(job).await
}

fn part(tx: &Transaction<'_>, person: &Person, account: Uuid, now: Instant) -> Result<(), CoreError> {
    let last: Option<(i64, String)> = tx
        .prepare_cached(LAST)?
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, moved)) = last else {
        return Err(CoreError::refused(ErrorCode::Conflict, "this record stands alone"));
    };
    let moved: Moved =
        serde_json::from_str(&moved).map_err(|error| one("account", "customer.moved", &error.to_string()))?;
    for (table, list) in OWNED.iter().zip([&moved.contacts, &moved.sites, &moved.contracts]) {
        for record in list {
            let sql = format!("UPDATE {table} SET account = ?2 WHERE id = ?1");
            tx.prepare_cached(&sql)?.execute((record.as_bytes(), account.as_bytes()))?;
        }
    }
    set_account(tx, &moved.requests, account)?;
    // The numbers of the record itself and of the contacts that went back.
    const NUMBERS: &str = "UPDATE customer_numbers SET account = ?2 WHERE source = ?1";
    for source in moved.contacts.iter().chain(std::iter::once(&account)) {
        tx.prepare_cached(NUMBERS)?.execute((source.as_bytes(), account.as_bytes()))?;
    }
    let by = person.user();
    tx.prepare_cached(PART)?.execute((id, now.millis(), by.as_bytes()))?;
    Ok(())
}
