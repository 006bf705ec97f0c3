//! Changes that no honest editor makes, made from honest ones.

use documents::inspect::{self, DecodedChange, Key, Op, Scalar};
use documents::{RawChange, inspect::Action, testing};
use domain::UserId;
use sha2::{Digest, Sha256};

/// An honest change, bent.
pub(crate) fn bend(change: &RawChange, how: impl FnOnce(&mut DecodedChange)) -> RawChange {
    let mut decoded = inspect::decode(&change.bytes).expect("an honest change decodes");
    how(&mut decoded);
    testing::encode(&decoded).expect("the bent change can be encoded")
}

/// The operation that writes a key.
pub(crate) fn op_at<'a>(change: &'a mut DecodedChange, key: &str) -> &'a mut Op {
    change
        .ops
        .iter_mut()
        .find(|op| op.key == Key::Map(key.to_owned()))
        .unwrap_or_else(|| panic!("an operation writes {key}"))
}

/// An honest change that writes another value at a key.
pub(crate) fn with_value(change: &RawChange, key: &str, value: Scalar) -> RawChange {
    bend(change, |decoded| op_at(decoded, key).action = Action::Put(value))
}

/// An honest change without one of its last operations.
pub(crate) fn without_key(change: &RawChange, key: &str) -> RawChange {
    bend(change, |decoded| {
        let index =
            decoded.ops.iter().position(|op| op.key == Key::Map(key.to_owned())).expect("it is there");
        decoded.ops.remove(index);
    })
}

pub(crate) fn user(user: UserId) -> Scalar {
    Scalar::Bytes(user.as_bytes().to_vec())
}

pub(crate) fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

/// A chunk of a type with its right checksum.
pub(crate) fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    let mut length = body.len();
    while length > 0x7f {
        hashed.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    hashed.push(u8::try_from(length).expect("seven bits"));
    hashed.extend_from_slice(body);
    let hash: [u8; 32] = Sha256::digest(&hashed).into();
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83];
    bytes.extend_from_slice(&hash[..4]);
    bytes.extend(hashed);
    bytes
}

/// The body of an honest chunk: what follows its length.
pub(crate) fn body(bytes: &[u8]) -> &[u8] {
    let length_bytes = bytes[9..].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    &bytes[9 + length_bytes..]
}
