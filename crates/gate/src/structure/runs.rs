//! Adds up the runs of a column without expanding them.
//!
//! A column is a sequence of runs: a positive count and one value that repeats,
//! a negative count and as many values, or zero and a count of nulls. A column
//! of booleans is only counts, which alternate from *false*. The rows of all
//! runs together are bounded before anything is done for a run, and a repeated
//! value is looked at once.

use super::Fault;
use super::reader::Reader;
use crate::refusal::RefusalCode;

/// What a column comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// Rows in all, nulls included.
    pub(super) all: u64,
    /// Rows without a value.
    pub(super) nulls: u64,
}

impl Rows {
    /// Rows with a value.
    pub(super) const fn values(self) -> u64 {
        self.all - self.nulls
    }

    fn add(&mut self, count: u64, max: u64, place: &'static str) -> Result<(), Fault> {
        self.all = self.all.saturating_add(count);
        if self.all > max {
            return Err(Fault::new(RefusalCode::ChangeTooManyOps, place, "it has too many rows"));
        }
        Ok(())
    }
}

/// One stretch of equal rows that hold a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<V> {
    pub(super) count: u64,
    pub(super) value: V,
}

/// Walks a run-length column. `read` takes one value off the reader; `visit`
/// sees each run of values, a literal one value at a time.
pub(super) fn walk<'a, V>(
    bytes: &'a [u8],
    place: &'static str,
    max_rows: u64,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<V, Fault>,
    mut visit: impl FnMut(Run<V>) -> Result<(), Fault>,
) -> Result<Rows, Fault> {
    let mut reader = Reader::new(bytes, place);
    let mut rows = Rows::default();
    while !reader.is_empty() {
        let header = reader.signed()?;
        let count = header.unsigned_abs();
        if header > 0 {
            rows.add(count, max_rows, place)?;
            let value = read(&mut reader)?;
            visit(Run { count, value })?;
        } else if header < 0 {
            rows.add(count, max_rows, place)?;
            for _ in 0..count {
                let value = read(&mut reader)?;
                visit(Run { count: 1, value })?;
            }
        } else {
            let nulls = reader.unsigned()?;
            if nulls == 0 {
                return Err(reader.fault("it has an empty run"));
            }
            rows.add(nulls, max_rows, place)?;
            rows.nulls += nulls;
        }
    }
    Ok(rows)
}

/// Walks a column of unsigned numbers.
pub(super) fn walk_unsigned(
    bytes: &[u8],
    place: &'static str,
    max_rows: u64,
    visit: impl FnMut(Run<u64>) -> Result<(), Fault>,
) -> Result<Rows, Fault> {
    walk(bytes, place, max_rows, Reader::unsigned, visit)
}

/// Walks a column of differences; every absolute value must lie in `low..=high`.
/// Within a run the values go one way, so that its last value is enough.
pub(super) fn walk_delta(
    bytes: &[u8],
    place: &'static str,
    max_rows: u64,
    (low, high): (i64, i64),
) -> Result<Rows, Fault> {
    let mut value = 0i64;
    let beyond = Fault::new(RefusalCode::ChangeCounter, place, "a number is beyond what honest work reaches");
    walk(bytes, place, max_rows, Reader::signed, |run| {
        let count = i64::try_from(run.count).map_err(|_huge| beyond)?;
        let first = value.checked_add(run.value).ok_or(beyond)?;
        let last = run.value.checked_mul(count).and_then(|all| value.checked_add(all)).ok_or(beyond)?;
        if first < low || first > high || last < low || last > high {
            return Err(beyond);
        }
        value = last;
        Ok(())
    })
}

/// Walks a column of texts, adding up their bytes as if expanded.
pub(super) fn walk_text(
    bytes: &[u8],
    place: &'static str,
    max_rows: u64,
    (text_max, all_max): (usize, u64),
) -> Result<Rows, Fault> {
    let mut expanded = 0u64;
    walk(bytes, place, max_rows, Reader::prefixed, |run| {
        if run.value.len() > text_max {
            return Err(Fault::malformed(place, "a text is too long"));
        }
        if std::str::from_utf8(run.value).is_err() {
            return Err(Fault::malformed(place, "a text is not UTF-8"));
        }
        let length = u64::try_from(run.value.len()).unwrap_or(u64::MAX);
        expanded = expanded.saturating_add(run.count.saturating_mul(length));
        if expanded > all_max {
            return Err(Fault::new(RefusalCode::ChangeTooLarge, place, "its texts expand beyond the limit"));
        }
        Ok(())
    })
}

