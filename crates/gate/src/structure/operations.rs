//! The operations of a change, as columns: each must have a row for every
//! operation, and name nothing outside the change's own bounds.

use domain::limits::{
    CHANGE_INFLATED_BYTES_MAX, CHANGE_KEYS_MAX, CHANGE_OPS_MAX, KEY_CHARS_MAX, OP_COUNTER_MAX,
};

use super::Fault;
use super::columns::Columns;
use super::reader::Reader;
use super::runs::{Rows, walk, walk_bool, walk_delta, walk_text, walk_unsigned};
use crate::refusal::RefusalCode;

// Column specifications: id << 4 | type.
pub(super) const OBJECT_ACTOR: u64 = 0x01;
pub(super) const OBJECT_COUNTER: u64 = 0x02;
pub(super) const KEY_ACTOR: u64 = 0x11;
pub(super) const KEY_COUNTER: u64 = 0x13;
pub(super) const KEY_TEXT: u64 = 0x15;
pub(super) const INSERT: u64 = 0x34;
pub(super) const ACTION: u64 = 0x42;
pub(super) const VALUE_META: u64 = 0x56;
pub(super) const VALUE: u64 = 0x57;
pub(super) const PRED_COUNT: u64 = 0x70;
pub(super) const PRED_ACTOR: u64 = 0x71;
pub(super) const PRED_COUNTER: u64 = 0x73;

/// The columns that our editor writes. Automerge knows two more (0x94 and 0xa5,
/// for marks), which it never does.
pub(super) const KNOWN: [u64; 12] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    PRED_COUNT,
    PRED_ACTOR,
    PRED_COUNTER,
];

/// Bytes of one key: four for each character.
const KEY_BYTES_MAX: usize = 4 * KEY_CHARS_MAX;
/// Operations that a change's operations replace, all together.
const PREDS_MAX: u64 = 2 * CHANGE_OPS_MAX;
/// The numbers that bound a change's operations.
pub(super) struct Bounds {
    /// How many actors its operations may name, the author included.
    pub(super) actors: u64,
    pub(super) start_op: u64,
}

/// Checks every column and that they agree on the number of rows; gives it.
pub(super) fn check(columns: &Columns<'_, 12>, bounds: &Bounds) -> Result<u64, Fault> {
    let ops = check_actions(columns)?;
    if ops == 0 {
        return Err(Fault::malformed("action", "it has no operations"));
    }
    let last_op = bounds.start_op.saturating_add(ops - 1);
    let highest = i64::try_from(last_op).ok().filter(|_| last_op <= OP_COUNTER_MAX).ok_or(Fault::new(
        RefusalCode::ChangeCounter,
        "action",
        "its counters run beyond the limit",
    ))?;
    check_objects(columns, bounds, (ops, last_op))?;
    check_keys(columns, bounds, (ops, highest))?;
    let inserts = walk_bool(columns.get(INSERT), "insert", ops)?;
    same_rows("insert", inserts, ops)?;
    check_values(columns, ops)?;
    check_preds(columns, bounds, (ops, highest))?;
    Ok(ops)
}

/// The actions give the number of operations: Automerge knows eight, and reads
/// the column to its end.
fn check_actions(columns: &Columns<'_, 12>) -> Result<u64, Fault> {
    let rows = walk_unsigned(columns.get(ACTION), "action", CHANGE_OPS_MAX, |run| match run.value {
        0 | 1 | 3 | 4 => Ok(()), // make a map, put, delete, make a text
        2 | 5 | 6 | 7 => Err(Fault::new(
            RefusalCode::ShapeForeign,
            "action",
            "lists, tables, counters and marks are never written",
        )),
        _ => Err(Fault::malformed("action", "an action is unknown")),
    })?;
    no_nulls("action", rows)?;
    Ok(rows.all)
}

fn check_objects(
    columns: &Columns<'_, 12>,
    bounds: &Bounds,
    (ops, last_op): (u64, u64),
) -> Result<(), Fault> {
    let actors = walk_actor(columns.get(OBJECT_ACTOR), "object actor", ops, bounds)?;
    let counters = walk_unsigned(columns.get(OBJECT_COUNTER), "object counter", ops, |run| {
        if run.value == 0 || run.value > last_op {
            return Err(Fault::new(
                RefusalCode::ChangeCounter,
                "object counter",
                "an object is of the future",
            ));
        }
        Ok(())
    })?;
    if actors != counters {
        return Err(Fault::malformed("object counter", "it does not agree with the column of actors"));
    }
    if actors.all != 0 {
        same_rows("object actor", actors, ops)?;
    }
    Ok(())
}

