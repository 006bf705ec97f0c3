//! The gate with its policy open, so that structure, causality and trial are
//! judged by themselves. Built only with the feature `testing`.

use documents::Document;
use documents::inspect::DecodedChange;
use domain::DocKind;

use crate::admit::NotAdmitted;
use crate::refusal::Refusal;
use crate::structure::{self, Structure};
use crate::subject::ActorFacts;
use crate::{causality, trial};

/// Judges a change whose actor is registered to its author and who may write
/// anything. The document need not be a job or a trip, so it is not read as one.
///
/// # Errors
/// As [`admit`](crate::admit), but for refusals of the policy.
pub fn admit_open(
    kind: DocKind,
    document: Option<&Document>,
    change: &Structure,
) -> Result<Document, NotAdmitted> {
    causality::check_new(document, change)?;
    let decoded = causality::check_place(&ActorFacts::default(), document, change)?;
    let read = causality::check_canonical(change, &decoded)?;
    Ok(trial::run_unread(kind, document, (change, &decoded, read))?)
}

/// Reads a change's operations without Automerge.
///
/// # Errors
/// If a value is not of its type.
pub fn decode(change: &Structure) -> Result<DecodedChange, Refusal> {
    structure::decode(change)
}
