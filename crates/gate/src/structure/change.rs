//! One change chunk: its metadata, then its columns.

use documents::inspect::Op;
use domain::limits::{CHANGE_ACTORS_MAX, CHANGE_DEPS_MAX, CHANGE_WIRE_BYTES_MAX, OP_COUNTER_MAX};
use domain::{ActorId, ChangeHash};

use super::chunk::{self, ChunkType};
use super::columns::{Columns, read_data, read_layout};
use super::decode::{self, Origin};
use super::operations::{self, Bounds, KNOWN};
use super::reader::Reader;
use super::{Fault, Structure};
use crate::refusal::RefusalCode;

/// The end of the year 9999. A device's time no farther than that from 1970, either
/// way, can be added and subtracted safely for ever.
pub(super) const TIME_MS_MAX: i64 = 253_402_300_799_999;

/// Checks one change chunk, compressed or not.
pub(super) fn check(bytes: &[u8]) -> Result<Structure, Fault> {
    if bytes.len() > CHANGE_WIRE_BYTES_MAX {
        return Err(Fault::new(RefusalCode::ChangeTooLarge, "chunk", "it is larger than a change may be"));
    }
    let envelope = chunk::open(bytes)?;
    match envelope.kind {
        ChunkType::Document => Err(Fault::malformed("chunk", "it is a document, not a change")),
        ChunkType::Change => check_body(envelope.checksum, envelope.body),
        ChunkType::CompressedChange => {
            let inflated = chunk::inflate(envelope.body)?;
            check_body(envelope.checksum, &inflated)
        }
    }
}

/// Reads the operations of a change that was checked.
pub(super) fn read_ops(change: &Structure) -> Result<Vec<Op>, Fault> {
    let envelope = chunk::open(change.bytes())?;
    let body = read_body(envelope.body)?;
    let origin = Origin { author: body.actor, others: &body.others, start_op: body.start_op };
    decode::read(&body.columns, &origin, change.ops())
}

fn check_body(checksum: [u8; 4], bytes: &[u8]) -> Result<Structure, Fault> {
    let hash = chunk::verify(ChunkType::Change, checksum, bytes)?;
    let Body { deps, actor, seq, start_op, time_ms, others, columns } = read_body(bytes)?;
    let actors = u64::try_from(others.len()).unwrap_or(u64::MAX) + 1;
    let ops = operations::check(&columns, &Bounds { actors, start_op })?;
    let bytes = chunk::close(ChunkType::Change, hash, bytes);
    Ok(Structure { hash, actor, seq, start_op, ops, time_ms, deps, bytes })
}

/// The parts of a change.
struct Body<'a> {
    deps: Vec<ChangeHash>,
    actor: ActorId,
    seq: u64,
    start_op: u64,
    time_ms: i64,
    others: Vec<ActorId>,
    columns: Columns<'a, 12>,
}

fn read_body(bytes: &[u8]) -> Result<Body<'_>, Fault> {
    let mut reader = Reader::new(bytes, "change");
    let deps = read_deps(&mut reader)?;
    let actor = read_actor(&mut reader)?;
    let seq = read_counter(&mut reader)?;
    let start_op = read_counter(&mut reader)?;
    let time_ms = reader.signed()?;
    if time_ms.unsigned_abs() > TIME_MS_MAX.unsigned_abs() {
        return Err(Fault::new(RefusalCode::ChangeCounter, "time", "the time is beyond the year 9999"));
    }
    if !reader.prefixed()?.is_empty() {
        return Err(Fault::new(RefusalCode::ShapeForeign, "message", "a change carries no message"));
    }
    let others = read_other_actors(&mut reader, actor)?;
    let layout = read_layout(&mut reader, KNOWN)?;
    let columns = read_data(&mut reader, &layout)?;
    if !reader.is_empty() {
        return Err(Fault::new(RefusalCode::ShapeForeign, "extra", "a change carries no extra bytes"));
    }
    Ok(Body { deps, actor, seq, start_op, time_ms, others, columns })
}

fn read_deps(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, Fault> {
    let count = reader.count(CHANGE_DEPS_MAX, "it depends on too many changes")?;
    let mut deps: Vec<ChangeHash> = Vec::with_capacity(count);
    for _ in 0..count {
        let dep = ChangeHash::from_bytes(reader.take_array()?);
        if deps.last().is_some_and(|last| *last >= dep) {
            return Err(reader.fault("its dependencies are not sorted"));
        }
        deps.push(dep);
    }
    Ok(deps)
}

/// An actor of exactly 16 bytes, as every one of ours is.
pub(super) fn read_actor(reader: &mut Reader<'_>) -> Result<ActorId, Fault> {
    let bytes = reader.prefixed()?;
    ActorId::from_slice(bytes).ok_or(reader.fault("an actor does not have 16 bytes"))
}

/// The other actors that operations name: sorted, and not the author.
fn read_other_actors(reader: &mut Reader<'_>, author: ActorId) -> Result<Vec<ActorId>, Fault> {
    let count = reader.count(CHANGE_ACTORS_MAX, "it names too many actors")?;
    let mut actors: Vec<ActorId> = Vec::with_capacity(count);
    for _ in 0..count {
        let actor = read_actor(reader)?;
        if actor == author || actors.last().is_some_and(|last| *last >= actor) {
            return Err(reader.fault("its other actors are not sorted"));
        }
        actors.push(actor);
    }
    Ok(actors)
}

fn read_counter(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    let counter = reader.unsigned()?;
    if counter == 0 || counter > OP_COUNTER_MAX {
        return Err(Fault::new(
            RefusalCode::ChangeCounter,
            "change",
            "a counter is beyond what honest work reaches",
        ));
    }
    Ok(counter)
}
