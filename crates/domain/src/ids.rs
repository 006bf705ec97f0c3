//! Identifiers. Every id is its own type, so that a device is never taken for
//! a person.
//!
//! Records that stand alone (people, devices, jobs, customers…) have a UUIDv7,
//! made wherever the record is made, the phone included. Lines inside a
//! document have 8 random bytes, written as 11 characters of base64url.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A text that is not an id of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {expected}: {given:?}")]
pub struct BadId {
    expected: &'static str,
    given: String,
}

impl BadId {
    fn new(expected: &'static str, given: &str) -> Self {
        let given = given.chars().take(64).collect();
        Self { expected, given }
    }
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Builds a UUIDv7 from an instant and 10 random bytes, both passed in.
            #[must_use]
            pub fn new(now: crate::Instant, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
            /// Wraps a UUID that came from storage or the wire.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self { Self(id) }
            /// The UUID inside.
            #[must_use]
            pub const fn uuid(self) -> Uuid { self.0 }
            /// The 16 bytes, as stored and sent.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }
            /// Reads 16 bytes from storage or the wire; `None` for any other length.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.parse().map(Self).map_err(|_: uuid::Error| BadId::new(stringify!($name), text))
            }
        }
    )*};
}

uuid_ids! {
    /// A document that travels as changes: a job or a trip.
    DocId;
    /// A person who signs in.
    UserId;
    /// One installation of the app, or one browser session's device.
    DeviceId;
    /// One sign-in of a person on a device, until it is ended.
    SessionId;
    /// A one-time code by which a phone is enrolled.
    EnrolmentCodeId;
    /// A service agency (representative).
    AgencyId;
    /// A customer account.
    CustomerId;
    /// A device or machine under service, known by its serial number.
    AssetId;
    /// A part in the catalogue.
    PartId;
}

macro_rules! local_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 8]);

        impl $name {
            /// Wraps 8 bytes, random when the id is new.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 8]) -> Self { Self(bytes) }
            /// The 8 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 8] { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode_local(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                decode_local(text).map(Self).ok_or_else(|| BadId::new(stringify!($name), text))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = String::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

local_ids! {
    /// An event of a job.
    EventId;
    /// A line of parts used.
    LineId;
    /// A stretch of labour.
    LabourId;
    /// A note.
    NoteId;
    /// A photo, signature or receipt attached to a job.
    AttachmentId;
    /// A receipt of a trip.
    ReceiptId;
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 8 bytes as 11 characters of base64url without padding (RFC 4648, section 5).
fn encode_local(bytes: [u8; 8]) -> String {
    let padded = u128::from(u64::from_be_bytes(bytes)) << 2;
    let letter = |i: u32| usize::try_from((padded >> (60 - 6 * i)) & 63).unwrap_or(0);
    (0..11).map(|i| char::from(ALPHABET[letter(i)])).collect()
}

/// The inverse of [`encode_local`]; refuses the 3 spare spellings of each id.
fn decode_local(text: &str) -> Option<[u8; 8]> {
    let text = text.as_bytes();
    if text.len() != 11 {
        return None;
    }
    let mut padded: u128 = 0;
    for letter in text {
        let value = ALPHABET.iter().position(|a| a == letter)?;
        padded = padded << 6 | u128::try_from(value).ok()?;
    }
    let value = u64::try_from(padded >> 2).ok()?;
    (padded & 3 == 0).then(|| value.to_be_bytes())
}

/// The author of a run of changes in one document: 16 bytes, the first of which
/// is the [`ActorClass`](crate::ActorClass). Belongs to one install epoch of one
/// device, for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId([u8; 16]);

impl ActorId {
    /// Builds a new actor of a class from 15 random bytes.
    #[must_use]
    pub fn new(class: crate::ActorClass, random: [u8; 15]) -> Self {
        let mut bytes = [0; 16];
        bytes[0] = class.byte();
        bytes[1..].copy_from_slice(&random);
        Self(bytes)
    }
    /// Wraps 16 bytes from storage or the wire; whose they are is the gate's question.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
    /// Reads exactly 16 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
    /// The class that the first byte names; `None` for an unknown one.
    #[must_use]
    pub fn class(&self) -> Option<crate::ActorClass> {
        crate::ActorClass::from_byte(self.0[0])
    }
}

/// SHA-256 of a change (its name in the graph) or of an attachment's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash32([u8; 32]);

/// The hash by which a change is known.
pub type ChangeHash = Hash32;
/// The hash by which an attachment is known.
pub type BlobHash = Hash32;

impl Hash32 {
    /// Wraps 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// Reads exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

macro_rules! hex_text {
    ($($name:ident, $len:literal;)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self}") }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                decode_hex::<$len>(text).map(Self).ok_or_else(|| BadId::new(stringify!($name), text))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = String::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
hex_text! { ActorId, 16; Hash32, 32; }

fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_local_id_survives_its_text(bytes: [u8; 8]) {
            let id = EventId::from_bytes(bytes);
            let text = id.to_string();
            prop_assert_eq!(text.len(), 11);
            prop_assert_eq!(text.parse::<EventId>(), Ok(id));
        }

        #[test]
        fn a_hash_survives_its_text(bytes: [u8; 32]) {
            let hash = Hash32::from_bytes(bytes);
            prop_assert_eq!(hash.to_string().parse::<Hash32>(), Ok(hash));
        }
    }

    #[test]
    fn spare_spellings_and_wrong_lengths_are_refused() {
        assert!("AAAAAAAAAAA".parse::<EventId>().is_ok());
        for bad in ["AAAAAAAAAAB", "AAAAAAAAAA", "AAAAAAAAAAAA", "AAAAA+AAAAA", ""] {
            assert!(bad.parse::<EventId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_id_carries_its_instant_first() {
        let early = DocId::new(crate::Instant::from_millis(1_000), [0xff; 10]);
        let late = DocId::new(crate::Instant::from_millis(2_000), [0; 10]);
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
    }
}
