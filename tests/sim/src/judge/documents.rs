//! The documents of the phones: each is what the server holds, in scope or not,
//! and nothing that a phone holds is missing at the server.

use std::collections::{BTreeMap, BTreeSet};

use documents::Document;
use domain::{ChangeHash, DocId, DocKind, UserId, Uuid};
use rusqlite::Connection;

use super::phones::Held;
use super::{Logged, view_of};
use crate::failure::Failed;
use crate::world::World;

const DOCUMENTS: &str = "SELECT doc, kind, left_reason, saved FROM documents ORDER BY doc";
const VOUCHED: &str = "SELECT heads FROM receipts WHERE doc = ?1";
const HASH_BYTES: usize = 32;

/// What the server holds, and for whom.
#[derive(Clone, Copy)]
pub(super) struct AtServer<'a> {
    pub(super) logged: &'a BTreeMap<DocId, Logged>,
    pub(super) holders: &'a BTreeMap<DocId, Option<UserId>>,
}

/// A document as a phone holds it.
struct OnPhone {
    doc: DocId,
    document: Document,
    is_in_scope: bool,
}

/// Judges the documents of one phone.
pub(super) fn judge(
    world: &mut World,
    number: usize,
    database: &Connection,
    at_server: AtServer<'_>,
    held: &mut Held,
) -> Result<(), Failed> {
    let owner = world.phones[number].owner;
    let mut in_scope = BTreeSet::new();
    for on_phone in on_phone(database)? {
        held.note(on_phone.doc, &on_phone.document)?;
        if on_phone.is_in_scope {
            in_scope.insert(on_phone.doc);
        }
        same(world, number, database, &on_phone, at_server.logged.get(&on_phone.doc))?;
    }
    let holders = at_server.holders.iter();
    let shall: BTreeSet<DocId> =
        holders.filter(|(_, holder)| **holder == Some(owner)).map(|(doc, _)| *doc).collect();
    if shall != in_scope {
        let lacks: Vec<_> = shall.difference(&in_scope).collect();
        let beyond: Vec<_> = in_scope.difference(&shall).collect();
        let what = format!("phone {number} lacks {lacks:?} and holds {beyond:?} beyond its scope");
        return Err(Failed::broken("a phone holds its scope", what));
    }
    Ok(())
}

fn on_phone(database: &Connection) -> Result<Vec<OnPhone>, Failed> {
    let mut statement = database.prepare(DOCUMENTS).map_err(Failed::harness)?;
    let rows = statement
        .query_map([], |row| {
            let doc = DocId::from_uuid(Uuid::from_bytes(row.get(0)?));
            let (kind, left): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let saved: Vec<u8> = row.get(3)?;
            Ok((doc, kind, left, saved))
        })
        .map_err(Failed::harness)?;
    let mut all = Vec::new();
    for row in rows {
        let (doc, kind, left, saved) = row.map_err(Failed::harness)?;
        let kind = DocKind::from_name(&kind).ok_or_else(|| Failed::harness("a document of no kind"))?;
        let document = Document::load(kind, &saved)
            .map_err(|error| Failed::broken("a phone's documents can be read", error.to_string()))?;
        all.push(OnPhone { doc, document, is_in_scope: left.is_none() });
    }
    Ok(all)
}

/// A document in scope is the server's; of one that left, the server has all that
/// the phone has.
fn same(
    world: &mut World,
    number: usize,
    database: &Connection,
    on_phone: &OnPhone,
    logged: Option<&Logged>,
) -> Result<(), Failed> {
    let OnPhone { doc, document, is_in_scope } = on_phone;
    let has: BTreeSet<ChangeHash> = document.changes().iter().map(|change| change.hash).collect();
    let server_has = logged.map(|logged| logged.hashes.clone()).unwrap_or_default();
    let beyond: Vec<ChangeHash> = has.difference(&server_has).copied().collect();
    if let Some(lost) = beyond.first() {
        if !came_without_word(world, number, database, on_phone, &beyond)? {
            let what = format!(
                "phone {number} holds {} changes of {doc} that the server has not, {lost:?} among them; it was put back {} times",
                beyond.len(),
                world.restores
            );
            return Err(Failed::broken("what a phone holds is on the server", what));
        }
        world.reached.count("restore: what came without the server's word is not taken back");
    }
    let Some(logged) = logged.filter(|_| *is_in_scope) else { return Ok(()) };
    let is_same = document.heads() == logged.document.heads() && view_of(document)? == logged.view;
    if is_same || (!beyond.is_empty() && server_has.is_subset(&has)) {
        return Ok(());
    }
    let (has, server) = (document.heads(), logged.document.heads());
    let what = format!("phone {number} has {doc} at {has:?}, the server at {server:?}");
    Err(Failed::broken("phones and server hold the same", what))
}

/// Whether changes came to a phone while its app was of the version before, which
/// gets no receipts: by design they come back from their authors' phones alone.
fn came_without_word(
    world: &World,
    number: usize,
    database: &Connection,
    on_phone: &OnPhone,
    changes: &[ChangeHash],
) -> Result<bool, Failed> {
    if world.restores == 0 || !world.phones[number].was_without_receipts {
        return Ok(false);
    }
    let mut statement = database.prepare(VOUCHED).map_err(Failed::harness)?;
    let rows = statement
        .query_map([on_phone.doc.as_bytes()], |row| row.get::<_, Vec<u8>>(0))
        .map_err(Failed::harness)?;
    let mut vouched: Vec<ChangeHash> = Vec::new();
    for heads in rows {
        vouched.extend(heads.map_err(Failed::harness)?.chunks(HASH_BYTES).filter_map(ChangeHash::from_slice));
    }
    let is_vouched =
        |hash: &ChangeHash| vouched.contains(hash) || on_phone.document.is_ancestor(*hash, &vouched);
    Ok(!changes.iter().any(is_vouched))
}
