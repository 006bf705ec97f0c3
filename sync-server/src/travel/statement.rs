//! Settling an agency's month: every decided claim that is not paid yet becomes a
//! line. A claim that changed after it was paid, and was decided again, becomes a
//! line over the difference, in a further statement of its month.

use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Transaction, params};
use scoring::PayerShare;

use super::statements::read_statement;
use super::words::{invalid, not_now};
use super::{Moved, price_again};
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_agency;
use crate::scores::period::MonthKey;
use crate::session::DeviceSession;
use crate::sql::column;

const NUMBER: &str =
    "SELECT coalesce(max(number), 0) + 1 FROM travel_statements WHERE agency IS ?1 AND month = ?2";
const ADD: &str = "INSERT INTO travel_statements (agency, month, number, made_by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5)";
/// A claim is `settled` while what was paid is what it comes to.
const DUE: &str = "SELECT trip FROM travel_claims WHERE agency IS ?1 AND month = ?2 \
     AND state IN ('auto_approved', 'approved', 'adjusted', 'rejected') ORDER BY started_at, trip";
const ADD_LINE: &str = "INSERT INTO travel_statement_lines \
     (statement, trip, amount_minor, minor, payers, basis) \
     SELECT ?1, c.trip, c.total_minor, c.total_minor - c.settled_minor, c.payers, p.basis \
     FROM travel_claims c JOIN travel_prices p USING (trip) WHERE c.trip = ?2";

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The trip.
    pub trip: DocId,
    /// What its claim comes to.
    pub amount: i64,
    /// Less what earlier statements had paid.
    pub minor: i64,
    /// Who bears the amount.
    pub payers: Vec<PayerShare>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its number among all.
    pub id: i64,
    /// The agency; none for the organisation's own technicians.
    pub agency: Option<AgencyId>,
    /// The month.
    pub month: String,
    /// 1 for the first of the month.
    pub number: i64,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
    /// What all lines come to.
    pub total: i64,
    /// How many lines there are.
    pub count: i64,
    /// The lines; empty in lists.
    pub lines: Vec<StatementLine>,
}

/// Settles an agency's month.
///
/// # Errors
///
/// When the month is none or has not ended (`travel.month_not_ended`), the agency is
/// unknown, or nothing is to be settled (`travel.nothing_to_settle`).
pub async fn make_statement(
    core: &Core,
    session: &DeviceSession,
    agency: Option<AgencyId>,
    month: &str,
) -> Result<Statement, CoreError> {
    let now = core.now();
    let month = MonthKey::parse(month)?;
    if month.ends() > now {
        return Err(not_now("travel.month_not_ended", "the month has not ended"));
    }
    let (by, month) = (session.user, month.to_string());
    let settle = move |tx: &Transaction<'_>| {
        let id = make(tx, by, agency, &month, now)?;
        Ok::<_, CoreError>((read_statement(tx, id)?, crate::log::newest(tx)?.0))
    };
    let (statement, position) = core.store().write(settle).await?;
    core.announce(position);
    Ok(statement)
}

fn make(
    tx: &Transaction<'_>,
    by: UserId,
    agency: Option<AgencyId>,
    month: &str,
    now: Instant,
) -> Result<i64, CoreError> {
    if let Some(agency) = agency {
        find_agency(tx, agency).map_err(|_absent| invalid("agency", "there is no such agency"))?;
    }
    let bytes = agency.as_ref().map(AgencyId::as_bytes);
    let mut statement = tx.prepare_cached(DUE)?;
    let due = statement.query_map((bytes, month), |row| column::<DocId>(row, 0))?;
    let due: Vec<DocId> = due.collect::<Result<_, _>>()?;
    if due.is_empty() {
        return Err(not_now("travel.nothing_to_settle", "every decided claim of the month is settled"));
    }
    let number: i64 = tx.prepare_cached(NUMBER)?.query_row((bytes, month), |row| row.get(0))?;
    tx.prepare_cached(ADD)?.execute(params![bytes, month, number, by.as_bytes(), now.millis()])?;
    let id = tx.last_insert_rowid();
    for trip in &due {
        tx.prepare_cached(ADD_LINE)?.execute((id, trip.as_bytes()))?;
    }
    price_again(tx, &Moved(due.into_iter().collect()), now)?;
    Ok(id)
}
