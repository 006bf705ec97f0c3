//! What a job is to the scores: one row, from the job as it stands and from its
//! events at their corrected instants.

use domain::{
    AgencyId, Currency, DocId, EventKind, Instant, JobField, JobKind, JobView, PartLine, Status, Uuid,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use scoring::JobStanding;

use super::code::{of_word, word};
use crate::error::CoreError;
use crate::sql::{column, int, unknown_word};

const EVENTS: &str = "SELECT event, kind, effective_at FROM job_events WHERE doc = ?1 AND misplaced = 0 \
     ORDER BY effective_at, place";
const AGENCY_AT: &str =
    "SELECT agency FROM job_units WHERE doc = ?1 AND since <= ?2 ORDER BY since DESC LIMIT 1";
const FIRST_AGENCY: &str = "SELECT agency FROM job_units WHERE doc = ?1 ORDER BY since LIMIT 1";
const WRITE: &str = "INSERT INTO job_cases (doc, opened_at, opened_event, asset, fault_group, job_type, \
     model_group, kind, standing, closed_at, closing_event, agency, visits, parts_cost, batch, in_warranty) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
     ON CONFLICT (doc) DO UPDATE SET opened_at = excluded.opened_at, opened_event = excluded.opened_event, \
     asset = excluded.asset, fault_group = excluded.fault_group, job_type = excluded.job_type, \
     model_group = excluded.model_group, kind = excluded.kind, standing = excluded.standing, \
     closed_at = excluded.closed_at, closing_event = excluded.closing_event, agency = excluded.agency, \
     visits = excluded.visits, parts_cost = excluded.parts_cost, batch = excluded.batch, \
     in_warranty = excluded.in_warranty";
const READ: &str = "SELECT opened_at, opened_event, asset, fault_group, job_type, model_group, kind, standing, \
     closed_at, closing_event, agency, visits, parts_cost, batch, in_warranty FROM job_cases WHERE doc = ?1";

/// What a job is to the scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobCase {
    /// When it was registered, and by which event.
    pub(crate) opened: Option<(Instant, String)>,
    pub(crate) asset: Option<Uuid>,
    pub(crate) fault_group: Option<String>,
    pub(crate) job_type: Option<String>,
    pub(crate) model_group: Option<String>,
    pub(crate) batch: Option<String>,
    /// Whether the device was under warranty when the job was opened.
    pub(crate) in_warranty: bool,
    pub(crate) kind: JobKind,
    pub(crate) standing: JobStanding,
    /// Its first closing, and by which event.
    pub(crate) closed: Option<(Instant, String)>,
    /// Whose it was then.
    pub(crate) agency: Option<AgencyId>,
    pub(crate) visits: u32,
    pub(crate) parts_cost: Option<i64>,
}

impl JobCase {
    /// The mix of jobs with which its parts are compared.
    pub(crate) fn mix(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{}|{}", part(&self.job_type), part(&self.model_group))
    }
}

/// An event as it counts.
struct Happened {
    id: String,
    kind: EventKind,
    at: Instant,
}

/// Writes the row of a job; returns what stood there before, and what stands now.
pub(super) fn fold(
    tx: &Transaction<'_>,
    doc: DocId,
    view: &JobView,
) -> Result<(Option<JobCase>, JobCase), CoreError> {
    let before = read(tx, doc)?;
    let case = of(tx, doc, view)?;
    if before.as_ref() != Some(&case) {
        write(tx, doc, &case)?;
    }
    Ok((before, case))
}

fn of(tx: &Transaction<'_>, doc: DocId, view: &JobView) -> Result<JobCase, CoreError> {
    let events = events(tx, doc)?;
    let first = |kinds: &[EventKind]| {
        let found = events.iter().find(|event| kinds.contains(&event.kind));
        found.map(|event| (event.at, event.id.clone()))
    };
    let closed = first(&[EventKind::Closed, EventKind::Imported]);
    let imported = events.iter().any(|event| event.kind == EventKind::Imported);
    let agency = match &closed {
        Some((at, _)) => agency_at(tx, doc, *at)?,
        None => None,
    };
    let (opened, warranty) = (first(&[EventKind::Registered]), view.instant(JobField::AssetWarrantyUntil));
    let text = |field| named(view.text(field));
    Ok(JobCase {
        in_warranty: opened.as_ref().is_some_and(|(at, _)| warranty.is_some_and(|until| *at <= until)),
        opened,
        asset: view.id_of(JobField::AssetId),
        fault_group: text(JobField::OutcomeFault),
        job_type: text(JobField::RequestType),
        model_group: text(JobField::AssetModel),
        batch: text(JobField::AssetBatch),
        kind: view.kind,
        standing: match (imported, view.status) {
            (true, _) => JobStanding::Imported,
            (false, Status::Cancelled) => JobStanding::Void,
            (false, _) => JobStanding::Counts,
        },
        visits: visits(&events),
        closed,
        agency,
        parts_cost: parts_cost(&view.parts),
    })
}

