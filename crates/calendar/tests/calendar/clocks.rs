//! Deadline clocks: start, pause, resume, restart, stop, breach, rescind.

use calendar::{
    CalendarBook, ChangeKind, Clock, ClockFact, ClockKind, ClockPolicy, Evidence, FactKind, Hearing,
    PauseReason, Round, RoundState, Span, default_policies,
};
use domain::Instant;
use proptest::prelude::*;

use crate::common::{at, calendar, ir44, wall};
use crate::working_time::{any_calendar, any_instant};

fn policy(kind: ClockKind) -> ClockPolicy {
    default_policies().into_iter().find(|policy| policy.kind == kind).unwrap()
}

fn book() -> CalendarBook {
    CalendarBook::new(calendar(ir44(), &[]))
}

fn fact(when: &str, kind: FactKind) -> ClockFact {
    ClockFact { at: at(when), source: format!("{when} {kind:?}"), kind }
}

fn clock(kind: ClockKind, facts: &[(&str, FactKind)]) -> Clock {
    let mut clock = Clock::new(policy(kind));
    for (when, kind) in facts {
        clock.record(fact(when, *kind));
    }
    clock
}

fn rounds(clock: &Clock, now: &str) -> Vec<Round> {
    clock.rounds(&book(), at(now)).unwrap()
}

fn state(clock: &Clock, now: &str) -> RoundState {
    rounds(clock, now).last().unwrap().state
}

/// What is said at an instant when everybody has been heard until then.
fn settle(clock: &mut Clock, now: &str) -> Vec<ChangeKind> {
    settle_heard(clock, now, now)
}

fn settle_heard(clock: &mut Clock, now: &str, heard: &str) -> Vec<ChangeKind> {
    let hearing = Hearing { now: at(now), heard_until: at(heard) };
    clock.settle(&book(), hearing).unwrap().into_iter().map(|change| change.kind).collect()
}

const WAIT: FactKind = FactKind::Paused(PauseReason::Customer);

/// The clocks of the documents, each with its own calendar (R5, R14, R17, R98,
/// R104, R109).
#[test]
fn each_clock_counts_by_its_own_calendar() {
    for (kind, start, due) in [
        (ClockKind::CallAnswer, FactKind::Started, "2025-10-01T15:15"),
        (ClockKind::FirstContact, FactKind::Started, "2025-10-03T15:00"),
        (ClockKind::ResolveOrSchedule, FactKind::Started, "2025-10-03T15:00"),
        (ClockKind::FirstResponse, FactKind::Started, "2025-10-04T15:00"),
        (ClockKind::Reply, FactKind::CustomerReplied, "2025-10-04T15:00"),
        (ClockKind::Close, FactKind::Started, "2025-10-09T11:00"),
        (ClockKind::Repair, FactKind::Started, "2025-10-09T11:00"),
    ] {
        let clock = clock(kind, &[("2025-10-01T15:00", start)]);
        let RoundState::Running { due: found } = state(&clock, "2025-10-01T15:01") else {
            panic!("{kind:?} does not run")
        };
        assert_eq!(wall(found), due, "{kind:?}");
    }
}

#[test]
fn an_answer_at_the_due_time_is_in_time_and_a_millisecond_later_is_not() {
    let mut clock = clock(ClockKind::FirstResponse, &[("2025-10-01T15:00", FactKind::Started)]);
    let due = at("2025-10-04T15:00");
    let mut late = clock.clone();
    clock.record(ClockFact { at: due, source: "answer".into(), kind: FactKind::Answered });
    assert_eq!(state(&clock, "2025-10-04T15:00"), RoundState::Met { at: due });

    let answered_at = due.plus_millis(1);
    late.record(ClockFact { at: answered_at, source: "answer".into(), kind: FactKind::Answered });
    let expected = RoundState::Breached { due, answered_at: Some(answered_at) };
    assert_eq!(state(&late, "2025-10-04T15:01"), expected);
    // It counts where the time ran out, not where the answer came.
    assert_eq!(expected.decided_at(), Some(due));
}

