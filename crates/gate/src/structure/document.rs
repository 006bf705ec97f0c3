//! One document chunk, as a server sends it to a phone: actors, heads, the
//! columns of changes and of operations, the positions of the heads.

use domain::ChangeHash;
use domain::limits::{
    CHANGE_INFLATED_BYTES_MAX, DOC_ACTORS_MAX, DOC_CHANGES_MAX, DOC_OPS_MAX, DOC_SAVED_BYTES_MAX,
    KEY_CHARS_MAX, OP_COUNTER_MAX,
};

use super::Fault;
use super::change::{TIME_MS_MAX, read_actor};
use super::chunk::{self, ChunkType};
use super::columns::{Columns, read_data, read_layout};
use super::reader::Reader;
use super::runs::{Rows, walk_bool, walk_delta, walk_text, walk_unsigned};
use crate::refusal::RefusalCode;

// Columns of changes: id << 4 | type.
const CHANGE_ACTOR: u64 = 0x01;
const CHANGE_SEQ: u64 = 0x03;
const CHANGE_MAX_OP: u64 = 0x13;
const CHANGE_TIME: u64 = 0x23;
const CHANGE_DEPS_COUNT: u64 = 0x40;
const CHANGE_DEPS: u64 = 0x43;
const CHANGE_EXTRA_META: u64 = 0x56;
/// Those that our documents have: no message, and no extra bytes.
const CHANGE_KNOWN: [u64; 7] =
    [CHANGE_ACTOR, CHANGE_SEQ, CHANGE_MAX_OP, CHANGE_TIME, CHANGE_DEPS_COUNT, CHANGE_DEPS, CHANGE_EXTRA_META];

// Columns of operations.
const OBJECT_ACTOR: u64 = 0x01;
const OBJECT_COUNTER: u64 = 0x02;
const KEY_ACTOR: u64 = 0x11;
const KEY_COUNTER: u64 = 0x13;
const KEY_TEXT: u64 = 0x15;
const ID_ACTOR: u64 = 0x21;
const ID_COUNTER: u64 = 0x23;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const SUCC_COUNT: u64 = 0x80;
const SUCC_ACTOR: u64 = 0x81;
const SUCC_COUNTER: u64 = 0x83;
const OP_KNOWN: [u64; 14] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    ID_ACTOR,
    ID_COUNTER,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    SUCC_COUNT,
    SUCC_ACTOR,
    SUCC_COUNTER,
];

/// Dependencies of all changes together.
const EDGES_MAX: u64 = 4 * 50_000;
/// Replacements of all operations together.
const SUCCS_MAX: u64 = 2 * DOC_OPS_MAX;

/// Checks one uncompressed document chunk.
pub(super) fn check(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.len() > DOC_SAVED_BYTES_MAX {
        return Err(Fault::new(RefusalCode::ChangeTooLarge, "chunk", "it is larger than a document may be"));
    }
    let envelope = chunk::open(bytes)?;
    if envelope.kind != ChunkType::Document {
        return Err(Fault::malformed("chunk", "it is not a document"));
    }
    chunk::verify(ChunkType::Document, envelope.checksum, envelope.body)?;
    let mut reader = Reader::new(envelope.body, "document");
    let actors = read_actors(&mut reader)?;
    let heads = read_heads(&mut reader)?;
    let change_layout = read_layout(&mut reader, CHANGE_KNOWN)?;
    let op_layout = read_layout(&mut reader, OP_KNOWN)?;
    let change_columns = read_data(&mut reader, &change_layout)?;
    let op_columns = read_data(&mut reader, &op_layout)?;
    let changes = check_changes(&change_columns, actors)?;
    check_ops(&op_columns, actors)?;
    for _ in 0..heads {
        if reader.unsigned()? >= changes {
            return Err(Fault::malformed("heads", "a head is not among its changes"));
        }
    }
    if reader.is_empty() { Ok(()) } else { Err(reader.fault("bytes follow its end")) }
}

