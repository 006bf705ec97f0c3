//! The server's side of a comparison: which documents of a scope differ, and which
//! changes of them either side lacks.
//!
//! The fingerprints of a document are made of what its log holds by its bytes, not
//! by what its rows say, so that damage in the log shows as a difference and the
//! phone's copy mends it (`docs/wire.md`, *Repair*).

use std::collections::BTreeSet;

use domain::{ChangeHash, DocId, DocKind, Hash32, UserId};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use wire::{
    DocDetail, DocName, ErrorCode, Lacking, PRINT_BYTES, Print, Repair, RepairAnswer, ScopePrints,
    print_of_change, print_of_document, prints_in,
};

use super::page::Page;
use crate::error::CoreError;
use crate::log::{DocumentRow, document_row};
use crate::sql::column;

const IN_SCOPE: &str = "SELECT item FROM membership WHERE scope = ?1 AND left_at IS NULL \
     AND kind <> 'account' AND item > ?2 AND item <= ?3 ORDER BY item LIMIT ?4";
const MEMBER: &str = "SELECT left_at IS NULL, reason FROM membership WHERE scope = ?1 AND item = ?2";
const LOGGED: &str = "SELECT hash, bytes FROM change_log WHERE doc = ?1 ORDER BY position, idx";
/// Fingerprints of documents in one request.
const PRINTS_MAX: usize = 8_192;
/// Documents told in detail in one request, and the fingerprints in them.
const DETAILS_MAX: usize = 256;
const DETAIL_PRINTS_MAX: usize = 65_536;
/// Documents compared, and found to differ, in one answer.
const COMPARED_MAX: usize = 16_384;
const DIFFERING_MAX: usize = 2_048;
/// What comes before the part of a chunk that its hash covers.
const CHUNK_LEAD_BYTES: usize = 8;

/// Refuses what no phone sends.
pub(super) fn check(repair: &Repair) -> Result<(), CoreError> {
    let invalid = |message: &str| Err(CoreError::refused_at(ErrorCode::Invalid, "repair", message));
    if repair.key.len() > 64 {
        return invalid("the key is too long");
    }
    if let Some(scope) = &repair.scope
        && (scope.prints.len() > PRINTS_MAX * PRINT_BYTES || scope.prints.len() % PRINT_BYTES != 0)
    {
        return invalid("too many fingerprints, or half a one");
    }
    let details = repair.details.as_deref().unwrap_or_default();
    let prints: usize = details.iter().map(|detail| detail.prints.len() / PRINT_BYTES).sum();
    if details.len() > DETAILS_MAX
        || prints > DETAIL_PRINTS_MAX
        || details.iter().any(|detail| detail.prints.len() % PRINT_BYTES != 0)
    {
        return invalid("too many details, or half a fingerprint");
    }
    Ok(())
}

/// Compares; what the phone lacks goes into the page.
pub(super) fn answer(page: &mut Page<'_>, repair: &Repair) -> Result<RepairAnswer, CoreError> {
    let mut answer = RepairAnswer::default();
    if let Some(scope) = &repair.scope {
        compare_scope(page.connection, page.scope, &repair.key, scope, &mut answer)?;
    }
    if let Some(details) = &repair.details {
        let mut lacking = Vec::new();
        let mut answered = 0;
        for detail in details {
            if page.is_full() {
                break;
            }
            lacking.extend(compare_document(page, &repair.key, detail)?);
            answered += 1;
        }
        answer.lacking = (!lacking.is_empty()).then_some(lacking);
        answer.answered = Some(answered);
    }
    Ok(answer)
}

fn compare_scope(
    connection: &Connection,
    scope: UserId,
    key: &[u8],
    asked: &ScopePrints,
    answer: &mut RepairAnswer,
) -> Result<(), CoreError> {
    let mut prints: BTreeSet<Print> = prints_in(&asked.prints).unwrap_or_default().into_iter().collect();
    let mut differing = Vec::new();
    let docs = documents_between(connection, scope, asked)?;
    let mut compared = 0;
    for doc in &docs {
        compared += 1;
        if !prints.remove(&print_of(connection, key, *doc)?.unwrap_or_default()) {
            differing.push(DocName(*doc));
        }
        if differing.len() >= DIFFERING_MAX {
            break;
        }
    }
    let is_whole = compared == docs.len() && docs.len() < COMPARED_MAX;
    answer.reached = docs.get(compared.wrapping_sub(1)).filter(|_| !is_whole).map(|doc| DocName(*doc));
    answer.differing = (!differing.is_empty()).then_some(differing);
    // Those of documents behind the place where it stopped are among them; the phone
    // knows which.
    answer.unmatched = (!prints.is_empty()).then(|| prints.into_iter().flatten().collect());
    Ok(())
}

