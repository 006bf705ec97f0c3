//! What a representative's month adds up to, kept in whole units so that the
//! order in which the evidence arrived leaves no trace.

use serde::{Deserialize, Serialize};

use crate::{ComponentKey, Trillionths};

/// Numerator and denominator of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// What was reached: clocks met, jobs fixed, cost of parts, points…
    pub numerator: Trillionths,
    /// Out of what: clocks decided, jobs, expected cost…
    pub denominator: Trillionths,
}

/// Everything that a month's score is computed from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthFacts {
    /// Jobs closed in the month.
    pub closed_jobs: i64,
    /// Confirmed serious violations.
    pub violations: i64,
    /// Jobs that stand in the component of parts.
    pub parts_jobs: i64,
    /// One tally for each component, in the order of [`ComponentKey::ALL`].
    pub tallies: [Tally; 10],
}

impl MonthFacts {
    /// The tally of a component.
    #[must_use]
    pub const fn tally(&self, key: ComponentKey) -> &Tally {
        &self.tallies[key.index()]
    }
    /// The tally of a component, to be set.
    pub const fn tally_mut(&mut self, key: ComponentKey) -> &mut Tally {
        &mut self.tallies[key.index()]
    }
}
