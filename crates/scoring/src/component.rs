//! The ten components of a representative's monthly score.

use serde::{Deserialize, Serialize};

/// A component. Its text is the same in rules, evidence, API and exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentKey {
    /// Response clocks met of those decided (R5, R98, R104).
    ResponseSla,
    /// Jobs closed within their target time, pauses left out.
    RepairTime,
    /// On-site jobs closed with exactly one visit.
    FirstTimeFix,
    /// Jobs of the month before that came back within 30 days; less is better.
    RepeatVisits,
    /// Cost of parts against that expected of the same mix of jobs; two-sided.
    PartsNorm,
    /// Duties of custody done on time: defective parts (R34), consigned lots (R44).
    Custody,
    /// Invoices sent on time (R33).
    Invoices,
    /// Travel claims decided without a violation.
    Travel,
    /// Mean score of the surveys.
    Csat,
    /// Points of upheld complaints per closed job; less is better.
    Complaints,
}

impl ComponentKey {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Self; 10] = [
        Self::ResponseSla,
        Self::RepairTime,
        Self::FirstTimeFix,
        Self::RepeatVisits,
        Self::PartsNorm,
        Self::Custody,
        Self::Invoices,
        Self::Travel,
        Self::Csat,
        Self::Complaints,
    ];

    /// Its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResponseSla => "response_sla",
            Self::RepairTime => "repair_time",
            Self::FirstTimeFix => "first_time_fix",
            Self::RepeatVisits => "repeat_visits",
            Self::PartsNorm => "parts_norm",
            Self::Custody => "custody",
            Self::Invoices => "invoices",
            Self::Travel => "travel",
            Self::Csat => "csat",
            Self::Complaints => "complaints",
        }
    }

    /// The component of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// Its place in [`Self::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
