//! Making every derived row again by replaying the log in the order of positions.

use documents::{Document, RawChange};
use domain::{ActorId, DocId, DocKind, Instant};
use rusqlite::Transaction;

use crate::core::Core;
use crate::desk;
use crate::error::{CoreError, OfDocument};
use crate::log::{Batch, DocumentCache, LogEntry, Origin, derive, document_row, logged_changes, view};
use crate::scores;
use crate::sql::column;
use crate::travel;

/// Accounts learn of their reference rows from those rows' positions.
const TOUCH_ACCOUNTS: &str = "UPDATE membership SET last_position = max(last_position, \
     coalesce((SELECT max(position) FROM reference WHERE account = item), 0)) \
     WHERE kind = 'account' AND left_at IS NULL";
/// Every derived table; saved documents are a cache and not among them.
pub const DERIVED_TABLES: &[&str] = &[
    "documents",
    "membership",
    "jobs",
    "job_events",
    "job_units",
    "job_clocks",
    "clock_rounds",
    "job_parts",
    "job_labour",
    "trips",
    "trip_jobs",
    "document_blobs",
    "conflicts",
    "job_search",
    "job_cases",
    "evidence",
    "month_facts",
    "month_parts",
    "travel_trips",
    "travel_jobs",
    "travel_prices",
    "travel_claims",
    "travel_shares",
];
const COMMITS: &str = "SELECT position, doc, at, clock_offset FROM commits WHERE position > ?1 AND doc IS NOT NULL \
     ORDER BY position LIMIT ?2";
const BATCH: &str = "SELECT hash, bytes, actor, seq, user, device, for_user, late, returned \
     FROM change_log \
     WHERE doc = ?1 AND position = ?2 ORDER BY idx";
const COMMITS_AT_ONCE: i64 = 1_000;

/// What a rebuild went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Batches replayed.
    pub batches: u64,
    /// Changes in them.
    pub changes: u64,
}

/// Makes all derived rows again, in one transaction.
///
/// # Errors
///
/// When the store fails or a document cannot be put together from its log; the
/// rows are then as they were.
pub async fn rebuild(core: &Core) -> Result<RebuildReport, CoreError> {
    core.store().write(replay).await
}

/// [`rebuild`] outside the async runtime.
///
/// # Errors
///
/// As `rebuild`.
pub fn rebuild_blocking(core: &Core) -> Result<RebuildReport, CoreError> {
    core.store().write_blocking(replay)
}

/// Makes the rows again in a transaction that may yet be taken back.
pub(crate) fn replay(tx: &Transaction<'_>) -> Result<RebuildReport, CoreError> {
    for table in DERIVED_TABLES.iter().chain(&["snapshots"]) {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let mut report = RebuildReport::default();
    let mut cache = DocumentCache::default();
    let mut position = 0;
    loop {
        let commits = commits_after(tx, position)?;
        let Some(last) = commits.last() else { break };
        position = last.position;
        for commit in &commits {
            report.batches += 1;
            report.changes += replay_batch(tx, &mut cache, commit)?;
        }
    }
    travel::rebuild_scopes(tx)?;
    tx.execute(TOUCH_ACCOUNTS, [])?;
    desk::index_all(tx)?;
    desk::rebuild(tx)?;
    travel::rebuild(tx)?;
    scores::rebuild(tx)?;
    Ok(report)
}

struct Commit {
    position: i64,
    doc: DocId,
    at: Instant,
    clock_offset: Option<i64>,
}

fn commits_after(tx: &Transaction<'_>, position: i64) -> Result<Vec<Commit>, CoreError> {
    let mut statement = tx.prepare_cached(COMMITS)?;
    let rows = statement.query_map((position, COMMITS_AT_ONCE), |row| {
        Ok(Commit {
            position: row.get(0)?,
            doc: column(row, 1)?,
            at: column(row, 2)?,
            clock_offset: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn replay_batch(tx: &Transaction<'_>, cache: &mut DocumentCache, commit: &Commit) -> Result<u64, CoreError> {
    let entries = entries_of(tx, commit)?;
    let changes = entries.iter().map(|entry| entry.change.bytes.as_slice());
    let (document, before) = match document_row(tx, commit.doc)? {
        Some(row) => {
            let mut document = match cache.take(commit.doc, &row.heads) {
                Some(document) => document,
                None => from_log(tx, commit, row.kind)?,
            };
            document.apply(changes).of(commit.doc)?;
            (document, row.bytes)
        }
        None => {
            let kind = kind_of_first(commit, &entries)?;
            (Document::from_changes(kind, changes).of(commit.doc)?, 0)
        }
    };
    let view = view(&document).of(commit.doc)?;
    let batch = Batch {
        doc: commit.doc,
        document: &document,
        view: &view,
        entries: &entries,
        now: commit.at,
        clock_offset: commit.clock_offset,
    };
    // Prices and evidence are worked out at the end, when everything is known.
    drop(derive(tx, &batch, commit.position)?);
    let added: usize = entries.iter().map(|entry| entry.change.bytes.len()).sum();
    cache.put(commit.doc, document, before + added);
    Ok(u64::try_from(entries.len()).unwrap_or(u64::MAX))
}

/// The document as it stood before a commit.
fn from_log(tx: &Transaction<'_>, commit: &Commit, kind: DocKind) -> Result<Document, CoreError> {
    let changes = logged_changes(tx, commit.doc, 0, commit.position - 1)?;
    Document::from_changes(kind, changes.iter().map(|(_, bytes)| bytes.as_slice())).of(commit.doc)
}

/// A document's first batch says what it is: only one of the two readings works.
fn kind_of_first(commit: &Commit, entries: &[LogEntry]) -> Result<DocKind, CoreError> {
    let changes = || entries.iter().map(|entry| entry.change.bytes.as_slice());
    let job = Document::from_changes(DocKind::Job, changes()).of(commit.doc)?;
    Ok(if job.job().is_ok() { DocKind::Job } else { DocKind::Trip })
}

fn entries_of(tx: &Transaction<'_>, commit: &Commit) -> Result<Vec<LogEntry>, CoreError> {
    let mut statement = tx.prepare_cached(BATCH)?;
    let rows = statement.query_map((commit.doc.as_bytes(), commit.position), |row| {
        Ok(LogEntry {
            change: RawChange { hash: column(row, 0)?, bytes: row.get(1)? },
            actor: column::<ActorId>(row, 2)?,
            seq: row.get::<_, i64>(3)?.unsigned_abs(),
            origin: Origin { user: column(row, 4)?, device: column(row, 5)?, for_user: column(row, 6)? },
            late: row.get(7)?,
            returned: row.get(8)?,
            told: None,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
