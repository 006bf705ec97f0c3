//! Why a run is not good.

/// A run that is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {what}")]
pub struct Failed {
    /// Which rule was broken; runs that break the same one count as one failure
    /// when a plan is shortened.
    pub rule: &'static str,
    /// How.
    pub what: String,
}

impl Failed {
    /// A broken rule.
    #[must_use]
    pub fn broken(rule: &'static str, what: impl Into<String>) -> Self {
        Self { rule, what: what.into() }
    }

    /// Something that the simulation itself needs did not work.
    #[must_use]
    pub fn harness(error: impl std::fmt::Display) -> Self {
        Self { rule: "the simulation itself", what: error.to_string() }
    }
}
