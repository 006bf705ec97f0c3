//! Rows of jobs: what lists, filters and totals read, so that no document is
//! loaded for them. A row is written in the transaction of its document.

use domain::{DocId, FieldValue, Instant, JobField, JobView, fold_search_text};
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::documents::Scope;
use super::error::Result;
use super::writing::{Index, Writing};

const UPSERT: &str = "INSERT INTO jobs (doc, in_scope, kind, status, over, number, subject, account, contact,
        phone, city, address, serial, model, priority, technician, window_start, window_end, received_at,
        lat, lon, conflicts, updated_at, search_hash)
    VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
        ?21, ?22, x'')
    ON CONFLICT (doc) DO UPDATE SET kind = ?2, status = ?3, over = ?4, number = ?5, subject = ?6,
        account = ?7, contact = ?8, phone = ?9, city = ?10, address = ?11, serial = ?12, model = ?13,
        priority = ?14, technician = ?15, window_start = ?16, window_end = ?17, received_at = ?18,
        lat = ?19, lon = ?20, conflicts = ?21, updated_at = ?22
    RETURNING row, search_hash";
const SET_SEARCH_HASH: &str = "UPDATE jobs SET search_hash = ?2 WHERE row = ?1";
const SET_SCOPE: &str = "UPDATE jobs SET in_scope = ?2 WHERE doc = ?1";
const REMOVE: &str = "DELETE FROM jobs WHERE doc = ?1 RETURNING row";

/// Writes the row of a job and, if its words changed, their place in the index.
pub(crate) fn write(transaction: &Writing<'_>, view: &JobView) -> Result<()> {
    let (row, hash): (i64, Vec<u8>) = upsert(transaction, view)?;
    let words = words_of(view);
    let digest = Sha256::digest(words.as_bytes());
    // Most edits are events and lines that search does not read; the index,
    // the dearest part of the row, is left alone then.
    if digest.get(..8) != Some(hash.as_slice()) {
        transaction.prepare_cached(SET_SEARCH_HASH)?.execute(params![row, digest.get(..8)])?;
        transaction.find_by(Index::Jobs, row, words);
    }
    Ok(())
}

fn upsert(transaction: &Transaction<'_>, view: &JobView) -> Result<(i64, Vec<u8>)> {
    let conflicts = view.field_conflicts.len() + view.status_conflicts.len();
    let row = transaction.prepare_cached(UPSERT)?.query_row(
        params![
            view.id.as_bytes(),
            view.kind.name(),
            view.status.name(),
            view.status.is_over(),
            view.text(JobField::RequestNumber),
            view.text(JobField::RequestSubject),
            view.text(JobField::AccountName),
            view.text(JobField::ContactName),
            view.text(JobField::ContactPhone),
            view.text(JobField::SiteCity),
            view.text(JobField::SiteAddress),
            view.text(JobField::AssetSerial),
            view.text(JobField::AssetModel),
            view.text(JobField::RequestPriority),
            view.technician().map(|user| *user.as_bytes()),
            view.instant(JobField::AssignmentWindowStart).map(Instant::millis),
            view.instant(JobField::AssignmentWindowEnd).map(Instant::millis),
            view.instant(JobField::RequestReceivedAt).map(Instant::millis),
            number(view, JobField::SiteLat),
            number(view, JobField::SiteLon),
            i64::try_from(conflicts).unwrap_or(i64::MAX),
            updated_at(view),
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(row)
}

fn number(view: &JobView, field: JobField) -> Option<i64> {
    match view.fields.get(&field) {
        Some(FieldValue::Int(number)) => Some(*number),
        _ => None,
    }
}

/// When something last happened, by the devices' clocks: for sorting only.
fn updated_at(view: &JobView) -> i64 {
    let events = view.events.iter().map(|event| event.stamp.at.millis());
    let notes = view.notes.iter().map(|note| note.stamp.at.millis());
    events.chain(notes).max().unwrap_or(0)
}

/// The words by which a job is found, folded.
fn words_of(view: &JobView) -> String {
    const FIELDS: [JobField; 17] = [
        JobField::RequestNumber,
        JobField::RequestSubject,
        JobField::RequestDescription,
        JobField::RequestSellerNo,
        JobField::AccountName,
        JobField::ContactName,
        JobField::ContactPhone,
        JobField::ContactMobile,
        JobField::InitiatorName,
        JobField::InitiatorPhone,
        JobField::SiteName,
        JobField::SiteAddress,
        JobField::SiteCity,
        JobField::AssetSerial,
        JobField::AssetModel,
        JobField::AssetBatch,
        JobField::AssignmentNote,
    ];
    let fields = FIELDS.iter().map(|field| view.text(*field));
    let notes = view.notes.iter().map(|note| note.text.as_str());
    let parts = view.parts.iter().flat_map(|line| [line.part.part_no.as_str(), line.part.name.as_str()]);
    let texts = [view.diagnosis.as_str(), view.solution.as_str()];
    let words: Vec<&str> =
        fields.chain(notes).chain(parts).chain(texts).filter(|word| !word.is_empty()).collect();
    fold_search_text(&words.join("\n"))
}

pub(crate) fn set_scope(transaction: &Transaction<'_>, doc: DocId, scope: Scope) -> Result<()> {
    transaction.prepare_cached(SET_SCOPE)?.execute(params![doc.as_bytes(), scope == Scope::In])?;
    Ok(())
}

/// Takes the row of a job away, and its words.
pub(crate) fn remove(transaction: &Writing<'_>, doc: DocId) -> Result<()> {
    let row: Option<i64> = transaction.query_row(REMOVE, [doc.as_bytes()], |row| row.get(0)).optional()?;
    if let Some(row) = row {
        transaction.forget(Index::Jobs, row);
    }
    Ok(())
}
