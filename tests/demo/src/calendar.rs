//! Days in Tehran, which keeps UTC+03:30 all the year.

use domain::{DAY_MS, Instant};

/// Minutes east of UTC in Tehran.
pub(crate) const TEHRAN_MINUTES: i16 = 210;
const TEHRAN_OFFSET_MS: i64 = 210 * 60_000;

/// The last midnight in Tehran.
pub(crate) fn midnight(now: Instant) -> Instant {
    let local = now.millis() + TEHRAN_OFFSET_MS;
    Instant::from_millis(local - local.rem_euclid(DAY_MS) - TEHRAN_OFFSET_MS)
}

/// An hour and minute of the day that begins at a midnight.
pub(crate) fn at(midnight: Instant, hour: i64, minute: i64) -> Instant {
    midnight.plus_millis((hour * 60 + minute) * 60_000)
}

/// Whether the day that begins at a midnight is a Friday; 1970-01-01 was a Thursday.
pub(crate) fn is_friday(midnight: Instant) -> bool {
    (midnight.millis() + TEHRAN_OFFSET_MS).div_euclid(DAY_MS).rem_euclid(7) == 1
}

#[cfg(test)]
mod tests {
    use domain::Instant;

    use super::{at, is_friday, midnight};

    #[test]
    fn midnight_and_friday_are_those_of_tehran() {
        // Friday 2025-10-03 01:30 in Tehran is Thursday 22:00 UTC.
        let now = Instant::from_millis(1_759_442_400_000);
        let day = midnight(now);
        assert_eq!(at(day, 1, 30), now);
        assert!(is_friday(day));
        assert!(!is_friday(day.plus_days(1)));
    }
}
