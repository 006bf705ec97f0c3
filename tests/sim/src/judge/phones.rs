//! The phones: everything typed has an end that is known, and the outbox is empty.

use std::collections::{BTreeMap, BTreeSet};

use documents::Document;
use domain::{ActorId, ChangeHash, DocId, EditCommand, Uuid};
use rusqlite::Connection;
use testkit::model::{App, Shows, Typed, shows};

use super::Logged;
use super::documents::{self as on_phones, AtServer};
use crate::failure::Failed;
use crate::phone::DATABASE;
use crate::server::look_at;
use crate::world::World;

const OUTBOX: &str =
    "SELECT id, doc, hash, state, code, replaced_by, command, resolution FROM outbox ORDER BY id";

/// Why an edit cannot be made again after what it built on was refused.
const CANNOT_BE_MADE_AGAIN: &[&str] = &["target_gone", "wrong_status"];

/// What phones hold, over all of them.
#[derive(Debug, Default)]
pub(super) struct Held {
    states: BTreeMap<ChangeHash, String>,
    /// Edits that a technician asked the office to decide on.
    pub(super) offered: BTreeSet<ChangeHash>,
    numbers: BTreeMap<(DocId, ActorId, u64), ChangeHash>,
    hashes: BTreeSet<ChangeHash>,
}

impl Held {
    /// What an author's phone says of a change.
    pub(super) fn state_of(&self, hash: ChangeHash) -> Option<&str> {
        self.states.get(&hash).map(String::as_str)
    }

    /// Whether any phone holds a change in a document.
    pub(super) fn holds(&self, hash: ChangeHash) -> bool {
        self.hashes.contains(&hash)
    }

    /// Notes a document. No number of an actor names two changes anywhere.
    pub(super) fn note(&mut self, doc: DocId, document: &Document) -> Result<(), Failed> {
        for change in document.changes() {
            self.hashes.insert(change.hash);
            let Some(header) = document.header_of(change.hash) else { continue };
            let known = self.numbers.insert((doc, header.actor, header.seq), change.hash);
            if known.is_some_and(|known| known != change.hash) {
                let what =
                    format!("{} {} of {doc} is {known:?} and {}", header.actor, header.seq, change.hash);
                return Err(Failed::broken("no number of an actor is used twice", what));
            }
        }
        Ok(())
    }
}

struct Entry {
    doc: DocId,
    hash: ChangeHash,
    state: String,
    code: Option<String>,
    replaced_by: Option<i64>,
    command: Option<EditCommand>,
    resolution: Option<String>,
}

/// Judges one phone.
pub(super) fn judge(
    world: &mut World,
    number: usize,
    at_server: AtServer<'_>,
    held: &mut Held,
) -> Result<(), Failed> {
    let path = world.phones[number].storage.folder().join(DATABASE);
    let database = look_at(&path)?;
    let entries = outbox(&database)?;
    for (id, entry) in &entries {
        held.states.insert(entry.hash, entry.state.clone());
        if entry.resolution.as_deref() == Some("offered") {
            held.offered.insert(entry.hash);
        }
        if entry.state == "pending" {
            let what = format!("entry {id} of phone {number} on {} still waits", entry.doc);
            return Err(Failed::broken("the outbox drains", what));
        }
    }
    for typed in world.model.typed_on(number).to_vec() {
        let Some(entry) = entries.get(&typed.entry) else {
            let what = format!("entry {} of phone {number} is gone", typed.entry);
            return Err(Failed::broken("saved means saved", what));
        };
        if entry.doc != typed.doc || entry.command.as_ref() != Some(&typed.command) {
            let what = format!("entry {} of phone {number} is another edit", typed.entry);
            return Err(Failed::broken("saved means saved", what));
        }
        fate(world, number, &typed, &entries, at_server)?;
    }
    on_phones::judge(world, number, &database, at_server, held)
}

fn outbox(database: &Connection) -> Result<BTreeMap<i64, Entry>, Failed> {
    let mut statement = database.prepare(OUTBOX).map_err(Failed::harness)?;
    let rows = statement
        .query_map([], |row| {
            let command: Option<String> = row.get(6)?;
            Ok((
                row.get(0)?,
                Entry {
                    doc: DocId::from_uuid(Uuid::from_bytes(row.get(1)?)),
                    hash: ChangeHash::from_bytes(row.get(2)?),
                    state: row.get(3)?,
                    code: row.get(4)?,
                    replaced_by: row.get(5)?,
                    command: command.and_then(|json| serde_json::from_str(&json).ok()),
                    resolution: row.get(7)?,
                },
            ))
        })
        .map_err(Failed::harness)?;
    rows.collect::<Result<_, _>>().map_err(Failed::harness)
}

