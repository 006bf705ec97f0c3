//! The rows of a column one by one, for columns whose runs were added up before.

use super::Fault;
use super::reader::Reader;

/// The rows of a run-length column. Beyond its end, every row is null, as in a
/// column that is not there.
pub(super) struct Rows<'a, V> {
    reader: Reader<'a>,
    read: fn(&mut Reader<'a>) -> Result<V, Fault>,
    left: u64,
    run: Run<V>,
}

enum Run<V> {
    Repeated(V),
    Literal,
    Nulls,
}

impl<'a, V: Copy> Rows<'a, V> {
    pub(super) fn new(
        bytes: &'a [u8],
        place: &'static str,
        read: fn(&mut Reader<'a>) -> Result<V, Fault>,
    ) -> Self {
        Self { reader: Reader::new(bytes, place), read, left: 0, run: Run::Nulls }
    }

    /// The next row; `None` for a null.
    pub(super) fn next(&mut self) -> Result<Option<V>, Fault> {
        if self.left == 0 && !self.reader.is_empty() {
            self.begin_run()?;
        }
        self.left = self.left.saturating_sub(1);
        match &self.run {
            Run::Repeated(value) => Ok(Some(*value)),
            Run::Literal => (self.read)(&mut self.reader).map(Some),
            Run::Nulls => Ok(None),
        }
    }

    fn begin_run(&mut self) -> Result<(), Fault> {
        let header = self.reader.signed()?;
        (self.left, self.run) = match header {
            1.. => (header.unsigned_abs(), Run::Repeated((self.read)(&mut self.reader)?)),
            0 => (self.reader.unsigned()?, Run::Nulls),
            _ => (header.unsigned_abs(), Run::Literal),
        };
        Ok(())
    }
}

/// The rows of a column of differences.
pub(super) struct DeltaRows<'a> {
    rows: Rows<'a, i64>,
    value: i64,
}

impl<'a> DeltaRows<'a> {
    pub(super) fn new(bytes: &'a [u8], place: &'static str) -> Self {
        Self { rows: Rows::new(bytes, place, Reader::signed), value: 0 }
    }

    /// The next number; `None` for a null. None is negative: the sums were bounded.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Fault> {
        let Some(difference) = self.rows.next()? else { return Ok(None) };
        self.value = self.value.saturating_add(difference);
        Ok(u64::try_from(self.value).ok())
    }
}

/// The rows of a column of booleans.
pub(super) struct BoolRows<'a> {
    reader: Reader<'a>,
    left: u64,
    value: bool,
}

impl<'a> BoolRows<'a> {
    pub(super) const fn new(bytes: &'a [u8], place: &'static str) -> Self {
        // The first count is of `false`.
        Self { reader: Reader::new(bytes, place), left: 0, value: true }
    }

    pub(super) fn next(&mut self) -> Result<bool, Fault> {
        while self.left == 0 && !self.reader.is_empty() {
            self.left = self.reader.unsigned()?;
            self.value = !self.value;
        }
        self.left = self.left.saturating_sub(1);
        Ok(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "column";

    fn all<V>(mut next: impl FnMut() -> Result<V, Fault>, count: usize) -> Vec<V> {
        (0..count).map(|_| next().expect("a row")).collect()
    }

    #[test]
    fn runs_literals_and_nulls_come_row_by_row() {
        // 3 × 7, then 1 2, then 2 nulls, then nothing more.
        let mut rows = Rows::new(&[3, 7, 0x7e, 1, 2, 0, 2], PLACE, Reader::unsigned);
        let expected = [Some(7), Some(7), Some(7), Some(1), Some(2), None, None, None];
        assert_eq!(all(|| rows.next(), 8), expected);
    }

    #[test]
    fn differences_add_up() {
        // 5, 10, then 8.
        let mut rows = DeltaRows::new(&[2, 5, 0x7f, 0x7e], PLACE);
        assert_eq!(all(|| rows.next(), 3), [Some(5), Some(10), Some(8)]);
    }

    #[test]
    fn booleans_alternate_from_false() {
        let mut rows = BoolRows::new(&[0, 2, 1], PLACE);
        assert_eq!(all(|| rows.next(), 3), [true, true, false]);
    }
}
