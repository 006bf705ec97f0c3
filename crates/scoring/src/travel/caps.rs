//! What is paid at most, for a trip, a day and a month.

use serde::{Deserialize, Serialize};

use super::{PricedClaim, Tariff, TravelFlag};

/// What was granted before, for the same technician's day and the same month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// For earlier trips of the day, in rial.
    pub day: i64,
    /// For earlier trips of the month, in rial.
    pub month: i64,
    /// Chargeable metres of earlier trips of the day.
    pub day_m: i64,
}

/// What is paid of a priced claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CappedClaim {
    /// What is paid, in rial; never more than the price.
    pub paid: i64,
    /// Every cap that was reached. Too many kilometres in a day take nothing off:
    /// they are a question of safety.
    pub flags: Vec<TravelFlag>,
}

/// Applies the caps of a tariff.
#[must_use]
pub fn apply_caps(tariff: &Tariff, priced: &PricedClaim, spent: &Spent) -> CappedClaim {
    let mut flags = Vec::new();
    let mut paid = priced.total;
    let left_of = |cap: Option<i64>, spent: i64| cap.map(|cap| cap.saturating_sub(spent).max(0));
    for (left, flag) in [
        (left_of(tariff.trip_cap, 0), TravelFlag::TripOverCap),
        (left_of(tariff.day_cap, spent.day), TravelFlag::DayOverCap),
        (left_of(tariff.month_cap, spent.month), TravelFlag::MonthOverCap),
    ] {
        if let Some(left) = left.filter(|left| priced.total > *left) {
            paid = paid.min(left);
            flags.push(flag);
        }
    }
    let metres = priced.chargeable_m.saturating_add(spent.day_m);
    if tariff.day_m_cap.is_some_and(|cap| metres > cap) {
        flags.push(TravelFlag::KmOverDayCap);
    }
    CappedClaim { paid, flags }
}