/// A text without letters names nothing.
fn named(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn events(connection: &Connection, doc: DocId) -> Result<Vec<Happened>, CoreError> {
    let mut statement = connection.prepare_cached(EVENTS)?;
    let rows = statement.query_map([doc.as_bytes()], |row| {
        let kind: String = row.get(1)?;
        let id: [u8; 8] = row.get(0)?;
        Ok((domain::EventId::from_bytes(id).to_string(), EventKind::from_name(&kind), column(row, 2)?))
    })?;
    let mut events = Vec::new();
    for row in rows {
        // Kinds of a newer program do not count here.
        if let (id, Some(kind), at) = row? {
            events.push(Happened { id, kind, at });
        }
    }
    Ok(events)
}

/// Whose a job was at an instant; before it was anybody's, whose it was first.
pub(super) fn agency_at(
    connection: &Connection,
    doc: DocId,
    at: Instant,
) -> Result<Option<AgencyId>, CoreError> {
    let read = |row: &Row<'_>| column(row, 0);
    let then =
        connection.prepare_cached(AGENCY_AT)?.query_row((doc.as_bytes(), at.millis()), read).optional()?;
    match then {
        Some(agency) => Ok(agency),
        None => {
            let first =
                connection.prepare_cached(FIRST_AGENCY)?.query_row([doc.as_bytes()], read).optional()?;
            Ok(first.flatten())
        }
    }
}

/// How often somebody came until the job was closed. A visit begins with the
/// arrival, or with work where no arrival was reported, and ends with whatever
/// makes somebody leave.
fn visits(events: &[Happened]) -> u32 {
    let (mut visits, mut there) = (0_u32, false);
    for event in events {
        match event.kind {
            EventKind::Arrived | EventKind::Working if !there => {
                visits += 1;
                there = true;
            }
            EventKind::Done if !there && visits == 0 => visits = 1,
            EventKind::Done
            | EventKind::WaitingPart
            | EventKind::WaitingCustomer
            | EventKind::Travelling
            | EventKind::Unassigned
            | EventKind::Assigned
            | EventKind::Reopened => there = false,
            EventKind::Closed => break,
            _ => {}
        }
    }
    visits
}

/// What the parts cost, in rial, rounded half-up by line.
fn parts_cost(parts: &[PartLine]) -> Option<i64> {
    let mut total: i128 = 0;
    for line in parts.iter().filter(|line| line.void.is_none()) {
        if line.part.unit_price.currency != Currency::IRR {
            return None;
        }
        let thousandfold = i128::from(line.part.quantity.0) * i128::from(line.part.unit_price.minor);
        total += (thousandfold + 500).div_euclid(1_000);
    }
    // What no honest month comes near would drown every norm.
    i64::try_from(total).ok().filter(|cost| (0..=COST_MAX).contains(cost))
}

/// A thousand billion rials for the parts of one job.
const COST_MAX: i64 = 1_000_000_000_000;

fn write(tx: &Transaction<'_>, doc: DocId, case: &JobCase) -> Result<(), CoreError> {
    let millis = |moment: &Option<(Instant, String)>| moment.as_ref().map(|(at, _)| at.millis());
    let event = |moment: &Option<(Instant, String)>| moment.as_ref().map(|(_, event)| event.clone());
    tx.prepare_cached(WRITE)?.execute(params![
        doc.as_bytes(),
        millis(&case.opened),
        event(&case.opened),
        case.asset.map(Uuid::into_bytes),
        case.fault_group,
        case.job_type,
        case.model_group,
        case.kind.name(),
        word(&case.standing),
        millis(&case.closed),
        event(&case.closed),
        case.agency.as_ref().map(AgencyId::as_bytes),
        int(case.visits),
        case.parts_cost,
        case.batch,
        case.in_warranty,
    ])?;
    Ok(())
}

/// The row of a job.
pub(crate) fn read(connection: &Connection, doc: DocId) -> Result<Option<JobCase>, CoreError> {
    Ok(connection.prepare_cached(READ)?.query_row([doc.as_bytes()], read_row).optional()?)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<JobCase> {
    let moment = |at: usize, event: usize| -> rusqlite::Result<Option<(Instant, String)>> {
        let at: Option<Instant> = column(row, at)?;
        let event: Option<String> = row.get(event)?;
        Ok(at.zip(event))
    };
    let kind: String = row.get(6)?;
    let standing: String = row.get(7)?;
    Ok(JobCase {
        opened: moment(0, 1)?,
        asset: column(row, 2)?,
        fault_group: row.get(3)?,
        job_type: row.get(4)?,
        model_group: row.get(5)?,
        kind: JobKind::from_name(&kind).ok_or_else(|| unknown_word(6, &kind))?,
        standing: of_word(&standing).ok_or_else(|| unknown_word(7, &standing))?,
        closed: moment(8, 9)?,
        agency: column(row, 10)?,
        visits: row.get(11)?,
        parts_cost: row.get(12)?,
        batch: row.get(13)?,
        in_warranty: row.get(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits_of(kinds: &[EventKind]) -> u32 {
        let event = |(at, kind): (i64, &EventKind)| Happened {
            id: String::new(),
            kind: *kind,
            at: Instant::from_millis(at),
        };
        visits(&(0..).zip(kinds).map(event).collect::<Vec<_>>())
    }

    #[test]
    fn a_visit_lasts_until_somebody_leaves() {
        use EventKind as E;
        assert_eq!(visits_of(&[E::Arrived, E::Working, E::Done, E::Closed]), 1);
        assert_eq!(
            visits_of(&[E::Arrived, E::WaitingPart, E::Travelling, E::Arrived, E::Working, E::Done]),
            2
        );
        assert_eq!(visits_of(&[E::Working, E::WaitingCustomer, E::Working, E::Done]), 2);
        assert_eq!(visits_of(&[E::Accepted, E::Done, E::Closed]), 1);
        assert_eq!(visits_of(&[E::Accepted]), 0);
        assert_eq!(visits_of(&[E::Arrived, E::Done, E::Closed, E::Reopened, E::Arrived, E::Done]), 1);
    }
}