#[test]
fn a_timer_finds_the_breach_once() {
    let mut clock = clock(ClockKind::FirstResponse, &[("2025-10-01T15:00", FactKind::Started)]);
    let due = at("2025-10-04T15:00");
    assert_eq!(settle(&mut clock, "2025-10-01T15:00"), [ChangeKind::Due { due }]);
    assert_eq!(clock.wakes_at(&book(), at("2025-10-01T15:00")).unwrap(), Some(due.plus_millis(1)));
    assert_eq!(settle(&mut clock, "2025-10-04T15:00"), [], "at its due time a clock is still in time");
    let breached = ChangeKind::Breached { due, evidence: Evidence::Complete };
    assert_eq!(settle(&mut clock, "2025-10-04T15:01"), [breached]);
    assert_eq!(settle(&mut clock, "2025-10-04T15:01"), [], "a second timer");
    assert_eq!(clock.wakes_at(&book(), at("2025-10-04T15:01")).unwrap(), None);
    // A restart between two settlings loses nothing of it.
    let mut kept: Clock = serde_json::from_str(&serde_json::to_string(&clock).unwrap()).unwrap();
    assert_eq!(settle(&mut kept, "2025-10-05T15:01"), []);
}

#[test]
fn a_repair_waits_and_a_closing_does_not() {
    let facts = [
        ("2025-10-01T15:00", FactKind::Started),
        ("2025-10-01T15:30", WAIT),
        ("2025-10-05T09:00", FactKind::Resumed),
    ];
    let repair = clock(ClockKind::Repair, &facts);
    assert!(matches!(state(&repair, "2025-10-04T09:00"), RoundState::Paused { .. }));
    assert_eq!(rounds(&repair, "2025-10-04T09:00")[0].used, Span::from_minutes(30));
    // 47.5 working hours from Sunday 09:00.
    let RoundState::Running { due } = state(&repair, "2025-10-05T10:00") else { panic!("does not run") };
    assert_eq!(wall(due), "2025-10-12T12:30");

    let close = clock(ClockKind::Close, &facts);
    let RoundState::Running { due } = state(&close, "2025-10-05T10:00") else { panic!("does not run") };
    assert_eq!(wall(due), "2025-10-09T11:00");
}

/// R104: each reply asks for an answer of its own.
#[test]
fn a_reply_restarts_the_clock_and_each_decided_round_counts() {
    let mut clock = clock(ClockKind::Reply, &[("2025-10-01T09:00", FactKind::CustomerReplied)]);
    assert_eq!(settle(&mut clock, "2025-10-01T09:00"), [ChangeKind::Due { due: at("2025-10-04T09:00") }]);
    // A second reply before the answer: the clock starts anew.
    clock.record(fact("2025-10-02T09:00", FactKind::CustomerReplied));
    let said = settle(&mut clock, "2025-10-02T09:00");
    assert_eq!(said, [ChangeKind::Withdrawn, ChangeKind::Due { due: at("2025-10-05T09:00") }]);
    clock.record(fact("2025-10-02T10:00", FactKind::Answered));
    // A third, which nobody answers in time, and a fourth.
    clock.record(fact("2025-10-04T08:00", FactKind::CustomerReplied));
    clock.record(fact("2025-10-06T08:00", FactKind::CustomerReplied));
    let states: Vec<_> = rounds(&clock, "2025-10-06T09:00").iter().map(|round| round.state).collect();
    assert_eq!(
        states,
        [
            RoundState::Met { at: at("2025-10-02T10:00") },
            RoundState::Breached { due: at("2025-10-05T12:00"), answered_at: None },
            RoundState::Running { due: at("2025-10-07T12:00") },
        ]
    );
}

/// A phone that was offline brings the answer: the breach is marked as pending
/// while it is silent, and taken back when it speaks.
#[test]
fn late_evidence_rescinds_a_breach() {
    let mut clock = clock(ClockKind::FirstResponse, &[("2025-10-01T15:00", FactKind::Started)]);
    let due = at("2025-10-04T15:00");
    settle(&mut clock, "2025-10-01T15:00");
    let said = settle_heard(&mut clock, "2025-10-04T16:00", "2025-10-04T09:00");
    assert_eq!(said, [ChangeKind::Breached { due, evidence: Evidence::Pending }]);
    clock.record(fact("2025-10-04T14:00", FactKind::Answered));
    let said = settle(&mut clock, "2025-10-05T10:00");
    assert_eq!(said, [ChangeKind::Rescinded { due }, ChangeKind::Met { at: at("2025-10-04T14:00") }]);
}

