//! How much to ask for at once. The larger a page, the better it compresses; but
//! a page that is cut is fetched again, so it should arrive within seconds, on
//! whatever line there is.

use std::time::Duration;

use domain::limits::SYNC_PAGE_BYTES;

/// The first page of a new phone: somebody waits for today's jobs.
const FIRST_BYTES: u32 = 128 * 1024;
const LEAST_BYTES: u32 = 64 * 1024;
/// How long a page may take to arrive.
const SECONDS: u128 = 5;
/// Packed and compressed, documents are at most this part of their size.
const COMPRESSED_TO_ONE_IN: u128 = 4;
/// A smaller answer measures the server, not the line.
const MEASURABLE_BYTES: usize = 4 * 1024;

/// The size of the next page.
#[derive(Debug)]
pub(super) struct PageSize {
    bytes_max: u32,
    measured: Option<u32>,
}

impl PageSize {
    pub(super) const fn at_most(bytes_max: u32) -> Self {
        Self { bytes_max, measured: None }
    }

    /// Takes note of an answer and of how long it took.
    pub(super) fn measure(&mut self, body_bytes: usize, took: Duration) {
        if body_bytes < MEASURABLE_BYTES {
            return;
        }
        let bytes = (body_bytes as u128) * COMPRESSED_TO_ONE_IN * SECONDS * 1_000_000;
        let in_time = bytes / took.as_micros().max(1);
        self.measured = Some(u32::try_from(in_time).unwrap_or(u32::MAX).max(LEAST_BYTES));
    }

    /// The budget of the next request, in bytes of documents; none stands for the
    /// server's own measure.
    pub(super) fn budget(&self, is_cold: bool) -> Option<u32> {
        let usual = u32::try_from(SYNC_PAGE_BYTES).unwrap_or(u32::MAX);
        let asked = self.measured.unwrap_or(if is_cold { FIRST_BYTES } else { usual });
        Some(asked.min(self.bytes_max)).filter(|budget| *budget != usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEBIBYTE: u32 = 1024 * 1024;

    #[test]
    fn pages_grow_on_a_fast_line_and_shrink_on_a_slow_one() {
        let mut size = PageSize::at_most(4 * MEBIBYTE);
        assert_eq!(size.budget(false), None, "the server's own measure costs no byte");
        assert_eq!(size.budget(true), Some(FIRST_BYTES));
        size.measure(20_000, Duration::from_millis(30));
        assert_eq!(size.budget(true), Some(4 * MEBIBYTE));
        // 64 kbit/s: 8,000 bytes a second.
        size.measure(20_000, Duration::from_millis(2_500));
        assert_eq!(size.budget(false), Some(160_000));
        size.measure(20_000, Duration::from_secs(60));
        assert_eq!(size.budget(false), Some(LEAST_BYTES));
        size.measure(20_000, Duration::ZERO);
        assert_eq!(size.budget(false), Some(4 * MEBIBYTE));
    }

    #[test]
    fn a_small_answer_says_nothing_of_the_line() {
        let mut size = PageSize::at_most(2 * MEBIBYTE);
        size.measure(40, Duration::from_secs(3));
        assert_eq!(size.budget(false), None);
        assert_eq!(PageSize::at_most(100).budget(true), Some(100), "never more than asked for");
    }
}
