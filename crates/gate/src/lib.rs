//! Admits a change from an untrusted device (design, section 5).
//!
//! ```text
//! bytes -> A structure -> B causality -> C policy -> D trial -> Admitted
//! ```
//!
//! [`structure`] looks at bytes only, and also guards a phone against a bad
//! server. [`admit`] judges the rest and makes the proof that a store asks for.
//! [`check_own`] is the same policy for a phone's own edit, before it is saved.
//! The policy is one table, [`policy::ROWS`], printed in `docs/policy.md`.
//!
//! Automerge panics on some bytes that no honest editor makes. Every call that
//! reaches it is guarded here: a panic is a refusal, and a strike.

mod admit;
mod causality;
mod coherence;
pub mod policy;
mod refusal;
pub mod structure;
mod subject;
#[cfg(feature = "testing")]
pub mod testing;
mod trial;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use admit::{Admitted, Candidate, NotAdmitted, Registration, admit, admit_again, check_own};
pub use policy::{Allowed, Lateness};
pub use refusal::{Refusal, RefusalCode, Stage, Strike};
pub use structure::Structure;
pub use subject::{ActorFacts, Hand, Subject};

/// Runs work that reaches Automerge. Whatever it was working on is a copy or a
/// reader, so nothing is left half done.
fn guarded<T>(
    stage: Stage,
    code: RefusalCode,
    work: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| {
        let refusal = Refusal::new(stage, code, "", "the document engine panicked on it");
        Err(Refusal { strike: Strike::BrokenBytes, ..refusal })
    })
}