#[test]
fn a_breach_is_confirmed_when_everybody_was_heard() {
    let mut clock = clock(ClockKind::FirstResponse, &[("2025-10-01T15:00", FactKind::Started)]);
    let due = at("2025-10-04T15:00");
    let heard_at_due = settle_heard(&mut clock, "2025-10-04T16:00", "2025-10-04T15:00");
    assert_eq!(heard_at_due, [ChangeKind::Breached { due, evidence: Evidence::Pending }]);
    assert_eq!(
        settle_heard(&mut clock, "2025-10-04T17:00", "2025-10-04T16:30"),
        [ChangeKind::Confirmed { due }]
    );
    clock.record(fact("2025-10-05T09:00", FactKind::Answered));
    let late = ChangeKind::AnsweredLate { at: at("2025-10-05T09:00") };
    assert_eq!(settle(&mut clock, "2025-10-05T10:00"), [late]);
    assert_eq!(settle(&mut clock, "2025-10-05T11:00"), []);
}

/// A pause that only becomes known later moves the due time, and with it the
/// breach.
#[test]
fn a_late_pause_rescinds_and_the_time_may_run_out_again() {
    let mut clock = clock(ClockKind::Repair, &[("2025-10-01T15:00", FactKind::Started)]);
    settle(&mut clock, "2025-10-10T10:00");
    clock.record(fact("2025-10-01T15:30", WAIT));
    clock.record(fact("2025-10-05T09:00", FactKind::Resumed));
    let (old, new) = (at("2025-10-09T11:00"), at("2025-10-12T12:30"));
    let said = settle(&mut clock, "2025-10-10T11:00");
    assert_eq!(said, [ChangeKind::Rescinded { due: old }, ChangeKind::Due { due: new }]);
    let said = settle(&mut clock, "2025-10-13T11:00");
    assert_eq!(said, [ChangeKind::Breached { due: new, evidence: Evidence::Complete }]);
}

#[test]
fn a_void_case_asks_for_nothing() {
    let facts = [("2025-10-01T15:00", FactKind::Started), ("2025-10-02T09:00", FactKind::Withdrawn)];
    let mut clock = clock(ClockKind::Close, &facts);
    assert_eq!(state(&clock, "2025-11-01T09:00"), RoundState::Withdrawn { at: at("2025-10-02T09:00") });
    assert_eq!(settle(&mut clock, "2025-11-01T09:00"), [ChangeKind::Withdrawn]);
    assert_eq!(state(&clock, "2025-11-01T09:00").decided_at(), None);
}

#[test]
fn a_fact_is_taken_once_and_facts_of_the_future_wait() {
    let facts = [("2025-10-01T15:00", FactKind::Started), ("2025-10-02T09:00", FactKind::Answered)];
    let once = clock(ClockKind::Close, &facts);
    let twice = clock(ClockKind::Close, &[facts, facts].concat());
    assert_eq!(once, twice);
    assert!(matches!(state(&once, "2025-10-01T16:00"), RoundState::Running { .. }));
    assert_eq!(rounds(&once, "2025-10-01T14:00"), []);
}

/// What was decided before a holiday became known stays decided.
#[test]
fn a_decided_clock_does_not_change_with_the_calendar() {
    let clock = clock(ClockKind::FirstResponse, &[("2025-10-01T15:00", FactKind::Started)]);
    let mut changed = book();
    changed.adopt(at("2025-10-04T15:30"), calendar(ir44(), &["2025-10-04"])).unwrap();
    let before = clock.rounds(&book(), at("2025-10-06T10:00")).unwrap();
    assert_eq!(clock.rounds(&changed, at("2025-10-06T10:00")).unwrap(), before);
    assert_eq!(before[0].state, RoundState::Breached { due: at("2025-10-04T15:00"), answered_at: None });
    // Known an hour before the time ran out, it moves what was left.
    let mut in_time = book();
    in_time.adopt(at("2025-10-04T14:00"), calendar(ir44(), &["2025-10-04", "2025-10-05"])).unwrap();
    let moved = clock.rounds(&in_time, at("2025-10-04T18:00")).unwrap();
    assert_eq!(moved[0].state, RoundState::Running { due: at("2025-10-06T09:00") });
}

fn named(source: usize, at: Instant, kind: FactKind) -> ClockFact {
    ClockFact { at, source: source.to_string(), kind }
}

