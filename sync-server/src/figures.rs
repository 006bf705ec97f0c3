//! Figures of an agency's month beside its score. Each is counted from the list of the
//! cases that make it, and that list is what a reader opens, so that a figure and the
//! jobs behind it cannot disagree. Which cases count is what the score's evidence says:
//! as published, or live before.

mod cases;
mod sum;

pub use cases::{FigureCase, MonthCases};
pub use sum::{Group, Summary, percentile};

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Jobs closed.
    ClosedJobs,
    /// On-site jobs closed, met where one visit was enough.
    FirstTimeFix,
    /// Jobs closed in the month before, met where the fault did not come back.
    RepeatVisits,
    /// Working or plain time until customers were answered, of each decided clock.
    ResponseTime,
    /// Working time until the repair, pauses left out.
    RepairTime,
    /// What the parts of the closed jobs cost.
    Parts,
    /// What journeys cost, each job with its share.
    Travel,
    /// Closed jobs by group of faults.
    Faults,
    /// Closed jobs by product.
    Products,
    /// Closed jobs by city.
    Cities,
}

/// What the amount of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// Nothing: cases are counted.
    Cases,
    /// Milliseconds.
    Time,
    /// Rials.
    Money,
}

impl Measured {
    /// The word in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Time => "hours",
            Self::Money => "rial",
        }
    }
}

impl Figure {
    /// Every figure, in the order in which people read them.
    pub const ALL: [Self; 10] = [
        Self::ClosedJobs,
        Self::FirstTimeFix,
        Self::RepeatVisits,
        Self::ResponseTime,
        Self::RepairTime,
        Self::Parts,
        Self::Travel,
        Self::Faults,
        Self::Products,
        Self::Cities,
    ];

    /// The word in addresses and exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClosedJobs => "closed_jobs",
            Self::FirstTimeFix => "first_time_fix",
            Self::RepeatVisits => "repeat_visits",
            Self::ResponseTime => "response_time",
            Self::RepairTime => "repair_time",
            Self::Parts => "parts",
            Self::Travel => "travel",
            Self::Faults => "faults",
            Self::Products => "products",
            Self::Cities => "cities",
        }
    }
    /// The figure of that word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }

    /// What its amounts are.
    #[must_use]
    pub const fn measured(self) -> Measured {
        match self {
            Self::ResponseTime | Self::RepairTime => Measured::Time,
            Self::Parts | Self::Travel => Measured::Money,
            _ => Measured::Cases,
        }
    }
    /// Whether its cases are shown by what they have in common, the most frequent first.
    #[must_use]
    pub const fn is_grouped(self) -> bool {
        matches!(self, Self::Faults | Self::Products | Self::Cities | Self::Travel)
    }
}
