//! A change decoded into operations, without a document.

use domain::{ActorId, ChangeHash};

/// What a change says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeHeader {
    /// Its hash.
    pub hash: ChangeHash,
    /// Its actor.
    pub actor: ActorId,
    /// Its number among the actor's changes in this document, from 1.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    /// How many operations it has.
    pub ops: u64,
    /// What it comes after, sorted.
    pub deps: Vec<ChangeHash>,
    /// The author's device time, milliseconds since the epoch.
    pub time: i64,
}

impl ChangeHeader {
    /// The counter of its last operation.
    pub fn max_op(&self) -> u64 {
        self.start_op + self.ops.saturating_sub(1)
    }
}

/// An operation's name: its counter and actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// The counter.
    pub counter: u64,
    /// The actor.
    pub actor: ActorId,
}

/// The object that an operation touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// The root map.
    Root,
    /// The object made by an operation.
    Made(OpId),
}

/// The place inside the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A map's key.
    Map(String),
    /// Before the first element of a list or text.
    Head,
    /// An element of a list or text.
    Element(OpId),
}

/// A scalar as it stands in an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// A signed number.
    Int(i64),
    /// An unsigned number.
    Uint(u64),
    /// Milliseconds since the epoch.
    Timestamp(i64),
    /// Yes or no.
    Bool(bool),
    /// Nothing.
    Null,
    /// What our documents never hold: floats, counters, unknown types.
    Foreign,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Makes a map.
    MakeMap,
    /// Makes a text.
    MakeText,
    /// Writes a scalar.
    Put(Scalar),
    /// Deletes.
    Delete,
    /// What our editor never emits: lists, tables, counters, marks.
    Foreign,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its name.
    pub id: OpId,
    /// The object.
    pub object: Object,
    /// The place.
    pub key: Key,
    /// Whether it inserts an element after `key`.
    pub insert: bool,
    /// What it does.
    pub action: Action,
    /// The operations that it replaces.
    pub pred: Vec<OpId>,
}

/// A change, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedChange {
    /// What it says of itself.
    pub header: ChangeHeader,
    /// Its operations in order.
    pub ops: Vec<Op>,
}

/// Decodes a change that passed the structural check. May panic inside Automerge on bytes that
/// did not: the caller catches it. Refuses a change that is not canonical: encoded again, it must
/// give the same bytes.
pub fn decode(bytes: &[u8]) -> Result<DecodedChange, DecodeError> {
    todo!()
}

/// A change that Automerge cannot read, or would write differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Automerge could not read it.
    #[error("the change cannot be read: {0}")]
    Unreadable(String),
    /// Encoded again, it gives other bytes.
    #[error("the change is not in canonical form")]
    NotCanonical,
}
