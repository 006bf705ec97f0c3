//! The graph that the events of a job form.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Event, EventId};

/// The events sorted by id, their ancestors, and an order in which every event
/// comes after all that it names.
pub(super) struct Graph<'a> {
    pub(super) events: Vec<&'a Event>,
    pub(super) after: Vec<Vec<usize>>,
    pub(super) order: Vec<usize>,
    pub(super) depth: Vec<usize>,
    ancestors: Vec<Vec<u64>>,
    pub(super) heads: Vec<usize>,
    pub(super) unreachable: Vec<EventId>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(events: &'a [Event]) -> Self {
        let by_id: BTreeMap<EventId, &Event> = events.iter().map(|event| (event.id, event)).collect();
        let index: BTreeMap<EventId, usize> = by_id.keys().enumerate().map(|(i, id)| (*id, i)).collect();
        let events: Vec<&Event> = by_id.into_values().collect();
        let after: Vec<Option<Vec<usize>>> = events
            .iter()
            .map(|event| event.after.iter().map(|id| index.get(id).copied()).collect())
            .collect();
        let words = events.len().div_ceil(64);
        let mut graph = Self {
            order: Vec::with_capacity(events.len()),
            depth: vec![0; events.len()],
            ancestors: vec![vec![0; words]; events.len()],
            heads: Vec::new(),
            unreachable: Vec::new(),
            after: after.iter().map(|known| known.clone().unwrap_or_default()).collect(),
            events,
        };
        graph.sort(&after);
        graph.find_heads();
        graph
    }

    /// Every event after all that it names; those in a cycle last.
    pub(super) fn into_order(self) -> Vec<EventId> {
        let reached = self.order.iter().map(|&index| self.events[index].id);
        reached.chain(self.unreachable.iter().copied()).collect()
    }

    /// Kahn's algorithm; ties by id, so the order is a function of the set.
    fn sort(&mut self, after: &[Option<Vec<usize>>]) {
        let mut successors: Vec<Vec<usize>> = vec![Vec::new(); self.events.len()];
        let mut missing: Vec<usize> = vec![0; self.events.len()];
        let mut ready = BTreeSet::new();
        for (index, named) in after.iter().enumerate() {
            match named {
                None => missing[index] = usize::MAX,
                Some(named) if named.is_empty() => {
                    ready.insert(index);
                }
                Some(named) => {
                    missing[index] = named.len();
                    named.iter().for_each(|&earlier| successors[earlier].push(index));
                }
            }
        }
        while let Some(index) = ready.pop_first() {
            self.order.push(index);
            self.inherit(index);
            for &next in &successors[index] {
                if missing[next] != usize::MAX {
                    missing[next] -= 1;
                    if missing[next] == 0 {
                        ready.insert(next);
                    }
                }
            }
        }
        let reached: BTreeSet<usize> = self.order.iter().copied().collect();
        self.unreachable = (0..self.events.len())
            .filter(|index| !reached.contains(index))
            .map(|index| self.events[index].id)
            .collect();
    }

    fn inherit(&mut self, index: usize) {
        for earlier in self.after[index].clone() {
            self.depth[index] = self.depth[index].max(self.depth[earlier] + 1);
            let inherited = self.ancestors[earlier].clone();
            for (own, theirs) in self.ancestors[index].iter_mut().zip(inherited) {
                *own |= theirs;
            }
            self.ancestors[index][earlier / 64] |= 1 << (earlier % 64);
        }
    }

    fn find_heads(&mut self) {
        let named: BTreeSet<usize> =
            self.order.iter().flat_map(|&index| self.after[index].iter().copied()).collect();
        let reached: BTreeSet<usize> = self.order.iter().copied().collect();
        self.heads = reached.difference(&named).copied().collect();
    }

    pub(super) fn is_ancestor(&self, earlier: usize, later: usize) -> bool {
        self.ancestors[later][earlier / 64] >> (earlier % 64) & 1 == 1
    }
}
