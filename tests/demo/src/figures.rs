//! What happened, counted from the databases of the phones and of the server,
//! after everybody has been switched off. Nothing is taken from the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use documents::Document;
use domain::{DocKind, UserId};
use rusqlite::{Connection, OpenFlags};

use crate::DemoError;
use crate::phone::{self, Phone};

const PHONE_EDITS: &str = "SELECT id, hash, state, replaced_by, replays FROM outbox";
const PHONE_DOCUMENTS: &str = "SELECT doc, kind, saved FROM documents WHERE left_reason IS NULL";
const SERVER_CHANGES: &str = "SELECT l.hash, d.kind FROM change_log l LEFT JOIN devices d ON d.id = l.device";
const SERVER_HEADS: &str = "SELECT m.item, d.heads FROM membership m JOIN documents d ON d.doc = m.item \
     WHERE m.scope = ?1 AND m.left_at IS NULL";
const SERVER_COUNTS: &str = "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM trips), (SELECT count(*) FROM conflicts), \
     (SELECT count(*) FROM requests), (SELECT count(*) FROM complaint_files), \
     (SELECT count(*) FROM sms WHERE state = 'sent')";

type Hash = Vec<u8>;

/// The figures of a demonstration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) phones: usize,
    pub(crate) jobs: i64,
    pub(crate) trips: i64,
    pub(crate) conflicts: i64,
    /// At the desk.
    pub(crate) requests: i64,
    pub(crate) complaints: i64,
    /// Short messages that customers got.
    pub(crate) messages_sent: i64,
    pub(crate) edits: Edits,
    /// Whether every phone holds exactly what the server holds for it.
    pub(crate) converged: bool,
}

/// What became of every edit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    /// Typed on a phone or at the office.
    pub(crate) made: usize,
    /// In the server's log, as typed or made again under another actor.
    pub(crate) accepted: usize,
    /// Refused, and kept on the phone with the reason.
    pub(crate) refused: usize,
    /// Made empty by a later write that is known.
    pub(crate) superseded: usize,
    /// None of these: must be none.
    pub(crate) lost: usize,
}

/// Counts everything.
pub(crate) fn count(server: &Path, phones: &[Phone]) -> Result<Figures, DemoError> {
    let server = open(&server.join("hamgam.db"))?;
    let log = Log::read(&server)?;
    let mut edits = Edits { made: log.office, accepted: log.office, ..Edits::default() };
    let mut seen = BTreeSet::new();
    let mut converged = true;
    for phone in phones {
        let database = open(&phone::database(&phone.folder))?;
        count_outbox(&database, &log, &mut seen, &mut edits)?;
        converged &= held(&database)? == expected(&server, phone.user)?;
    }
    // What a restored phone has forgotten, and the server has not.
    let forgotten = log.field.difference(&seen).count();
    edits.made += forgotten;
    edits.accepted += forgotten;
    let counted = Figures { phones: phones.len(), edits, converged, ..Figures::default() };
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Figures {
            jobs: row.get(0)?,
            trips: row.get(1)?,
            conflicts: row.get(2)?,
            requests: row.get(3)?,
            complaints: row.get(4)?,
            messages_sent: row.get(5)?,
            ..counted
        })
    };
    server.query_row(SERVER_COUNTS, [], read).map_err(DemoError::Count)
}

/// The hashes in the server's log, by where they were written.
struct Log {
    field: BTreeSet<Hash>,
    office: usize,
}

impl Log {
    fn read(server: &Connection) -> Result<Self, DemoError> {
        let mut log = Self { field: BTreeSet::new(), office: 0 };
        let mut statement = server.prepare(SERVER_CHANGES).map_err(DemoError::Count)?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, Hash>(0)?, row.get::<_, Option<String>>(1)?)))
            .map_err(DemoError::Count)?;
        for row in rows {
            match row.map_err(DemoError::Count)? {
                (hash, Some(kind)) if kind == "phone" => {
                    log.field.insert(hash);
                }
                (_, Some(_)) => log.office += 1,
                (_, None) => {} // The server's own: job numbers.
            }
        }
        Ok(log)
    }
}

/// An edit as a phone's outbox has it.
struct Entry {
    hash: Hash,
    state: String,
    replaced_by: Option<i64>,
    replays: Option<i64>,
}

fn count_outbox(
    phone: &Connection,
    log: &Log,
    seen: &mut BTreeSet<Hash>,
    edits: &mut Edits,
) -> Result<(), DemoError> {
    let mut entries = BTreeMap::new();
    let mut statement = phone.prepare(PHONE_EDITS).map_err(DemoError::Count)?;
    let rows = statement
        .query_map([], |row| {
            let entry = Entry {
                hash: row.get(1)?,
                state: row.get(2)?,
                replaced_by: row.get(3)?,
                replays: row.get(4)?,
            };
            Ok((row.get::<_, i64>(0)?, entry))
        })
        .map_err(DemoError::Count)?;
    for row in rows {
        let (id, entry) = row.map_err(DemoError::Count)?;
        seen.insert(entry.hash.clone());
        entries.insert(id, entry);
    }
    // A replay is the same edit again: only what was typed counts.
    for typed in entries.values().filter(|entry| entry.replays.is_none()) {
        edits.made += 1;
        let last = last_of(&entries, typed);
        match last.state.as_str() {
            "accepted" if log.field.contains(&last.hash) => edits.accepted += 1,
            "refused" | "unplayable" => edits.refused += 1,
            "superseded" => edits.superseded += 1,
            _ => edits.lost += 1,
        }
    }
    Ok(())
}

/// Follows an edit to the entry that made it again last.
fn last_of<'e>(entries: &'e BTreeMap<i64, Entry>, first: &'e Entry) -> &'e Entry {
    let mut entry = first;
    while entry.state == "superseded" {
        match entry.replaced_by.and_then(|id| entries.get(&id)) {
            Some(next) => entry = next,
            None => break,
        }
    }
    entry
}

/// The documents that a phone shows, each with the heads that it really has.
fn held(phone: &Connection) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, DemoError> {
    let mut statement = phone.prepare(PHONE_DOCUMENTS).map_err(DemoError::Count)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?)))
        .map_err(DemoError::Count)?;
    rows.map(|row| {
        let (doc, kind, saved) = row.map_err(DemoError::Count)?;
        let kind =
            DocKind::from_name(&kind).ok_or(DemoError::Story("a phone holds a document of no kind"))?;
        let document = Document::load(kind, &saved).map_err(DemoError::Unreadable)?;
        Ok((doc, document.heads().iter().flat_map(|head| *head.as_bytes()).collect()))
    })
    .collect()
}

/// The documents that a phone should show, with the server's heads.
fn expected(server: &Connection, user: UserId) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, DemoError> {
    let mut statement = server.prepare(SERVER_HEADS).map_err(DemoError::Count)?;
    let rows = statement
        .query_map([user.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(DemoError::Count)?;
    rows.map(|row| row.map_err(DemoError::Count)).collect()
}

fn open(path: &Path) -> Result<Connection, DemoError> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(DemoError::Count)
}
