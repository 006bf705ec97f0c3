//! What representatives and technicians are judged by, kept up as documents merge.
//!
//! ```text
//! job, events, clocks, claims, surveys, decisions ──gather──▶ evidence rows ──keep──▶ sums of the month
//!                                                   (derived, replaced per job)   (derived, row by row)
//! sums + rules of the month ──scoring──▶ score; frozen on its day, then versions and lines only
//! ```
//!
//! The arithmetic is in `crates/scoring`. Here facts are found, placed in their
//! agency's month, and kept; a rebuild gives the same rows, byte for byte.

mod award;
mod benchmark;
mod case;
mod code;
mod decide;
mod freeze;
mod gather;
mod keep;
mod months;
mod norm;
mod preview;
mod ratings;
mod recompute;
mod record;
mod rules;
mod surveyed;

pub mod period;

pub use award::{Awarded, award};
pub use benchmark::{AGENCIES_MIN, Benchmark, Quartiles, benchmark};
pub(crate) use code::word as code_word;
pub use code::{measure_name, measure_named, measure_names};
pub use decide::{NewQualityDecision, QualityDecision, Verdict, decide, decisions};
pub(crate) use freeze::FreezesMonths;
pub use months::{MonthOverview, evidence_of, network, overview};
pub(crate) use months::{agencies_in, job_number, month_of_job};
pub use preview::{Preview, PreviewLine, Trial, preview};
pub use ratings::{RatedTechnician, explained_rating, ratings};
pub use recompute::recompute;
pub(crate) use record::published_head;
pub use record::{
    CaseCounts, Ruling, ScoreHead, ScorePage, answer_objection, counts, head, object, page, row_name, rows,
};

use std::collections::BTreeSet;

use domain::{DocId, Instant, JobView, Uuid};
use rusqlite::{Connection, Transaction};
use sha2::{Digest, Sha256};

use crate::error::CoreError;
use crate::log::first_eight;
use crate::sql::column;
use case::JobCase;

/// Closed jobs of a device whose fault may have come back.
const CLOSED_OF_DEVICE: &str = "SELECT doc FROM job_cases WHERE asset = ?1 AND fault_group = ?2 \
     AND closed_at IS NOT NULL AND closed_at < ?3 AND doc <> ?4 ORDER BY doc";

/// The jobs and trips whose evidence may have changed with a batch.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Moved {
    jobs: BTreeSet<DocId>,
    trips: BTreeSet<DocId>,
}

/// Folds a job's case, after its events; tells whose evidence may have changed: its
/// own, and that of the jobs of which it may be a repeat.
pub(crate) fn fold_job(tx: &Transaction<'_>, doc: DocId, view: &JobView) -> Result<Moved, CoreError> {
    let (before, case) = case::fold(tx, doc, view)?;
    let mut jobs = BTreeSet::from([doc]);
    let repeats_of = |case: &JobCase| Some((case.asset?, case.fault_group.clone()?, case.opened.clone()?.0));
    let mut places: Vec<(Uuid, String, Instant)> = Vec::new();
    if before.as_ref().map(|before| (repeats_of(before), before.standing))
        != Some((repeats_of(&case), case.standing))
    {
        places.extend(before.as_ref().and_then(repeats_of));
        places.extend(repeats_of(&case));
    }
    places.dedup();
    for (asset, group, opened_at) in places {
        jobs.extend(closed_of_device(tx, doc, asset, &group, opened_at)?);
    }
    Ok(Moved { jobs, trips: BTreeSet::new() })
}

/// A trip's evidence may have changed: the jobs that it served, its claim.
pub(crate) fn moved_trip(trip: DocId) -> Moved {
    Moved { jobs: BTreeSet::new(), trips: BTreeSet::from([trip]) }
}

/// Finds anew what a batch may have changed, once all of its rows stand.
pub(crate) fn touch_all(tx: &Transaction<'_>, moved: &Moved) -> Result<(), CoreError> {
    moved.jobs.iter().try_for_each(|job| touch(tx, *job))?;
    moved.trips.iter().try_for_each(|trip| touch_trip(tx, *trip))
}

fn closed_of_device(
    connection: &Connection,
    doc: DocId,
    asset: Uuid,
    group: &str,
    opened_at: Instant,
) -> Result<Vec<DocId>, CoreError> {
    let mut statement = connection.prepare_cached(CLOSED_OF_DEVICE)?;
    let values = (asset.as_bytes(), group, opened_at.millis(), doc.as_bytes());
    let rows = statement.query_map(values, |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Finds a job's evidence anew: after its rows, clocks, survey or a decision on it
/// have changed.
pub(crate) fn touch(tx: &Transaction<'_>, job: DocId) -> Result<(), CoreError> {
    let found = gather::of_job(tx, job)?;
    keep::replace(tx, job.uuid(), found)
}

/// The same for a trip's claim.
pub(crate) fn touch_trip(tx: &Transaction<'_>, trip: DocId) -> Result<(), CoreError> {
    let found = gather::of_trip(tx, trip)?;
    keep::replace(tx, trip.uuid(), found)
}

/// The same for a decision that belongs to no job.
pub(crate) fn touch_case(tx: &Transaction<'_>, case: &str) -> Result<(), CoreError> {
    let found = gather::of_case(tx, case)?;
    keep::replace(tx, origin_of_case(case), found)
}

/// Under which origin the rows of a case without a job are kept.
fn origin_of_case(case: &str) -> Uuid {
    let digest = Sha256::digest(case.as_bytes());
    let (front, back) = (first_eight(&digest), first_eight(digest.get(8..).unwrap_or_default()));
    Uuid::from_u64_pair(u64::from_be_bytes(front), u64::from_be_bytes(back))
}

/// Makes all evidence, at the end of a rebuild: what it is found from is complete only
/// then. Cases came with the documents.
pub(crate) fn rebuild(tx: &Transaction<'_>) -> Result<(), CoreError> {
    const TRIPS: &str = "SELECT trip FROM travel_claims WHERE decided_at IS NOT NULL ORDER BY trip";
    const JOBS: &str = "SELECT doc FROM job_cases ORDER BY doc";
    const CASES: &str = "SELECT DISTINCT case_id FROM quality_decisions WHERE job IS NULL ORDER BY case_id";
    for job in ids(tx, JOBS)? {
        touch(tx, job)?;
    }
    for trip in ids(tx, TRIPS)? {
        touch_trip(tx, trip)?;
    }
    let mut statement = tx.prepare_cached(CASES)?;
    let cases = statement.query_map([], |row| row.get::<_, String>(0))?;
    for case in cases.collect::<Result<Vec<_>, _>>()? {
        touch_case(tx, &case)?;
    }
    Ok(())
}

fn ids(connection: &Connection, sql: &str) -> Result<Vec<DocId>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
