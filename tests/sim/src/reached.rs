//! Which hard cases a run came to. A run of many seeds must come to all of them,
//! else it proves less than it says.

use std::collections::BTreeMap;

/// Counts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached(BTreeMap<String, u64>);

impl From<BTreeMap<String, u64>> for Reached {
    fn from(counts: BTreeMap<String, u64>) -> Self {
        Self(counts)
    }
}

impl Reached {
    /// Counts one.
    pub fn count(&mut self, name: impl Into<String>) {
        *self.0.entry(name.into()).or_default() += 1;
    }

    /// Adds another run's counts.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    /// Whether a case was counted.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What was counted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// The required cases that were not reached.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        REQUIRED.iter().copied().filter(|name| !self.has(name)).collect()
    }
}

/// What a run of a thousand seeds must come to.
pub const REQUIRED: &[&str] = &[
    "network: lost request",
    "network: lost reply",
    "network: request twice",
    "network: truncated reply",
    "network: stale reply",
    "network: captive portal",
    "network: late request after the phone gave up",
    "phone: died while editing",
    "phone: died during an exchange",
    "phone: died at Write of Log",
    "phone: died at Sync of Log",
    "phone: died at Write of Database",
    "phone: power cut",
    "phone: disk full",
    "server: died at Write of Log",
    "server: died at Sync of Log",
    "server: died at Write of Database",
    "server: power cut",
    "server: disk full",
    "server: restored",
    "server: restored with phones ahead",
    "phone: restored",
    "phone: recognised as restored or copied",
    "phone: restored and not recognised",
    "phone: copied, both go on",
    "phone: clock off by years",
    "rights: device revoked",
    "rights: person barred with unsent work",
    "rights: job taken away with unsent work",
    "old app: update_app",
    "new app: served",
    "app of the version before: served",
    "verdict: accepted",
    "verdict: duplicate",
    "verdict: need",
    "verdict: blocked_by",
    "verdict: actor_fork",
    "refused: not_yours",
    "refused: not_assigned",
    "refused: late_work",
    "refused: actor_unknown",
    "hostile: quarantined",
    "rebuild: made again after a refusal",
    "rebuild: could not be made again",
    "attention: discarded",
    "attention: corrected",
    "attention: offered",
    "office: conflict decided",
    "office: offer approved",
    "office: offer rejected",
    "conflict: field",
    "conflict: done_while_cancelled",
    "conflict: two_technicians",
    "conflict: late_work",
    "conflict: after_the_end",
    "conflict: started_while_cancelled",
    "restore: offered again",
    "restore: given back by a colleague",
    "restore: lost edit that no phone holds",
    "feed: cold",
    "feed: enter",
    "feed: update",
    "feed: leave",
    "feed: more pages",
];
