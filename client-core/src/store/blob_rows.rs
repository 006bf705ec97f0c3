//! What is known of each attachment's bytes; the bytes themselves lie in files.

use domain::BlobHash;
use rusqlite::{Connection, Row, Transaction, params};

use super::error::{Result, StoreError};

/// Where an attachment's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlobState {
    /// On this phone, waiting to be sent.
    ToUpload,
    /// On this phone and on the server.
    Uploaded,
    /// Asked for, on the server only.
    ToDownload,
    /// Fetched from the server.
    Downloaded,
    /// On this phone; the server does not take it.
    Refused,
}

/// An attachment's bytes as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of the bytes.
    pub hash: BlobHash,
    /// How many.
    pub size: u64,
    /// Media type.
    pub mime: String,
    /// Where they are.
    pub state: BlobState,
    /// How many of them have been moved, as far as this phone knows.
    pub moved: u64,
    /// Why the server does not take it.
    pub refusal: Option<String>,
}

macro_rules! columns {
    () => {
        "hash, size, mime, state, moved, code"
    };
}
const ADD: &str = "INSERT INTO blobs (hash, size, mime, state) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (hash) DO UPDATE SET state = CASE
        WHEN blobs.state = 'to_download' THEN excluded.state ELSE blobs.state END";
const IN_STATE: &str = concat!("SELECT ", columns!(), " FROM blobs WHERE state = ?1 ORDER BY tries, size");
const ALL: &str = concat!("SELECT ", columns!(), " FROM blobs ORDER BY hash");
const SET_STATE: &str = "UPDATE blobs SET state = ?2, moved = ?3, code = ?4, message = ?5 WHERE hash = ?1";
const SET_MOVED: &str = "UPDATE blobs SET moved = ?2 WHERE hash = ?1";
const OFFER_AGAIN: &str = "UPDATE blobs SET state = 'to_upload', moved = 0, tries = 0
    WHERE state IN ('uploaded', 'downloaded')";
const FETCH_AGAIN: &str = "UPDATE blobs SET state = 'to_download', moved = 0, tries = 0
    WHERE hash = ?1 AND state IN ('uploaded', 'downloaded')";
const TRIED: &str = "UPDATE blobs SET tries = tries + 1 WHERE hash = ?1";

/// Notes an attachment; one that is known keeps its state.
pub(crate) fn add(
    transaction: &Transaction<'_>,
    hash: BlobHash,
    size: u64,
    mime: &str,
    state: BlobState,
) -> Result<()> {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    transaction.execute(ADD, params![hash.as_bytes(), size, mime, state.name()])?;
    Ok(())
}

/// Those in a state, the least tried and smallest first.
pub(crate) fn in_state(connection: &Connection, state: BlobState) -> Result<Vec<Blob>> {
    collect(connection.prepare_cached(IN_STATE)?.query([state.name()])?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Blob>> {
    collect(connection.prepare_cached(ALL)?.query([])?)
}

/// All bytes are where the state says.
pub(crate) fn settle(transaction: &Transaction<'_>, blob: &Blob, state: BlobState) -> Result<()> {
    let size = i64::try_from(blob.size).unwrap_or(i64::MAX);
    transaction.execute(
        SET_STATE,
        params![blob.hash.as_bytes(), state.name(), size, None::<String>, None::<String>],
    )?;
    Ok(())
}

/// The server does not take it.
pub(crate) fn refuse(transaction: &Transaction<'_>, hash: BlobHash, code: &str, message: &str) -> Result<()> {
    transaction.execute(SET_STATE, params![hash.as_bytes(), BlobState::Refused.name(), 0, code, message])?;
    Ok(())
}

pub(crate) fn set_moved(transaction: &Transaction<'_>, hash: BlobHash, moved: u64) -> Result<()> {
    let moved = i64::try_from(moved).unwrap_or(i64::MAX);
    transaction.execute(SET_MOVED, params![hash.as_bytes(), moved])?;
    Ok(())
}

/// The server may have lost them: each is offered again, and one that it has after
/// all costs a question.
pub(crate) fn offer_again(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(OFFER_AGAIN, [])?;
    Ok(())
}

/// Its bytes are damaged here: the next sync fetches them; false if the server has
/// none to give.
pub(crate) fn fetch_again(transaction: &Transaction<'_>, hash: BlobHash) -> Result<bool> {
    Ok(transaction.execute(FETCH_AGAIN, [hash.as_bytes()])? > 0)
}

/// Counts an attempt, so that one that fails does not stand before the others.
pub(crate) fn tried(transaction: &Transaction<'_>, hash: BlobHash) -> Result<()> {
    transaction.execute(TRIED, [hash.as_bytes()])?;
    Ok(())
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Blob>> {
    let mut blobs = Vec::new();
    while let Some(row) = rows.next()? {
        blobs.push(from_row(row)?);
    }
    Ok(blobs)
}

fn from_row(row: &Row<'_>) -> Result<Blob> {
    let state: String = row.get(3)?;
    let size: i64 = row.get(1)?;
    let moved: i64 = row.get(4)?;
    Ok(Blob {
        hash: BlobHash::from_bytes(row.get(0)?),
        size: size.unsigned_abs(),
        mime: row.get(2)?,
        state: BlobState::from_name(&state).ok_or(StoreError::Unreadable { what: "attachment state" })?,
        moved: moved.unsigned_abs(),
        refusal: row.get(5)?,
    })
}

impl BlobState {
    /// The word in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToUpload => "to_upload",
            Self::Uploaded => "uploaded",
            Self::ToDownload => "to_download",
            Self::Downloaded => "downloaded",
            Self::Refused => "refused",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::ToUpload, Self::Uploaded, Self::ToDownload, Self::Downloaded, Self::Refused]
            .into_iter()
            .find(|state| state.name() == name)
    }
}
