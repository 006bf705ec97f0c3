//! What a month's trips would have cost by another tariff, before it is entered.

use std::collections::BTreeMap;

use domain::{AgencyId, DocId};
use rusqlite::Connection;
use scoring::TariffVersion;

use super::price;
use super::tariffs::Rules;
use crate::error::CoreError;
use crate::scores::period::MonthKey;
use crate::sql::column;

const TRIPS: &str = "SELECT trip FROM travel_claims WHERE month = ?1 AND state <> 'void' ORDER BY trip";

/// What an agency's trips of a month cost, and would cost; caps and decisions left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TariffPreview {
    /// How many.
    pub trips: usize,
    /// By the tariffs that hold.
    pub before_rial: i64,
    /// By the one that is tried.
    pub after_rial: i64,
}

/// Prices the trips of a month by a tariff that is not entered, as if it had held on all
/// of its days.
///
/// # Errors
///
/// When the store fails.
pub fn preview_tariff(
    connection: &Connection,
    month: MonthKey,
    trial: &TariffVersion,
) -> Result<BTreeMap<Option<AgencyId>, TariffPreview>, CoreError> {
    let (mut held, mut tried) = (Rules::read(connection)?, Rules::trying(connection, trial.clone())?);
    let mut agencies: BTreeMap<Option<AgencyId>, TariffPreview> = BTreeMap::new();
    let mut statement = connection.prepare_cached(TRIPS)?;
    let trips = statement.query_map([month.to_string()], |row| column::<DocId>(row, 0))?;
    for trip in trips {
        let trip = trip?;
        let Some(before) = price::find(connection, &mut held, trip)? else { continue };
        let Some(after) = price::find(connection, &mut tried, trip)? else { continue };
        let sums = agencies.entry(before.agency).or_default();
        sums.trips += 1;
        sums.before_rial = sums.before_rial.saturating_add(before.price.priced.total);
        sums.after_rial = sums.after_rial.saturating_add(after.price.priced.total);
    }
    Ok(agencies)
}
