//! Crafts changes that no honest editor makes, for the tests of the gate. Built
//! only with the feature `testing`.

use std::num::NonZeroU64;

use automerge::transaction::Transactable as _;
use automerge::{
    Automerge, Change, ExpandedChange, LoadOptions, ObjType, ROOT, ReadDoc as _, ScalarValue, TextEncoding,
    legacy,
};
use domain::{ActorId, DocKind};

use crate::document::{Document, RawChange};
use crate::engine::{actor_in, guarded, hashes_in, header};
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

/// All that a document holds, of our schema or not, to be compared.
#[derive(Debug, PartialEq)]
pub struct Contents(automerge::hydrate::Value);

/// Reads a document out without knowing its schema. `None` if Automerge panics.
#[must_use]
pub fn contents(document: &Document) -> Option<Contents> {
    guarded(|| Ok(Contents(document.inner.hydrate(None)))).ok()
}

/// Writes one key of the root under an actor, as an honest editor of any schema
/// would. `None` if Automerge panics or refuses.
#[must_use]
pub fn touch(document: &mut Document, actor: ActorId) -> Option<RawChange> {
    let mut inner = document.inner.clone();
    let (inner, change) = guarded(move || {
        inner.set_actor(actor_in(actor));
        let mut transaction = inner.transaction();
        transaction.put(ROOT, "touched", 1).map_err(|error| error.to_string())?;
        let (hash, _) = transaction.commit();
        let change = hash.and_then(|hash| inner.get_change_by_hash(&hash)).ok_or("no change")?;
        Ok((inner, change))
    })
    .ok()?;
    document.inner = inner;
    document.remember(header(&change)?);
    Some(RawChange::of(&change))
}

/// A document of another schema, with maps, a text, a list and a counter, and
/// honest changes that somebody else would make next, each by itself. `None` if
/// Automerge refuses, which it never does.
#[must_use]
pub fn foreign(author: ActorId, next: ActorId) -> Option<(Document, Vec<RawChange>)> {
    let mut inner = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    inner.set_actor(actor_in(author));
    let made = inner.transact::<_, _, automerge::AutomergeError>(|tx| {
        let map = tx.put_object(ROOT, "m", ObjType::Map)?;
        tx.put(&map, "k", 1)?;
        let deep = tx.put_object(&map, "deep", ObjType::Map)?;
        tx.put(&deep, "name", "value")?;
        let text = tx.put_object(ROOT, "t", ObjType::Text)?;
        tx.splice_text(&text, 0, 0, "lorem ipsum dolor")?;
        let list = tx.put_object(ROOT, "l", ObjType::List)?;
        (0..5_i64).try_for_each(|index| tx.insert(&list, 0, index * 7))?;
        tx.put(ROOT, "c", ScalarValue::counter(1))?;
        Ok([map, deep, text, list])
    });
    let [map, deep, text, list] = made.ok()?.result;
    type Step = fn(
        &mut automerge::transaction::Transaction<'_>,
        [&automerge::ObjId; 4],
    ) -> Result<(), automerge::AutomergeError>;
    let steps: [Step; 6] = [
        |tx, [map, ..]| tx.put(map, "k", 2),
        |tx, [_, deep, ..]| tx.put(deep, "other", "x"),
        |tx, [_, _, text, _]| tx.splice_text(text, 3, 2, "abc"),
        |tx, [_, _, _, list]| tx.insert(list, 2, 99),
        |tx, [map, ..]| tx.delete(map, "k"),
        |tx, [map, ..]| tx.put_object(map, "new", ObjType::Map).and_then(|new| tx.put(&new, "a", true)),
    ];
    let changes = steps.into_iter().map(|step| {
        let mut copy = inner.clone();
        copy.set_actor(actor_in(next));
        copy.transact(|tx| step(tx, [&map, &deep, &text, &list])).ok()?;
        copy.get_last_local_change().map(|change| RawChange::of(&change))
    });
    let changes: Option<Vec<RawChange>> = changes.collect();
    Some((Document::of(DocKind::Job, inner), changes?))
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
