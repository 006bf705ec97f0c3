//! Stage A: the bytes, without Automerge.
//!
//! Automerge trusts lengths and counts that it reads: a change of 136 bytes can
//! claim a million operations, and a compressed one can inflate to fifty
//! megabytes. So before Automerge sees a chunk, this module walks it once: every
//! length must fit, every run is added up without being expanded, every number
//! must lie where honest work can reach. The cost is that of the bytes, and
//! nothing is allocated by a count that the bytes claim.
//!
//! The format is Automerge's (binary format 1): a chunk is the four magic bytes,
//! the first four bytes of the SHA-256 of what follows, a type, a length and the
//! body; a body holds its metadata and then columns of runs.

mod change;
mod chunk;
mod columns;
mod decode;
mod document;
mod operations;
mod reader;
mod rows;
mod runs;

use std::collections::BTreeSet;

use documents::inspect::{ChangeHeader, DecodedChange};
use domain::{ActorId, ChangeHash};

use crate::refusal::{Refusal, RefusalCode, Stage};

/// Proof that bytes are one well-formed change within the limits. It says
/// nothing of whether the change may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    hash: ChangeHash,
    actor: ActorId,
    seq: u64,
    start_op: u64,
    ops: u64,
    time_ms: i64,
    deps: Vec<ChangeHash>,
    bytes: Vec<u8>,
}

impl Structure {
    /// The hash by which the change is known.
    #[must_use]
    pub const fn hash(&self) -> ChangeHash {
        self.hash
    }
    /// Who wrote it, as it says itself.
    #[must_use]
    pub const fn actor(&self) -> ActorId {
        self.actor
    }
    /// Its number among the actor's changes in its document.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }
    /// The counter of its first operation.
    #[must_use]
    pub const fn start_op(&self) -> u64 {
        self.start_op
    }
    /// How many operations it has; at least one.
    #[must_use]
    pub const fn ops(&self) -> u64 {
        self.ops
    }
    /// What it comes after, sorted.
    #[must_use]
    pub fn deps(&self) -> &[ChangeHash] {
        &self.deps
    }
    /// The change as one uncompressed chunk, however it was sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// The same, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Checks one change chunk, compressed or not, as a device sends it.
///
/// # Errors
/// A [`Refusal`] of stage A, which counts as a strike.
pub fn check_change(bytes: &[u8]) -> Result<Structure, Refusal> {
    change::check(bytes).map_err(Refusal::from)
}

/// Reads the operations of a change that passed, without Automerge.
///
/// # Errors
/// A [`Refusal`] of stage A: a value is not of its type, or half a name is given.
pub(crate) fn decode(change: &Structure) -> Result<DecodedChange, Refusal> {
    let ops = change::read_ops(change)?;
    let header = ChangeHeader {
        hash: change.hash,
        actor: change.actor,
        seq: change.seq,
        start_op: change.start_op,
        ops: change.ops,
        deps: change.deps.clone(),
        time: change.time_ms,
    };
    Ok(DecodedChange { header, ops })
}

/// The changes of a set that no other of it comes after, sorted.
#[must_use]
pub fn heads_of(changes: &[Structure]) -> Vec<ChangeHash> {
    let followed: BTreeSet<ChangeHash> =
        changes.iter().flat_map(|change| change.deps().iter().copied()).collect();
    let heads: BTreeSet<ChangeHash> =
        changes.iter().map(Structure::hash).filter(|hash| !followed.contains(hash)).collect();
    heads.into_iter().collect()
}

/// Checks one uncompressed document chunk, as a phone receives it from a server.
///
/// # Errors
/// A [`Refusal`] of stage A.
pub fn check_document(bytes: &[u8]) -> Result<(), Refusal> {
    document::check(bytes).map_err(Refusal::from)
}

/// What is wrong with the bytes: small, since it is made on every bad byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fault {
    code: RefusalCode,
    place: &'static str,
    what: &'static str,
}

impl Fault {
    const fn new(code: RefusalCode, place: &'static str, what: &'static str) -> Self {
        Self { code, place, what }
    }
    const fn malformed(place: &'static str, what: &'static str) -> Self {
        Self::new(RefusalCode::ChangeMalformed, place, what)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::new(Stage::Structure, fault.code, fault.place, fault.what)
    }
}
