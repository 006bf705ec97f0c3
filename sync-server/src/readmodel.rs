//! Rows derived from documents, so that lists, search and filters never load
//! one. They are folded from the document in the transaction that accepts its
//! change; `rebuild` replays the log in order and gives the same rows.

mod blobs;
mod conflicts;
mod job;
mod job_lines;
mod membership;
mod rebuild;
mod search;
mod trip;
mod upsert;

pub(crate) use rebuild::replay;
pub use rebuild::{DERIVED_TABLES, RebuildReport, rebuild, rebuild_blocking};

use domain::{ChangeHash, DocId, DocView, Instant, UserId};
use rusqlite::Transaction;

use crate::error::CoreError;
use crate::log::LogEntry;
use crate::scores;
use crate::surveys;
use crate::travel;
use crate::{deadlines, evidence};

/// A document after a batch, and what the log says of the batch. Rows follow
/// from this and from the rows before, from nothing else: no clock, no decision.
#[derive(Debug)]
pub(crate) struct Fold<'a> {
    pub(crate) doc: DocId,
    pub(crate) view: &'a DocView,
    pub(crate) position: i64,
    pub(crate) received_at: Instant,
    /// The last person among the batch's authors.
    pub(crate) by: Option<UserId>,
    /// The batch's changes that came after the assignment was withdrawn.
    pub(crate) late: Vec<ChangeHash>,
    /// The batch's changes.
    pub(crate) entries: &'a [LogEntry],
    /// How far the device's clock was behind the server's, if that was measured.
    pub(crate) clock_offset: Option<i64>,
}

/// What has to be worked out again after a batch, when all of its rows stand. A rebuild
/// works everything out once, at its end.
#[derive(Debug)]
#[must_use]
pub(crate) struct Moved {
    /// Trips to be priced again.
    pub(crate) prices: travel::Moved,
    /// Evidence to be found again.
    pub(crate) evidence: scores::Moved,
}

/// Folds the document into its rows; tells what follows. Surveys are no derived rows: a
/// batch that moved one already moves nothing (`surveys::opened`).
pub(crate) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>) -> Result<Moved, CoreError> {
    blobs::fold(tx, fold.doc, fold.view)?;
    let evidence = match fold.view {
        DocView::Job(view) => {
            let evidence = evidence::of_batch(tx, fold, view)?;
            let row = job::fold(tx, fold, view)?;
            let events = job_lines::fold(tx, fold.doc, view, &evidence)?;
            deadlines::fold(tx, fold, view, events)?;
            search::fold(tx, row, view)?;
            conflicts::fold(tx, fold, conflicts::of_job(view)?)?;
            membership::fold_job(tx, fold, view)?;
            surveys::opened::fold(tx, fold, view)?;
            scores::fold_job(tx, fold.doc, view)?
        }
        DocView::Trip(view) => {
            trip::fold(tx, fold, view)?;
            conflicts::fold(tx, fold, conflicts::of_trip(view)?)?;
            membership::fold_trip(tx, fold, view)?;
            scores::moved_trip(fold.doc)
        }
    };
    Ok(Moved { prices: travel::note(tx, fold.doc, fold.view)?, evidence })
}

pub(crate) use conflicts::{FIELD, LATE_WORK};
pub(crate) use job_lines::EventRows;
pub(crate) use membership::touch_account;
pub(crate) use upsert::Table;
