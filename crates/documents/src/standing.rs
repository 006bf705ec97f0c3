//! Which operations stand: what an author saw at a place, by name.
//!
//! The gate compares it with what a change says that it replaces.

use automerge::{Automerge, ObjType, Prop, ROOT, ReadDoc};
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

/// What kind of object holds other things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Values and objects at keys.
    Map,
    /// Letters.
    Text,
}

impl Standing<'_> {
    /// What a map or a text is, if it stands; lists and what lies in them are never
    /// written by our editor and count as not there.
    #[must_use]
    pub fn holder(&self, object: &OpId) -> Option<Holder> {
        let holder = match self.doc.object_type(object_in(object)).ok()? {
            ObjType::Map => Holder::Map,
            ObjType::Text => Holder::Text,
            ObjType::List | ObjType::Table => return None,
        };
        self.stands(*object).then_some(holder)
    }

    /// Whether an object and all that it lies in stand, up to the root.
    fn stands(&self, object: OpId) -> bool {
        let Ok(parents) = self.doc.parents(object_in(&object)) else { return false };
        let mut child = object;
        for parent in parents {
            let Prop::Map(key) = parent.prop else { return false };
            let object = op_id(&parent.obj).map_or(Object::Root, Object::Made);
            if !self.at_key(&object, &key).contains(&child) {
                return false;
            }
            let Object::Made(id) = object else { return true };
            child = id;
        }
        false
    }

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
