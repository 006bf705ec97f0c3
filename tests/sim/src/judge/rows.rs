//! The read model: what the server keeps up step by step is what a rebuild from
//! the log gives.

use std::collections::BTreeMap;

use domain::DocId;
use rusqlite::Connection;
use rusqlite::types::Value;
use sync_server::readmodel::{DERIVED_TABLES, rebuild_blocking};

use super::Logged;
use crate::failure::Failed;
use crate::world::World;

const HEADS: &str = "SELECT doc, heads FROM documents";
const LATE: &str = "SELECT count(*) FROM conflicts WHERE kind = 'late_work'";

/// Judges the rows.
pub(super) fn judge(
    world: &mut World,
    database: &Connection,
    logged: &BTreeMap<DocId, Logged>,
) -> Result<(), Failed> {
    heads(database, logged)?;
    let late: i64 = database.query_row(LATE, [], |row| row.get(0)).map_err(Failed::harness)?;
    if late > 0 {
        world.reached.count("conflict: late_work");
    }
    let kept = dump(database)?;
    rebuild_blocking(&world.running()?.core)
        .map_err(|error| Failed::broken("a rebuild works", error.to_string()))?;
    let rebuilt = dump(database)?;
    for (kept, rebuilt) in kept.iter().zip(&rebuilt) {
        if kept != rebuilt {
            return Err(Failed::broken(
                "rows are what a rebuild gives",
                format!("{kept}\n  and rebuilt\n{rebuilt}"),
            ));
        }
    }
    Ok(())
}

fn heads(database: &Connection, logged: &BTreeMap<DocId, Logged>) -> Result<(), Failed> {
    let mut statement = database.prepare(HEADS).map_err(Failed::harness)?;
    let rows = statement
        .query_map([], |row| {
            let doc = DocId::from_uuid(domain::Uuid::from_bytes(row.get(0)?));
            Ok((doc, row.get::<_, Vec<u8>>(1)?))
        })
        .map_err(Failed::harness)?;
    for row in rows {
        let (doc, heads) = row.map_err(Failed::harness)?;
        let of_log: Vec<u8> =
            logged[&doc].document.heads().iter().flat_map(|head| head.as_bytes().to_vec()).collect();
        if heads != of_log {
            return Err(Failed::broken(
                "rows are what a rebuild gives",
                format!("the heads of {doc} differ"),
            ));
        }
    }
    Ok(())
}

/// Each table as text, its rows sorted.
fn dump(database: &Connection) -> Result<Vec<String>, Failed> {
    DERIVED_TABLES.iter().map(|table| dump_table(database, table)).collect()
}

fn dump_table(database: &Connection, table: &str) -> Result<String, Failed> {
    let mut statement = database.prepare(&format!("SELECT * FROM {table}")).map_err(Failed::harness)?;
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| {
            let values: Result<Vec<Value>, _> = (0..columns).map(|column| row.get(column)).collect();
            values.map(|values| format!("{values:?}"))
        })
        .map_err(Failed::harness)?;
    let mut rows: Vec<String> = rows.collect::<Result<_, _>>().map_err(Failed::harness)?;
    rows.sort();
    Ok(format!("{table}:\n{}", rows.join("\n")))
}
