//! How domain types stand in CBOR, and how a body is compressed.

use minicbor::decode::Error;
use minicbor::{Decoder, Encode};

use crate::message::{SyncRequest, SyncResponse};

macro_rules! as_bytes {
    ($module:ident, $kind:ty, $what:literal) => {
        pub(crate) mod $module {
            use minicbor::decode::Error;
            use minicbor::encode::Write;
            use minicbor::{Decoder, Encoder};

            pub(crate) fn encode<C, W: Write>(
                id: &$kind,
                out: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                out.bytes(id.as_bytes())?.ok()
            }

            pub(crate) fn decode<C>(input: &mut Decoder<'_>, _: &mut C) -> Result<$kind, Error> {
                <$kind>::from_slice(input.bytes()?).ok_or_else(|| Error::message($what))
            }
        }
    };
}
as_bytes!(doc_id, domain::DocId, "a document id is 16 bytes");
as_bytes!(hash, domain::ChangeHash, "a hash is 32 bytes");
as_bytes!(actor_id, domain::ActorId, "an actor is 16 bytes");

pub(crate) mod doc_kind {
    use domain::DocKind;
    use minicbor::decode::Error;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};

    pub(crate) fn encode<C, W: Write>(
        kind: &DocKind,
        out: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let byte = match kind {
            DocKind::Job => 0,
            DocKind::Trip => 1,
        };
        out.u8(byte)?.ok()
    }

    pub(crate) fn decode<C>(input: &mut Decoder<'_>, _: &mut C) -> Result<DocKind, Error> {
        match input.u8()? {
            0 => Ok(DocKind::Job),
            1 => Ok(DocKind::Trip),
            _ => Err(Error::message("no such kind of document")),
        }
    }
}

pub(crate) mod secret {
    use domain::Secret;
    use minicbor::decode::Error;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};

    pub(crate) fn encode<C, W: Write>(
        secret: &Secret,
        out: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        out.str(secret.expose())?.ok()
    }

    pub(crate) fn decode<C>(input: &mut Decoder<'_>, _: &mut C) -> Result<Secret, Error> {
        input.str().map(Secret::from)
    }
}

pub(crate) mod instant {
    use domain::Instant;
    use minicbor::decode::Error;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};

    pub(crate) fn encode<C, W: Write>(
        at: &Option<Instant>,
        out: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        out.encode_with(at.map(Instant::millis), context)?.ok()
    }

    pub(crate) fn decode<C>(input: &mut Decoder<'_>, context: &mut C) -> Result<Option<Instant>, Error> {
        let millis: Option<i64> = input.decode_with(context)?;
        Ok(millis.map(Instant::from_millis))
    }

    /// What a missing value is.
    pub(crate) const fn nil() -> Option<Option<Instant>> {
        Some(None)
    }

    /// Whether the value need not be written.
    pub(crate) const fn is_nil(at: &Option<Instant>) -> bool {
        at.is_none()
    }
}

/// Media type of both bodies.
pub const MEDIA_TYPE: &str = "application/vnd.hamgam.sync+cbor";
/// `Content-Encoding` of a compressed body.
pub const ZSTD: &str = "zstd";
/// Bodies below this size are not worth compressing.
const COMPRESS_FROM_BYTES: usize = 256;
/// How hard to try: a large body is worth some milliseconds more.
const ZSTD_LEVEL: i32 = 3;
const ZSTD_LEVEL_LARGE: i32 = 9;
const LARGE_FROM_BYTES: usize = 32 * 1024;

/// How a body's bytes are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Plain,
    /// One zstd frame.
    Zstd,
}

/// A body ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How they are encoded.
    pub encoding: Encoding,
}

/// A body that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Over the limit once decompressed.
    #[error("the body is over {0} bytes")]
    TooLarge(usize),
    /// Not a zstd frame, or one cut short.
    #[error("the body cannot be decompressed")]
    Compression(#[source] std::io::Error),
    /// The CBOR ended early.
    #[error("the body ended early")]
    Truncated,
    /// Not the message expected.
    #[error("the body is not the message expected: {0}")]
    Malformed(String),
}

/// A message of the exchange.
pub trait Message: Sized + Encode<()> + for<'b> minicbor::Decode<'b, ()> {
    /// The most that a decompressed body of this message may have.
    const BYTES_MAX: usize;

    /// Encodes it, compressed where that pays.
    #[must_use]
    fn to_body(&self) -> Body {
        let mut plain = Vec::new();
        // Writing to a Vec cannot fail, and no `with` module refuses a value.
        if minicbor::encode(self, &mut plain).is_err() {
            plain.clear();
        }
        if plain.len() < COMPRESS_FROM_BYTES {
            return Body { bytes: plain, encoding: Encoding::Plain };
        }
        let level = if plain.len() < LARGE_FROM_BYTES { ZSTD_LEVEL } else { ZSTD_LEVEL_LARGE };
        match zstd::bulk::compress(&plain, level) {
            Ok(packed) if packed.len() < plain.len() => Body { bytes: packed, encoding: Encoding::Zstd },
            _ => Body { bytes: plain, encoding: Encoding::Plain },
        }
    }

    /// Reads a body; never takes more memory than the limit.
    ///
    /// # Errors
    ///
    /// When it is too large, cut short, or not this message.
    fn from_body(bytes: &[u8], encoding: Encoding) -> Result<Self, BodyError> {
        let inflated;
        let plain = match encoding {
            Encoding::Plain => bytes,
            Encoding::Zstd => {
                inflated = inflate(bytes, Self::BYTES_MAX)?;
                &inflated
            }
        };
        if plain.len() > Self::BYTES_MAX {
            return Err(BodyError::TooLarge(Self::BYTES_MAX));
        }
        let mut decoder = Decoder::new(plain);
        let message = decoder.decode().map_err(|error| malformed(&error))?;
        if decoder.position() != plain.len() {
            return Err(BodyError::Malformed("bytes follow the message".into()));
        }
        Ok(message)
    }
}

impl Message for SyncRequest {
    const BYTES_MAX: usize = domain::limits::SYNC_REQUEST_BYTES_MAX;
}
impl Message for SyncResponse {
    const BYTES_MAX: usize = domain::limits::SYNC_RESPONSE_BYTES_MAX;
}

fn inflate(bytes: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    use std::io::Read;
    let reader = zstd::stream::read::Decoder::new(bytes).map_err(BodyError::Compression)?;
    let mut plain = Vec::new();
    let mut limited = reader.take(limit as u64 + 1);
    limited.read_to_end(&mut plain).map_err(BodyError::Compression)?;
    if plain.len() > limit {
        return Err(BodyError::TooLarge(limit));
    }
    Ok(plain)
}

fn malformed(error: &Error) -> BodyError {
    if error.is_end_of_input() { BodyError::Truncated } else { BodyError::Malformed(error.to_string()) }
}
