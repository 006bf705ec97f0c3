//! Numbers by which people name things: `R-100001`, `C-100001`, counted up and never
//! given twice.

use rusqlite::{OptionalExtension, Transaction};

use crate::error::CoreError;

const LAST: &str = "SELECT value FROM meta WHERE key = ?1";
const REMEMBER: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";
/// The number before the first: all have six digits for a long time.
const BEFORE_FIRST: i64 = 100_000;

/// What is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbered {
    Request,
    Complaint,
    Contract,
}

/// Takes the next number.
pub(super) fn take(tx: &Transaction<'_>, what: Numbered) -> Result<String, CoreError> {
    let (key, letter) = match what {
        Numbered::Request => ("request_number", 'R'),
        Numbered::Complaint => ("complaint_number", 'C'),
        Numbered::Contract => ("contract_number", 'S'),
    };
    let last: Option<[u8; 8]> = tx.prepare_cached(LAST)?.query_row([key], |row| row.get(0)).optional()?;
    let number = last.map_or(BEFORE_FIRST, i64::from_be_bytes) + 1;
    tx.prepare_cached(REMEMBER)?.execute((key, number.to_be_bytes()))?;
    Ok(format!("{letter}-{number}"))
}