fn read_actors(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    let count = reader.count(DOC_ACTORS_MAX, "it has too many actors")?;
    let mut last = None;
    let mut read = 0;
    for _ in 0..count {
        let actor = read_actor(reader)?;
        if last.is_some_and(|last| last >= actor) {
            return Err(reader.fault("its actors are not sorted"));
        }
        last = Some(actor);
        read += 1;
    }
    Ok(read)
}

fn read_heads(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    let count = reader.count(DOC_ACTORS_MAX, "it has too many heads")?;
    let mut last: Option<ChangeHash> = None;
    let mut read = 0;
    for _ in 0..count {
        let head = ChangeHash::from_bytes(reader.take_array()?);
        if last.is_some_and(|last| last >= head) {
            return Err(reader.fault("its heads are not sorted"));
        }
        last = Some(head);
        read += 1;
    }
    Ok(read)
}

/// Checks the columns of changes; gives the number of changes.
fn check_changes(columns: &Columns<'_, 7>, actors: u64) -> Result<u64, Fault> {
    let changes_max = as_u64(DOC_CHANGES_MAX);
    let counters = (0, as_i64(OP_COUNTER_MAX));
    let changes = walk_index(columns.get(CHANGE_ACTOR), "change actor", changes_max, actors)?;
    if changes == 0 {
        return Err(Fault::malformed("change actor", "it has no changes"));
    }
    let seqs = walk_delta(columns.get(CHANGE_SEQ), "change number", changes, (1, counters.1))?;
    let max_ops = walk_delta(columns.get(CHANGE_MAX_OP), "change counter", changes, counters)?;
    let times = walk_delta(columns.get(CHANGE_TIME), "change time", changes, (-TIME_MS_MAX, TIME_MS_MAX))?;
    for (place, rows) in [("change number", seqs), ("change counter", max_ops), ("change time", times)] {
        full(place, rows, changes)?;
    }
    let edges = walk_groups(columns.get(CHANGE_DEPS_COUNT), "dependencies", changes, EDGES_MAX)?;
    let last_change = as_i64(changes - 1);
    let deps = walk_delta(columns.get(CHANGE_DEPS), "dependencies", EDGES_MAX, (0, last_change))?;
    full("dependencies", deps, edges)?;
    // The type of every extra value is bytes, and none has a length.
    let extra =
        walk_unsigned(columns.get(CHANGE_EXTRA_META), "change extra", changes, |run| match run.value {
            7 => Ok(()),
            _ => {
                Err(Fault::new(RefusalCode::ShapeForeign, "change extra", "a change carries no extra bytes"))
            }
        })?;
    full("change extra", extra, changes)?;
    Ok(changes)
}

fn check_ops(columns: &Columns<'_, 14>, actors: u64) -> Result<(), Fault> {
    let counters = (0, as_i64(OP_COUNTER_MAX));
    let ops = walk_index(columns.get(ID_ACTOR), "operation actor", DOC_OPS_MAX, actors)?;
    let ids = walk_delta(columns.get(ID_COUNTER), "operation counter", ops, counters)?;
    full("operation counter", ids, ops)?;
    check_places(columns, (ops, actors))?;
    let inserts = walk_bool(columns.get(INSERT), "insert", ops)?;
    full("insert", inserts, ops)?;
    let actions = walk_unsigned(columns.get(ACTION), "action", ops, |run| match run.value {
        0 | 1 | 4 => Ok(()), // deletions live in the successors
        2 | 5 | 6 | 7 => {
            Err(Fault::new(RefusalCode::ShapeForeign, "action", "such objects are never written"))
        }
        _ => Err(Fault::malformed("action", "an action is unknown")),
    })?;
    full("action", actions, ops)?;
    check_values(columns, ops)?;
    let succs = walk_groups(columns.get(SUCC_COUNT), "replaced by", ops, SUCCS_MAX)?;
    let succ_actors = walk_index(columns.get(SUCC_ACTOR), "replaced by actor", SUCCS_MAX, actors)?;
    let succ_counters = walk_delta(columns.get(SUCC_COUNTER), "replaced by counter", SUCCS_MAX, counters)?;
    full("replaced by counter", succ_counters, succs)?;
    if succ_actors == succs { Ok(()) } else { Err(wrong_rows("replaced by actor")) }
}

