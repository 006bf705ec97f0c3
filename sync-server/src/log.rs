//! The append-only log of accepted changes, which is the truth, and documents
//! put together from it.
//!
//! Every accepted batch (the changes of one document out of one push, or one
//! edit of the office) takes the next position. [`commit`] writes it with all
//! the rows that follow from it, in one transaction.

mod append;
mod cache;
mod load;
mod snapshot;

pub(crate) use append::{Batch, LogEntry, Origin, Told, commit, commit_reference, derive};
pub(crate) use cache::{BYTES_EMPTY, DocumentCache};
pub(crate) use load::{DocumentRow, document_row, load, load_cached, logged_changes};
pub(crate) use snapshot::{Snapshot, snapshot_of, store_snapshots, view};

use domain::ChangeHash;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::CoreError;

const NEWEST: &str = "SELECT position, chain FROM commits ORDER BY position DESC LIMIT 1";
const CHAIN_AT: &str = "SELECT chain FROM commits WHERE position = ?1";

/// 8 bytes that stand for everything accepted up to a position.
pub(crate) type Chain = [u8; 8];

/// The chain before the first commit.
pub(crate) const CHAIN_START: Chain = [0; 8];

/// The newest position and its chain; 0 in an empty log.
pub(crate) fn newest(connection: &Connection) -> Result<(i64, Chain), CoreError> {
    let row =
        connection.prepare_cached(NEWEST)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(row.unwrap_or((0, CHAIN_START)))
}

/// The chain at a position, if that was ever reached.
pub(crate) fn chain_at(connection: &Connection, position: i64) -> Result<Option<Chain>, CoreError> {
    if position == 0 {
        return Ok(Some(CHAIN_START));
    }
    Ok(connection.prepare_cached(CHAIN_AT)?.query_row([position], |row| row.get(0)).optional()?)
}

/// The chain after a commit: 8 bytes of SHA-256 over the chain before it, its
/// position (8 bytes, most significant first) and the hashes of what it holds.
pub(crate) fn next_chain(before: Chain, position: i64, hashes: &[[u8; 32]]) -> Chain {
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update(position.to_be_bytes());
    hashes.iter().for_each(|hash| digest.update(hash));
    first_eight(&digest.finalize())
}

/// The first 8 bytes of a digest.
pub(crate) fn first_eight(digest: &[u8]) -> [u8; 8] {
    let mut eight = [0; 8];
    eight.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    eight
}

/// Heads as they stand in a row: one after another, as the document sorts them.
pub(crate) fn heads_bytes(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|head| *head.as_bytes()).collect()
}
