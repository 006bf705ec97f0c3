//! Exact sums. A float sum depends on the order of its terms; a sum of integers
//! does not, so what is kept up as documents merge equals what is added up anew.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A number in units of 1e-12. As text and JSON it is a decimal such as `0.925`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Trillionths(i128);

/// How many decimals a [`Trillionths`] has.
const DECIMALS: usize = 12;
const ONE: i128 = 1_000_000_000_000;
/// Nothing that is scored comes near it, and 10⁸ such terms still fit a sum.
const WHOLE_MAX: i128 = 1_000_000_000_000_000_000;

/// A text that is not a decimal number with at most 12 decimals, or too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of at most 12 decimals, below 10^18: {0:?}")]
pub struct BadDecimal(pub String);

impl Trillionths {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(ONE);

    /// Wraps units of 1e-12, as stored.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }
    /// Units of 1e-12.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }
    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * ONE)
    }
    /// A fraction, rounded half-up to the unit; `None` if it is over nothing.
    #[must_use]
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Self> {
        let denominator = i128::from(denominator);
        let doubled = i128::from(numerator).checked_mul(2 * ONE)?.checked_add(denominator)?;
        (denominator > 0).then(|| Self(doubled.div_euclid(2 * denominator)))
    }
    /// The nearest unit to a float; `None` if it is no number or too large.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        number.is_finite().then(|| format!("{number:.DECIMALS$}")).and_then(|text| parse(&text))
    }
    /// As a float, for the formulas: sums stay exact until here.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add for Trillionths {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl Sub for Trillionths {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl Neg for Trillionths {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl AddAssign for Trillionths {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl SubAssign for Trillionths {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Sum for Trillionths {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Trillionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) =
            (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let decimals = format!("{rest:0DECIMALS$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{decimals}"),
        }
    }
}

impl fmt::Debug for Trillionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Trillionths {
    type Err = BadDecimal;
    fn from_str(text: &str) -> Result<Self, BadDecimal> {
        parse(text).ok_or_else(|| BadDecimal(text.chars().take(48).collect()))
    }
}

fn parse(text: &str) -> Option<Trillionths> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let only_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !only_digits(whole) || !only_digits(decimals) || decimals.len() > DECIMALS {
        return None;
    }
    let whole: i128 = whole.parse().ok().filter(|whole| *whole < WHOLE_MAX)?;
    let decimals: i128 = format!("{decimals:0<DECIMALS$}").parse().ok()?;
    let units = whole * ONE + decimals;
    Some(Trillionths(if negative { -units } else { units }))
}

impl TryFrom<String> for Trillionths {
    type Error = BadDecimal;
    fn try_from(text: String) -> Result<Self, BadDecimal> {
        text.parse()
    }
}

impl From<Trillionths> for String {
    fn from(number: Trillionths) -> Self {
        number.to_string()
    }
}
