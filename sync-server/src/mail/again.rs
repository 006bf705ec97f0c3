//! When something that could not be sent is tried again: a letter, or a short message.

use domain::Instant;

/// After the first failure a minute, then longer; after the last one it is dead.
const WAIT_MINUTES: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1440];

/// The next try after so many, and in how many minutes; none where it is given up.
pub(crate) fn next_try(attempts: i64, for_good: bool, now: Instant) -> Option<(i64, Instant)> {
    let minutes = WAIT_MINUTES.get(usize::try_from(attempts).ok()?).filter(|_| !for_good)?;
    Some((*minutes, now.plus_millis(minutes * 60_000)))
}
