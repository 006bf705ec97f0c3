//! What may not happen to a score.

/// Something that may not happen to a score at its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleRefusal {
    /// The month is not over.
    #[error("the month has not ended")]
    MonthNotEnded,
    /// It is not frozen yet, or already final.
    #[error("the score takes no objection now")]
    NoObjections,
    /// There is no such objection, or it was answered.
    #[error("there is no open objection of that number")]
    NoSuchObjection,
    /// An objection or an answer without a word.
    #[error("an objection and its answer need a reason")]
    NoReason,
    /// Other rules than those by which the month was frozen.
    #[error("a frozen month keeps its rules")]
    OtherRules,
}

impl LifecycleRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MonthNotEnded => "score.month_not_ended",
            Self::NoObjections => "score.no_objections",
            Self::NoSuchObjection => "score.no_such_objection",
            Self::NoReason => "score.no_reason",
            Self::OtherRules => "score.other_rules",
        }
    }
}
