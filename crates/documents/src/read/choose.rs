//! Choosing one value where several stand.
//!
//! Automerge's own winner is whoever has made more operations, so it is never
//! asked. The side that the merge rule prefers stands; among equals the later
//! operation, by counter and then by actor. Every replica comes to the same.

use domain::{ActorId, FieldConflict, MergeRule, RivalValue};

use super::node::{Held, Slot};
use crate::inspect::Scalar;
use crate::schema::ScalarType;

/// The slots, the one that stands first.
pub(super) fn ranked(slots: &[Slot], rule: MergeRule) -> Vec<&Slot> {
    let mut ranked: Vec<&Slot> = slots.iter().collect();
    ranked.sort_by_key(|slot| {
        let class = slot.actor.as_ref().and_then(ActorId::class);
        std::cmp::Reverse((rule.weight(class), slot.counter, slot.actor))
    });
    ranked
}

/// The scalars that a reader understands, the one that stands first. A cleared
/// value is a value too: null.
pub(super) fn candidates(
    slots: &[Slot],
    value: ScalarType,
    rule: MergeRule,
) -> impl Iterator<Item = (&Slot, &Scalar)> {
    ranked(slots, rule).into_iter().filter_map(move |slot| match &slot.held {
        Held::Scalar(scalar) if *scalar == Scalar::Null || value.understands(scalar) => Some((slot, scalar)),
        _ => None,
    })
}

/// The value that stands; `None` if there is none or it was cleared.
pub(super) fn standing(slots: &[Slot], value: ScalarType, rule: MergeRule) -> Option<&Scalar> {
    candidates(slots, value, rule).next().map(|(_, scalar)| scalar).filter(|scalar| **scalar != Scalar::Null)
}

/// Whether writing this value would change nothing: it stands, and nothing else
/// does. Where nothing stands, clearing changes nothing.
pub(crate) fn stands_alone(slots: &[Slot], wanted: &Scalar) -> bool {
    match slots {
        [] => *wanted == Scalar::Null,
        [slot] => slot.held == Held::Scalar(wanted.clone()),
        _ => false,
    }
}

/// The different values among candidates that are already ranked; `None` unless
/// there are at least two.
pub(super) fn conflict<'a>(
    path: impl FnOnce() -> String,
    candidates: impl Iterator<Item = (&'a Slot, &'a Scalar)>,
) -> Option<FieldConflict> {
    let mut different: Vec<(&Slot, &Scalar)> = Vec::new();
    for (slot, scalar) in candidates {
        if different.iter().all(|(_, known)| *known != scalar) {
            different.push((slot, scalar));
        }
    }
    (different.len() > 1).then(|| FieldConflict {
        path: path(),
        values: different.into_iter().map(|(slot, scalar)| rival(slot, scalar)).collect(),
    })
}

fn rival(slot: &Slot, scalar: &Scalar) -> RivalValue {
    let actor = slot.actor.map(|actor| actor.to_string()).unwrap_or_default();
    RivalValue {
        value: scalar.shown(),
        class: slot.actor.as_ref().and_then(ActorId::class),
        op: format!("{}@{actor}", slot.counter),
    }
}
