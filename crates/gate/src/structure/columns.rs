//! The list of columns that precedes their data: which there are, in which
//! order, how long each is.

use super::Fault;
use super::reader::Reader;

/// The bytes of each known column, by its specification number: the column's id
/// shifted by four, and its type in the low bits.
pub(super) struct Columns<'a, const N: usize> {
    known: [u64; N],
    data: [&'a [u8]; N],
}

impl<'a, const N: usize> Columns<'a, N> {
    /// The data of a column; empty if it is not there.
    pub(super) fn get(&self, specification: u64) -> &'a [u8] {
        self.known
            .iter()
            .zip(self.data)
            .find(|(known, _)| **known == specification)
            .map_or(&[], |(_, data)| data)
    }
}

/// The lengths of columns, read before any of their data.
pub(super) struct Layout<const N: usize> {
    known: [u64; N],
    lengths: [usize; N],
    place: &'static str,
}

/// Reads a list of columns. All must be among `known`, which is sorted, each at
/// most once, in order, and none empty.
pub(super) fn read_layout<const N: usize>(
    reader: &mut Reader<'_>,
    known: [u64; N],
) -> Result<Layout<N>, Fault> {
    let count = reader.count(N, "it has too many columns")?;
    let mut lengths = [0; N];
    let mut next = 0;
    for _ in 0..count {
        let specification = reader.unsigned()?;
        let length = reader.unsigned()?;
        let position = known
            .iter()
            .position(|known| *known == specification)
            .ok_or(reader.fault("it has a column that our editor never writes"))?;
        if position < next {
            return Err(reader.fault("its columns are out of order"));
        }
        next = position + 1;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length == 0 {
            return Err(reader.fault("it has an empty column"));
        }
        if let Some(slot) = lengths.get_mut(position) {
            *slot = length;
        }
    }
    Ok(Layout { known, lengths, place: reader.place() })
}

/// Takes the data that a list of columns announced.
pub(super) fn read_data<'a, const N: usize>(
    reader: &mut Reader<'a>,
    layout: &Layout<N>,
) -> Result<Columns<'a, N>, Fault> {
    let mut data: [&[u8]; N] = [&[]; N];
    for (slot, length) in data.iter_mut().zip(layout.lengths) {
        *slot = reader
            .take(length)
            .map_err(|_short| Fault::malformed(layout.place, "its columns are longer than its bytes"))?;
    }
    Ok(Columns { known: layout.known, data })
}
