//! Stage B: the place of a change in the history of its document.
//!
//! Cheap questions come first, about what the bytes say of themselves; then the
//! change is decoded, and each operation must fit what it refers to. That it is what
//! our editor would have encoded is asked last, after the policy.

use documents::Document;
use documents::inspect::{self, DecodeError, DecodedChange, ReadChange};
use domain::ChangeHash;

use crate::admit::NotAdmitted;
use crate::coherence;
use crate::guarded;
use crate::refusal::{Refusal, RefusalCode, Stage, Strike};
use crate::structure::{self, Structure};
use crate::subject::{ActorFacts, Subject};

/// Judges where a change stands, and decodes it.
pub(crate) fn check(
    subject: &Subject,
    facts: &ActorFacts,
    document: Option<&Document>,
    change: &Structure,
) -> Result<DecodedChange, NotAdmitted> {
    check_new(document, change)?;
    check_actor(subject, facts, change)?;
    check_place(facts, document, change)
}

/// The document does not have the change yet.
pub(crate) fn check_new(document: Option<&Document>, change: &Structure) -> Result<(), NotAdmitted> {
    match document {
        Some(document) if document.contains(change.hash()) => Err(NotAdmitted::Duplicate),
        _ => Ok(()),
    }
}

/// The same for a change whose actor is known to be the author's.
pub(crate) fn check_place(
    facts: &ActorFacts,
    document: Option<&Document>,
    change: &Structure,
) -> Result<DecodedChange, NotAdmitted> {
    check_deps(document, change)?;
    check_seq(facts, document, change)?;
    check_start_op(document, change)?;
    let decoded = structure::decode(change)?;
    guarded(Stage::Causality, RefusalCode::ChangeUnreadable, || coherence::check(document, &decoded))?;
    Ok(decoded)
}

/// Automerge reads the change as we do, and would write the same bytes. Asked once
/// everything else is in order, so that a change that may not be written never
/// reaches Automerge. A panic inside it is a refusal.
pub(crate) fn check_canonical(change: &Structure, decoded: &DecodedChange) -> Result<ReadChange, Refusal> {
    let (again, read) = guarded(Stage::Causality, RefusalCode::ChangeUnreadable, || {
        inspect::read(change.bytes()).map_err(|error| match &error {
            DecodeError::Unreadable(_) => broken(RefusalCode::ChangeUnreadable, error.to_string()),
            DecodeError::NotCanonical => broken(RefusalCode::ChangeNotCanonical, error.to_string()),
        })
    })?;
    if again == *decoded {
        Ok(read)
    } else {
        Err(broken(RefusalCode::ChangeUnreadable, "two readers of the change disagree".to_owned()))
    }
}

/// The actor is registered to this device and person, or to nobody yet; and its
/// class is the author's.
fn check_actor(subject: &Subject, facts: &ActorFacts, change: &Structure) -> Result<(), Refusal> {
    let message = match facts.owner {
        Some(owner) if owner != (subject.device, subject.user) => {
            "the actor belongs to another device or person"
        }
        _ if change.actor().class() != Some(subject.class) => "the actor is not of your role's class",
        _ => return Ok(()),
    };
    Err(refuse(RefusalCode::ActorUnknown, "actor", message))
}

/// Every dependency is here; a change without any makes the document.
fn check_deps(document: Option<&Document>, change: &Structure) -> Result<(), NotAdmitted> {
    let Some(document) = document else {
        return if change.deps().is_empty() { Ok(()) } else { Err(need(change.deps().to_vec())) };
    };
    if change.deps().is_empty() {
        let message = "the document is made already, and the change comes after nothing in it";
        return Err(refuse(RefusalCode::DepsIncomplete, "deps", message).into());
    }
    let missing: Vec<ChangeHash> =
        change.deps().iter().copied().filter(|dep| !document.contains(*dep)).collect();
    if missing.is_empty() { Ok(()) } else { Err(need(missing)) }
}

const fn need(deps: Vec<ChangeHash>) -> NotAdmitted {
    NotAdmitted::Need { deps }
}

/// The actor's changes come one by one, each after the one before.
fn check_seq(facts: &ActorFacts, document: Option<&Document>, change: &Structure) -> Result<(), NotAdmitted> {
    let in_document = document.and_then(|document| document.last_of(change.actor()));
    let last = facts.last.max(in_document);
    let next = last.map_or(1, |(seq, _)| seq + 1);
    if change.seq() < next {
        return Err(NotAdmitted::ActorFork { seq: next - 1 });
    }
    if change.seq() > next {
        let message = format!("it is the actor's change {}, and {next} is expected", change.seq());
        return Err(refuse(RefusalCode::SequenceGap, "seq", message).into());
    }
    let follows = match (last, document) {
        (Some((_, previous)), Some(document)) => document.is_ancestor(previous, change.deps()),
        (Some(_), None) => false,
        (None, _) => true,
    };
    if follows {
        Ok(())
    } else {
        let message = "it does not come after the actor's own previous change";
        Err(refuse(RefusalCode::DepsIncomplete, "deps", message).into())
    }
}

/// Counters grow along the graph, so the largest operation of all ancestors is
/// among the dependencies' own.
fn check_start_op(document: Option<&Document>, change: &Structure) -> Result<(), Refusal> {
    let largest = change
        .deps()
        .iter()
        .filter_map(|dep| document?.header_of(*dep))
        .map(|header| header.max_op())
        .max()
        .unwrap_or(0);
    if change.start_op() == largest + 1 {
        Ok(())
    } else {
        let message =
            format!("its operations begin at {}, and {} is expected", change.start_op(), largest + 1);
        Err(refuse(RefusalCode::StartOpWrong, "start_op", message))
    }
}

fn refuse(code: RefusalCode, path: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(Stage::Causality, code, path, message)
}

fn broken(code: RefusalCode, message: String) -> Refusal {
    Refusal { strike: Strike::BrokenBytes, ..refuse(code, "", message) }
}