fn documents_between(
    connection: &Connection,
    scope: UserId,
    asked: &ScopePrints,
) -> Result<Vec<DocId>, CoreError> {
    let after = asked.after.map_or(Vec::new(), |doc| doc.0.as_bytes().to_vec());
    let up_to = asked.up_to.map_or(vec![0xff; 17], |doc| doc.0.as_bytes().to_vec());
    let limit = i64::try_from(COMPARED_MAX).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(IN_SCOPE)?;
    let rows = statement.query_map((scope.as_bytes(), after, up_to, limit), |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A document's fingerprint; none if its log is not what its row says.
fn print_of(connection: &Connection, key: &[u8], doc: DocId) -> Result<Option<Print>, CoreError> {
    let Some(row) = document_row(connection, doc)? else { return Ok(None) };
    let logged = logged(connection, doc)?;
    let is_sound = logged.len() == row.changes && logged.iter().all(|change| change.is_sound);
    Ok(heads_of(&row).filter(|_| is_sound).map(|heads| print_of_document(key, doc, &heads)))
}

fn heads_of(row: &DocumentRow) -> Option<Vec<ChangeHash>> {
    row.heads.chunks(32).map(Hash32::from_slice).collect()
}

struct Logged {
    hash: ChangeHash,
    bytes: Vec<u8>,
    is_sound: bool,
}

fn logged(connection: &Connection, doc: DocId) -> Result<Vec<Logged>, CoreError> {
    let mut statement = connection.prepare_cached(LOGGED)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let (hash, bytes): (ChangeHash, Vec<u8>) = (column(row, 0)?, row.get(1)?);
        let covered = bytes.get(CHUNK_LEAD_BYTES..).unwrap_or_default();
        let is_sound = Sha256::digest(covered)[..] == hash.as_bytes()[..];
        Ok(Logged { hash, bytes, is_sound })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the server lacks of a document; what the phone lacks goes into the page.
fn compare_document(
    page: &mut Page<'_>,
    key: &[u8],
    detail: &DocDetail,
) -> Result<Option<Lacking>, CoreError> {
    let doc = detail.doc;
    let theirs: BTreeSet<Print> = prints_in(&detail.prints).unwrap_or_default().into_iter().collect();
    let row = document_row(page.connection, doc)?;
    let ours = if row.is_some() { logged(page.connection, doc)? } else { Vec::new() };
    let sound: BTreeSet<Print> = ours
        .iter()
        .filter(|change| change.is_sound)
        .map(|change| print_of_change(key, change.hash))
        .collect();
    let lacking: Vec<Print> = theirs.difference(&sound).copied().collect();
    if let Some(row) = row {
        match member(page.connection, page.scope, doc)? {
            Some((true, _)) => give(page, row.kind, doc, &theirs, key, &ours)?,
            // If what is given back brings it into the scope again, the feed will say so.
            Some((false, reason)) => page.leave(doc, row.kind, reason),
            None => page.leave(doc, row.kind, "not_in_scope".to_owned()),
        }
    }
    Ok((!lacking.is_empty()).then(|| Lacking { doc, prints: lacking.concat() }))
}

fn member(connection: &Connection, scope: UserId, doc: DocId) -> Result<Option<(bool, String)>, CoreError> {
    let read =
        |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default()));
    let found =
        connection.prepare_cached(MEMBER)?.query_row((scope.as_bytes(), doc.as_bytes()), read).optional()?;
    Ok(found)
}

/// Gives a phone the changes of a document that it lacks, or all of it.
fn give(
    page: &mut Page<'_>,
    kind: DocKind,
    doc: DocId,
    theirs: &BTreeSet<Print>,
    key: &[u8],
    ours: &[Logged],
) -> Result<(), CoreError> {
    if theirs.is_empty() {
        return page.enter(doc, kind);
    }
    let missing =
        ours.iter().filter(|change| change.is_sound && !theirs.contains(&print_of_change(key, change.hash)));
    let missing: Vec<Vec<u8>> = missing.map(|change| change.bytes.clone()).collect();
    if missing.is_empty() {
        // It may have left the scope as the phone knows it.
        page.is_in_scope(doc, kind);
        return Ok(());
    }
    page.changes(doc, kind, missing)
}
