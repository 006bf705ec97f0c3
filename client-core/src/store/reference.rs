//! Reference rows from the feed: parts, customers and assets with their search, and
//! what journeys are priced by.

use domain::{Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, params};

use super::error::Result;
use super::search::match_expression;
use super::writing::{Index, Writing};

/// A row of reference data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub id: Uuid,
    /// The row as JSON, as the server sent it.
    pub json: String,
}

/// What kind of reference row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// A part of the catalogue.
    Part,
    /// A customer account.
    Customer,
    /// A device under service.
    Asset,
    /// A version of a tariff, for the technician's own agency.
    Tariff,
    /// The ways from the agency's base to a place.
    Distance,
    /// How the agency travels.
    TravelBase,
    /// What became of a trip's claim.
    TravelClaim,
    /// An approved solution of the knowledge base.
    Solution,
}

impl ReferenceKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Part,
        Self::Customer,
        Self::Asset,
        Self::Tariff,
        Self::Distance,
        Self::TravelBase,
        Self::TravelClaim,
        Self::Solution,
    ];
    /// The word on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Customer => "customer",
            Self::Asset => "asset",
            Self::Tariff => "tariff",
            Self::Distance => "distance",
            Self::TravelBase => "travel_base",
            Self::TravelClaim => "travel_claim",
            Self::Solution => "solution",
        }
    }
}

const UPSERT: &str = "INSERT INTO reference (kind, id, json) VALUES (?1, ?2, ?3)
    ON CONFLICT (kind, id) DO UPDATE SET json = ?3 RETURNING row";
const FIND_ROW: &str = "SELECT row FROM reference WHERE kind = ?1 AND id = ?2";
const DELETE: &str = "DELETE FROM reference WHERE row = ?1";
const BY_ID: &str = "SELECT json FROM reference WHERE kind = ?1 AND id = ?2";
const SEARCH: &str = "SELECT id, json FROM reference WHERE kind = ?1
    AND row IN (SELECT rowid FROM reference_search WHERE reference_search MATCH ?2 ORDER BY rank)
    LIMIT ?3";
const ALL: &str = "SELECT id, json FROM reference WHERE kind = ?1 ORDER BY row";
const FIRST: &str = "SELECT id, json FROM reference WHERE kind = ?1 ORDER BY row LIMIT ?2";

/// Writes a row. Kinds that this version does not know are kept for a later one.
pub(crate) fn write(transaction: &Writing<'_>, kind: &str, id: &[u8; 16], json: &str) -> Result<()> {
    let row: i64 =
        transaction.prepare_cached(UPSERT)?.query_row(params![kind, id, json], |row| row.get(0))?;
    transaction.find_by(Index::Reference, row, words_of(json));
    Ok(())
}

/// Removes a row that is gone at the server.
pub(crate) fn remove(transaction: &Writing<'_>, kind: &str, id: &[u8; 16]) -> Result<()> {
    let row: Option<i64> =
        transaction.prepare_cached(FIND_ROW)?.query_row(params![kind, id], |row| row.get(0)).optional()?;
    if let Some(row) = row {
        transaction.prepare_cached(DELETE)?.execute([row])?;
        transaction.forget(Index::Reference, row);
    }
    Ok(())
}

/// All texts and numbers of a row, folded.
fn words_of(json: &str) -> String {
    let mut words = String::new();
    if let Ok(value) = serde_json::from_str(json) {
        collect_words(&value, &mut words);
    }
    fold_search_text(&words)
}

fn collect_words(value: &serde_json::Value, words: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            words.push_str(text);
            words.push('\n');
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        serde_json::Value::Object(map) => map.values().for_each(|item| collect_words(item, words)),
        _ => {}
    }
}

pub(crate) fn by_id(connection: &Connection, kind: ReferenceKind, id: Uuid) -> Result<Option<Reference>> {
    let json = connection
        .prepare_cached(BY_ID)?
        .query_row(params![kind.name(), id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(json.map(|json| Reference { id, json }))
}

/// Every row of a kind, in the order in which they came.
pub(crate) fn all(connection: &Connection, kind: ReferenceKind) -> Result<Vec<Reference>> {
    let read =
        |row: &rusqlite::Row<'_>| Ok(Reference { id: Uuid::from_bytes(row.get(0)?), json: row.get(1)? });
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([kind.name()], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Rows with every word of a text, best first; the first rows if it has no words.
pub(crate) fn search(
    connection: &Connection,
    kind: ReferenceKind,
    text: &str,
    limit: u32,
) -> Result<Vec<Reference>> {
    let read =
        |row: &rusqlite::Row<'_>| Ok(Reference { id: Uuid::from_bytes(row.get(0)?), json: row.get(1)? });
    let found = match match_expression(text) {
        Some(words) => connection
            .prepare_cached(SEARCH)?
            .query_map(params![kind.name(), words, limit], read)?
            .collect::<rusqlite::Result<_>>()?,
        None => connection
            .prepare_cached(FIRST)?
            .query_map(params![kind.name(), limit], read)?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(found)
}
