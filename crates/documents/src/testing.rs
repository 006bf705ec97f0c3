//! Crafts changes that no honest editor makes, for the tests of the gate. Built
//! only with the feature `testing`.

use std::num::NonZeroU64;

use automerge::{Automerge, Change, ExpandedChange, LoadOptions, ObjType, ScalarValue, TextEncoding, legacy};
use domain::DocKind;

use crate::document::{Document, RawChange};
use crate::engine::{actor_in, guarded, hashes_in};
use crate::inspect::{Action, ChangeHeader, DecodedChange, Key, Object, Op, OpId};

/// Encodes a change as it stands: forged, hidden or misplaced operations and all.
/// The hash in the header is passed over. `None` if Automerge cannot encode it.
#[must_use]
pub fn encode(change: &DecodedChange) -> Option<RawChange> {
    let header: &ChangeHeader = &change.header;
    let expanded = ExpandedChange {
        operations: change.ops.iter().map(operation).collect(),
        actor_id: actor_in(header.actor),
        hash: None,
        seq: header.seq,
        start_op: NonZeroU64::new(header.start_op)?,
        time: header.time,
        message: None,
        deps: hashes_in(&header.deps),
        extra_bytes: Vec::new(),
        author: None,
    };
    guarded(|| Ok(Change::from(expanded))).ok().map(|change| RawChange::of(&change))
}

/// Loads any saved document, of our schema or not.
#[must_use]
pub fn load_any(kind: DocKind, saved: &[u8]) -> Option<Document> {
    let options = LoadOptions::new().text_encoding(TextEncoding::UnicodeCodePoint);
    let inner = guarded(|| Automerge::load_with_options(saved, options).map_err(|error| error.to_string()));
    inner.ok().map(|inner| Document::of(kind, inner))
}

fn operation(op: &Op) -> legacy::Op {
    legacy::Op {
        action: match &op.action {
            Action::MakeMap => legacy::OpType::Make(ObjType::Map),
            Action::MakeText => legacy::OpType::Make(ObjType::Text),
            Action::Put(scalar) => legacy::OpType::Put(scalar.clone().into_engine()),
            Action::Delete => legacy::OpType::Delete,
            Action::Foreign => legacy::OpType::Put(ScalarValue::F64(0.5)),
        },
        obj: match &op.object {
            Object::Root => legacy::ObjectId::Root,
            Object::Made(id) => legacy::ObjectId::Id(op_id(id)),
        },
        key: match &op.key {
            Key::Map(key) => legacy::Key::Map(key.as_str().into()),
            Key::Head => legacy::Key::Seq(legacy::ElementId::Head),
            Key::Element(id) => legacy::Key::Seq(legacy::ElementId::Id(op_id(id))),
        },
        pred: op.pred.iter().map(op_id).collect(),
        insert: op.insert,
    }
}

fn op_id(id: &OpId) -> legacy::OpId {
    legacy::OpId::new(id.counter, &actor_in(id.actor))
}
