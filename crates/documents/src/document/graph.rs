//! Questions about a document's changes and their causality.

use automerge::{ObjId, Prop, ReadDoc};
use domain::{ActorId, ChangeHash};

use super::{Document, RawChange};
use crate::engine::{self, hashes_in};
use crate::history::History;
use crate::inspect::{ChangeHeader, OpId};

impl Document {
    /// Every change, each after all that it depends on.
    #[must_use]
    pub fn changes(&self) -> Vec<RawChange> {
        self.inner.get_changes(&[]).iter().map(RawChange::of).collect()
    }

    /// The changes that are not in the history of the given heads, in causal order.
    /// Heads that are not in the document are passed over.
    #[must_use]
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<RawChange> {
        let known: Vec<_> = hashes_in(heads).into_iter().filter(|head| self.has(*head)).collect();
        self.inner.get_changes(&known).iter().map(RawChange::of).collect()
    }

    fn history(&self) -> &History {
        self.history.get_or_init(|| History::of(&self.inner))
    }

    /// Whether a change is in the document.
    #[must_use]
    pub fn contains(&self, hash: ChangeHash) -> bool {
        self.history().contains(hash)
    }

    /// What a change of this document says of itself.
    #[must_use]
    pub fn header_of(&self, hash: ChangeHash) -> Option<ChangeHeader> {
        self.history().header(hash).cloned()
    }

    /// The actor of the change that depends on no other; `None` while there is none.
    #[must_use]
    pub fn maker(&self) -> Option<ActorId> {
        self.history().first().map(|header| header.actor)
    }

    /// The last change of an actor: its sequence number and hash.
    #[must_use]
    pub fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        self.history().last_of(actor)
    }

    /// Whether `earlier` is among `later` or their ancestors.
    #[must_use]
    pub fn is_ancestor(&self, earlier: ChangeHash, later: &[ChangeHash]) -> bool {
        self.history().is_ancestor(earlier, later)
    }

    /// The keys that lead from the root to an object of this document; `None` if
    /// there is no such object, or it lies in a list.
    #[must_use]
    pub fn path_of(&self, object: &OpId) -> Option<Vec<String>> {
        self.path_to(&engine::object_in(object))
    }

    pub(crate) fn path_to(&self, object: &ObjId) -> Option<Vec<String>> {
        let parents = self.inner.parents(object).ok()?;
        parents
            .path()
            .into_iter()
            .map(|(_, prop)| match prop {
                Prop::Map(key) => Some(key),
                Prop::Seq(_) => None,
            })
            .collect()
    }

    /// How deep an object of this document lies: 1 for one in the root. `None` if
    /// there is no such object.
    #[must_use]
    pub fn depth_of(&self, object: &OpId) -> Option<usize> {
        self.inner.parents(engine::object_in(object)).ok().map(Iterator::count)
    }

    /// How many changes and how many actors it has.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        self.history().counts()
    }
}
