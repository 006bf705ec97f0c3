//! The server's word for what it gave this phone: that it had accepted changes up
//! to some heads, and whose a foreign actor is. When the server has lost them,
//! the phone gives them back with its word.

use documents::Document;
use domain::{ActorId, ChangeHash, DocId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use wire::{Hash, Owner, Receipt};

use super::error::Result;

/// The server's word for what one event brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The heads of what it brought, sorted.
    pub(crate) heads: Vec<ChangeHash>,
    pub(crate) mac: Vec<u8>,
}

const OF_DOC: &str = "SELECT heads, mac FROM receipts WHERE doc = ?1";
const ADD: &str = "INSERT OR REPLACE INTO receipts (doc, heads, mac) VALUES (?1, ?2, ?3)";
const DROP: &str = "DELETE FROM receipts WHERE doc = ?1 AND heads = ?2";
const DROP_ALL: &str = "DELETE FROM receipts WHERE doc = ?1";
const SET_OWNER: &str = "INSERT OR REPLACE INTO owners (actor, user, device, mac) VALUES (?1, ?2, ?3, ?4)";
const OWNER: &str = "SELECT user, device, mac FROM owners WHERE actor = ?1";
const HASH_BYTES: usize = 32;

/// Keeps a word; those that it makes superfluous go: their heads lie behind its.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    doc: DocId,
    document: &Document,
    word: &Word,
) -> Result<()> {
    for old in of_doc(transaction, doc)? {
        let lies_behind =
            |head: &Hash| word.heads.contains(&head.0) || document.is_ancestor(head.0, &word.heads);
        if old.heads.iter().all(lies_behind) {
            transaction.prepare_cached(DROP)?.execute(params![doc.as_bytes(), bytes_of(&old.heads)])?;
        }
    }
    add(transaction, doc, word)
}

/// Keeps a word beside those that are there.
pub(crate) fn add(transaction: &Transaction<'_>, doc: DocId, word: &Word) -> Result<()> {
    let heads: Vec<Hash> = word.heads.iter().copied().map(Hash).collect();
    transaction.prepare_cached(ADD)?.execute(params![doc.as_bytes(), bytes_of(&heads), word.mac])?;
    Ok(())
}

fn bytes_of(heads: &[Hash]) -> Vec<u8> {
    heads.iter().flat_map(|head| *head.0.as_bytes()).collect()
}

/// The words for a document.
pub(crate) fn of_doc(connection: &Connection, doc: DocId) -> Result<Vec<Receipt>> {
    let mut statement = connection.prepare_cached(OF_DOC)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let heads: Vec<u8> = row.get(0)?;
        let heads = heads.chunks(HASH_BYTES).filter_map(ChangeHash::from_slice).map(Hash).collect();
        Ok(Receipt { heads, mac: row.get(1)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Forgets the words for a document that is forgotten.
pub(crate) fn forget(transaction: &Transaction<'_>, doc: DocId) -> Result<()> {
    transaction.execute(DROP_ALL, [doc.as_bytes()])?;
    Ok(())
}

/// Keeps whose an actor is.
pub(crate) fn set_owner(transaction: &Transaction<'_>, owner: &Owner) -> Result<()> {
    let values = params![owner.actor.as_bytes(), owner.user, owner.device, owner.mac];
    transaction.prepare_cached(SET_OWNER)?.execute(values)?;
    Ok(())
}

/// Whose an actor is, by the server's word.
pub(crate) fn owner(connection: &Connection, actor: ActorId) -> Result<Option<Owner>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Owner { actor, user: row.get(0)?, device: row.get(1)?, mac: row.get(2)? })
    };
    Ok(connection.prepare_cached(OWNER)?.query_row([actor.as_bytes()], read).optional()?)
}
