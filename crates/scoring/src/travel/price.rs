//! The price of one trip by a tariff.

use domain::Thousandths;
use serde::{Deserialize, Serialize};

use super::{CityClass, Tariff, TravelFlag};
use crate::Trillionths;

/// Where the site lies by the list of the representative's city zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteZone {
    /// Inside the city, whatever the distance.
    InsideCity,
    /// Not listed: the free radius decides.
    ByDistance,
}

/// When the trip was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// By day.
    Day,
    /// At night, by the tariff's hours.
    Night,
}

impl Hours {
    /// By day or by night, by the minute of the day at which the trip began.
    #[must_use]
    pub fn at(tariff: &Tariff, minute_of_day: u16) -> Self {
        let (from, to) = (tariff.night_from, tariff.night_to);
        let night = if from <= to {
            (from..to).contains(&minute_of_day)
        } else {
            minute_of_day >= from || minute_of_day < to
        };
        if night { Self::Night } else { Self::Day }
    }
}

/// On which day the trip was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A day on which people work.
    Workday,
    /// A Friday or a holiday.
    Holiday,
}

/// What a technician claims for one trip, however many jobs it served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The class of the city.
    pub city: CityClass,
    /// Where the site lies.
    pub zone: SiteZone,
    /// The reference distance from the base to the site, in metres one way.
    pub one_way_m: i64,
    /// The chargeable distance that is claimed, both ways, in metres; none to
    /// take the reference.
    pub claimed_m: Option<i64>,
    /// By day or by night.
    pub hours: Hours,
    /// On a working day or a holiday.
    pub day: DayKind,
    /// How long the technician was away from the base, in minutes.
    pub away_minutes: i64,
    /// What receipts show, lodging aside, in rial.
    pub receipts: i64,
    /// What was spent without a receipt, in rial.
    pub unreceipted: i64,
    /// What receipts show for lodging, in rial.
    pub lodging: i64,
}

/// Inside the city or beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelKind {
    /// Inside the city: the fixed fare.
    InCity,
    /// Beyond: the fixed fare and the distance.
    OutOfCity,
}

impl TravelKind {
    /// Its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InCity => "in_city",
            Self::OutOfCity => "out_of_city",
        }
    }
}

/// What a trip costs, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedClaim {
    /// The version of the tariff.
    pub tariff: String,
    /// Inside the city or beyond it.
    pub kind: TravelKind,
    /// The reference for the chargeable distance, both ways, in metres.
    pub reference_m: i64,
    /// The distance that is paid, both ways, in metres.
    pub chargeable_m: i64,
    /// The fare in rial, factors included, not rounded.
    pub fare: Trillionths,
    /// The allowance of a long day.
    pub allowance: i64,
    /// What is paid of the receipts: all.
    pub receipts_paid: i64,
    /// What is paid without a receipt.
    pub unreceipted_paid: i64,
    /// What is paid for lodging.
    pub lodging_paid: i64,
    /// All together, rounded half-up by the tariff.
    pub total: i64,
    /// What somebody has to look at.
    pub flags: Vec<TravelFlag>,
}

/// A claim that makes no sense: a negative distance, time or amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name} of the claim is negative or beyond all measure")]
pub struct ClaimProblem {
    /// Which number.
    pub name: &'static str,
}

impl ClaimProblem {
    /// The stable code.
    pub const CODE: &'static str = "travel.claim_range";
}

/// No time or amount of a claim comes near it.
const CLAIM_MAX: i64 = 1_000_000_000_000;
/// A million kilometres; products with rates and factors stay exact.
const DISTANCE_M_MAX: i64 = 1_000_000_000;

