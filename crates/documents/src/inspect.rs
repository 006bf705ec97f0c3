//! A change decoded into operations, without a document.
//!
//! What the gate judges is what stands in the bytes: no diff is taken, because a
//! write that loses against another is invisible in a diff.

use automerge::{Change, ObjType, legacy};
use domain::{ActorId, ChangeHash};

use crate::engine::{self, actor_out, guarded};

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

impl DecodedChange {
    /// The keys at which it makes maps.
    pub fn made(&self) -> impl Iterator<Item = &str> {
        self.ops.iter().filter_map(|op| match (&op.action, &op.key) {
            (Action::MakeMap, Key::Map(key)) => Some(key.as_str()),
            _ => None,
        })
    }
}

/// A change as Automerge has read it.
#[derive(Debug)]
pub struct ReadChange(pub(crate) Change);

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

/// Decodes a change that passed the structural check, compressed or not. Refuses
/// one that is not canonical: its operations encoded again must give the same
/// uncompressed bytes. A panic inside Automerge is an error here; what cannot be
/// caught, such as an allocation without bounds, the structural check keeps out.
///
/// # Errors
/// If the change cannot be read, its checksum is wrong, or it is not canonical.
pub fn decode(bytes: &[u8]) -> Result<DecodedChange, DecodeError> {
    read(bytes).map(|(decoded, _)| decoded)
}

/// The same, with the change as it can be taken up ([`Document::with`](crate::Document::with)).
///
/// # Errors
/// As [`decode`].
pub fn read(bytes: &[u8]) -> Result<(DecodedChange, ReadChange), DecodeError> {
    let change = parse(bytes)?;
    let expanded = guarded(|| Ok(change.decode())).map_err(DecodeError::Unreadable)?;
    let header = engine::header(&change)
        .ok_or_else(|| DecodeError::Unreadable("an actor is not of 16 bytes".to_owned()))?;
    let ops = operations(&header, &expanded.operations)?;
    let again = guarded(|| Ok(Change::from(expanded))).map_err(DecodeError::Unreadable)?;
    if again.raw_bytes() == change.raw_bytes() {
        Ok((DecodedChange { header, ops }, ReadChange(change)))
    } else {
        Err(DecodeError::NotCanonical)
    }
}

/// Where the checksum stands in a chunk: after the four magic bytes.
const CHECKSUM: std::ops::Range<usize> = 4..8;

/// Reads a change chunk. Automerge computes the hash but does not hold it against
/// the checksum in the bytes; that is done here. The one place where bytes become
/// a change.
#[expect(clippy::disallowed_methods, reason = "this is the one guarded door")]
pub(crate) fn parse(bytes: &[u8]) -> Result<Change, DecodeError> {
    let change = guarded(|| Change::from_bytes(bytes.to_vec()).map_err(|error| error.to_string()))
        .map_err(DecodeError::Unreadable)?;
    match bytes.get(CHECKSUM) {
        Some(checksum) if change.hash().0.starts_with(checksum) => Ok(change),
        _ => Err(DecodeError::Unreadable("the checksum does not match".to_owned())),
    }
}

fn operations(header: &ChangeHeader, ops: &[legacy::Op]) -> Result<Vec<Op>, DecodeError> {
    (header.start_op..)
        .zip(ops)
        .map(|(counter, op)| operation(OpId { counter, actor: header.actor }, op))
        .collect::<Option<_>>()
        .ok_or_else(|| DecodeError::Unreadable("an actor is not of 16 bytes".to_owned()))
}

fn operation(id: OpId, op: &legacy::Op) -> Option<Op> {
    Some(Op {
        id,
        object: match &op.obj {
            legacy::ObjectId::Root => Object::Root,
            legacy::ObjectId::Id(object) => Object::Made(op_id(object)?),
        },
        key: match &op.key {
            legacy::Key::Map(key) => Key::Map(key.to_string()),
            legacy::Key::Seq(legacy::ElementId::Head) => Key::Head,
            legacy::Key::Seq(legacy::ElementId::Id(element)) => Key::Element(op_id(element)?),
        },
        insert: op.insert,
        action: action(&op.action),
        pred: op.pred.iter().map(op_id).collect::<Option<_>>()?,
    })
}

fn op_id(id: &legacy::OpId) -> Option<OpId> {
    Some(OpId { counter: id.counter(), actor: actor_out(id.actor())? })
}

fn action(action: &legacy::OpType) -> Action {
    match action {
        legacy::OpType::Make(ObjType::Map) => Action::MakeMap,
        legacy::OpType::Make(ObjType::Text) => Action::MakeText,
        legacy::OpType::Put(value) => Action::Put(Scalar::from_engine(value)),
        legacy::OpType::Delete => Action::Delete,
        legacy::OpType::Make(ObjType::List | ObjType::Table)
        | legacy::OpType::Increment(_)
        | legacy::OpType::MarkBegin(_)
        | legacy::OpType::MarkEnd(_) => Action::Foreign,
    }
}
