//! Reference rows: parts, customers, assets, and what a phone prices journeys by. They are SQL, not documents;
//! writing them takes positions, and so they show in the feed.

use domain::{Hash32, Instant, Uuid};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use crate::desk::index_reference;
use crate::error::CoreError;
use crate::log::commit_reference;
use crate::readmodel::touch_account;
use crate::sql::column;

const READ: &str = "SELECT account, json FROM reference WHERE kind = ?1 AND id = ?2";
const WRITE: &str = "INSERT INTO reference (kind, id, account, json, position) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (kind, id) DO UPDATE SET account = excluded.account, json = excluded.json, \
     position = excluded.position";
/// Rows that share a position. Fewer than the feed lists at once, so that it
/// never cuts a position in two.
const ROWS_AT_ONCE: usize = 200;

/// What a reference row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A part of the catalogue; every technician has it.
    Part,
    /// A customer; who has a job of the account has it.
    Customer,
    /// A device under service; who has a job of its account has it.
    Asset,
    /// A version of a tariff; the technicians of the agency have it.
    Tariff,
    /// The ways from an agency's base to a place; its technicians have it.
    Distance,
    /// How an agency travels; its technicians have it.
    TravelBase,
    /// What became of a trip's claim; its technician has it.
    TravelClaim,
    /// An approved solution of the knowledge base; every technician has it.
    Solution,
}

impl ReferenceKind {
    /// The word in rows and on the wire.
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

/// A row to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceWrite {
    /// What it is.
    pub kind: ReferenceKind,
    /// Its id.
    pub id: Uuid,
    /// The account that it belongs to: a customer's own id, an asset's customer.
    pub account: Option<Uuid>,
    /// The row as phones get it; none when it is gone.
    pub json: Option<String>,
}

/// Writes reference rows; those that do not differ take no position. Returns the
/// newest position, if any was taken. A job of the writer; announce the position
/// with [`Core::announce`](crate::core::Core::announce) after the commit.
///
/// # Errors
///
/// When the store fails.
pub fn write_reference(
    tx: &Transaction<'_>,
    rows: &[ReferenceWrite],
    now: Instant,
) -> Result<Option<i64>, CoreError> {
    let mut newest = None;
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let mut changed = Vec::new();
        for row in rows {
            if differs(tx, row)? {
                changed.push(row);
            }
        }
        if !changed.is_empty() {
            newest = Some(write_at_once(tx, &changed, now)?);
        }
    }
    Ok(newest)
}

/// A row as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRow {
    /// The account that it belongs to.
    pub account: Option<Uuid>,
    /// The row as phones get it; none when it is gone.
    pub json: Option<String>,
}

/// Reads a reference row.
///
/// # Errors
///
/// When the store fails.
pub fn read_reference(
    connection: &Connection,
    kind: ReferenceKind,
    id: Uuid,
) -> Result<Option<ReferenceRow>, CoreError> {
    let read = |row: &Row<'_>| Ok(ReferenceRow { account: column(row, 0)?, json: row.get(1)? });
    Ok(connection.prepare_cached(READ)?.query_row((kind.name(), id.as_bytes()), read).optional()?)
}

fn differs(tx: &Transaction<'_>, row: &ReferenceWrite) -> Result<bool, CoreError> {
    let old = read_reference(tx, row.kind, row.id)?;
    Ok(old != Some(ReferenceRow { account: row.account, json: row.json.clone() }))
}

fn write_at_once(tx: &Transaction<'_>, rows: &[&ReferenceWrite], now: Instant) -> Result<i64, CoreError> {
    let hashes: Vec<[u8; 32]> = rows.iter().map(|row| *hash(row).as_bytes()).collect();
    let position = commit_reference(tx, &hashes, now)?;
    for row in rows {
        let account = row.account.map(Uuid::into_bytes);
        tx.prepare_cached(WRITE)?.execute(params![
            row.kind.name(),
            row.id.as_bytes(),
            account,
            row.json,
            position,
        ])?;
        index_reference(tx, row)?;
        if let Some(account) = row.account {
            touch_account(tx, account, position)?;
        }
    }
    Ok(position)
}

fn hash(row: &ReferenceWrite) -> Hash32 {
    let mut digest = Sha256::new();
    digest.update(row.kind.name());
    digest.update(row.id.as_bytes());
    digest.update(row.json.as_deref().unwrap_or_default());
    Hash32::from_bytes(digest.finalize().into())
}
