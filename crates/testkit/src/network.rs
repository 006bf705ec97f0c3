//! A network that loses, doubles, delays and reorders, seeded.
//!
//! It only decides what becomes of a message; what a message is, and what a
//! reply that was cut short looks like, is for who uses it.

use crate::Rng;

/// What is under way.
#[derive(Debug, Clone)]
pub struct Network<M> {
    under_way: Vec<M>,
    /// Of a thousand messages, how many meet something.
    noise: u64,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It is lost, and its sender learns that the connection broke.
    Lost,
    /// It arrives, and once more later.
    ArrivesTwice,
    /// It is cut short.
    Truncated,
    /// Something else arrives in its place: an older message of the same kind.
    Stale,
    /// Something between the two ends answers in the other's place.
    Intercepted,
}

const TROUBLES: &[Fate] =
    &[Fate::Lost, Fate::Lost, Fate::ArrivesTwice, Fate::Truncated, Fate::Stale, Fate::Intercepted];

impl<M> Network<M> {
    /// A network on which so many messages of a thousand meet something.
    #[must_use]
    pub const fn new(noise: u64) -> Self {
        Self { under_way: Vec::new(), noise }
    }

    /// From now on every message arrives, once.
    pub fn heal(&mut self) {
        self.noise = 0;
    }

    /// Sends a message.
    pub fn send(&mut self, message: M) {
        self.under_way.push(message);
    }

    /// Takes any of the messages under way, and says what becomes of it. Which
    /// one is chance: that is how they are delayed and overtake each other.
    pub fn next(&mut self, rng: &mut Rng) -> Option<(M, Fate)> {
        if self.under_way.is_empty() {
            return None;
        }
        let message = self.under_way.swap_remove(rng.index(self.under_way.len()));
        let fate = if rng.chance(self.noise, 1_000) { *rng.pick(TROUBLES) } else { Fate::Arrives };
        Some((message, fate))
    }

    /// Forgets messages.
    pub fn forget(&mut self, is_gone: impl Fn(&M) -> bool) {
        self.under_way.retain(|message| !is_gone(message));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Fate, Network};
    use crate::Rng;

    #[test]
    fn a_noisy_network_does_everything_and_a_healed_one_only_delivers() {
        let mut rng = Rng::new(1);
        let mut network = Network::new(700);
        let mut seen = BTreeSet::new();
        let mut order = Vec::new();
        for _ in 0..50 {
            (0..4).for_each(|message| network.send(message));
            while let Some((message, fate)) = network.next(&mut rng) {
                seen.insert(fate);
                order.push(message);
            }
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
        assert_ne!(order[..4], [0, 1, 2, 3], "messages overtake each other");
        network.heal();
        (0..100).for_each(|message| network.send(message));
        while let Some((_, fate)) = network.next(&mut rng) {
            assert_eq!(fate, Fate::Arrives);
        }
    }
}
