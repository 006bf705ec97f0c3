//! The outside of a saved document: actors, heads, columns.

use super::bytes::{Reader, put_number};

/// Bytes of a checksum.
pub(super) const CHECKSUM_BYTES: usize = 4;
/// Bytes of a change's hash.
pub(super) const HASH_BYTES: usize = 32;
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const DOCUMENT: u8 = 0;

/// A column as it stands in the document.
pub(super) struct Column<'a> {
    pub(super) spec: u64,
    pub(super) data: &'a [u8],
}

/// A saved document, taken apart.
pub(super) struct Chunk<'a> {
    pub(super) checksum: &'a [u8],
    pub(super) actors: Vec<&'a [u8]>,
    pub(super) heads: Vec<&'a [u8]>,
    pub(super) changes: Vec<Column<'a>>,
    pub(super) operations: Vec<Column<'a>>,
    /// What follows the columns.
    pub(super) tail: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Takes one document chunk apart; none if the bytes are anything else.
    pub(super) fn read(document: &'a [u8]) -> Option<Self> {
        let mut input = Reader::new(document);
        if input.bytes(MAGIC.len())? != MAGIC {
            return None;
        }
        let checksum = input.bytes(CHECKSUM_BYTES)?;
        if input.byte()? != DOCUMENT || input.length()? != input.rest().len() {
            return None;
        }
        let mut actors = Vec::new();
        for _ in 0..input.length()? {
            let length = input.length()?;
            actors.push(input.bytes(length)?);
        }
        let mut heads = Vec::new();
        for _ in 0..input.length()? {
            heads.push(input.bytes(HASH_BYTES)?);
        }
        let (changes, operations) = (specs(&mut input)?, specs(&mut input)?);
        let changes = columns(&mut input, &changes)?;
        let operations = columns(&mut input, &operations)?;
        Some(Self { checksum, actors, heads, changes, operations, tail: input.rest() })
    }
}

fn specs(input: &mut Reader<'_>) -> Option<Vec<(u64, usize)>> {
    let mut specs = Vec::new();
    for _ in 0..input.length()? {
        specs.push((input.number()?, input.length()?));
    }
    Some(specs)
}

fn columns<'a>(input: &mut Reader<'a>, specs: &[(u64, usize)]) -> Option<Vec<Column<'a>>> {
    specs.iter().map(|&(spec, length)| Some(Column { spec, data: input.bytes(length)? })).collect()
}

/// The document with this checksum and this content.
pub(super) fn of_body(checksum: &[u8], body: &[u8]) -> Vec<u8> {
    let mut document = MAGIC.to_vec();
    document.extend(checksum);
    document.push(DOCUMENT);
    put_number(&mut document, body.len() as u64);
    document.extend(body);
    document
}
