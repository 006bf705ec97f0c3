//! What the server made of a trip: the row that it sends of each claim.

use domain::{DocId, Instant};
use rusqlite::Connection;
use scoring::{JobShare, PayerShare, PriorApproval, TravelFlag};
use serde::Deserialize;

use crate::store::error::Result;
use crate::store::reference::{self, ReferenceKind};
use crate::{Client, ClientError};

const OF_DAYS: &str = "SELECT json FROM reference WHERE kind = 'travel_claim' \
     AND json_extract(json, '$.day') >= ?1 AND json_extract(json, '$.day') <= ?2";

/// A trip's claim as the server last told of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TripClaim {
    /// How far it is: `draft`, `needs_review`, `auto_approved`, `approved`,
    /// `adjusted`, `rejected`, `settled` or `void`.
    pub state: String,
    /// The amount that stands, in rial.
    pub amount: i64,
    /// The price by the tariff.
    pub price: i64,
    /// What the caps leave of it.
    pub capped: i64,
    /// What this phone had shown to the customer, as the server knows it.
    #[serde(default)]
    pub estimate: Option<i64>,
    /// What had been decided before the price changed.
    #[serde(default)]
    pub before: Option<i64>,
    /// The version of the tariff.
    pub tariff: String,
    /// Inside the city or beyond it.
    pub kind: String,
    /// Chargeable metres, both ways.
    pub chargeable_m: i64,
    /// Who pays.
    #[serde(default)]
    pub payers: Vec<PayerShare>,
    /// Each job's share.
    #[serde(default)]
    pub shares: Vec<JobShare>,
    /// What is remarkable. Words that this version does not know are left out.
    #[serde(default, deserialize_with = "known_flags")]
    pub flags: Vec<TravelFlag>,
    /// Why a person has to look at it.
    #[serde(default, deserialize_with = "known_flags")]
    pub reasons: Vec<TravelFlag>,
    /// Why it was adjusted or rejected.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it was decided.
    #[serde(default)]
    pub decided_at: Option<Instant>,
    /// Whether the trip was approved before it.
    pub prior_approval: PriorApproval,
    /// The remark with that answer.
    #[serde(default)]
    pub approval_reason: Option<String>,
    /// The day of the trip.
    pub day: String,
}

impl TripClaim {
    /// By how much the server's price differs from what was shown to the customer;
    /// none if nothing was shown.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        self.estimate.map(|estimate| self.amount.saturating_sub(estimate))
    }
}

fn known_flags<'de, D: serde::Deserializer<'de>>(input: D) -> std::result::Result<Vec<TravelFlag>, D::Error> {
    let words = Vec::<serde_json::Value>::deserialize(input)?;
    Ok(words.into_iter().filter_map(|word| serde_json::from_value(word).ok()).collect())
}

/// Claims of some days in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TravelTotals {
    /// Trips that are over and not void.
    pub trips: u64,
    /// Their amounts, in rial.
    pub amount: i64,
    /// Of these, what a person at the office still has to look at.
    pub in_review: i64,
}

impl Client {
    /// What the server made of the trips of some days, both ends included.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn travel_totals(
        &self,
        from: calendar::Date,
        to: calendar::Date,
    ) -> std::result::Result<TravelTotals, ClientError> {
        let claims = self.core.store.read(|connection| of_days(connection, from, to))?;
        let mut totals = TravelTotals::default();
        for claim in claims.iter().filter(|claim| !matches!(claim.state.as_str(), "draft" | "void")) {
            totals.trips += 1;
            totals.amount = totals.amount.saturating_add(claim.amount);
            if claim.state == "needs_review" {
                totals.in_review = totals.in_review.saturating_add(claim.amount);
            }
        }
        Ok(totals)
    }
}

fn of_days(connection: &Connection, from: calendar::Date, to: calendar::Date) -> Result<Vec<TripClaim>> {
    let mut statement = connection.prepare_cached(OF_DAYS)?;
    let rows = statement.query_map((from.to_string(), to.to_string()), |row| row.get::<_, String>(0))?;
    let rows: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(rows.iter().filter_map(|json| serde_json::from_str(json).ok()).collect())
}

/// The claim of a trip, if the server told of it and this version can read it.
pub(in crate::client) fn of_row(connection: &Connection, trip: DocId) -> Result<Option<TripClaim>> {
    let row = reference::by_id(connection, ReferenceKind::TravelClaim, trip.uuid())?;
    Ok(row.and_then(|row| serde_json::from_str(&row.json).ok()))
}
