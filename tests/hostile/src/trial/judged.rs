//! What came of one file.

use serde::{Deserialize, Serialize};

/// Time for one refusal.
pub(crate) const REFUSAL_MICROS_MAX: u64 = 3_000;
/// Memory for one refusal.
pub(crate) const REFUSAL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the gate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Refused,
    Admitted,
    /// The gate, or the document after it, does not keep what it promises.
    Broken,
}

/// What came of one file: the child's line, and the parent's if the child died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    /// The refusal's code, or a word for what else happened.
    pub(crate) code: String,
    /// The stage that refused.
    pub(crate) stage: Option<char>,
    /// Time of the admission.
    pub(crate) micros: u64,
    /// Peak memory of the admission.
    pub(crate) peak_bytes: usize,
    /// What is wrong, in a sentence.
    pub(crate) message: String,
}

impl Judged {
    /// Something is broken.
    pub(crate) fn broken(code: &str, message: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Broken,
            code: code.to_owned(),
            stage: None,
            micros: 0,
            peak_bytes: 0,
            message: message.into(),
        }
    }

    /// A refusal that costs more than it may is broken.
    pub(crate) fn held_to_limits(self) -> Self {
        let what = match () {
            () if self.verdict != Verdict::Refused => return self,
            () if self.micros > REFUSAL_MICROS_MAX => "time",
            () if self.peak_bytes > REFUSAL_BYTES_MAX => "memory",
            () => return self,
        };
        let message = format!("the refusal ({}) takes too much {what}: {}", self.code, self.message);
        Self { verdict: Verdict::Broken, message, ..self }
    }
}
