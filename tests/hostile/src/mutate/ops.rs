//! Bends the operations of a change. What comes out is encoded as the engine
//! encodes, so that it passes for canonical and meets the later stages.

use documents::inspect::{self, Action, DecodedChange, Key, Object, Op, OpId, Scalar};
use documents::{RawChange, testing};
use domain::Hash32;

use crate::script::Script;

/// Keys of our documents and of none.
const KEYS: [&str; 16] = [
    "contact",
    "phone",
    "parts",
    "events",
    "kind",
    "by",
    "at",
    "after",
    "void",
    "schema",
    "id",
    "technician",
    "text",
    "",
    "k",
    "quantity",
];

/// Bends a change so many times; gives the honest one if it cannot be encoded.
pub(super) fn bent(script: &mut Script<'_>, honest: &RawChange, known: &[OpId], bends: usize) -> RawChange {
    let Ok(mut change) = inspect::decode(&honest.bytes) else { return honest.clone() };
    for _ in 0..bends {
        bend(script, &mut change, known);
    }
    testing::encode(&change).unwrap_or_else(|| honest.clone())
}

fn bend(script: &mut Script<'_>, change: &mut DecodedChange, known: &[OpId]) {
    let mut names: Vec<OpId> = change.ops.iter().map(|op| op.id).collect();
    names.extend(known);
    let at = script.below(change.ops.len().max(1));
    match script.byte() % 16 {
        0 => bend_header(script, change),
        1 => {
            let copied = change.ops.get(at).cloned();
            change.ops.extend(copied);
            renumber(change);
        }
        2 if change.ops.len() > 1 => {
            change.ops.remove(at);
            renumber(change);
        }
        3 => {
            let other = script.below(change.ops.len().max(1));
            if at.max(other) < change.ops.len() {
                change.ops.swap(at, other);
                renumber(change);
            }
        }
        _ => {
            if let Some(op) = change.ops.get_mut(at) {
                bend_op(script, op, &names);
            }
        }
    }
}

fn bend_header(script: &mut Script<'_>, change: &mut DecodedChange) {
    let header = &mut change.header;
    match script.byte() % 5 {
        0 => header.seq = script.number(header.seq).max(1),
        1 => header.start_op = script.number(header.start_op).clamp(1, u64::MAX >> 1),
        2 => header.deps.clear(),
        3 => header.deps.push(Hash32::from_bytes([script.byte(); 32])),
        _ => header.time = header.time.wrapping_add(i64::from(script.byte()) << 24),
    }
    header.deps.sort_unstable();
    header.deps.dedup();
    renumber(change);
}

/// Operations are numbered as they stand; what refers to a number now refers to
/// another operation, which is just as well.
fn renumber(change: &mut DecodedChange) {
    let header = &change.header;
    for (counter, op) in (header.start_op..).zip(&mut change.ops) {
        op.id.counter = counter;
    }
}

fn bend_op(script: &mut Script<'_>, op: &mut Op, names: &[OpId]) {
    match script.byte() % 8 {
        0 => {
            op.object = match script.pick(names) {
                Some(_) if script.one_in(4) => Object::Root,
                Some(name) => Object::Made(*name),
                None => Object::Root,
            };
        }
        1 => op.key = Key::Map(script.pick(&KEYS).copied().unwrap_or_default().to_owned()),
        2 => op.key = script.pick(names).map_or(Key::Head, |name| Key::Element(*name)),
        3 => op.insert = !op.insert,
        4 | 5 => op.action = action(script),
        6 => op.pred.clear(),
        _ => {
            op.pred.extend(script.pick(names));
            op.pred.sort_unstable();
            op.pred.dedup();
        }
    }
}

fn action(script: &mut Script<'_>) -> Action {
    let number = script.number(0);
    let signed = i64::from_le_bytes(number.to_le_bytes());
    match script.byte() % 12 {
        0 => Action::MakeMap,
        1 => Action::MakeText,
        2 => Action::Delete,
        3 => Action::Put(Scalar::Null),
        4 => Action::Put(Scalar::Bool(true)),
        5 => Action::Put(Scalar::Int(signed)),
        6 => Action::Put(Scalar::Uint(number)),
        7 => Action::Put(Scalar::Timestamp(signed)),
        8 => Action::Put(Scalar::Bytes(script.take(8).to_vec())),
        9 => Action::Put(Scalar::Text("x".repeat(usize::from(script.byte()) * 100))),
        10 => Action::Put(Scalar::Text("\u{1f6e0}\u{200c}و".to_owned())),
        _ => Action::Put(Scalar::Text(char::from(script.byte()).to_string())),
    }
}
