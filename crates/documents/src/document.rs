//! A document in memory.

use std::collections::BTreeSet;

use domain::{ActorId, ChangeHash, DocId, DocKind, EditCommand, JobView, Stamp, TripView, UserId};

use crate::inspect::{ChangeHeader, OpId};
use crate::{ApplyError, EditError, LoadError, ReadError};

/// Who edits, as what, and when; all of it told from outside.
#[derive(Debug, Clone, Copy)]
pub struct EditContext {
    /// The person.
    pub author: UserId,
    /// The actor under which the change is written.
    pub actor: ActorId,
    /// The device's time.
    pub stamp: Stamp,
}

/// A change as it is stored and sent: one uncompressed Automerge change chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange {
    /// The hash that names it.
    pub hash: ChangeHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A job or trip document.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) kind: DocKind,
    pub(crate) inner: automerge::Automerge,
}

impl Document {
    /// Makes a document by its `Create` command.
    pub fn create(
        id: DocId,
        command: &EditCommand,
        context: &EditContext,
    ) -> Result<(Self, RawChange), EditError> {
        todo!()
    }
    /// Applies a command; `None` if nothing would change.
    pub fn edit(
        &mut self,
        command: &EditCommand,
        context: &EditContext,
    ) -> Result<Option<RawChange>, EditError> {
        todo!()
    }
    /// Reads a saved document that this side wrote itself.
    pub fn load(kind: DocKind, saved: &[u8]) -> Result<Self, LoadError> {
        todo!()
    }
    /// Builds a document from its accepted changes, in any order.
    pub fn from_changes<'a>(
        kind: DocKind,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ApplyError> {
        todo!()
    }
    /// Applies admitted changes in any order; known ones are skipped. On error the document is as it was.
    pub fn apply<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), ApplyError> {
        todo!()
    }
    /// The saved form, uncompressed so that pages compress well.
    pub fn save(&self) -> Vec<u8> {
        todo!()
    }
    /// Job or trip.
    pub fn kind(&self) -> DocKind {
        self.kind
    }
    /// The id that its first change wrote.
    pub fn id(&self) -> Result<DocId, ReadError> {
        todo!()
    }
    /// The changes that no other change follows, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        todo!()
    }
    /// The job as people see it.
    pub fn job(&self) -> Result<JobView, ReadError> {
        todo!()
    }
    /// The job as it stood at a set of heads.
    pub fn job_at(&self, heads: &[ChangeHash]) -> Result<JobView, ReadError> {
        todo!()
    }
    /// The trip as people see it.
    pub fn trip(&self) -> Result<TripView, ReadError> {
        todo!()
    }
    /// The trip as it stood at a set of heads.
    pub fn trip_at(&self, heads: &[ChangeHash]) -> Result<TripView, ReadError> {
        todo!()
    }
    /// Every change, each after all that it depends on.
    pub fn changes(&self) -> Vec<RawChange> {
        todo!()
    }
    /// The changes that are not in the history of the given heads, in causal order.
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<RawChange> {
        todo!()
    }
    /// The document without the given changes and all that depend on them.
    pub fn without(&self, unwanted: &BTreeSet<ChangeHash>) -> Result<Self, ApplyError> {
        todo!()
    }
    /// Whether a change is in the document.
    pub fn contains(&self, hash: ChangeHash) -> bool {
        todo!()
    }
    /// What a change of this document says of itself.
    pub fn header_of(&self, hash: ChangeHash) -> Option<ChangeHeader> {
        todo!()
    }
    /// The last change of an actor: its sequence number and hash.
    pub fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        todo!()
    }
    /// Whether `earlier` is among `later` or their ancestors.
    pub fn is_ancestor(&self, earlier: ChangeHash, later: &[ChangeHash]) -> bool {
        todo!()
    }
    /// The keys that lead from the root to an object of this document.
    pub fn path_of(&self, object: &OpId) -> Option<Vec<String>> {
        todo!()
    }
    /// How many changes and how many actors it has.
    pub fn counts(&self) -> (usize, usize) {
        todo!()
    }
    /// Brings an older document to the present schema, under a server actor.
    pub fn upgrade(&mut self, context: &EditContext) -> Result<Option<RawChange>, EditError> {
        todo!()
    }
}
