//! Telling people of breaches: the quality officers, and the unit whose job it is.
//! What they were told is kept; telling compares with it, in the transaction in which
//! something changes.

use std::collections::{BTreeMap, BTreeSet};

use calendar::ClockKind;
use domain::{AgencyId, DocId, EventId, Instant, Role, UserId};
use rusqlite::{OptionalExtension, Transaction};
use serde_json::{Value, json};

use super::escalates;
use crate::error::CoreError;
use crate::evidence::heard;
use crate::notices::{self, Audience, NewNotice};
use crate::sql::column;

const BREACHED: &str = "SELECT clock, source, due_at, evidence, answered_at FROM clock_rounds \
     WHERE doc = ?1 AND state = 'breached'";
const TOLD: &str =
    "SELECT id, clock, source, due_at, state, evidence, answered_at FROM escalations WHERE doc = ?1";
const WAITS_FOR: &str =
    "SELECT technician FROM clock_rounds WHERE doc = ?1 AND evidence = 'pending' AND technician IS NOT NULL";
const OPEN: &str = "INSERT INTO escalations (doc, clock, source, due_at, opened_at, state, evidence, answered_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7)";
const OPEN_AGAIN: &str = "UPDATE escalations SET state = 'open', rescinded_at = NULL, evidence = ?2, answered_at = ?3 \
     WHERE id = ?1";
const RESCIND: &str = "UPDATE escalations SET state = 'rescinded', rescinded_at = ?2 WHERE id = ?1";
const AUDIT: &str =
    "INSERT INTO deadline_audit (escalation, doc, what, by, at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const UNIT: &str = "SELECT representative, team, number FROM jobs WHERE doc = ?1";
const DESK_UNIT: &str = "SELECT unit, number FROM requests WHERE id = ?1";

/// A line of the audit.
#[derive(Debug)]
pub(crate) struct Audit {
    pub(crate) escalation: Option<i64>,
    pub(crate) doc: DocId,
    pub(crate) what: &'static str,
    /// None: the server.
    pub(crate) by: Option<UserId>,
    pub(crate) detail: Value,
}

/// Writes a line of the audit.
pub(crate) fn audit(tx: &Transaction<'_>, line: &Audit, now: Instant) -> Result<(), CoreError> {
    let by = line.by.as_ref().map(UserId::as_bytes);
    let detail = line.detail.to_string();
    tx.prepare_cached(AUDIT)?.execute((
        line.escalation,
        line.doc.as_bytes(),
        line.what,
        by,
        now.millis(),
        detail,
    ))?;
    Ok(())
}

/// What makes a breach this one.
type Key = (String, EventId, Instant);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Breach {
    evidence: String,
    answered_at: Option<Instant>,
}

struct Told {
    id: i64,
    is_open: bool,
    breach: Breach,
}

/// Tells whoever has to know what has changed about the breaches of a document. A job
/// of the writer; a rebuild, which changes nothing, does not ask for it.
pub(crate) fn tell(tx: &Transaction<'_>, doc: DocId, now: Instant) -> Result<(), CoreError> {
    hear_who_is_left(tx, doc, now)?;
    let breached = breached(tx, doc)?;
    let mut told = told(tx, doc)?;
    if breached.is_empty() && told.is_empty() {
        return Ok(());
    }
    let case = Case { tx, doc, now };
    for (key, breach) in breached {
        match told.remove(&key) {
            None => case.open(&key, &breach)?,
            Some(told) if !told.is_open => case.open_again(told.id, &key, &breach)?,
            Some(told) if told.breach != breach => case.go_on(&told, &key, &breach)?,
            Some(_) => {}
        }
    }
    for (key, told) in told.into_iter().filter(|(_, told)| told.is_open) {
        case.rescind(told.id, &key)?;
    }
    Ok(())
}

/// Somebody without a phone brings no evidence: that is seen at once.
fn hear_who_is_left(tx: &Transaction<'_>, doc: DocId, now: Instant) -> Result<(), CoreError> {
    let mut statement = tx.prepare_cached(WAITS_FOR)?;
    let people = statement.query_map([doc.as_bytes()], |row| column(row, 0))?;
    let people: BTreeSet<UserId> = people.collect::<Result<_, _>>()?;
    for person in people {
        for other in heard::look_again(tx, person, now)? {
            if other != doc {
                tell(tx, other, now)?;
            }
        }
    }
    Ok(())
}

fn breached(tx: &Transaction<'_>, doc: DocId) -> Result<BTreeMap<Key, Breach>, CoreError> {
    let mut statement = tx.prepare_cached(BREACHED)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let breach = Breach { evidence: row.get(3)?, answered_at: column(row, 4)? };
        Ok(((row.get(0)?, column(row, 1)?, column(row, 2)?), breach))
    })?;
    let all: BTreeMap<Key, Breach> = rows.collect::<Result<_, _>>()?;
    let told = |clock: &str| ClockKind::from_name(clock).is_some_and(escalates);
    Ok(all.into_iter().filter(|((clock, ..), _)| told(clock)).collect())
}

