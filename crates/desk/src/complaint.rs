//! When a complaint is admissible, and how it can end (R26, R27, R76-R79).

use crate::request::words;

words! {
    /// On what ground a complaint is brought.
    Ground {
        /// Demands within what was agreed went unanswered up to the process owners (R26).
        Unanswered "unanswered";
        /// A serious objection to the quality or manner of the service (R27).
        SeriousObjection "serious_objection";
    }
}

words! {
    /// How a complaint is decided.
    Decision {
        /// It is right, in something small.
        UpheldMinor "upheld_minor";
        /// It is right, in something large.
        UpheldMajor "upheld_major";
        /// It is right, in something that endangers people or the company.
        UpheldCritical "upheld_critical";
        /// It is not right.
        Rejected "rejected";
    }
}

/// Settled at the first or second contact: the figure of R79.
pub const SETTLED_EARLY_CONTACTS: u32 = 2;

/// Whether a complaint is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admissibility {
    /// It is.
    Admissible,
    /// The process owner has not had it yet: it goes there first (R26).
    OwnerFirst,
    /// What is demanded was not agreed.
    NotAgreed,
}

impl Ground {
    /// Whether a complaint on this ground is admissible. A serious objection is at
    /// once (R27); unanswered demands are if they were agreed and the process owner
    /// has had them without an answer (R26).
    #[must_use]
    pub const fn admissibility(self, facts: ComplaintFacts) -> Admissibility {
        match (self, facts) {
            (Self::SeriousObjection, _) => Admissibility::Admissible,
            (Self::Unanswered, ComplaintFacts { agreed: Agreed::No, .. }) => Admissibility::NotAgreed,
            (Self::Unanswered, ComplaintFacts { reached_owner: ReachedOwner::No, .. }) => {
                Admissibility::OwnerFirst
            }
            (Self::Unanswered, _) => Admissibility::Admissible,
        }
    }
}

/// What is known of a complaint when it is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComplaintFacts {
    /// Whether the demands are within what was agreed.
    pub agreed: Agreed,
    /// Whether the process owner had them and did not answer.
    pub reached_owner: ReachedOwner,
}

/// Whether demands are within what was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// They are.
    Yes,
    /// They are not.
    No,
}

/// Whether the process owner had the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReachedOwner {
    /// He had.
    Yes,
    /// He had not.
    No,
}

impl Decision {
    /// Whether the complaint was right.
    #[must_use]
    pub const fn is_upheld(self) -> bool {
        !matches!(self, Self::Rejected)
    }
    /// Whether a corrective action has to be named with it.
    #[must_use]
    pub const fn needs_action(self) -> bool {
        matches!(self, Self::UpheldMajor | Self::UpheldCritical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ground_has_its_condition() {
        let facts = |agreed, reached_owner| ComplaintFacts { agreed, reached_owner };
        let unanswered = |agreed, reached| Ground::Unanswered.admissibility(facts(agreed, reached));
        assert_eq!(unanswered(Agreed::Yes, ReachedOwner::Yes), Admissibility::Admissible);
        assert_eq!(unanswered(Agreed::Yes, ReachedOwner::No), Admissibility::OwnerFirst);
        assert_eq!(unanswered(Agreed::No, ReachedOwner::Yes), Admissibility::NotAgreed);
        let serious = Ground::SeriousObjection.admissibility(facts(Agreed::No, ReachedOwner::No));
        assert_eq!(serious, Admissibility::Admissible);
    }
}
