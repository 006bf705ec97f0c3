//! The graph of a document's changes by what they say of themselves, so that
//! questions of causality cost a look-up.

use std::collections::{BTreeSet, HashMap};

use automerge::{Automerge, ChangeMetadata};
use domain::{ActorId, ChangeHash};

use crate::engine::{actor_out, hash_out};
use crate::inspect::ChangeHeader;

/// Every change of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    headers: HashMap<ChangeHash, ChangeHeader>,
    last: HashMap<ActorId, (u64, ChangeHash)>,
}

impl History {
    pub(crate) fn of(doc: &Automerge) -> Self {
        let mut history = Self::default();
        doc.get_changes_meta(&[]).iter().filter_map(header).for_each(|header| history.add(header));
        history
    }

    pub(crate) fn add(&mut self, header: ChangeHeader) {
        let last = self.last.entry(header.actor).or_insert((header.seq, header.hash));
        if header.seq > last.0 {
            *last = (header.seq, header.hash);
        }
        self.headers.insert(header.hash, header);
    }

    pub(crate) fn contains(&self, hash: ChangeHash) -> bool {
        self.headers.contains_key(&hash)
    }

    pub(crate) fn header(&self, hash: ChangeHash) -> Option<&ChangeHeader> {
        self.headers.get(&hash)
    }

    /// The change that depends on no other.
    pub(crate) fn first(&self) -> Option<&ChangeHeader> {
        self.headers.values().find(|header| header.deps.is_empty())
    }

    pub(crate) fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        self.last.get(&actor).copied()
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.headers.len(), self.last.len())
    }

    /// Whether `earlier` is among `later` or their ancestors. Operation counters
    /// grow along every path, so a branch below `earlier` is not searched.
    pub(crate) fn is_ancestor(&self, earlier: ChangeHash, later: &[ChangeHash]) -> bool {
        let Some(sought) = self.headers.get(&earlier) else { return false };
        let mut seen: BTreeSet<ChangeHash> = BTreeSet::new();
        let mut open: Vec<ChangeHash> = later.to_vec();
        while let Some(hash) = open.pop() {
            if hash == earlier {
                return true;
            }
            let Some(header) = self.headers.get(&hash) else { continue };
            if header.start_op > sought.start_op && seen.insert(hash) {
                open.extend(&header.deps);
            }
        }
        false
    }
}

fn header(meta: &ChangeMetadata<'_>) -> Option<ChangeHeader> {
    let mut deps: Vec<ChangeHash> = meta.deps.iter().copied().map(hash_out).collect();
    deps.sort_unstable();
    Some(ChangeHeader {
        hash: hash_out(meta.hash),
        actor: actor_out(&meta.actor)?,
        seq: meta.seq,
        start_op: meta.start_op,
        ops: (meta.max_op + 1).saturating_sub(meta.start_op),
        deps,
        time: meta.timestamp,
    })
}
