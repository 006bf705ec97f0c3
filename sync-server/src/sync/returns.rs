//! Changes that the server had accepted and has lost, as phones give them back,
//! and the word by which it knows them (`docs/adr/0061`).

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{ActorId, ChangeHash, DeviceId, UserId};
use wire::{ErrorCode, Hash, Owner, Receipt, Return, SyncRequest, Vouched};

use super::actors::{ActorOwner, the_server};
use super::exchange::Before;
use super::push::CheckedPush;
use crate::error::CoreError;
use crate::receipts::{ReceiptKey, holds};

/// Owners named in one request.
const OWNERS_MAX: usize = 10_000;
/// Receipts of one document.
const RECEIPTS_MAX: usize = 64;
/// Heads of one receipt.
const HEADS_MAX: usize = 256;

/// What the server had said: heads of a document up to which it had accepted
/// everything, and whose actors are.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub(super) heads: Vec<ChangeHash>,
    pub(super) owners: Arc<BTreeMap<ActorId, ActorOwner>>,
}

impl Word {
    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        self.heads.is_empty() && self.owners.is_empty()
    }
}

/// Refuses what no phone sends.
pub(super) fn check(request: &SyncRequest) -> Result<(), CoreError> {
    let invalid = |path: &str, message: &str| Err(CoreError::refused_at(ErrorCode::Invalid, path, message));
    if request.owners.as_ref().is_some_and(|owners| owners.len() > OWNERS_MAX) {
        return invalid("owners", "too many owners in one request");
    }
    for given in request.returns.iter().flatten() {
        let receipts = given.receipts.as_deref().unwrap_or_default();
        if receipts.len() > RECEIPTS_MAX || receipts.iter().any(|receipt| receipt.heads.len() > HEADS_MAX) {
            return invalid("returns", "too many receipts or heads for one document");
        }
    }
    Ok(())
}

/// Checks the bytes and the word for them.
pub(super) fn checked(
    key: &ReceiptKey,
    request: &SyncRequest,
    clock_offset: Option<i64>,
) -> Vec<CheckedPush> {
    let owners = Arc::new(owners(key, request.owners.as_deref().unwrap_or_default()));
    let one = |given: &Return| {
        let word = Word { heads: heads(key, given), owners: Arc::clone(&owners) };
        CheckedPush::of_return(given, clock_offset, word)
    };
    request.returns.iter().flatten().map(one).collect()
}

/// The server's word for what comes before changes that it knows to have accepted: who
/// gives back more than fits one request begins at the end, and so gets to the
/// beginning without anything being believed or kept meanwhile.
pub(super) fn words_for(key: &ReceiptKey, before: Vec<Before>) -> Vec<Vouched> {
    let mut words = Vec::new();
    for (doc, hashes) in before {
        for heads in hashes.chunks(HEADS_MAX) {
            let mac = key.of_heads(doc, heads).to_vec();
            let receipt = Receipt { heads: heads.iter().copied().map(Hash).collect(), mac };
            words.push(Vouched { doc, receipt });
        }
    }
    words
}

/// The heads for which the receipts are the server's own.
fn heads(key: &ReceiptKey, given: &Return) -> Vec<ChangeHash> {
    let mut heads = Vec::new();
    for receipt in given.receipts.iter().flatten() {
        let named: Vec<ChangeHash> = receipt.heads.iter().map(|head| head.0).collect();
        if holds(&receipt.mac, &key.of_heads(given.doc, &named)) {
            heads.extend(named);
        }
    }
    heads
}

/// The owners whose receipts are the server's own.
fn owners(key: &ReceiptKey, named: &[Owner]) -> BTreeMap<ActorId, ActorOwner> {
    let one = |owner: &Owner| {
        let person = match (&owner.user, &owner.device) {
            (Some(user), Some(device)) => Some((UserId::from_slice(user)?, DeviceId::from_slice(device)?)),
            (None, None) => None,
            _ => return None,
        };
        let is_ours = holds(&owner.mac, &key.of_owner(owner.actor, person));
        is_ours.then(|| (owner.actor, person.map_or(the_server(), |(user, device)| (device, user))))
    };
    named.iter().filter_map(one).collect()
}
