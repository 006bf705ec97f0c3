//! A tariff: one version of the rates for a maker and a kind of vehicle.

use std::ops::Deref;

use domain::Thousandths;
use serde::{Deserialize, Serialize};

use super::PayerMatrix;

/// How large a city is, by which its fare differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CityClass {
    /// A metropolis.
    A,
    /// A city.
    B,
    /// A small town.
    C,
}

/// One value for each class of city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByCity {
    /// In a metropolis.
    #[serde(rename = "A")]
    pub metropolis: i64,
    /// In a city.
    #[serde(rename = "B")]
    pub city: i64,
    /// In a small town.
    #[serde(rename = "C")]
    pub town: i64,
}

impl ByCity {
    /// The value of a class.
    #[must_use]
    pub const fn of(&self, class: CityClass) -> i64 {
        match class {
            CityClass::A => self.metropolis,
            CityClass::B => self.city,
            CityClass::C => self.town,
        }
    }

    const fn all(&self) -> [i64; 3] {
        [self.metropolis, self.city, self.town]
    }
}

/// A version of a tariff as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffSpec {
    /// The version's name, stored with everything that it priced.
    pub version: String,
    /// The fare of a trip, in rial.
    pub fixed: ByCity,
    /// Up to this distance one way a trip is inside the city, in metres.
    pub free_m: ByCity,
    /// Rial for each chargeable kilometre, both ways.
    pub per_km: i64,
    /// The factor on the fare at night.
    pub night_factor: Thousandths,
    /// The minute of the day at which night begins, 0 to 1,439.
    pub night_from: u16,
    /// The minute of the day at which night is over.
    pub night_to: u16,
    /// The factor on the fare on Fridays and holidays.
    pub holiday_factor: Thousandths,
    /// For long days.
    pub allowance: Allowance,
    /// What is paid without a receipt, at most, in rial.
    pub no_receipt_limit: i64,
    /// What is paid for lodging, at most, in rial.
    pub lodging_cap: i64,
    /// A claim this far above the reference is paid as claimed.
    pub km_tolerance: Thousandths,
    /// A claim further above it is a violation.
    pub km_reject: Thousandths,
    /// Where neither the table nor the history knows a distance, the straight line
    /// is taken so many times.
    pub straight_line_factor: Thousandths,
    /// The total is rounded half-up to multiples of this, in rial.
    pub round_to: i64,
    /// An out-of-city trip further than this one way needs approval before it.
    pub prior_approval_over_m: Option<i64>,
    /// What is paid for one trip, at most.
    pub trip_cap: Option<i64>,
    /// What is paid for the trips of one day, at most.
    pub day_cap: Option<i64>,
    /// What is paid for the trips of one month, at most.
    pub month_cap: Option<i64>,
    /// Chargeable metres of one day, at most.
    pub day_m_cap: Option<i64>,
    /// Who pays; the documented table if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payers: Option<PayerMatrix>,
}

/// The allowance of a long day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Only for sites at least so far away, in metres one way.
    pub min_m: i64,
    /// For half a day, in rial.
    pub half_day: i64,
    /// For a full day, in rial.
    pub full_day: i64,
    /// Half a day is so many minutes away from the base.
    pub half_min_minutes: i64,
    /// A full day is so many minutes away from the base.
    pub full_min_minutes: i64,
}

/// Something wrong with a tariff.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TariffProblem {
    /// A version without a name.
    #[error("the tariff has no version")]
    NoVersion,
    /// Less than nothing where only an amount makes sense.
    #[error("{name} is negative")]
    Negative {
        /// Which number.
        name: &'static str,
    },
    /// Steps out of order: half a day longer than a full one, refusal before
    /// tolerance, a unit of rounding that is nothing.
    #[error("{name} is out of its range")]
    Range {
        /// Which number.
        name: &'static str,
    },
    /// A book without a tariff.
    #[error("there is no tariff")]
    Empty,
    /// Two versions that hold from one day on.
    #[error("two versions of the tariff hold from {effective_from}")]
    Overlap {
        /// The day.
        effective_from: jiff::civil::Date,
    },
}

impl TariffProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoVersion => "tariff.no_version",
            Self::Negative { .. } => "tariff.negative",
            Self::Range { .. } => "tariff.range",
            Self::Empty => "tariff.empty",
            Self::Overlap { .. } => "tariff.overlap",
        }
    }
}

