//! The server's log: every document can be put together from it, and nobody
//! wrote what is not theirs.

use std::collections::{BTreeMap, BTreeSet};

use documents::Document;
use documents::inspect::{self, Action, DecodedChange, Key, Object, OpId, Scalar};
use domain::{ActorClass, ChangeHash, DocId, DocKind, DocView, Role, UserId, Uuid};
use rusqlite::Connection;
use testkit::model::{may_record, may_write};

use super::view_of;
use crate::failure::Failed;
use crate::world::World;

const DOCUMENTS: &str = "SELECT doc, kind FROM documents ORDER BY doc";
const CHANGES: &str =
    "SELECT hash, bytes, user, for_user, returned FROM change_log WHERE doc = ?1 ORDER BY position, idx";
const DOUBLE: &str =
    "SELECT count(*) FROM (SELECT 1 FROM change_log GROUP BY doc, actor, seq HAVING count(*) > 1)";

/// A document, put together from the log.
#[derive(Debug)]
pub(crate) struct Logged {
    pub(crate) document: Document,
    pub(crate) view: DocView,
    pub(crate) made_by: Option<ActorClass>,
    pub(crate) hashes: BTreeSet<ChangeHash>,
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    decoded: DecodedChange,
    /// Who sent it; none for the server's own.
    user: Option<UserId>,
    /// In whose name the office carried it out.
    for_user: Option<UserId>,
    /// Whether a phone gave it back after a restore: in whose name it was is then lost.
    returned: bool,
}

/// Reads every document out of the log.
pub(crate) fn read(database: &Connection) -> Result<BTreeMap<DocId, Logged>, Failed> {
    let doubles: i64 = database.query_row(DOUBLE, [], |row| row.get(0)).map_err(Failed::harness)?;
    if doubles > 0 {
        return Err(Failed::broken("no number of an actor is used twice", format!("{doubles} are")));
    }
    let mut statement = database.prepare(DOCUMENTS).map_err(Failed::harness)?;
    let rows = statement
        .query_map([], |row| Ok((DocId::from_uuid(Uuid::from_bytes(row.get(0)?)), row.get::<_, String>(1)?)))
        .map_err(Failed::harness)?;
    let mut all = BTreeMap::new();
    for row in rows {
        let (doc, kind) = row.map_err(Failed::harness)?;
        let kind = DocKind::from_name(&kind).ok_or_else(|| Failed::harness("a document of no kind"))?;
        all.insert(doc, read_document(database, doc, kind)?);
    }
    Ok(all)
}

/// Puts one document together.
pub(crate) fn read_document(database: &Connection, doc: DocId, kind: DocKind) -> Result<Logged, Failed> {
    let mut statement = database.prepare_cached(CHANGES).map_err(Failed::harness)?;
    let user = |id: Option<[u8; 16]>| id.map(|id| UserId::from_uuid(Uuid::from_bytes(id)));
    let rows = statement
        .query_map([doc.as_bytes()], |row| {
            let hash = ChangeHash::from_bytes(row.get(0)?);
            let bytes: Vec<u8> = row.get(1)?;
            Ok((hash, bytes, user(row.get(2)?), user(row.get(3)?), row.get(4)?))
        })
        .map_err(Failed::harness)?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>().map_err(Failed::harness)?;
    let bytes = rows.iter().map(|(_, bytes, ..)| bytes.as_slice());
    let document = Document::from_changes(kind, bytes)
        .map_err(|error| Failed::broken("every document can be put together", error.to_string()))?;
    let view = view_of(&document)?;
    let mut changes = Vec::new();
    for (_, bytes, user, for_user, returned) in &rows {
        let decoded = inspect::decode(bytes)
            .map_err(|error| Failed::broken("every accepted change is canonical", error.to_string()))?;
        changes.push(Change { decoded, user: *user, for_user: *for_user, returned: *returned });
    }
    let made_by = changes.first().and_then(|change| change.decoded.header.actor.class());
    let hashes = rows.iter().map(|(hash, ..)| *hash).collect();
    Ok(Logged { document, view, made_by, hashes, changes })
}

