//! The chain of commits: positions without a gap, each chain following from the
//! one before and from what the commit holds.

use domain::Hash32;
use rusqlite::Connection;

use super::{FindingKind, VerifyReport};
use crate::log::{CHAIN_START, Chain, next_chain};
use crate::sql::column;

const COMMITS: &str = "SELECT position, doc, chain FROM commits ORDER BY position";
const HASHES: &str = "SELECT hash FROM change_log WHERE doc = ?1 AND position = ?2 ORDER BY idx";
const WITHOUT_COMMIT: &str = "SELECT count(*) FROM change_log WHERE NOT EXISTS \
     (SELECT 1 FROM commits WHERE commits.position = change_log.position AND commits.doc = change_log.doc)";

pub(super) fn check(connection: &Connection, report: &mut VerifyReport) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(COMMITS)?;
    let mut rows = statement.query([])?;
    let (mut last, mut chain) = (0, CHAIN_START);
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let doc: Option<Vec<u8>> = row.get(1)?;
        let stored: Chain = row.get(2)?;
        report.commits += 1;
        if position != last + 1 {
            report.find(FindingKind::Chain, position, format!("it follows on {last}"));
        }
        // What reference rows were like at their position is not kept; their chain
        // is held by the next commit of a document.
        if let Some(doc) = doc {
            let hashes = hashes_of(connection, &doc, position)?;
            if hashes.is_empty() {
                report.find(FindingKind::Chain, position, "it holds no change");
            } else if next_chain(chain, position, &hashes) != stored {
                report.find(FindingKind::Chain, position, "its chain does not follow from what it holds");
            }
        }
        (last, chain) = (position, stored);
    }
    (report.position, report.chain) = (last, chain);
    let loose: i64 = connection.query_row(WITHOUT_COMMIT, [], |row| row.get(0))?;
    if loose > 0 {
        report.find(FindingKind::Chain, "change_log", format!("{loose} changes belong to no commit"));
    }
    Ok(())
}

fn hashes_of(connection: &Connection, doc: &[u8], position: i64) -> rusqlite::Result<Vec<[u8; 32]>> {
    let mut statement = connection.prepare_cached(HASHES)?;
    let rows = statement.query_map((doc, position), |row| Ok(*column::<Hash32>(row, 0)?.as_bytes()))?;
    rows.collect()
}
