//! What was done at the desk: requests, complaint files with how soon they were settled
//! (R79), and who did what. No names or numbers of customers.

use std::collections::BTreeMap;

use domain::AgencyId;
use rusqlite::Connection;

use super::faults::{hours, span};
use super::lists::{at, id, int, text};
use super::people::{agency_names, name_of};
use super::{Cell, Table};
use crate::error::CoreError;
use crate::scores::period::MonthKey;
use crate::sql::column;

/// Requests of an agency: those with a visit of its.
const OF_AGENCY: &str = "(?3 IS NULL OR EXISTS (SELECT 1 FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request_jobs.request = requests.id AND jobs.representative = ?3))";

/// Requests that were received in the month.
pub(super) fn requests(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let sql = format!(
        "SELECT id, number, kind, channel, status, unit, priority, product, received_at, \
         registered_at - received_at, touched_at, answered_at, finished_at, ended_at, \
         (SELECT count(*) FROM request_jobs WHERE request = requests.id), \
         (SELECT count(*) FROM request_activities WHERE request = requests.id) \
         FROM requests WHERE received_at >= ?1 AND received_at < ?2 AND {OF_AGENCY} ORDER BY received_at, row"
    );
    let columns = [
        "request",
        "number",
        "job_type",
        "channel",
        "state",
        "unit",
        "priority",
        "product",
        "received_at",
        "registering_hours",
        "touched_at",
        "answered_at",
        "finished_at",
        "ended_at",
        "visits",
        "activities",
    ];
    let mut table = Table::new("requests", &columns);
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(span(month, agency), |row| {
        Ok(vec![
            id(row, 0)?,
            text(row, 1)?,
            text(row, 2)?,
            text(row, 3)?,
            text(row, 4)?,
            text(row, 5)?,
            text(row, 6)?,
            text(row, 7)?,
            at(row, 8)?,
            hours(row.get(9)?).into(),
            at(row, 10)?,
            at(row, 11)?,
            at(row, 12)?,
            at(row, 13)?,
            int(row, 14)?,
            int(row, 15)?,
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

/// Corrective actions that were written down in the month, or were still open in it; of an
/// agency, those about its requests and files.
pub(super) fn actions(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let sql = format!(
        "SELECT actions.id, actions.about, requests.number, actions.product, actions.fault, users.display_name, \
         actions.at, actions.due_at, coalesce(ends.at, iif(actions.due_at IS NULL, actions.at, NULL)), \
         max(coalesce(ends.at, ?2) - actions.due_at, 0), actions.text, ends.outcome \
         FROM corrective_actions AS actions LEFT JOIN corrective_ends AS ends ON ends.action = actions.id \
         LEFT JOIN complaint_files AS files ON actions.about = 'complaint' AND files.id = actions.subject \
         LEFT JOIN requests ON requests.id = coalesce(files.request, actions.subject) \
         LEFT JOIN users ON users.id = actions.owner \
         WHERE actions.at < ?2 AND (actions.at >= ?1 OR (actions.due_at IS NOT NULL AND coalesce(ends.at, ?2) >= ?1)) \
         AND (files.agency = ?3 OR {OF_AGENCY}) ORDER BY actions.at, actions.id"
    );
    let columns = [
        "action",
        "about",
        "number",
        "product",
        "fault",
        "owner_name",
        "made_at",
        "due_at",
        "done_at",
        "late_hours",
        "what",
        "outcome",
    ];
    let mut table = Table::new("corrective-actions", &columns);
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(span(month, agency), |row| {
        Ok(vec![
            int(row, 0)?,
            text(row, 1)?,
            text(row, 2)?,
            text(row, 3)?,
            text(row, 4)?,
            text(row, 5)?,
            at(row, 6)?,
            at(row, 7)?,
            at(row, 8)?,
            row.get::<_, Option<i64>>(9)?.map_or(Cell::Empty, |late| hours(late).into()),
            text(row, 10)?,
            text(row, 11)?,
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}

/// Complaint files that were opened in the month, by agency: how they were decided, and
/// which were settled at the first or second contact.
pub(super) fn complaints(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    const SQL: &str = "SELECT agency, state, decision, settled_at_contact FROM complaint_files \
         WHERE opened_at >= ?1 AND opened_at < ?2 AND (?3 IS NULL OR agency = ?3)";
    let mut table = Table::new(
        "complaint-files",
        &[
            "agency_name",
            "files",
            "dismissed",
            "rejected",
            "upheld",
            "settled",
            "settled_early",
            "settled_early_share",
        ],
    );
    let names = agency_names(connection)?;
    let mut statement = connection.prepare(SQL)?;
    let mut rows = statement.query(span(month, agency))?;
    let mut of_agency: BTreeMap<Option<AgencyId>, Counted> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (state, decision): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let counted = of_agency.entry(column(row, 0)?).or_default();
        counted.count(&state, decision.as_deref(), row.get(3)?);
    }
    for (agency, counted) in of_agency {
        let mut row = vec![agency.map_or(Cell::Empty, |agency| name_of(&names, agency))];
        row.extend(counted.cells());
        table.rows.push(row);
    }
    Ok(table)
}

#[derive(Default)]
struct Counted {
    files: i64,
    dismissed: i64,
    rejected: i64,
    upheld: i64,
    settled: i64,
    early: i64,
}

impl Counted {
    fn count(&mut self, state: &str, decision: Option<&str>, settled_at: Option<i64>) {
        self.files += 1;
        self.dismissed += i64::from(state == "dismissed");
        match decision {
            Some("rejected") => self.rejected += 1,
            Some(_) => self.upheld += 1,
            None => {}
        }
        if let Some(contact) = settled_at {
            self.settled += 1;
            self.early += i64::from(contact <= i64::from(desk::SETTLED_EARLY_CONTACTS));
        }
    }

    fn cells(self) -> [Cell; 7] {
        let Self { files, dismissed, rejected, upheld, settled, early } = self;
        #[expect(clippy::cast_precision_loss, reason = "files of a month, counted")]
        let share = (files > 0).then(|| early as f64 / files as f64);
        [
            files.into(),
            dismissed.into(),
            rejected.into(),
            upheld.into(),
            settled.into(),
            early.into(),
            share.into(),
        ]
    }
}

/// Who did what on which request, without the words.
pub(super) fn activities(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let sql = format!(
        "SELECT requests.number, acts.recorded_at, acts.at, users.display_name, acts.author, acts.kind, acts.unit, \
         acts.job, acts.shown FROM request_activities AS acts JOIN requests ON requests.id = acts.request \
         LEFT JOIN users ON users.id = acts.by \
         WHERE acts.recorded_at >= ?1 AND acts.recorded_at < ?2 AND {OF_AGENCY} ORDER BY acts.id"
    );
    let columns =
        ["number", "recorded_at", "happened_at", "name", "author", "activity", "unit", "job", "shown"];
    let mut table = Table::new("activities", &columns);
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(span(month, agency), |row| {
        Ok(vec![
            text(row, 0)?,
            at(row, 1)?,
            at(row, 2)?,
            text(row, 3)?,
            text(row, 4)?,
            text(row, 5)?,
            text(row, 6)?,
            id(row, 7)?,
            row.get::<_, bool>(8)?.into(),
        ])
    })?;
    table.rows = rows.collect::<Result<_, _>>()?;
    Ok(table)
}
