//! What can still be read of a damaged database: unsent work first, then the
//! session, the actors, the attachments' states and the documents. Everything
//! else comes again with the next pull, which starts cold.

use std::path::Path;

use domain::{DocId, DocKind};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Transaction, params_from_iter};

use super::error::Result;
use super::put;
use super::writing::Writing;
use crate::incoming;

/// How much was saved.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Saved {
    pub(super) documents: usize,
    pub(super) entries: usize,
}

/// A table whose rows are taken over as they are, and the order in which they
/// are read: forwards up to the damage, then backwards down to it.
const TABLES: [(&str, &str); 9] = [
    ("outbox", "id"),
    ("actors", "actor"),
    ("session", "one"),
    ("offers", "entry"),
    ("verdict_acks", "hash"),
    ("blobs", "hash"),
    ("receipts", "doc"),
    ("owners", "actor"),
    ("set_aside", "hash"),
];
const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
const FOREIGN_KEYS_ON: &str = "PRAGMA foreign_keys = ON";
const ENTRIES: &str = "SELECT count(*) FROM outbox";

pub(super) fn salvage(damaged: &Path, into: &mut Connection) -> Result<Saved> {
    let from = match open_damaged(damaged) {
        Ok(from) => from,
        Err(error) => {
            tracing::warn!(%error, "nothing can be read of the damaged database");
            return Ok(Saved::default());
        }
    };
    // An entry may name another that was lost.
    into.execute_batch(FOREIGN_KEYS_OFF)?;
    let transaction = Writing::new(into.transaction()?);
    for (table, key) in TABLES {
        copy_table(&from, &transaction, table, key)?;
    }
    let documents = copy_documents(&from, &transaction)?;
    let entries: i64 = transaction.query_row(ENTRIES, [], |row| row.get(0))?;
    transaction.with_words()?.commit()?;
    into.execute_batch(FOREIGN_KEYS_ON)?;
    Ok(Saved { documents, entries: usize::try_from(entries).unwrap_or(0) })
}

/// Opens it so that nothing of it is changed, its write-ahead log included.
fn open_damaged(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Takes over the rows of a table that can be read, each at most once.
fn copy_table(from: &Connection, into: &Transaction<'_>, table: &str, key: &str) -> Result<()> {
    let columns = columns_of(into, table)?;
    let names = columns.join(", ");
    let marks: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
    let insert = format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({})", marks.join(", "));
    let mut insert = into.prepare(&insert)?;
    for order in ["ASC", "DESC"] {
        let select = format!("SELECT {names} FROM {table} ORDER BY {key} {order}");
        for row in readable_rows(from, &select, columns.len()) {
            // A row that the present schema refuses is damaged too.
            if let Err(error) = insert.execute(params_from_iter(row)) {
                tracing::warn!(table, %error, "a damaged row was left out");
            }
        }
    }
    Ok(())
}

/// The rows of a query up to the first that cannot be read.
fn readable_rows(from: &Connection, select: &str, columns: usize) -> Vec<Vec<Value>> {
    let mut saved = Vec::new();
    let Ok(mut statement) = from.prepare(select) else { return saved };
    let Ok(mut rows) = statement.query([]) else { return saved };
    while let Ok(Some(row)) = rows.next() {
        let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|column| row.get(column)).collect();
        match values {
            Ok(values) => saved.push(values),
            Err(_) => break,
        }
    }
    saved
}

fn columns_of(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// Takes over the documents that can be read and loaded, with their rows.
fn copy_documents(from: &Connection, into: &Writing<'_>) -> Result<usize> {
    let mut saved = std::collections::BTreeSet::new();
    for order in ["ASC", "DESC"] {
        let select = format!("SELECT doc, kind, saved, left_reason FROM documents ORDER BY doc {order}");
        for row in readable_rows(from, &select, 4) {
            let [Value::Blob(doc), Value::Text(kind), Value::Blob(bytes), left] = row.as_slice() else {
                continue;
            };
            let (Some(doc), Some(kind)) = (DocId::from_slice(doc), DocKind::from_name(kind)) else {
                continue;
            };
            if saved.contains(&doc) {
                continue;
            }
            // The bytes went through a damaged file: they are as foreign as the network's.
            let Ok(document) = incoming::document(doc, kind, bytes) else { continue };
            let Ok(view) = incoming::view(&document) else { continue };
            put::put(into, doc, &document, &view)?;
            if let Value::Text(reason) = left {
                put::leave(into, doc, kind, reason)?;
            }
            saved.insert(doc);
        }
    }
    Ok(saved.len())
}
