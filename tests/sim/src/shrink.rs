//! Makes a plan that fails shorter while it still fails by the same rule.

use crate::plan::Plan;
use crate::{Keep, play};

/// Runs that shortening may take.
const TRIES_MAX: u32 = 300;

/// The shortest plan found that breaks the same rule. Pieces of halving size are
/// left out, from the end to the beginning, as long as that goes on failing.
#[must_use]
pub fn shrink(plan: &Plan, rule: &str) -> Plan {
    let mut tries = 0;
    let mut fails = |candidate: &Plan| {
        tries += 1;
        let failure = play(candidate, Keep::Digest).failure;
        (failure.is_some_and(|(failed, _)| failed.rule == rule), tries >= TRIES_MAX)
    };
    let mut best = plan.clone();
    if let Some((_, done)) = play(plan, Keep::Digest).failure {
        best.steps.truncate(done + 1);
        if !fails(&best).0 {
            best = plan.clone();
        }
    }
    let mut piece = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut end = best.steps.len();
        while end > 0 {
            let start = end.saturating_sub(piece);
            let mut candidate = best.clone();
            candidate.steps.drain(start..end);
            let (still, enough) = fails(&candidate);
            if still {
                best = candidate;
            }
            if enough {
                return best;
            }
            end = start;
        }
        if piece == 1 {
            return quieter(best, &mut fails);
        }
        piece = piece.div_ceil(2);
    }
}

/// Fewer people, fewer jobs, a quiet network, where it fails all the same.
fn quieter(plan: Plan, fails: &mut impl FnMut(&Plan) -> (bool, bool)) -> Plan {
    let mut best = plan;
    let simpler: [fn(&Plan) -> Plan; 4] = [
        |plan| Plan { noise: 0, ..plan.clone() },
        |plan| Plan { jobs: 1, ..plan.clone() },
        |plan| Plan { second_phones: 0, ..plan.clone() },
        |plan| Plan { technicians: 2, ..plan.clone() },
    ];
    for simplify in simpler {
        let candidate = simplify(&best);
        if candidate != best && fails(&candidate).0 {
            best = candidate;
        }
    }
    best
}
