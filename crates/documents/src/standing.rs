//! Which operations stand: what an author saw at a place, by name.
//!
//! The gate compares it with what a change says that it replaces.

use automerge::{Automerge, ROOT, ReadDoc};
use domain::ChangeHash;

use crate::document::Document;
use crate::engine::{actor_out, hash_in, hashes_in, object_in};
use crate::inspect::{Object, OpId};

/// A document as it stood at some heads, by its operations.
#[derive(Debug)]
pub struct Standing<'a> {
    doc: &'a Automerge,
    /// `None` for the present.
    at: Option<Vec<automerge::ChangeHash>>,
}

impl Document {
    /// The document as it stood at some heads. Heads that are not among its changes
    /// are passed over.
    #[must_use]
    pub fn standing(&self, heads: &[ChangeHash]) -> Standing<'_> {
        let at = if self.heads() == heads {
            None
        } else {
            let known =
                heads.iter().filter(|head| self.inner.get_change_meta_by_hash(&hash_in(**head)).is_some());
            Some(hashes_in(&known.copied().collect::<Vec<_>>()))
        };
        Standing { doc: &self.inner, at }
    }
}

impl Standing<'_> {
    /// The operations whose values stand at a key of a map, sorted. For a map or
    /// a text, that is the operation which made it.
    #[must_use]
    pub fn at_key(&self, object: &Object, key: &str) -> Vec<OpId> {
        let object = match object {
            Object::Root => ROOT,
            Object::Made(id) => object_in(id),
        };
        let values = match &self.at {
            None => self.doc.get_all(&object, key),
            Some(heads) => self.doc.get_all_at(&object, key, heads),
        };
        // An object that is not there holds nothing.
        let mut ids: Vec<OpId> =
            values.unwrap_or_default().into_iter().filter_map(|(_, id)| op_id(&id)).collect();
        ids.sort_unstable();
        ids
    }

    /// The elements of a text that stand, in their order.
    #[must_use]
    pub fn elements(&self, text: &OpId) -> Vec<OpId> {
        let text = object_in(text);
        let items = match &self.at {
            None => self.doc.list_range(&text, ..),
            Some(heads) => self.doc.list_range_at(&text, .., heads),
        };
        items.filter_map(|item| op_id(&item.id())).collect()
    }
}

fn op_id(id: &automerge::ObjId) -> Option<OpId> {
    match id {
        automerge::ObjId::Root => None,
        automerge::ObjId::Id(counter, actor, _) => Some(OpId { counter: *counter, actor: actor_out(actor)? }),
    }
}