/// Prices a claim.
///
/// # Errors
/// [`ClaimProblem`] if a number is negative or beyond all measure.
pub fn price_claim(tariff: &Tariff, claim: &Claim) -> Result<PricedClaim, ClaimProblem> {
    check(claim)?;
    let mut flags = Vec::new();
    let free = tariff.free_m.of(claim.city);
    let inside = claim.zone == SiteZone::InsideCity || claim.one_way_m <= free;
    let kind = if inside { TravelKind::InCity } else { TravelKind::OutOfCity };
    let reference_m = if inside { 0 } else { 2 * (claim.one_way_m - free) };
    let chargeable_m = if inside { 0 } else { chargeable(tariff, claim, reference_m, &mut flags) };
    let fare = fare(tariff, claim, chargeable_m);
    let allowance = allowance(tariff, claim);
    let unreceipted_paid = claim.unreceipted.min(tariff.no_receipt_limit);
    if claim.unreceipted > unreceipted_paid {
        flags.push(TravelFlag::UnreceiptedOverLimit);
    }
    let lodging_paid = claim.lodging.min(tariff.lodging_cap);
    if claim.lodging > lodging_paid {
        flags.push(TravelFlag::LodgingOverCap);
    }
    let others = [allowance, claim.receipts, unreceipted_paid, lodging_paid];
    let total = rounded(fare + others.into_iter().map(Trillionths::whole).sum(), tariff.round_to);
    Ok(PricedClaim {
        tariff: tariff.version.clone(),
        kind,
        reference_m,
        chargeable_m,
        fare,
        allowance,
        receipts_paid: claim.receipts,
        unreceipted_paid,
        lodging_paid,
        total,
        flags,
    })
}

fn check(claim: &Claim) -> Result<(), ClaimProblem> {
    let numbers = [
        ("one_way_m", claim.one_way_m, DISTANCE_M_MAX),
        ("claimed_m", claim.claimed_m.unwrap_or(0), DISTANCE_M_MAX),
        ("away_minutes", claim.away_minutes, CLAIM_MAX),
        ("receipts", claim.receipts, CLAIM_MAX),
        ("unreceipted", claim.unreceipted, CLAIM_MAX),
        ("lodging", claim.lodging, CLAIM_MAX),
    ];
    let bad = numbers.into_iter().find(|(_, number, max)| !(0..=*max).contains(number));
    bad.map_or(Ok(()), |(name, ..)| Err(ClaimProblem { name }))
}

/// The distance that is paid: as claimed up to the tolerance, else the reference.
fn chargeable(tariff: &Tariff, claim: &Claim, reference_m: i64, flags: &mut Vec<TravelFlag>) -> i64 {
    let Some(claimed) = claim.claimed_m else { return reference_m };
    let within = |Thousandths(over): Thousandths| {
        i128::from(claimed) * 1_000 <= i128::from(reference_m) * (1_000 + i128::from(over))
    };
    if within(tariff.km_tolerance) {
        return claimed;
    }
    let far = !within(tariff.km_reject);
    flags.push(if far { TravelFlag::KmOverReject } else { TravelFlag::KmOverTolerance });
    reference_m
}

/// Exact: rial per kilometre times metres is thousandths of a rial, and each
/// factor makes thousandths of that.
fn fare(tariff: &Tariff, claim: &Claim, chargeable_m: i64) -> Trillionths {
    let factor = |applies: bool, factor: Thousandths| i128::from(if applies { factor.0 } else { 1_000 });
    let thousandths = i128::from(tariff.fixed.of(claim.city)) * 1_000
        + i128::from(tariff.per_km) * i128::from(chargeable_m);
    let billionths = thousandths
        * factor(claim.hours == Hours::Night, tariff.night_factor)
        * factor(claim.day == DayKind::Holiday, tariff.holiday_factor);
    Trillionths::from_units(billionths * 1_000)
}

fn allowance(tariff: &Tariff, claim: &Claim) -> i64 {
    let allowance = &tariff.allowance;
    if claim.one_way_m < allowance.min_m {
        0
    } else if claim.away_minutes >= allowance.full_min_minutes {
        allowance.full_day
    } else if claim.away_minutes >= allowance.half_min_minutes {
        allowance.half_day
    } else {
        0
    }
}

impl PricedClaim {
    /// Whether the claim is a violation of the component *travel*.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        self.flags.contains(&TravelFlag::KmOverReject)
    }

    /// What a trip inside the city would have cost, of the total: the fixed fare
    /// with its factors.
    #[must_use]
    pub fn in_city_part(&self, tariff: &Tariff, claim: &Claim) -> i64 {
        rounded(fare(tariff, claim, 0), tariff.round_to).min(self.total)
    }
}

/// Half-up to a multiple of `unit`, which is positive.
fn rounded(amount: Trillionths, unit: i64) -> i64 {
    let unit = i128::from(unit);
    let step = unit * Trillionths::ONE.units();
    let steps = (2 * amount.units() + step).div_euclid(2 * step);
    i64::try_from(steps * unit).unwrap_or(i64::MAX)
}
