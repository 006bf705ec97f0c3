//! The streams of a block. Each holds what is alike.

use std::collections::BTreeMap;

use super::bytes::{Reader, put_number, put_signed};
use super::{Missing, Unjoined};

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// How each document is made up.
    Layout,
    /// Actor ids.
    Actors,
    /// Checksums and the hashes of heads.
    Hashes,
    /// Keys of maps, without ids.
    Keys,
    /// Ids of lines.
    Ids,
    /// Whether a text is a list of ids, and which.
    Lists,
    /// Instants, each as what passed since the one before.
    Instants,
    /// Other numbers.
    Numbers,
    /// Texts.
    Texts,
    /// Values of other types.
    Others,
    /// Documents that are carried as they are.
    Whole,
    /// A column of the changes.
    OfChanges(u64),
    /// A column of the operations.
    OfOperations(u64),
}

/// The first number of a column's stream.
const COLUMNS_FROM: u64 = 16;

impl Stream {
    /// The number under which it stands in a block.
    const fn number(self) -> u64 {
        match self {
            Self::Layout => 0,
            Self::Actors => 1,
            Self::Hashes => 2,
            Self::Keys => 3,
            Self::Ids => 4,
            Self::Lists => 5,
            Self::Instants => 6,
            Self::Numbers => 7,
            Self::Texts => 8,
            Self::Others => 9,
            Self::Whole => 10,
            Self::OfChanges(spec) => spec.wrapping_mul(2).wrapping_add(COLUMNS_FROM),
            Self::OfOperations(spec) => spec.wrapping_mul(2).wrapping_add(COLUMNS_FROM + 1),
        }
    }
}

/// Streams being written.
#[derive(Debug, Default)]
pub(super) struct Streams(BTreeMap<u64, Vec<u8>>);

impl Streams {
    fn of(&mut self, stream: Stream) -> &mut Vec<u8> {
        self.0.entry(stream.number()).or_default()
    }

    pub(super) fn number(&mut self, stream: Stream, number: u64) {
        put_number(self.of(stream), number);
    }

    pub(super) fn signed(&mut self, stream: Stream, number: i64) {
        put_signed(self.of(stream), number);
    }

    pub(super) fn bytes(&mut self, stream: Stream, bytes: &[u8]) {
        self.of(stream).extend(bytes);
    }

    /// Adds what another document's streams hold.
    pub(super) fn append(&mut self, other: Self) {
        for (number, bytes) in other.0 {
            self.0.entry(number).or_default().extend(bytes);
        }
    }

    /// Writes their numbers and lengths, then what they hold.
    pub(super) fn write(&self, block: &mut Vec<u8>) {
        put_number(block, self.0.len() as u64);
        for (number, bytes) in &self.0 {
            put_number(block, *number);
            put_number(block, bytes.len() as u64);
        }
        for bytes in self.0.values() {
            block.extend(bytes);
        }
    }
}

/// Streams being read.
#[derive(Debug)]
pub(super) struct StreamReader<'a>(BTreeMap<u64, Reader<'a>>);

impl<'a> StreamReader<'a> {
    /// The streams of a block, which must hold them and nothing else.
    pub(super) fn read(mut input: Reader<'a>) -> Option<Self> {
        let mut lengths = Vec::new();
        for _ in 0..input.length()? {
            lengths.push((input.number()?, input.length()?));
        }
        let mut streams = BTreeMap::new();
        for (number, length) in lengths {
            if streams.insert(number, Reader::new(input.bytes(length)?)).is_some() {
                return None;
            }
        }
        input.is_empty().then_some(Self(streams))
    }

    /// Whether everything was read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(Reader::is_empty)
    }

    fn of(&mut self, stream: Stream) -> Result<&mut Reader<'a>, Missing> {
        self.0.get_mut(&stream.number()).ok_or(Missing)
    }

    pub(super) fn number(&mut self, stream: Stream) -> Result<u64, Missing> {
        self.of(stream)?.number().ok_or(Missing)
    }

    pub(super) fn signed(&mut self, stream: Stream) -> Result<i64, Missing> {
        self.of(stream)?.signed().ok_or(Missing)
    }

    pub(super) fn byte(&mut self, stream: Stream) -> Result<u8, Missing> {
        self.of(stream)?.byte().ok_or(Missing)
    }

    pub(super) fn bytes(&mut self, stream: Stream, count: usize) -> Result<&'a [u8], Missing> {
        if count == 0 {
            return Ok(&[]);
        }
        self.of(stream)?.bytes(count).ok_or(Missing)
    }

    /// A number of bytes or items; more than there is room for is an error.
    pub(super) fn length(&mut self, stream: Stream, room: usize) -> Result<usize, Unjoined> {
        let length = usize::try_from(self.number(stream)?).ok().ok_or(Unjoined::Full)?;
        if length > room { Err(Unjoined::Full) } else { Ok(length) }
    }
}
