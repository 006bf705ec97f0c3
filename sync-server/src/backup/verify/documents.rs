//! The log's changes, one document at a time: their bytes, their place, and what
//! they come to.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use documents::Document;
use domain::{ActorId, ChangeHash, DocId};
use rusqlite::{Connection, OptionalExtension};

use super::{FindingKind, VerifyReport};
use crate::log::{DocumentRow, document_row, heads_bytes, view};
use crate::sql::column;

const DOCS: &str = "SELECT doc FROM change_log GROUP BY doc";
const CHANGES: &str = "SELECT c.position, c.hash, c.actor, c.seq, c.bytes, \
     a.actor IS NOT NULL AND a.user IS c.user AND a.device IS c.device \
     FROM change_log c LEFT JOIN actors a ON a.actor = c.actor WHERE c.doc = ?1 ORDER BY c.position, c.idx";
const SNAPSHOT: &str = "SELECT position, saved FROM snapshots WHERE doc = ?1";
const WITHOUT_LOG: &str = "SELECT doc FROM documents WHERE doc NOT IN (SELECT doc FROM change_log)";

struct Logged {
    position: i64,
    hash: ChangeHash,
    actor: ActorId,
    seq: u64,
    bytes: Vec<u8>,
    is_the_owners: bool,
}

pub(super) fn check(connection: &Connection, report: &mut VerifyReport) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(DOCS)?;
    let docs: Vec<DocId> = statement.query_map([], |row| column(row, 0))?.collect::<Result<_, _>>()?;
    for doc in docs {
        let changes = changes_of(connection, doc)?;
        report.changes += changes.len() as u64;
        report.documents += 1;
        let before = report.findings_count;
        check_changes(doc, &changes, report);
        let row = document_row(connection, doc);
        match row {
            Err(error) => report.find(FindingKind::Document, doc, error),
            Ok(None) => report.find(FindingKind::Document, doc, "it has a log and no row"),
            Ok(Some(row)) if report.findings_count == before => {
                let snapshot = snapshot_of(connection, doc)?;
                let compared = catch_unwind(AssertUnwindSafe(|| {
                    compare(doc, &row, &changes, snapshot.as_ref(), report)
                }));
                if compared.is_err() {
                    report.find(FindingKind::Document, doc, "the document engine panicked on its log");
                }
            }
            Ok(Some(_)) => {}
        }
    }
    let mut statement = connection.prepare(WITHOUT_LOG)?;
    let loose: Vec<DocId> = statement.query_map([], |row| column(row, 0))?.collect::<Result<_, _>>()?;
    loose.iter().for_each(|doc| report.find(FindingKind::Document, doc, "it has a row and no log"));
    Ok(())
}

fn changes_of(connection: &Connection, doc: DocId) -> rusqlite::Result<Vec<Logged>> {
    let mut statement = connection.prepare_cached(CHANGES)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        Ok(Logged {
            position: row.get(0)?,
            hash: column(row, 1)?,
            actor: column(row, 2)?,
            seq: row.get::<_, i64>(3)?.unsigned_abs(),
            bytes: row.get(4)?,
            is_the_owners: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn snapshot_of(connection: &Connection, doc: DocId) -> rusqlite::Result<Option<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare_cached(SNAPSHOT)?;
    statement.query_row([doc.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Each change's bytes are what its row says, and come after what they build on.
fn check_changes(doc: DocId, changes: &[Logged], report: &mut VerifyReport) {
    let mut seen: BTreeSet<ChangeHash> = BTreeSet::new();
    let mut numbers: BTreeMap<ActorId, u64> = BTreeMap::new();
    for change in changes {
        let place = || format!("{} of {doc}", change.hash);
        match gate::structure::check_change(&change.bytes) {
            Err(refusal) => report.find(FindingKind::Change, place(), refusal.message),
            Ok(sound) if sound.hash() != change.hash => {
                report.find(FindingKind::Change, place(), "its bytes have another hash");
            }
            Ok(sound) if (sound.actor(), sound.seq()) != (change.actor, change.seq) => {
                report.find(FindingKind::Change, place(), "its row names another actor or number");
            }
            Ok(sound) => {
                if let Some(missing) = sound.deps().iter().find(|dep| !seen.contains(dep)) {
                    report.find(
                        FindingKind::Change,
                        place(),
                        format!("it builds on {missing}, which is missing"),
                    );
                }
            }
        }
        if !change.is_the_owners {
            report.find(FindingKind::Change, place(), "its actor is registered to somebody else");
        }
        let number = numbers.entry(change.actor).or_default();
        if change.seq != *number + 1 {
            let what = format!("it is its actor's number {} and {} was expected", change.seq, *number + 1);
            report.find(FindingKind::Change, place(), what);
        }
        *number = change.seq;
        if !seen.insert(change.hash) {
            report.find(FindingKind::Change, place(), "it is there twice");
        }
    }
}

/// The document that the log gives is the one of its row and of its saved form.
fn compare(
    doc: DocId,
    row: &DocumentRow,
    changes: &[Logged],
    snapshot: Option<&(i64, Vec<u8>)>,
    report: &mut VerifyReport,
) {
    let replayed = Document::from_changes(row.kind, changes.iter().map(|change| change.bytes.as_slice()));
    let replayed = match replayed {
        Ok(document) => document,
        Err(error) => return report.find(FindingKind::Document, doc, error),
    };
    let bytes: usize = changes.iter().map(|change| change.bytes.len()).sum();
    let position = changes.last().map_or(0, |change| change.position);
    let found = DocumentRow {
        kind: row.kind,
        heads: heads_bytes(&replayed.heads()),
        position,
        changes: changes.len(),
        bytes,
    };
    if found != *row {
        report.find(FindingKind::Document, doc, "its row is not what its log gives");
    }
    if let Some((position, saved)) = snapshot {
        report.snapshots += 1;
        let tail = changes.iter().filter(|change| change.position > *position);
        if let Err(what) = compare_saved(&replayed, saved, tail.map(|change| change.bytes.as_slice())) {
            report.find(FindingKind::Snapshot, doc, what);
        }
    }
}

fn compare_saved<'a>(
    replayed: &Document,
    saved: &[u8],
    tail: impl Iterator<Item = &'a [u8]>,
) -> Result<(), String> {
    let mut loaded = Document::load(replayed.kind(), saved).map_err(|error| error.to_string())?;
    loaded.apply(tail).map_err(|error| error.to_string())?;
    if loaded.heads() != replayed.heads() {
        return Err("its heads are not the log's".to_owned());
    }
    let views = (view(&loaded), view(replayed));
    match views {
        (Ok(saved), Ok(logged)) if saved == logged => Ok(()),
        _ => Err("it does not read as the log does".to_owned()),
    }
}
