//! What prices rest on, read off documents into rows. A job's edit that says
//! nothing new of the way to it costs one comparison.

use std::collections::BTreeSet;

use domain::{AgencyId, DocId, DocView, JobField};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use scoring::{JobTravel, TripTravel};

use super::Moved;
use super::words::{json, read_json};
use crate::error::CoreError;
use crate::sql::column;

const TRIP: &str = "SELECT facts FROM travel_trips WHERE trip = ?1";
const WRITE_TRIP: &str = "INSERT INTO travel_trips (trip, facts) VALUES (?1, ?2) \
     ON CONFLICT (trip) DO UPDATE SET facts = excluded.facts WHERE facts <> excluded.facts";
const ALL_TRIPS: &str = "SELECT trip FROM travel_trips ORDER BY trip";
const JOB: &str = "SELECT agency, device, fault, facts FROM travel_jobs WHERE job = ?1";
const WRITE_JOB: &str = "INSERT INTO travel_jobs (job, agency, device, fault, facts) \
     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (job) DO UPDATE SET agency = excluded.agency, \
     device = excluded.device, fault = excluded.fault, facts = excluded.facts";
const TRIPS_OF_JOB: &str = "SELECT trip FROM trip_jobs WHERE job = ?1";
const TRIPS_OF_DEVICE: &str = "SELECT trip FROM trip_jobs JOIN travel_jobs USING (job) \
     WHERE device = ?1 AND fault = ?2";
const OTHERS_OF_DEVICE: &str = "SELECT facts FROM travel_jobs WHERE device = ?1 AND fault = ?2 \
     AND agency IS ?3 AND job <> ?4";

/// A job's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JobFacts {
    pub(super) agency: Option<AgencyId>,
    pub(super) facts: JobTravel,
}

/// Writes what a document says of travel; tells which trips that may concern.
pub(crate) fn note(tx: &Transaction<'_>, doc: DocId, view: &DocView) -> Result<Moved, CoreError> {
    match view {
        DocView::Trip(view) => {
            let facts = TripTravel::of(view);
            tx.prepare_cached(WRITE_TRIP)?.execute((doc.as_bytes(), json(&facts)?))?;
            Ok(Moved(BTreeSet::from([doc])))
        }
        DocView::Job(view) => {
            let agency = view.id_of(JobField::AssignmentRepresentative).map(AgencyId::from_uuid);
            let new = JobFacts { agency, facts: JobTravel::of(view) };
            let old = job(tx, doc)?;
            if old.as_ref() == Some(&new) {
                return Ok(Moved::default());
            }
            write_job(tx, doc, &new)?;
            concerned(tx, doc, old.iter().chain([&new]))
        }
    }
}

fn write_job(tx: &Transaction<'_>, doc: DocId, row: &JobFacts) -> Result<(), CoreError> {
    tx.prepare_cached(WRITE_JOB)?.execute(params![
        doc.as_bytes(),
        row.agency.as_ref().map(AgencyId::as_bytes),
        row.facts.device,
        row.facts.fault,
        json(&row.facts)?,
    ])?;
    Ok(())
}

/// The trips to a job, and those to other jobs with the same fault of the same
/// device, of which it may make a repeat.
fn concerned<'a>(
    tx: &Transaction<'_>,
    doc: DocId,
    rows: impl Iterator<Item = &'a JobFacts>,
) -> Result<Moved, CoreError> {
    let mut trips: BTreeSet<DocId> = trips_of_job(tx, doc)?.into_iter().collect();
    for row in rows {
        let Some((device, fault)) = row.facts.device.as_ref().zip(row.facts.fault.as_ref()) else { continue };
        let mut statement = tx.prepare_cached(TRIPS_OF_DEVICE)?;
        let found = statement.query_map((device, fault), |row| column(row, 0))?;
        for trip in found {
            trips.insert(trip?);
        }
    }
    Ok(Moved(trips))
}

/// The trips that name a job.
pub(super) fn trips_of_job(connection: &Connection, job: DocId) -> Result<Vec<DocId>, CoreError> {
    let mut statement = connection.prepare_cached(TRIPS_OF_JOB)?;
    let rows = statement.query_map([job.as_bytes()], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a trip says of itself.
pub(super) fn trip(connection: &Connection, doc: DocId) -> Result<Option<TripTravel>, CoreError> {
    let text: Option<String> =
        connection.prepare_cached(TRIP)?.query_row([doc.as_bytes()], |row| row.get(0)).optional()?;
    text.map(|text| read_json(&text)).transpose()
}

/// Every trip.
pub(super) fn all_trips(connection: &Connection) -> Result<BTreeSet<DocId>, CoreError> {
    let mut statement = connection.prepare_cached(ALL_TRIPS)?;
    let rows = statement.query_map([], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a job says of the way to it.
pub(super) fn job(connection: &Connection, doc: DocId) -> Result<Option<JobFacts>, CoreError> {
    let found: Option<(Option<AgencyId>, String)> = connection
        .prepare_cached(JOB)?
        .query_row([doc.as_bytes()], |row| Ok((column(row, 0)?, row.get(3)?)))
        .optional()?;
    found.map(|(agency, text)| Ok(JobFacts { agency, facts: read_json(&text)? })).transpose()
}

/// The other jobs of an agency with the same fault of the same device.
pub(super) fn same_fault(
    connection: &Connection,
    doc: DocId,
    row: &JobFacts,
) -> Result<Vec<JobTravel>, CoreError> {
    let Some((device, fault)) = row.facts.device.as_ref().zip(row.facts.fault.as_ref()) else {
        return Ok(Vec::new());
    };
    let agency = row.agency.as_ref().map(AgencyId::as_bytes);
    let mut statement = connection.prepare_cached(OTHERS_OF_DEVICE)?;
    let rows = statement.query_map((device, fault, agency, doc.as_bytes()), |row| row.get::<_, String>(0))?;
    rows.map(|text| read_json(&text?)).collect()
}
