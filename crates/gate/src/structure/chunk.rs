//! The envelope of a chunk: magic, checksum, type, length; and inflating a
//! compressed change without ever holding more than the limit.

use std::io::Read;

use domain::limits::CHANGE_INFLATED_BYTES_MAX;
use domain::{ChangeHash, Hash32};
use flate2::bufread::DeflateDecoder;
use sha2::{Digest, Sha256};

use super::Fault;
use super::reader::{Reader, write_unsigned};
use crate::refusal::RefusalCode;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const PLACE: &str = "chunk";

/// The types of chunk that this system takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkType {
    Document,
    Change,
    CompressedChange,
}

impl ChunkType {
    const fn byte(self) -> u8 {
        match self {
            Self::Document => 0,
            Self::Change => 1,
            Self::CompressedChange => 2,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Document),
            1 => Some(Self::Change),
            2 => Some(Self::CompressedChange),
            _ => None, // 3 is a bundle, which nobody sends
        }
    }
}

/// An envelope taken off; the checksum is not compared yet, since that of a
/// compressed change is over the inflated body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope<'a> {
    pub(super) kind: ChunkType,
    pub(super) checksum: [u8; 4],
    pub(super) body: &'a [u8],
}

/// Takes the envelope off; the bytes must be exactly one chunk.
pub(super) fn open(bytes: &[u8]) -> Result<Envelope<'_>, Fault> {
    let mut reader = Reader::new(bytes, PLACE);
    if reader.take_array()? != MAGIC {
        return Err(reader.fault("it does not begin as a change does"));
    }
    let checksum = reader.take_array()?;
    let [byte] = reader.take_array()?;
    let kind = ChunkType::from_byte(byte).ok_or(reader.fault("its type is unknown"))?;
    let body = reader.prefixed()?;
    if !reader.is_empty() {
        return Err(reader.fault("bytes follow its end"));
    }
    Ok(Envelope { kind, checksum, body })
}

/// The hash that names a chunk: SHA-256 over its type, length and body.
pub(super) fn hash(kind: ChunkType, body: &[u8]) -> ChangeHash {
    let mut hasher = Sha256::new();
    hasher.update(prefix(kind, body));
    hasher.update(body);
    Hash32::from_bytes(hasher.finalize().into())
}

/// The hash, once the checksum has been found to agree with it.
pub(super) fn verify(kind: ChunkType, checksum: [u8; 4], body: &[u8]) -> Result<ChangeHash, Fault> {
    let hash = hash(kind, body);
    if hash.as_bytes().first_chunk() == Some(&checksum) {
        Ok(hash)
    } else {
        Err(Fault::new(RefusalCode::ChangeChecksum, PLACE, "the checksum does not match the bytes"))
    }
}

/// A chunk put together again.
pub(super) fn close(kind: ChunkType, hash: ChangeHash, body: &[u8]) -> Vec<u8> {
    let prefix = prefix(kind, body);
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + prefix.len() + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend(hash.as_bytes().iter().take(4));
    bytes.extend_from_slice(&prefix);
    bytes.extend_from_slice(body);
    bytes
}

fn prefix(kind: ChunkType, body: &[u8]) -> Vec<u8> {
    let mut prefix = vec![kind.byte()];
    write_unsigned(u64::try_from(body.len()).unwrap_or(u64::MAX), &mut prefix);
    prefix
}

/// Inflates a compressed body. It is inflated once for its length alone, so that
/// what is beyond the limit is never held. The deflated stream must use up all of
/// its bytes.
pub(super) fn inflate(body: &[u8]) -> Result<Vec<u8>, Fault> {
    let broken = |_: std::io::Error| Fault::malformed(PLACE, "it cannot be inflated");
    let limit = u64::try_from(CHANGE_INFLATED_BYTES_MAX).unwrap_or(u64::MAX);
    let mut decoder = DeflateDecoder::new(body);
    let length = std::io::copy(&mut (&mut decoder).take(limit.saturating_add(1)), &mut std::io::sink())
        .map_err(broken)?;
    if length > limit {
        return Err(Fault::new(RefusalCode::ChangeTooLarge, PLACE, "it inflates beyond the limit"));
    }
    if usize::try_from(decoder.total_in()) != Ok(body.len()) {
        return Err(Fault::malformed(PLACE, "bytes follow the compressed data"));
    }
    let mut inflated = vec![0; usize::try_from(length).unwrap_or(0)];
    DeflateDecoder::new(body).read_exact(&mut inflated).map_err(broken)?;
    Ok(inflated)
}
