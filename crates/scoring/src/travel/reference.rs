//! How far it is, and how a tour is shared among the jobs that it served.

use serde::{Deserialize, Serialize};

use super::{CityClass, Tariff};
use crate::{SplitProblem, split_by_largest_remainder};

/// Where a distance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistanceSource {
    /// The server's table of distances.
    Table,
    /// What was approved before between the same places.
    History,
    /// A guess from the straight line, which is flagged.
    StraightLine,
}

/// A distance one way, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceDistance {
    /// Metres one way.
    pub one_way_m: i64,
    /// Where it comes from.
    pub source: DistanceSource,
}

/// The best distance that is known: the table, else the history, else the straight
/// line times the tariff's factor. Works without a map service.
#[must_use]
pub fn reference_distance(
    tariff: &Tariff,
    table_m: Option<i64>,
    history_m: Option<i64>,
    straight_line_m: i64,
) -> ReferenceDistance {
    let known = table_m.map(|metres| (metres, DistanceSource::Table));
    let known = known.or(history_m.map(|metres| (metres, DistanceSource::History)));
    let (one_way_m, source) = known.unwrap_or_else(|| {
        let metres = straight_line_m.saturating_mul(tariff.straight_line_factor.0) / 1_000;
        (metres, DistanceSource::StraightLine)
    });
    ReferenceDistance { one_way_m, source }
}

/// Shares the price of a tour among its jobs by the distance that each would have
/// been charged for alone. The shares sum exactly.
///
/// # Errors
/// A negative price, or a price without a job.
pub fn share_tour(
    tariff: &Tariff,
    city: CityClass,
    total: i64,
    one_way_m: &[i64],
) -> Result<Vec<i64>, SplitProblem> {
    let free = tariff.free_m.of(city);
    let alone = |metres: &i64| u64::try_from(metres.saturating_sub(free).max(0)).unwrap_or(0);
    let weights: Vec<u64> = one_way_m.iter().map(alone).collect();
    split_by_largest_remainder(total, &weights)
}
