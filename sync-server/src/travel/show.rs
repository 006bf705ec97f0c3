//! One claim with its whole computation.

use domain::{DocId, Instant, UserId};
use rusqlite::{Connection, Row};
use scoring::{JobShare, TripPrice, TripTravel};

use super::list::{ClaimRow, visible};
use super::tariffs::Rules;
use super::{claim, price};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const DECISIONS: &str = "SELECT decision, amount_minor, reason, by, at FROM travel_decisions \
     WHERE trip = ?1 ORDER BY id";
const APPROVALS: &str = "SELECT decision, NULL, reason, by, at, request FROM travel_approvals \
     WHERE trip = ?1 ORDER BY id";

/// Something that a person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What.
    pub decision: String,
    /// The amount, of a claim's decision.
    pub amount: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// A claim, explained.
#[derive(Debug, Clone)]
pub struct ClaimShow {
    /// The claim.
    pub row: ClaimRow,
    /// What the trip says of itself.
    pub trip: TripTravel,
    /// How its price came about.
    pub price: TripPrice,
    /// The rates by which it was priced.
    pub tariff: scoring::Tariff,
    /// The amount's shares among the jobs.
    pub shares: Vec<JobShare>,
    /// Every decision on the claim, the oldest first.
    pub decisions: Vec<Act>,
    /// Every answer to a request for approval before the trip.
    pub approvals: Vec<Act>,
}

/// Shows a claim in the caller's scope.
///
/// # Errors
///
/// When there is none.
pub async fn show_claim(core: &Core, session: &DeviceSession, trip: DocId) -> Result<ClaimShow, CoreError> {
    let session = *session;
    core.store().read(move |connection| show(connection, &session, trip)).await
}

pub(super) fn show(
    connection: &Connection,
    session: &DeviceSession,
    trip: DocId,
) -> Result<ClaimShow, CoreError> {
    let row = visible(connection, session, trip)?;
    let found =
        price::find(connection, &mut Rules::read(connection)?, trip)?.ok_or_else(CoreError::not_found)?;
    Ok(ClaimShow {
        row,
        trip: found.facts,
        price: found.price,
        tariff: found.tariff,
        shares: claim::shares(connection, trip)?,
        decisions: acts(connection, DECISIONS, trip)?,
        approvals: acts(connection, APPROVALS, trip)?,
    })
}

fn acts(connection: &Connection, sql: &str, trip: DocId) -> Result<Vec<Act>, CoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([trip.as_bytes()], |row: &Row<'_>| {
        Ok(Act {
            decision: row.get(0)?,
            amount: row.get(1)?,
            reason: row.get(2)?,
            by: column(row, 3)?,
            at: column(row, 4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
