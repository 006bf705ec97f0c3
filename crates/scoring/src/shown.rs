//! What people see of a number.

/// Rounded to whole `steps` of one, half-up: 10 shows tenths.
#[must_use]
pub fn half_up(number: f64, steps: f64) -> f64 {
    (number * steps + 0.5).floor() / steps
}

/// Rounded half-up to a tenth, as scores and stars are shown.
#[must_use]
pub fn shown_to_tenth(number: f64) -> f64 {
    half_up(number, 10.0)
}
