//! How many bytes of changes one request carries. A request that is cut is sent
//! again from its beginning, so on a bad network large ones are mostly waste. The
//! first is small, and each that goes through makes the next larger: by half as
//! long as all goes well, by little once something was cut, which also halves it.
//! This is remembered while the client is open, since a cut ends the sync.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What nearly every phone has to send fits into one such request.
const FIRST_BYTES: usize = 8 * 1024;
/// Of smaller ones the headers and the acknowledgements cost more than what is sent again.
const LEAST_BYTES: usize = 6 * 1024;
const MOST_BYTES: usize = 512 * 1024;
/// How much larger the next request is once one was cut.
const STEP_BYTES: usize = 4 * 1024;

/// The pace of one client.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<State>);

#[derive(Debug, Clone, Copy)]
struct State {
    bytes: usize,
    network: Network,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Untried,
    Bad,
}

impl Default for State {
    fn default() -> Self {
        Self { bytes: FIRST_BYTES, network: Network::Untried }
    }
}

impl Pace {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of changes after which a request is full.
    pub(crate) fn push_bytes(&self) -> usize {
        self.state().bytes
    }

    /// A request was answered.
    pub(crate) fn went_through(&self) {
        let mut state = self.state();
        let more = if state.network == Network::Bad { STEP_BYTES } else { state.bytes / 2 };
        state.bytes = (state.bytes + more).min(MOST_BYTES);
    }

    /// A request was sent, or begun, and no answer came.
    pub(crate) fn was_cut(&self) {
        let mut state = self.state();
        *state = State { bytes: (state.bytes / 2).max(LEAST_BYTES), network: Network::Bad };
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_BYTES, LEAST_BYTES, MOST_BYTES, Pace, STEP_BYTES};

    #[test]
    fn it_grows_fast_until_something_is_cut_and_slowly_after() {
        let pace = Pace::default();
        pace.went_through();
        assert_eq!(pace.push_bytes(), FIRST_BYTES * 3 / 2);
        (0..20).for_each(|_| pace.went_through());
        assert_eq!(pace.push_bytes(), MOST_BYTES);
        pace.was_cut();
        assert_eq!(pace.push_bytes(), MOST_BYTES / 2);
        (0..20).for_each(|_| pace.was_cut());
        assert_eq!(pace.push_bytes(), LEAST_BYTES);
        pace.went_through();
        assert_eq!(pace.push_bytes(), LEAST_BYTES + STEP_BYTES);
    }
}