/// Objects and keys, which may be absent or hold nulls.
fn check_places(columns: &Columns<'_, 14>, (ops, actors): (u64, u64)) -> Result<(), Fault> {
    let counters = (0, as_i64(OP_COUNTER_MAX));
    let object_actor = walk_nullable_index(columns.get(OBJECT_ACTOR), "object actor", ops, actors)?;
    let object_counter = walk_unsigned(columns.get(OBJECT_COUNTER), "object counter", ops, |run| {
        if run.value <= OP_COUNTER_MAX { Ok(()) } else { Err(beyond("object counter")) }
    })?;
    let key_actor = walk_nullable_index(columns.get(KEY_ACTOR), "key actor", ops, actors)?;
    let key_counter = walk_delta(columns.get(KEY_COUNTER), "key counter", ops, counters)?;
    // Keys may repeat through all of a document, but not expand beyond what
    // changes of the largest size could have written.
    let all_max = as_u64(4 * CHANGE_INFLATED_BYTES_MAX).saturating_mul(4);
    let key_text = walk_text(columns.get(KEY_TEXT), "key text", ops, (4 * KEY_CHARS_MAX, all_max))?;
    for (place, rows) in [
        ("object actor", object_actor),
        ("object counter", object_counter),
        ("key actor", key_actor),
        ("key counter", key_counter),
        ("key text", key_text),
    ] {
        if rows.all != 0 && rows.all != ops {
            return Err(wrong_rows(place));
        }
    }
    if object_actor.values() == object_counter.values() && key_text.values() + key_counter.values() == ops {
        Ok(())
    } else {
        Err(wrong_rows("key text"))
    }
}

fn check_values(columns: &Columns<'_, 14>, ops: u64) -> Result<(), Fault> {
    let mut announced = 0u64;
    let rows = walk_unsigned(columns.get(VALUE_META), "value", ops, |run| {
        announced = announced.saturating_add((run.value >> 4).saturating_mul(run.count));
        super::operations::check_value_type(run.value & 0xf, run.value >> 4)
    })?;
    full("value", rows, ops)?;
    if as_u64(columns.get(VALUE).len()) == announced {
        Ok(())
    } else {
        Err(Fault::malformed("value", "its bytes are not as many as announced"))
    }
}

/// A column of indexes below `end`, without nulls; gives its rows.
fn walk_index(bytes: &[u8], place: &'static str, max_rows: u64, end: u64) -> Result<u64, Fault> {
    let rows = walk_nullable_index(bytes, place, max_rows, end)?;
    if rows.nulls == 0 { Ok(rows.all) } else { Err(wrong_rows(place)) }
}

fn walk_nullable_index(bytes: &[u8], place: &'static str, max_rows: u64, end: u64) -> Result<Rows, Fault> {
    walk_unsigned(bytes, place, max_rows, |run| {
        if run.value < end { Ok(()) } else { Err(Fault::malformed(place, "an index is outside its list")) }
    })
}

/// A column of group sizes; gives their sum.
fn walk_groups(bytes: &[u8], place: &'static str, groups: u64, sum_max: u64) -> Result<u64, Fault> {
    let mut sum = 0u64;
    let rows = walk_unsigned(bytes, place, groups, |run| {
        sum = sum.saturating_add(run.value.saturating_mul(run.count));
        if sum > sum_max {
            return Err(Fault::new(RefusalCode::ChangeTooManyOps, place, "it has too many rows"));
        }
        Ok(())
    })?;
    full(place, rows, groups)?;
    Ok(sum)
}

const fn full(place: &'static str, rows: Rows, expected: u64) -> Result<(), Fault> {
    if rows.all == expected && rows.nulls == 0 { Ok(()) } else { Err(wrong_rows(place)) }
}

const fn wrong_rows(place: &'static str) -> Fault {
    Fault::malformed(place, "its rows do not agree with the other columns")
}

const fn beyond(place: &'static str) -> Fault {
    Fault::new(RefusalCode::ChangeCounter, place, "a number is beyond what honest work reaches")
}

fn as_u64(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn as_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