/// Walks a column of booleans.
pub(super) fn walk_bool(bytes: &[u8], place: &'static str, max_rows: u64) -> Result<Rows, Fault> {
    let mut reader = Reader::new(bytes, place);
    let mut rows = Rows::default();
    let mut is_first = true;
    while !reader.is_empty() {
        let count = reader.unsigned()?;
        if count == 0 && !is_first {
            return Err(reader.fault("it has an empty run"));
        }
        rows.add(count, max_rows, place)?;
        is_first = false;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "column";

    #[test]
    fn runs_literals_and_nulls_add_up() {
        // 3 × 7, then 1 2, then 5 nulls.
        let bytes = [3, 7, 0x7e, 1, 2, 0, 5];
        let mut sum = 0;
        let rows = walk_unsigned(&bytes, PLACE, 100, |run| {
            sum += run.count * run.value;
            Ok(())
        });
        assert_eq!(rows, Ok(Rows { all: 10, nulls: 5 }));
        assert_eq!(sum, 24);
    }

    #[test]
    fn a_huge_run_is_refused_by_its_count_alone() {
        // One million times 1, in four bytes.
        let bytes = [0xc0, 0x84, 0x3d, 1];
        let fault = walk_unsigned(&bytes, PLACE, 10_000, |_| Ok(())).expect_err("a million rows");
        assert_eq!(fault.code, RefusalCode::ChangeTooManyOps);
        let nulls = [0, 0xc0, 0x84, 0x3d];
        assert!(walk_unsigned(&nulls, PLACE, 10_000, |_| Ok(())).is_err());
        assert!(walk_bool(&[0xc0, 0x84, 0x3d], PLACE, 10_000).is_err());
    }

    #[test]
    fn many_runs_are_bounded_together() {
        let bytes: Vec<u8> = (0..20).flat_map(|value| [60, value]).collect();
        assert!(walk_unsigned(&bytes, PLACE, 1_200, |_| Ok(())).is_ok());
        assert!(walk_unsigned(&bytes, PLACE, 1_199, |_| Ok(())).is_err());
    }

    #[test]
    fn differences_are_followed_to_the_end_of_a_run() {
        // 10 × +5: 5, 10, … 50.
        assert!(walk_delta(&[10, 5], PLACE, 100, (1, 50)).is_ok());
        assert!(walk_delta(&[10, 5], PLACE, 100, (1, 49)).is_err());
        // 5, then 2 × -3: 2, -1.
        assert!(walk_delta(&[0x7f, 5, 2, 0x7d], PLACE, 100, (1, 50)).is_err());
        assert!(walk_delta(&[0x7f, 5, 2, 0x7d], PLACE, 100, (-1, 50)).is_ok());
    }

    #[test]
    fn differences_that_overflow_are_refused() {
        // 100 × i64::MAX.
        let mut bytes = vec![0xe4, 0];
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
        assert!(walk_delta(&bytes, PLACE, 1_000, (i64::MIN, i64::MAX)).is_err());
    }

    #[test]
    fn repeated_texts_count_as_expanded() {
        let bytes = [40, 3, b'a', b'b', b'c'];
        assert!(walk_text(&bytes, PLACE, 1_000, (10, 120)).is_ok());
        assert!(walk_text(&bytes, PLACE, 1_000, (10, 119)).is_err());
        assert!(walk_text(&bytes, PLACE, 1_000, (2, 1_000)).is_err());
        assert!(walk_text(&[1, 1, 0xff], PLACE, 1_000, (10, 120)).is_err());
    }

    #[test]
    fn empty_runs_are_refused_but_for_a_leading_true() {
        assert!(walk_unsigned(&[0, 0], PLACE, 10, |_| Ok(())).is_err());
        assert_eq!(walk_bool(&[0, 3], PLACE, 10), Ok(Rows { all: 3, nulls: 0 }));
        assert!(walk_bool(&[1, 0, 3], PLACE, 10).is_err());
    }
}