/// A tariff that has been checked; claims are priced by nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff(TariffSpec);

impl Tariff {
    /// Checks a version.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with a stable code.
    pub fn new(spec: TariffSpec) -> Result<Self, Vec<TariffProblem>> {
        let problems = problems(&spec);
        if problems.is_empty() { Ok(Self(spec)) } else { Err(problems) }
    }

    /// The rates where nobody entered any.
    #[must_use]
    pub fn placeholder() -> Self {
        Self(TariffSpec::placeholder("placeholder"))
    }

    /// Who pays.
    #[must_use]
    pub fn payers(&self) -> PayerMatrix {
        self.0.payers.clone().unwrap_or_default()
    }
}

impl TariffSpec {
    /// Rates to try things with. The real ones must come from the operator.
    #[must_use]
    pub fn placeholder(version: &str) -> Self {
        Self {
            version: version.into(),
            fixed: ByCity { metropolis: 1_500_000, city: 1_000_000, town: 700_000 },
            free_m: ByCity { metropolis: 20_000, city: 10_000, town: 10_000 },
            per_km: 60_000,
            night_factor: Thousandths(1_500),
            night_from: 22 * 60,
            night_to: 6 * 60,
            holiday_factor: Thousandths(1_000),
            allowance: Allowance {
                min_m: 60_000,
                half_day: 2_000_000,
                full_day: 3_500_000,
                half_min_minutes: 6 * 60,
                full_min_minutes: 10 * 60,
            },
            no_receipt_limit: 200_000,
            lodging_cap: 15_000_000,
            km_tolerance: Thousandths(100),
            km_reject: Thousandths(250),
            straight_line_factor: Thousandths(1_300),
            round_to: 1_000,
            prior_approval_over_m: None,
            trip_cap: None,
            day_cap: None,
            month_cap: None,
            day_m_cap: None,
            payers: None,
        }
    }
}

impl Deref for Tariff {
    type Target = TariffSpec;
    fn deref(&self) -> &TariffSpec {
        &self.0
    }
}

/// Larger rates are slips of the hand, and would not stay exact.
const RATE_MAX: i64 = 1_000_000_000_000;
/// A hundredfold.
const FACTOR_MAX: i64 = 100_000;

fn problems(spec: &TariffSpec) -> Vec<TariffProblem> {
    let mut problems = Vec::new();
    if spec.version.trim().is_empty() {
        problems.push(TariffProblem::NoVersion);
    }
    let day = spec.allowance;
    let caps = [spec.prior_approval_over_m, spec.trip_cap, spec.day_cap, spec.month_cap, spec.day_m_cap];
    let amounts = [
        ("fixed", spec.fixed.all().to_vec()),
        ("free_m", spec.free_m.all().to_vec()),
        ("per_km", vec![spec.per_km]),
        ("allowance", vec![day.min_m, day.half_day, day.full_day, day.half_min_minutes]),
        ("no_receipt_limit", vec![spec.no_receipt_limit]),
        ("lodging_cap", vec![spec.lodging_cap]),
        ("km_tolerance", vec![spec.km_tolerance.0]),
        ("a cap", caps.into_iter().flatten().collect()),
    ];
    let negative = amounts.into_iter().filter(|(_, values)| values.iter().any(|value| *value < 0));
    problems.extend(negative.map(|(name, _)| TariffProblem::Negative { name }));
    let ranges = [
        ("fixed", spec.fixed.all().iter().all(|rate| *rate <= RATE_MAX)),
        ("per_km", spec.per_km <= RATE_MAX),
        ("night_factor", (1..=FACTOR_MAX).contains(&spec.night_factor.0)),
        ("holiday_factor", (1..=FACTOR_MAX).contains(&spec.holiday_factor.0)),
        ("night_from", spec.night_from < 1_440 && spec.night_to < 1_440),
        ("straight_line_factor", (1_000..=FACTOR_MAX).contains(&spec.straight_line_factor.0)),
        ("full_min_minutes", day.half_min_minutes <= day.full_min_minutes),
        ("km_reject", spec.km_tolerance <= spec.km_reject),
        ("round_to", spec.round_to > 0),
    ];
    let wrong = ranges.into_iter().filter(|(_, holds)| !holds);
    problems.extend(wrong.map(|(name, _)| TariffProblem::Range { name }));
    problems
}