fn told(tx: &Transaction<'_>, doc: DocId) -> Result<BTreeMap<Key, Told>, CoreError> {
    let mut statement = tx.prepare_cached(TOLD)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let state: String = row.get(4)?;
        let breach = Breach { evidence: row.get(5)?, answered_at: column(row, 6)? };
        let told = Told { id: row.get(0)?, is_open: state == "open", breach };
        Ok(((row.get(1)?, column(row, 2)?, column(row, 3)?), told))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Case<'a> {
    tx: &'a Transaction<'a>,
    doc: DocId,
    now: Instant,
}

impl Case<'_> {
    fn open(&self, key: &Key, breach: &Breach) -> Result<(), CoreError> {
        let (clock, source, due) = key;
        self.tx.prepare_cached(OPEN)?.execute((
            self.doc.as_bytes(),
            clock,
            source.as_bytes(),
            due.millis(),
            self.now.millis(),
            &breach.evidence,
            breach.answered_at.map(Instant::millis),
        ))?;
        self.say("breached", self.tx.last_insert_rowid(), key, breach)
    }

    /// It had been taken back, and stands after all.
    fn open_again(&self, id: i64, key: &Key, breach: &Breach) -> Result<(), CoreError> {
        self.update(id, breach)?;
        self.say("breached", id, key, breach)
    }

    fn go_on(&self, told: &Told, key: &Key, breach: &Breach) -> Result<(), CoreError> {
        self.update(told.id, breach)?;
        if told.breach.evidence == "pending" && breach.evidence == "complete" {
            self.say("confirmed", told.id, key, breach)?;
        }
        if told.breach.answered_at != breach.answered_at {
            self.audit("answered_late", told.id, key, breach)?;
        }
        Ok(())
    }

    fn update(&self, id: i64, breach: &Breach) -> Result<(), CoreError> {
        let answered_at = breach.answered_at.map(Instant::millis);
        self.tx.prepare_cached(OPEN_AGAIN)?.execute((id, &breach.evidence, answered_at))?;
        Ok(())
    }

    /// Late evidence was in time.
    fn rescind(&self, id: i64, key: &Key) -> Result<(), CoreError> {
        self.tx.prepare_cached(RESCIND)?.execute((id, self.now.millis()))?;
        let breach = Breach { evidence: "complete".to_owned(), answered_at: None };
        self.say("rescinded", id, key, &breach)
    }

    fn audit(&self, what: &'static str, id: i64, key: &Key, breach: &Breach) -> Result<(), CoreError> {
        let detail = detail(key, breach);
        audit(self.tx, &Audit { escalation: Some(id), doc: self.doc, what, by: None, detail }, self.now)
    }

    /// A line of the audit and a notice for each who has to know.
    fn say(&self, what: &'static str, id: i64, key: &Key, breach: &Breach) -> Result<(), CoreError> {
        self.audit(what, id, key, breach)?;
        let mut detail = detail(key, breach);
        detail["escalation"] = json!(id);
        notify(self.tx, self.doc, &format!("deadline_{what}"), &detail, self.now)
    }
}

fn detail((clock, _, due): &Key, breach: &Breach) -> Value {
    json!({
        "clock": clock,
        "due_at": due.millis(),
        "evidence": breach.evidence,
        "answered_at": breach.answered_at.map(Instant::millis),
    })
}

/// Writes a notice to the quality officers and one to the unit: the representatives of
/// the job's agency, or the dispatchers where it has none; of a request its unit.
pub(super) fn notify(
    tx: &Transaction<'_>,
    doc: DocId,
    kind: &str,
    detail: &Value,
    now: Instant,
) -> Result<(), CoreError> {
    let desk: Option<(Option<String>, String)> = tx
        .prepare_cached(DESK_UNIT)?
        .query_row([doc.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((unit, number)) = desk {
        let mut detail = detail.clone();
        (detail["unit"], detail["number"]) = (json!(unit), json!(number));
        let unit = unit.as_deref().map_or(Audience::Role(Role::Dispatcher), Audience::Unit);
        for to in [Audience::Role(Role::Quality), unit] {
            notices::write(tx, &NewNotice { to, kind, doc: Some(doc), detail: &detail }, now)?;
        }
        return Ok(());
    }
    let unit: Option<(Option<AgencyId>, Option<String>, Option<String>)> = tx
        .prepare_cached(UNIT)?
        .query_row([doc.as_bytes()], |row| Ok((column(row, 0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (agency, team, number) = unit.unwrap_or_default();
    let mut detail = detail.clone();
    (detail["team"], detail["number"]) = (json!(team), json!(number));
    let unit = match agency {
        Some(agency) => Audience::Agency(agency),
        None => Audience::Role(Role::Dispatcher),
    };
    for to in [Audience::Role(Role::Quality), unit] {
        notices::write(tx, &NewNotice { to, kind, doc: Some(doc), detail: &detail }, now)?;
    }
    Ok(())
}
