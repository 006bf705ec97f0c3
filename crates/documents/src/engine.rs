//! The border to Automerge: its ids in our types, and its panics as errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, LoadOptions, OnPartialLoad, TextEncoding, VerificationMode};
use domain::{ActorId, ChangeHash};

use crate::inspect::{ChangeHeader, OpId};

/// Runs Automerge on bytes that others wrote. It panics on some that no honest
/// editor makes; a panic is an error like any other, and whatever it was working
/// on is thrown away by the caller.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(format!("the document engine panicked: {message}"))
    })
}

/// An empty document whose texts count code points on every platform.
pub(crate) fn empty() -> Automerge {
    Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint)
}

/// Loads with every check that Automerge has.
pub(crate) fn load(saved: &[u8]) -> Result<Automerge, String> {
    let options = LoadOptions::new()
        .on_partial_load(OnPartialLoad::Error)
        .verification_mode(VerificationMode::Check)
        .text_encoding(TextEncoding::UnicodeCodePoint);
    guarded(|| Automerge::load_with_options(saved, options).map_err(|error| error.to_string()))
}

pub(crate) fn hash_in(hash: ChangeHash) -> automerge::ChangeHash {
    automerge::ChangeHash(*hash.as_bytes())
}

pub(crate) fn hash_out(hash: automerge::ChangeHash) -> ChangeHash {
    ChangeHash::from_bytes(hash.0)
}

pub(crate) fn hashes_in(hashes: &[ChangeHash]) -> Vec<automerge::ChangeHash> {
    hashes.iter().copied().map(hash_in).collect()
}

pub(crate) fn actor_in(actor: ActorId) -> automerge::ActorId {
    automerge::ActorId::from(actor.as_bytes().as_slice())
}

/// `None` for an actor that is not of 16 bytes, which no side of ours makes.
pub(crate) fn actor_out(actor: &automerge::ActorId) -> Option<ActorId> {
    ActorId::from_slice(actor.to_bytes())
}

/// What a change says of itself; `None` if its actor is not of 16 bytes.
pub(crate) fn header(change: &Change) -> Option<ChangeHeader> {
    let mut deps: Vec<ChangeHash> = change.deps().iter().copied().map(hash_out).collect();
    deps.sort_unstable();
    Some(ChangeHeader {
        hash: hash_out(change.hash()),
        actor: actor_out(change.actor_id())?,
        seq: change.seq(),
        start_op: change.start_op().get(),
        ops: u64::try_from(change.len()).unwrap_or(u64::MAX),
        deps,
        time: change.timestamp(),
    })
}

/// The object that an operation made, as Automerge names it. The last number is
/// only a hint for finding the actor.
pub(crate) fn object_in(id: &OpId) -> automerge::ObjId {
    automerge::ObjId::Id(id.counter, actor_in(id.actor), 0)
}