/// What became of an edit: accepted and there, superseded, or shown with a
/// reason.
fn fate(
    world: &mut World,
    number: usize,
    typed: &Typed,
    entries: &BTreeMap<i64, Entry>,
    at_server: AtServer<'_>,
) -> Result<(), Failed> {
    let logged = at_server.logged;
    let mut id = typed.entry;
    let mut entry = &entries[&id];
    let mut forms = vec![entry.hash];
    // An edit that was made again is followed; a resolved one has its answer.
    while let Some(next) = entry.replaced_by.filter(|_| entry.state == "superseded") {
        id = next;
        entry = entries.get(&next).ok_or_else(|| {
            Failed::broken("nothing typed is dropped", format!("entry {next} is not there"))
        })?;
        forms.push(entry.hash);
    }
    let place = format!("edit {} of phone {number} on {}, as entry {id}", typed.entry, entry.doc);
    match entry.state.as_str() {
        "accepted" => {
            let there = logged.get(&entry.doc).filter(|logged| logged.hashes.contains(&entry.hash));
            let Some(there) = there else {
                return Err(Failed::broken(
                    "an accepted edit is on the server",
                    format!("{place} is not ({} restores)", world.restores),
                ));
            };
            let Some(command) = &entry.command else { return Ok(()) };
            match shows(&world.model, command, &there.view) {
                Shows::Yes => world.reached.count("edit: stands"),
                Shows::Superseded => world.reached.count("edit: superseded by a known write"),
                Shows::CannotTell => world.reached.count("edit: in a text"),
                Shows::No(why) => {
                    let what = format!("{place}: {why}; it was {command:?}");
                    return Err(Failed::broken("an accepted edit shows", what));
                }
            }
        }
        "pending" => {}
        "superseded" => {
            // It was made again and changed nothing: so it must show already.
            let there = logged.get(&entry.doc).zip(entry.command.as_ref());
            if let Some((there, command)) = there
                && let Shows::No(why) = shows(&world.model, command, &there.view)
            {
                return Err(Failed::broken("nothing typed is dropped", format!("{place}: {why}")));
            }
            world.reached.count("edit: had no effect any more");
        }
        "refused" | "unplayable" => given_up(world, number, (typed, &place), (entry, &forms), at_server)?,
        other => return Err(Failed::broken("nothing typed is dropped", format!("{place} is {other}"))),
    }
    Ok(())
}

/// Shown with a reason that honest work may meet, and standing nowhere.
fn given_up(
    world: &mut World,
    number: usize,
    (typed, place): (&Typed, &str),
    (entry, forms): (&Entry, &[ChangeHash]),
    at_server: AtServer<'_>,
) -> Result<(), Failed> {
    let Some(code) = &entry.code else {
        return Err(Failed::broken("a refusal has its reason", format!("{place} has none")));
    };
    let what = || format!("{place}: {code}, {:?}", typed.command);
    if let Some(excuse) = excuse_of(world, number, entry, at_server.logged) {
        world.reached.count(excuse);
    } else if entry.state == "refused" && !may_be_refused(typed, code) {
        return Err(Failed::broken("honest work is taken", what()));
    }
    if entry.state == "unplayable" && !CANNOT_BE_MADE_AGAIN.contains(&code.as_str()) {
        return Err(Failed::broken("honest work can be made again", what()));
    }
    let there = at_server.logged.get(&entry.doc).filter(|_| entry.resolution.is_none());
    if there.is_some_and(|there| forms.iter().any(|form| there.hashes.contains(form))) {
        // A phone is not told of a job that left it.
        let owner = world.phones[number].owner;
        if world.restores == 0 || at_server.holders.get(&entry.doc) == Some(&Some(owner)) {
            return Err(Failed::broken("what stands needs no attention", what()));
        }
        world.reached.count("restore: refused, and another phone gave it back");
    }
    let resolved = entry.resolution.as_deref().unwrap_or("waits");
    world.reached.count(format!("edit: {} ({code}), {resolved}", entry.state));
    Ok(())
}

/// Why honest work may be refused after all: after a restore, what the job was
/// assigned by came without the server's word; or a copy of the phone had the edit
/// accepted, of a document that this one no longer gets to see.
fn excuse_of(
    world: &World,
    number: usize,
    entry: &Entry,
    logged: &BTreeMap<DocId, Logged>,
) -> Option<&'static str> {
    if entry.state != "refused" {
        return None;
    }
    let stands = || {
        let (there, command) = logged.get(&entry.doc).zip(entry.command.as_ref())?;
        matches!(shows(&world.model, command, &there.view), Shows::Yes).then_some(())
    };
    match entry.code.as_deref()? {
        "not_assigned" if world.restores > 0 && world.phones[number].was_without_receipts => {
            Some("restore: work on a job that came without the server's word is shown as refused")
        }
        "value_invalid" => stands().map(|()| "edit: refused, and a copy's stands"),
        _ => None,
    }
}

/// What an app judged by the server's own policy, the server refuses only if it
/// comes too late.
fn may_be_refused(typed: &Typed, code: &str) -> bool {
    typed.app == App::Oversteps || code == "late_work"
}
