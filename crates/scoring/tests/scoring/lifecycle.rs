//! From a provisional score to a final one.

use scoring::{
    Adjustment, ComponentKey, Computation, LifecycleDates, LifecycleRefusal, MonthFacts, Remark, Rules,
    RulesVersion, ScoreRecord, Stage, VersionReason,
};

use crate::common::{day, decimal, example_2, person};

const DATES: LifecycleDates =
    LifecycleDates { month_ends: day(30), frozen_at: day(34), objections_until: day(41), final_at: day(44) };

fn computation(facts: MonthFacts) -> Computation {
    Computation::new(&Rules::default(), facts, 7)
}

fn with_custody(done: &str) -> Computation {
    let mut facts = example_2();
    facts.tally_mut(ComponentKey::Custody).numerator = decimal(done);
    computation(facts)
}

fn remark(at: i64, text: &str) -> Remark {
    Remark { by: person(1), at: day(at), text: text.into() }
}

fn frozen() -> ScoreRecord {
    let mut record = ScoreRecord::new(DATES, computation(example_2()));
    record.settle(day(34));
    record
}

#[test]
fn a_month_is_provisional_frozen_and_final() {
    let mut record = ScoreRecord::new(DATES, computation(MonthFacts::default()));
    record.recompute(day(20), computation(example_2())).unwrap();
    assert_eq!((record.stage(), record.versions().len()), (Stage::Provisional, 0));
    assert_eq!(record.shown().facts, example_2());
    record.settle(day(34).plus_millis(-1));
    assert_eq!(record.stage(), Stage::Provisional);
    record.settle(day(34));
    record.settle(day(34));
    assert_eq!((record.stage(), record.versions().len()), (Stage::Frozen, 1));
    assert_eq!(record.versions()[0].reason, VersionReason::Frozen);
    record.settle(day(44));
    assert_eq!((record.stage(), record.versions().len()), (Stage::Final, 1));
}

#[test]
fn later_facts_make_a_version_and_after_the_end_a_line() {
    let mut record = frozen();
    record.recompute(day(36), computation(example_2())).unwrap();
    assert_eq!(record.versions().len(), 1, "the same figures are no news");
    record.recompute(day(37), with_custody("29")).unwrap();
    assert_eq!(record.versions().len(), 2);
    assert_eq!(record.versions()[1].reason, VersionReason::LaterFacts);
    let published = record.shown().clone();

    record.recompute(day(60), with_custody("30")).unwrap();
    record.recompute(day(61), with_custody("30")).unwrap();
    record.recompute(day(62), with_custody("29")).unwrap();
    assert_eq!(record.shown(), &published, "a final score does not change");
    assert_eq!(record.versions().len(), 2);
    let shown = |done: &str| with_custody(done).score.score_shown;
    let line = |at, was, would_be| Adjustment { at: day(at), was: shown(was), would_be: shown(would_be) };
    assert_eq!(record.adjustments(), [line(60, "29", "30"), line(62, "30", "29")]);
}

/// Evidence that arrives after the day of freezing is not slipped into the first
/// published version, even where nobody settled in between.
#[test]
fn the_first_version_is_what_was_known_on_its_day() {
    let mut record = ScoreRecord::new(DATES, computation(example_2()));
    record.recompute(day(35), with_custody("29")).unwrap();
    let reasons: Vec<_> = record.versions().iter().map(|version| version.reason.clone()).collect();
    assert_eq!(reasons, [VersionReason::Frozen, VersionReason::LaterFacts]);
    assert_eq!(record.versions()[0].computation.facts, example_2());
}

#[test]
fn an_accepted_objection_makes_a_version_and_a_rejected_one_does_not() {
    let mut record = frozen();
    let first = record.object("event 1".into(), remark(35, "we sent it in time")).unwrap();
    let second = record.object("event 2".into(), remark(36, "not our device")).unwrap();
    record.reject(second, remark(37, "the label says so")).unwrap();
    assert_eq!(record.versions().len(), 1);
    // An open objection keeps the score from being final.
    record.settle(day(50));
    assert_eq!(record.stage(), Stage::Frozen);
    record.accept(first, remark(51, "the carrier confirms it"), with_custody("29")).unwrap();
    assert_eq!(record.stage(), Stage::Final);
    assert_eq!(record.versions()[1].reason, VersionReason::Objection { number: first });
    assert_eq!(record.shown().facts, with_custody("29").facts);
    let answers: Vec<_> =
        record.objections().iter().map(|one| one.answer.as_ref().unwrap().accepted).collect();
    assert_eq!(answers, [true, false]);
    // What is computed from the records afterwards agrees, and is no news.
    record.recompute(day(52), with_custody("29")).unwrap();
    assert_eq!(record.adjustments(), []);
}

#[test]
fn objections_have_their_days_and_their_reason() {
    let mut live = ScoreRecord::new(DATES, computation(example_2()));
    let mut object = |at, text: &str| live.object("event".into(), remark(at, text)).unwrap_err();
    assert_eq!(object(29, "early"), LifecycleRefusal::MonthNotEnded);
    assert_eq!(object(33, "early"), LifecycleRefusal::NoObjections);
    assert_eq!(object(35, "  "), LifecycleRefusal::NoReason);
    assert_eq!(object(41, "late"), LifecycleRefusal::NoObjections);
    assert_eq!(object(41, "late").code(), "score.no_objections");

    let mut record = frozen();
    assert_eq!(record.reject(0, remark(36, "no")), Err(LifecycleRefusal::NoSuchObjection));
    let number = record.object("event".into(), remark(40, "in time")).unwrap();
    assert_eq!(record.reject(number, remark(41, "")), Err(LifecycleRefusal::NoReason));
    record.reject(number, remark(41, "no")).unwrap();
    let again = record.accept(number, remark(42, "yes"), with_custody("29"));
    assert_eq!(again, Err(LifecycleRefusal::NoSuchObjection));
    assert_eq!(record.versions().len(), 1, "a refused answer leaves nothing behind");
}

/// A rules change never alters a frozen month.
#[test]
fn a_frozen_month_keeps_its_rules() {
    let other = Rules::new(RulesVersion { version: "2".into(), ..RulesVersion::default() }).unwrap();
    let anew = Computation::new(&other, example_2(), 8);
    let mut live = ScoreRecord::new(DATES, computation(example_2()));
    live.recompute(day(10), anew.clone()).unwrap();
    assert_eq!(live.shown().rules_version, "2");

    let mut record = frozen();
    let before = record.clone();
    assert_eq!(record.recompute(day(36), anew.clone()), Err(LifecycleRefusal::OtherRules));
    assert_eq!(record, before);
    let number = record.object("event".into(), remark(36, "in time")).unwrap();
    assert_eq!(record.accept(number, remark(37, "yes"), anew), Err(LifecycleRefusal::OtherRules));
    assert!(record.objections()[0].answer.is_none());
}

#[test]
fn a_record_survives_its_text() {
    let mut record = frozen();
    record.object("event".into(), remark(36, "in time")).unwrap();
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<ScoreRecord>(&text).unwrap(), record);
}
