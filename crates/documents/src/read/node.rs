//! The objects of a document, with every value that stands at a key.
//!
//! Two maps may stand at one key (made by two sides at once, or by a replay); a
//! [`Node`] is all of them together, so nothing that stands in either is missed.

use std::collections::BTreeMap;

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, Value};
use domain::{ActorId, DocId};

use crate::ReadError;
use crate::engine::actor_out;
use crate::inspect::Scalar;

/// What stands at a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Held {
    /// A map.
    Map(ObjId),
    /// A text.
    Text(ObjId),
    /// A scalar.
    Scalar(Scalar),
    /// What our documents never hold: a list or a table.
    Foreign,
}

/// One of the values at a key, and the operation that wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    /// The object in which it stands.
    pub(crate) object: ObjId,
    /// The value.
    pub(crate) held: Held,
    /// The operation's counter.
    pub(crate) counter: u64,
    /// The operation's actor.
    pub(crate) actor: Option<ActorId>,
}

/// A map, or several that stand at one key, read as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    keys: BTreeMap<String, Vec<Slot>>,
}

impl Node {
    /// Everything that stands at a key.
    pub(crate) fn slots(&self, key: &str) -> &[Slot] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }

    /// The keys, ascending.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &[Slot])> {
        self.keys.iter().map(|(key, slots)| (key.as_str(), slots.as_slice()))
    }

    /// How many keys it has.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The maps that stand at a key, the latest operation last.
    pub(crate) fn maps(&self, key: &str) -> Vec<ObjId> {
        objects(self.slots(key), |held| match held {
            Held::Map(object) => Some(object),
            _ => None,
        })
    }

    /// The texts that stand at a key, the latest operation last.
    pub(crate) fn texts(&self, key: &str) -> Vec<ObjId> {
        objects(self.slots(key), |held| match held {
            Held::Text(object) => Some(object),
            _ => None,
        })
    }
}

fn objects(slots: &[Slot], wanted: impl Fn(&Held) -> Option<&ObjId>) -> Vec<ObjId> {
    let mut slots: Vec<&Slot> = slots.iter().collect();
    slots.sort_by_key(|slot| (slot.counter, slot.actor));
    slots.into_iter().filter_map(|slot| wanted(&slot.held).cloned()).collect()
}

/// A document as it stands now, or as it stood at some heads.
pub(crate) struct Reader<'a> {
    doc: &'a Automerge,
    at: Option<Vec<automerge::ChangeHash>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn now(doc: &'a Automerge) -> Self {
        Self { doc, at: None }
    }

    /// `heads` are changes of the document.
    pub(crate) fn at(doc: &'a Automerge, heads: Vec<automerge::ChangeHash>) -> Self {
        Self { doc, at: Some(heads) }
    }

    pub(crate) fn root(&self) -> Node {
        self.node(&[ROOT])
    }

    /// The given maps read as one.
    pub(crate) fn node(&self, objects: &[ObjId]) -> Node {
        let mut node = Node::default();
        objects.iter().for_each(|object| self.scan(object, &mut node));
        node
    }

    fn scan(&self, object: &ObjId, node: &mut Node) {
        let items = match &self.at {
            None => self.doc.map_range(object, ..),
            Some(heads) => self.doc.map_range_at(object, .., heads),
        };
        for item in items {
            let slots = node.keys.entry(item.key.to_string()).or_default();
            if item.conflict {
                slots.extend(self.rivals(object, &item.key));
            } else {
                slots.push(slot(object, &item.value.clone().into_value(), item.id()));
            }
        }
    }

    /// Every value at a key where several stand.
    fn rivals(&self, object: &ObjId, key: &str) -> Vec<Slot> {
        let values = match &self.at {
            None => self.doc.get_all(object, key),
            Some(heads) => self.doc.get_all_at(object, key, heads),
        };
        // The object was found by its parent a moment ago, so it is there.
        values.unwrap_or_default().iter().map(|(value, id)| slot(object, value, id.clone())).collect()
    }

    /// The letters of a text.
    pub(crate) fn text(&self, object: &ObjId) -> Result<String, ReadError> {
        match &self.at {
            None => self.doc.text(object),
            Some(heads) => self.doc.text_at(object, heads),
        }
        .map_err(|error| ReadError { path: format!("text ({error})") })
    }

    /// The document's id.
    pub(crate) fn id(&self) -> Result<DocId, ReadError> {
        id_in(&self.root())
    }
}

/// The document's id, by its root.
pub(crate) fn id_in(root: &Node) -> Result<DocId, ReadError> {
    root.slots("id")
        .iter()
        .find_map(|slot| match &slot.held {
            Held::Scalar(Scalar::Bytes(bytes)) => DocId::from_slice(bytes),
            _ => None,
        })
        .ok_or_else(|| ReadError { path: "id".to_owned() })
}

fn slot(object: &ObjId, value: &Value<'_>, id: ObjId) -> Slot {
    let (counter, actor) = match &id {
        ObjId::Root => (0, None),
        ObjId::Id(counter, actor, _) => (*counter, actor_out(actor)),
    };
    let held = match value {
        Value::Object(ObjType::Map) => Held::Map(id),
        Value::Object(ObjType::Text) => Held::Text(id),
        Value::Object(ObjType::List | ObjType::Table) => Held::Foreign,
        Value::Scalar(scalar) => Held::Scalar(Scalar::from_engine(scalar)),
    };
    Slot { object: object.clone(), held, counter, actor }
}