fn any_fact() -> impl Strategy<Value = (Instant, FactKind)> {
    let kinds = [
        FactKind::Started,
        FactKind::Resumed,
        FactKind::Answered,
        FactKind::CustomerReplied,
        FactKind::Paused(PauseReason::Customer),
        FactKind::Paused(PauseReason::HeadquartersPart),
        FactKind::Withdrawn,
    ];
    (any_instant(), prop::sample::select(kinds.to_vec()))
}

fn any_policy() -> impl Strategy<Value = ClockPolicy> {
    prop::sample::select(default_policies())
}

proptest! {
    #[test]
    fn pausing_never_shortens(
        calendar in any_calendar(),
        mut instants in prop::array::uniform4(any_instant()),
        policy in any_policy(),
    ) {
        instants.sort();
        let [start, pause, resume, now] = instants;
        let book = CalendarBook::new(calendar);
        let mut plain = Clock::new(policy.clone());
        plain.record(named(0, start, FactKind::Started));
        let mut paused = plain.clone();
        paused.record(named(1, pause, WAIT));
        paused.record(named(2, resume, FactKind::Resumed));
        let due = |clock: &Clock| {
            clock.rounds(&book, now).unwrap().first().map(|round| match round.state {
                RoundState::Running { due } | RoundState::Breached { due, .. } => due,
                other => panic!("{other:?}"),
            })
        };
        let (without, with) = (due(&plain), due(&paused));
        prop_assert!(with >= without, "{without:?} became {with:?}");
        // Nor does it lengthen by more than the wait.
        if let (Some(without), Some(with)) = (without, with) && policy.pauses_for(PauseReason::Customer) && without > pause {
            let used = book.used(policy.basis, start, pause).plus(book.used(policy.basis, resume, with));
            prop_assert_eq!(used, policy.target);
        } else {
            prop_assert_eq!(with, without);
        }
    }

    /// The order in which facts arrive leaves no trace, and whoever settles after
    /// each of them has been told the same in the end.
    #[test]
    fn late_facts_give_what_timely_ones_give(
        calendar in any_calendar(),
        policy in any_policy(),
        facts in prop::collection::vec(any_fact(), 0..12),
        order in any::<prop::sample::Index>(),
        now in any_instant(),
    ) {
        let book = CalendarBook::new(calendar);
        let hearing = Hearing { now, heard_until: now };
        let mut numbered: Vec<_> = facts.into_iter().enumerate().collect();
        let mut timely = Clock::new(policy.clone());
        for (number, (at, kind)) in &numbered {
            timely.record(named(*number, *at, *kind));
        }
        timely.settle(&book, hearing).unwrap();

        let turn = order.index(numbered.len().max(1)).min(numbered.len());
        numbered.rotate_left(turn);
        numbered.reverse();
        let mut late = Clock::new(policy);
        for (number, (at, kind)) in numbered {
            late.record(named(number, at, kind));
            late.settle(&book, hearing).unwrap();
        }
        prop_assert_eq!(late, timely);
    }

    /// Every breach that was told is either still one or was told as rescinded.
    #[test]
    fn a_breach_is_never_dropped_in_silence(
        calendar in any_calendar(),
        policy in any_policy(),
        facts in prop::collection::vec(any_fact(), 0..12),
        now in any_instant(),
    ) {
        let book = CalendarBook::new(calendar);
        let hearing = Hearing { now, heard_until: now };
        let mut clock = Clock::new(policy);
        let mut standing: Vec<(String, Instant)> = Vec::new();
        for (number, (at, kind)) in facts.into_iter().enumerate() {
            clock.record(named(number, at, kind));
            for change in clock.settle(&book, hearing).unwrap() {
                match change.kind {
                    ChangeKind::Breached { due, .. } => standing.push((change.round, due)),
                    ChangeKind::Rescinded { due } => {
                        let told = standing.iter().position(|told| *told == (change.round.clone(), due));
                        prop_assert!(told.is_some(), "rescinds what was never told");
                        standing.remove(told.unwrap());
                    }
                    _ => {}
                }
            }
        }
        let mut breached: Vec<_> = clock.rounds(&book, now).unwrap().into_iter().filter_map(|round| match round.state {
            RoundState::Breached { due, .. } => Some((round.source, due)),
            _ => None,
        }).collect();
        breached.sort();
        standing.sort();
        prop_assert_eq!(standing, breached);
    }
}
