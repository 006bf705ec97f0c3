//! Why the gate says no.
//!
//! A code is the same word as in `wire::ErrorCode` (the gate does not depend on
//! `wire`; a test of the server compares the two). The path and the message are
//! for the person whose edit it was.

use std::fmt;

/// The stage of the gate that refused (design, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A: the bytes.
    Structure,
    /// B: the place in the history.
    Causality,
    /// C: who may write what.
    Policy,
    /// D: applied to a copy.
    Trial,
}

impl Stage {
    /// The word in logs and audit rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Causality => "causality",
            Self::Policy => "policy",
            Self::Trial => "trial",
        }
    }
}

/// Whether a refusal counts towards the quarantine of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strike {
    /// Bytes that our editor cannot have written: broken or hostile.
    BrokenBytes,
    /// A well-formed change that may not be written here: no strike.
    No,
}

macro_rules! refusal_codes {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// What is wrong, as a stable word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RefusalCode { $(#[doc = $doc] $variant,)* }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word that stands in verdicts, for ever.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

refusal_codes! {
    ChangeTooLarge, "change_too_large", "Over the size limit, as sent or inflated.";
    ChangeMalformed, "change_malformed", "Not one well-formed change.";
    ChangeChecksum, "change_checksum", "The checksum does not match the bytes.";
    ChangeTooManyOps, "change_too_many_ops", "Too many operations.";
    ChangeCounter, "change_counter", "A number beyond what honest work reaches.";
    ChangeNotCanonical, "change_not_canonical", "Not encoded as our editor encodes.";
    ChangeUnreadable, "change_unreadable", "Automerge cannot decode it.";
    ActorUnknown, "actor_unknown", "The actor is another device's, or of the wrong class.";
    SequenceGap, "sequence_gap", "The sequence number does not follow the actor's last.";
    DepsIncomplete, "deps_incomplete", "Not after the actor's own previous change.";
    StartOpWrong, "start_op_wrong", "The operation counter does not follow from the dependencies.";
    ShapeForeign, "shape_foreign", "An operation that the editor never writes.";
    PathUnknown, "path_unknown", "No such place in the document.";
    ValueInvalid, "value_invalid", "A value of the wrong type, size or range.";
    NotYours, "not_yours", "The role may not write this, or the line is somebody else's.";
    NotAssigned, "not_assigned", "The author is not assigned to this job.";
    WrongStatus, "wrong_status", "The job's status does not allow this.";
    AuthorForged, "author_forged", "The change names somebody else as its author.";
    LateWork, "late_work", "The assignment was withdrawn too long ago.";
    TrialFailed, "trial_failed", "The change does not apply cleanly.";
    DocBudget, "doc_budget", "The document has reached its size limit.";
}

/// A refused change: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused.
    pub stage: Stage,
    /// What is wrong.
    pub code: RefusalCode,
    /// Where in the document, or which part of the bytes; may be empty.
    pub path: String,
    /// What is wrong, in a sentence for a person.
    pub message: String,
    /// Whether it counts towards quarantine.
    pub strike: Strike,
}

impl Refusal {
    pub(crate) fn new(
        stage: Stage,
        code: RefusalCode,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let strike = if matches!(stage, Stage::Structure) { Strike::BrokenBytes } else { Strike::No };
        Self { stage, code, path: path.into(), message: message.into(), strike }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.message, self.code.name())?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RefusalCode, Stage};

    #[test]
    fn codes_are_unique_and_found_again() {
        let names: BTreeSet<_> = RefusalCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), RefusalCode::ALL.len());
        for code in RefusalCode::ALL {
            assert_eq!(RefusalCode::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn the_stages_go_by_their_words() {
        let stages = [Stage::Structure, Stage::Causality, Stage::Policy, Stage::Trial];
        assert_eq!(stages.map(Stage::name), ["structure", "causality", "policy", "trial"]);
    }
}
