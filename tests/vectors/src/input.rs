//! From the numbers and texts of a vector to the types of the product.

use jiff::civil::DateTime;
use scoring::Trillionths;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads an input; the error is a sentence.
pub(crate) fn read<T: DeserializeOwned>(input: Value) -> Result<T, String> {
    serde_json::from_value(input).map_err(|error| format!("the input is malformed: {error}"))
}

/// A number in a finer unit, such as kilometres as metres, which has to be whole.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small before")]
pub(crate) fn finer(name: &str, number: f64, units: f64) -> Result<i64, String> {
    let scaled = number * units;
    let whole = scaled.round();
    if !scaled.is_finite() || whole.abs() > 9e15 || (scaled - whole).abs() > 1e-6 {
        return Err(format!("{name} is {number}, which is not a whole number of 1/{units}"));
    }
    Ok(whole as i64)
}

/// A whole number.
pub(crate) fn whole(name: &str, number: f64) -> Result<i64, String> {
    finer(name, number, 1.0)
}

/// A number of the exact sums.
pub(crate) fn exact(name: &str, number: f64) -> Result<Trillionths, String> {
    Trillionths::from_f64(number).ok_or_else(|| format!("{name} is {number}, which is beyond all measure"))
}

/// A time on the wall, such as `2025-10-01T15:00`.
pub(crate) fn local_time(name: &str, text: &str) -> Result<DateTime, String> {
    text.parse().map_err(|error| format!("{name} is not a local time: {error}"))
}

/// Problems of a calendar, a tariff or rules as one sentence.
pub(crate) fn sentence<P: std::fmt::Display>(problems: &[P]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