/// Each operation has a text key, or an element; an element has a counter, and
/// but for the head an actor.
fn check_keys(columns: &Columns<'_, 12>, bounds: &Bounds, (ops, highest): (u64, i64)) -> Result<(), Fault> {
    let actors = walk_actor(columns.get(KEY_ACTOR), "key actor", ops, bounds)?;
    let counters = walk_delta(columns.get(KEY_COUNTER), "key counter", ops, (0, highest))?;
    let all_max = u64::try_from(CHANGE_INFLATED_BYTES_MAX).unwrap_or(u64::MAX);
    let texts = walk_text(columns.get(KEY_TEXT), "key text", ops, (KEY_BYTES_MAX, all_max))?;
    for (place, rows) in [("key actor", actors), ("key counter", counters), ("key text", texts)] {
        if rows.all != 0 {
            same_rows(place, rows, ops)?;
        }
    }
    // Each key is looked up in the document; letters are not.
    if texts.values() > CHANGE_KEYS_MAX {
        return Err(Fault::new(RefusalCode::ChangeTooManyOps, "key text", "it writes too many keys"));
    }
    if texts.values() + counters.values() != ops {
        return Err(Fault::malformed("key text", "not every operation has one key"));
    }
    if actors.values() > counters.values() {
        return Err(Fault::malformed("key actor", "an element has no counter"));
    }
    Ok(())
}

/// The lengths that the metadata gives must be those of the value bytes.
fn check_values(columns: &Columns<'_, 12>, ops: u64) -> Result<(), Fault> {
    let values = columns.get(VALUE);
    let mut announced = 0u64;
    let rows = walk_unsigned(columns.get(VALUE_META), "value", ops, |run| {
        let (kind, length) = (run.value & 0xf, run.value >> 4);
        announced = announced.saturating_add(length.saturating_mul(run.count));
        check_value_type(kind, length)
    })?;
    no_nulls("value", rows)?;
    same_rows("value", rows, ops)?;
    if u64::try_from(values.len()) != Ok(announced) {
        return Err(Fault::malformed("value", "its bytes are not as many as announced"));
    }
    Ok(())
}

/// Null, false, true; unsigned, signed and timestamp numbers of at most ten
/// bytes; text and bytes. Floats, counters and unknown types are never written.
pub(super) fn check_value_type(kind: u64, length: u64) -> Result<(), Fault> {
    let is_sound = match kind {
        0..=2 => length == 0,
        3 | 4 | 9 => (1..=10).contains(&length),
        6 | 7 => true,
        _ => {
            return Err(Fault::new(
                RefusalCode::ShapeForeign,
                "value",
                "floating-point numbers, counters and unknown types are never written",
            ));
        }
    };
    if is_sound { Ok(()) } else { Err(Fault::malformed("value", "a value has an impossible length")) }
}

fn check_preds(columns: &Columns<'_, 12>, bounds: &Bounds, (ops, highest): (u64, i64)) -> Result<(), Fault> {
    let mut preds = 0u64;
    let groups = walk_unsigned(columns.get(PRED_COUNT), "replaced", ops, |run| {
        preds = preds.saturating_add(run.value.saturating_mul(run.count));
        if preds > PREDS_MAX {
            return Err(Fault::new(
                RefusalCode::ChangeTooManyOps,
                "replaced",
                "it replaces too many operations",
            ));
        }
        Ok(())
    })?;
    no_nulls("replaced", groups)?;
    same_rows("replaced", groups, ops)?;
    let actors = walk_actor(columns.get(PRED_ACTOR), "replaced actor", PREDS_MAX, bounds)?;
    let counters = walk_delta(columns.get(PRED_COUNTER), "replaced counter", PREDS_MAX, (1, highest))?;
    for (place, rows) in [("replaced actor", actors), ("replaced counter", counters)] {
        no_nulls(place, rows)?;
        same_rows(place, rows, preds)?;
    }
    Ok(())
}

/// A column of indexes into the list of actors: 0 is the author.
fn walk_actor(bytes: &[u8], place: &'static str, max_rows: u64, bounds: &Bounds) -> Result<Rows, Fault> {
    walk(bytes, place, max_rows, Reader::unsigned, |run| {
        if run.value < bounds.actors {
            Ok(())
        } else {
            Err(Fault::malformed(place, "an actor is not in its list"))
        }
    })
}

const fn same_rows(place: &'static str, rows: Rows, expected: u64) -> Result<(), Fault> {
    if rows.all == expected {
        Ok(())
    } else {
        Err(Fault::malformed(place, "it has another number of rows than there are operations"))
    }
}

const fn no_nulls(place: &'static str, rows: Rows) -> Result<(), Fault> {
    if rows.nulls == 0 { Ok(()) } else { Err(Fault::malformed(place, "it has a row without a value")) }
}
