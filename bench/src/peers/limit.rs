//! What the disk alone lets through: the bytes of the same changes as rows of SQLite, and
//! nothing else.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use wire::Push;

use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::figures::{number, per};
use crate::memory::cpu_ms;

const LASTING: Duration = Duration::from_secs(3);

/// Rows that were written and flushed, so many in each transaction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limit {
    pub(crate) group: usize,
    pub(crate) rows_per_second: f64,
    pub(crate) rows_per_cpu_second: f64,
    /// Of a change, on average.
    pub(crate) change_bytes: f64,
}

/// Writes the changes over and over, one group after another.
pub(crate) fn measure(folder: &Path, works: &[Vec<Push>], group: usize) -> Result<Limit, Failure> {
    let pushes: Vec<&Push> = works.iter().flatten().collect();
    let mut connection = Connection::open(folder.join("limit.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE log (position INTEGER PRIMARY KEY, doc BLOB, change BLOB)")?;
    let computed = || cpu_ms(std::process::id()).unwrap_or(0);
    let (watch, before) = (Stopwatch::start(), computed());
    let (mut rows, mut bytes) = (0, 0);
    let mut next = pushes.iter().cycle();
    while watch.elapsed() < LASTING {
        let transaction = connection.transaction()?;
        for push in next.by_ref().take(group) {
            for change in &push.changes {
                let mut insert =
                    transaction.prepare_cached("INSERT INTO log (doc, change) VALUES (?1, ?2)")?;
                insert.execute((push.doc.as_bytes(), &change.0))?;
                (rows, bytes) = (rows + 1, bytes + change.0.len());
            }
        }
        transaction.commit()?;
    }
    let cpu = computed().saturating_sub(before);
    Ok(Limit {
        group,
        rows_per_second: number(rows) / watch.elapsed().as_secs_f64(),
        rows_per_cpu_second: 1_000.0 / per(cpu.max(1), rows),
        change_bytes: per(bytes as u64, rows),
    })
}
