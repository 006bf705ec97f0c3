//! What is kept up equals what is computed anew, byte for byte.

use std::collections::BTreeMap;

use proptest::prelude::*;
use scoring::{
    CaseType, ComponentKey, EvidenceRow, Measure, MonthFacts, Outcome, ReasonCode, Rules, Trillionths,
    score_month,
};

use crate::common::{day, job};

fn any_measure() -> impl Strategy<Value = Measure> {
    prop_oneof![
        8 => prop::sample::select(&ComponentKey::ALL).prop_map(Measure::Component),
        1 => Just(Measure::ClosedJobs),
        1 => Just(Measure::Violations),
    ]
}

fn any_row() -> impl Strategy<Value = EvidenceRow> {
    // Few cases, so that many rows are about one that is known already; values
    // that no float holds exactly, and sums of money.
    let value = prop_oneof![0_i128..=2_000_000_000_000, 0_i128..=900_000_000_000_000_000_000];
    (any_measure(), 0_u128..12, value.clone(), value, any::<bool>()).prop_map(
        |(measure, number, value, weight, excluded)| {
            let row = EvidenceRow {
                measure,
                case_type: CaseType::Job,
                case_id: number.to_string(),
                job: Some(job(number)),
                outcome: Outcome::Measured,
                value: Trillionths::from_units(value),
                weight: Trillionths::from_units(weight),
                reason: None,
                excluded_by: None,
                known_at: day(0),
                source_event_id: String::new(),
            };
            if excluded && number.is_multiple_of(3) { row.excluded(ReasonCode::JobVoid, None) } else { row }
        },
    )
}

#[derive(Debug, Clone)]
enum Step {
    /// Evidence arrives, perhaps about a case that is known already.
    Arrives(EvidenceRow),
    /// A known case is withdrawn.
    Retracted(prop::sample::Index),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![3 => any_row().prop_map(Step::Arrives), 1 => any::<prop::sample::Index>().prop_map(Step::Retracted)]
}

type Case = (Measure, String);

/// A month kept up step by step, as a server does: what is known of a case is
/// replaced by what arrives about it later.
fn keep_up(steps: Vec<Step>) -> (MonthFacts, BTreeMap<Case, EvidenceRow>) {
    let mut facts = MonthFacts::default();
    let mut known: BTreeMap<Case, EvidenceRow> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Arrives(row) => {
                facts.add(&row);
                let case = (row.measure, row.case_id.clone());
                if let Some(before) = known.insert(case, row) {
                    facts.remove(&before);
                }
            }
            Step::Retracted(index) => {
                let case = known.keys().nth(index.index(known.len().max(1))).cloned();
                if let Some(row) = case.and_then(|case| known.remove(&case)) {
                    facts.remove(&row);
                }
            }
        }
    }
    (facts, known)
}

proptest! {
    /// Late, reordered, repeated and withdrawn evidence.
    #[test]
    fn incremental_equals_rebuilt(steps in prop::collection::vec(any_step(), 0..80)) {
        let (kept, known) = keep_up(steps);
        let rebuilt = MonthFacts::of(known.values());
        prop_assert_eq!(serde_json::to_vec(&kept).unwrap(), serde_json::to_vec(&rebuilt).unwrap());
        let (one, other) = (score_month(&Rules::default(), &kept), score_month(&Rules::default(), &rebuilt));
        prop_assert_eq!(serde_json::to_vec(&one).unwrap(), serde_json::to_vec(&other).unwrap());
    }

    /// The order of addition leaves no trace, as it would in a sum of floats.
    #[test]
    fn any_order_gives_the_same_bytes(rows in prop::collection::vec(any_row(), 0..60).prop_shuffle()) {
        let forwards = MonthFacts::of(&rows);
        let backwards = MonthFacts::of(rows.iter().rev());
        prop_assert_eq!(serde_json::to_vec(&forwards).unwrap(), serde_json::to_vec(&backwards).unwrap());
    }

    /// Whatever the facts, a score is a number between 0 and 100 or none, and what
    /// is lost is what is missing.
    #[test]
    fn a_score_always_makes_sense(rows in prop::collection::vec(any_row(), 0..60)) {
        let facts = MonthFacts::of(&rows);
        let month = score_month(&Rules::default(), &facts);
        if let Some(score) = month.score {
            prop_assert!((0.0..=100.0).contains(&score));
            let lost: f64 = month.components.iter().filter_map(|part| part.result).map(|part| part.lost).sum();
            let expected = (100.0 - lost - f64::from(month.deduction)).clamp(0.0, 100.0);
            prop_assert!((score - expected).abs() < 1e-9);
        }
        prop_assert_eq!(month.score.is_some(), month.coverage > 0.0);
        prop_assert!(month.band.is_none() || month.rated);
    }

    /// Facts survive their text, also sums beyond what a float holds.
    #[test]
    fn facts_survive_their_text(rows in prop::collection::vec(any_row(), 0..20)) {
        let facts = MonthFacts::of(&rows);
        let text = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(serde_json::from_str::<MonthFacts>(&text).unwrap(), facts);
    }
}