/// Judges what stands in the log.
pub(crate) fn judge(world: &mut World, logged: &BTreeMap<DocId, Logged>) -> Result<(), Failed> {
    for (doc, logged) in logged {
        owners(world, *doc, logged)?;
        events(world, *doc, logged)?;
        values(world, *doc, logged)?;
    }
    Ok(())
}

/// Each change was written by one who may write there, and who held the job at
/// some time.
fn owners(world: &World, doc: DocId, logged: &Logged) -> Result<(), Failed> {
    let mut places: BTreeMap<OpId, String> = BTreeMap::new();
    let mut holders: BTreeSet<UserId> = BTreeSet::new();
    for (number, change) in logged.changes.iter().enumerate() {
        let role = change.user.and_then(|user| world.people.roles.get(&user).copied());
        if number == 0 {
            holders.extend(change.user.filter(|_| role == Some(Role::Technician)));
        }
        let mut wrote = Vec::new();
        for op in &change.decoded.ops {
            let path = path_of(&places, &op.object, &op.key);
            if matches!(op.action, Action::MakeMap | Action::MakeText) {
                places.insert(op.id, path.clone());
            }
            if path == "assignment.technician"
                && let Action::Put(Scalar::Bytes(bytes)) = &op.action
                && let Some(id) = UserId::from_slice(bytes)
            {
                holders.insert(id);
            }
            wrote.push(path);
        }
        let (Some(user), Some(role)) = (change.user, role) else { continue };
        let was_approved = role == Role::Dispatcher && change.returned && world.approved.contains(&doc);
        if number == 0 || change.for_user.is_some() || was_approved {
            continue;
        }
        let is_own = match &logged.view {
            DocView::Trip(trip) => trip.technician == user,
            DocView::Job(_) => role != Role::Technician || holders.contains(&user),
        };
        let is_trip = matches!(logged.view, DocView::Trip(_));
        let foreign = wrote.iter().find(|path| !is_trip && !may_write(role, path));
        if !is_own || foreign.is_some() {
            return Err(Failed::broken(
                "nobody writes what is not theirs",
                format!("{role:?} {user} wrote {foreign:?} of {doc}, which is his: {is_own}"),
            ));
        }
    }
    Ok(())
}

/// The path of a place; letters of a text count as the text.
fn path_of(places: &BTreeMap<OpId, String>, object: &Object, key: &Key) -> String {
    let inside = match object {
        Object::Root => String::new(),
        Object::Made(id) => places.get(id).cloned().unwrap_or_else(|| "unknown".to_owned()),
    };
    match key {
        Key::Map(key) if inside.is_empty() => key.clone(),
        Key::Map(key) => format!("{inside}.{key}"),
        Key::Head | Key::Element(_) => inside,
    }
}

/// Each event is of a kind that its author may record.
fn events(world: &mut World, doc: DocId, logged: &Logged) -> Result<(), Failed> {
    let DocView::Job(job) = &logged.view else { return Ok(()) };
    for event in &job.events {
        let Some(role) = world.people.roles.get(&event.by).copied() else { continue };
        if !may_record(role, event.kind) {
            return Err(Failed::broken(
                "nobody writes what is not theirs",
                format!("{role:?} recorded {:?} in {doc}", event.kind),
            ));
        }
    }
    for conflict in &job.status_conflicts {
        world.reached.count(format!("conflict: {}", conflict.kind.name()));
    }
    if !job.field_conflicts.is_empty() {
        world.reached.count("conflict: field");
    }
    Ok(())
}

/// Each field that stands was asked for by somebody.
fn values(world: &World, doc: DocId, logged: &Logged) -> Result<(), Failed> {
    let asked = |path: String, value| {
        // The server numbers the jobs; an assignment is a command of its own.
        let by_others = path == "request.number" || path.starts_with("assignment.") || path == "technician";
        if by_others || world.model.somebody_asked(doc, &path, Some(value)) {
            return Ok(());
        }
        Err(Failed::broken("every value was asked for", format!("{path} of {doc} is {value:?}")))
    };
    match &logged.view {
        DocView::Job(job) => job.fields.iter().try_for_each(|(field, value)| asked(field.path(), value)),
        DocView::Trip(trip) => trip.fields.iter().try_for_each(|(field, value)| asked(field.path(), value)),
    }
}
