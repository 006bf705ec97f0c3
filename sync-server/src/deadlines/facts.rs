//! From what happened on a job to what moves each of its clocks: one table.

use calendar::{ClockFact, ClockKind, FactKind, PauseReason};
use domain::{EventId, EventKind, Instant, UserId};

/// An event as deadlines see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) id: EventId,
    pub(super) kind: EventKind,
    /// By which it is judged.
    pub(super) at: Instant,
    /// Its place among the events of its job as their authors saw them follow.
    pub(super) place: i64,
    /// Who recorded it.
    pub(super) by: UserId,
    /// To whom the job was given.
    pub(super) technician: Option<UserId>,
}

/// What an event does to a clock. `None`: nothing.
///
/// Whoever spoke with the customer has contacted him and answered him; a promised time
/// is work that is scheduled and announced. The closing clock waits for the closing and
/// for nothing else.
const fn effect(clock: ClockKind, event: EventKind) -> Option<FactKind> {
    use ClockKind as C;
    use EventKind as E;
    match (clock, event) {
        (C::Reply, E::Registered | E::Reopened) => None,
        (_, E::Registered | E::Reopened) => Some(FactKind::Started),
        (_, E::CustomerReplied) => Some(FactKind::CustomerReplied),
        (_, E::Cancelled) => Some(FactKind::Withdrawn),
        (C::CallAnswer | C::FirstContact | C::FirstResponse | C::Reply, E::Contacted | E::Answered)
        | (
            C::CallAnswer | C::FirstContact | C::FirstResponse | C::Reply | C::ResolveOrSchedule,
            E::Promised,
        )
        // Who hands a caller over has not let him wait; all other clocks go on (R16).
        | (C::CallAnswer, E::HandedOver)
        | (C::FirstContact, E::Arrived)
        | (
            C::CallAnswer | C::FirstContact | C::FirstResponse | C::Reply | C::ResolveOrSchedule | C::Repair,
            E::Done,
        )
        | (_, E::Closed) => Some(FactKind::Answered),
        (_, E::WaitingPart) => Some(FactKind::Paused(PauseReason::HeadquartersPart)),
        (_, E::WaitingCustomer) => Some(FactKind::Paused(PauseReason::Customer)),
        (_, E::Travelling | E::Arrived | E::Working) => Some(FactKind::Resumed),
        _ => None,
    }
}

/// Whether a job that is opened again starts the clock again. A customer who was
/// contacted once needs not be contacted for the first time again, but where the job
/// had been void.
const fn runs_again(clock: ClockKind, was_cancelled: bool) -> bool {
    match clock {
        ClockKind::Close | ClockKind::Repair | ClockKind::ResolveOrSchedule => true,
        ClockKind::Reply => false,
        ClockKind::CallAnswer | ClockKind::FirstContact | ClockKind::FirstResponse => was_cancelled,
    }
}

/// The facts of a clock, a list for each time that it starts. `events` are sorted.
pub(super) fn facts_of(clock: ClockKind, events: &[Happened]) -> Vec<Vec<ClockFact>> {
    let mut runs: Vec<Vec<ClockFact>> = vec![Vec::new()];
    let (mut was_cancelled, mut waits_for) = (false, None);
    for event in events {
        if event.kind == EventKind::Reopened {
            if !runs_again(clock, was_cancelled) {
                continue;
            }
            runs.push(Vec::new());
            (was_cancelled, waits_for) = (false, None);
        }
        was_cancelled |= event.kind == EventKind::Cancelled;
        let Some(run) = runs.last_mut() else { continue };
        let Some(kind) = effect(clock, event.kind) else { continue };
        let fact = |kind, part: &str| ClockFact { at: event.at, source: format!("{}{part}", event.id), kind };
        // What the customer was waited for has come with his reply.
        if kind == FactKind::CustomerReplied && waits_for == Some(PauseReason::Customer) {
            run.push(fact(FactKind::Resumed, RESUMED));
        }
        waits_for = match kind {
            FactKind::Paused(reason) => Some(reason),
            FactKind::Resumed | FactKind::CustomerReplied => None,
            _ => waits_for,
        };
        run.push(fact(kind, ""));
    }
    runs
}

/// Tells a second fact of one event from the first.
const RESUMED: &str = "/resumed";

/// Events in the order in which they happened; at one instant a job is registered
/// before everything else and opened again after it; else as their authors saw them follow.
pub(super) fn sort(events: &mut [Happened]) {
    let rank = |kind| match kind {
        EventKind::Registered => 0,
        EventKind::Reopened => 2,
        _ => 1,
    };
    events.sort_by_key(|event| (event.at, rank(event.kind), event.place, event.id));
}

/// To whom the job was given at an instant; before it was ever given to anybody, who
/// registered it.
pub(super) fn technician_at(events: &[Happened], at: Instant) -> Option<UserId> {
    let mut holder = None;
    for event in events.iter().take_while(|event| event.at <= at) {
        holder = match event.kind {
            EventKind::Registered => Some(event.by),
            EventKind::Assigned => event.technician,
            EventKind::Unassigned => None,
            _ => holder,
        };
    }
    holder
}

#[cfg(test)]
mod tests {
    use domain::Uuid;

    use super::*;

    const NOON: i64 = 1_790_000_000_000;

    fn story(kinds: &[EventKind]) -> Vec<Happened> {
        let one = |(at, kind): (u8, &EventKind)| Happened {
            id: EventId::from_bytes([at; 8]),
            kind: *kind,
            at: Instant::from_millis(NOON + i64::from(at)),
            place: i64::from(at),
            by: UserId::from_uuid(Uuid::nil()),
            technician: (*kind == EventKind::Assigned).then(|| UserId::from_uuid(Uuid::from_bytes([at; 16]))),
        };
        (1..).zip(kinds).map(one).collect()
    }
    fn kinds(clock: ClockKind, story: &[Happened]) -> Vec<Vec<FactKind>> {
        let runs = facts_of(clock, story);
        runs.into_iter().map(|run| run.into_iter().map(|fact| fact.kind).collect()).collect()
    }

    #[test]
    fn speaking_answers_and_only_closing_closes() {
        use EventKind::{Answered, Closed, Contacted, Done, Promised, Registered};
        let story = story(&[Registered, Contacted, Promised, Answered, Done, Closed]);
        let answers = |clock| {
            let runs = kinds(clock, &story);
            runs[0].iter().filter(|kind| **kind == FactKind::Answered).count()
        };
        assert_eq!(answers(ClockKind::FirstContact), 5);
        assert_eq!(answers(ClockKind::ResolveOrSchedule), 3);
        assert_eq!(answers(ClockKind::Repair), 2);
        assert_eq!(answers(ClockKind::Close), 1);
    }

    #[test]
    fn a_reply_ends_the_wait_for_the_customer_only() {
        use EventKind::{CustomerReplied, Registered, WaitingCustomer, WaitingPart};
        let resumed = |wait| {
            let runs = kinds(ClockKind::Repair, &story(&[Registered, wait, CustomerReplied]));
            runs[0].contains(&FactKind::Resumed)
        };
        assert!(resumed(WaitingCustomer));
        assert!(!resumed(WaitingPart));
    }

    #[test]
    fn a_job_opened_again_is_closed_again_and_contacted_again_if_it_was_void() {
        use EventKind::{Cancelled, Closed, Registered, Reopened};
        let after_closing = story(&[Registered, Closed, Reopened]);
        assert_eq!(kinds(ClockKind::Close, &after_closing)[1], [FactKind::Started]);
        assert_eq!(kinds(ClockKind::FirstContact, &after_closing).len(), 1);
        let after_void = story(&[Registered, Cancelled, Reopened]);
        assert_eq!(kinds(ClockKind::FirstContact, &after_void)[1], [FactKind::Started]);
    }

    #[test]
    fn what_falls_on_one_instant_goes_by_its_place() {
        use EventKind::{Assigned, Registered, Travelling, WaitingPart};
        let told = story(&[Registered, Assigned, WaitingPart, Travelling]);
        let ids = [7, 4, 9, 2];
        let at_once = |(event, id): (&Happened, u8)| Happened {
            id: EventId::from_bytes([id; 8]),
            at: Instant::from_millis(NOON),
            ..*event
        };
        let mut events: Vec<Happened> = told.iter().zip(ids).map(at_once).rev().collect();
        sort(&mut events);
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [Registered, Assigned, WaitingPart, Travelling]);
    }

    #[test]
    fn who_held_the_job_when() {
        use EventKind::{Assigned, Registered, Unassigned};
        let story = story(&[Registered, Assigned, Unassigned, Assigned]);
        let holder = |at: i64| technician_at(&story, Instant::from_millis(NOON + at));
        assert_eq!(holder(0), None);
        assert_eq!(holder(1), Some(UserId::from_uuid(Uuid::nil())));
        assert_eq!(holder(2), story[1].technician);
        assert_eq!(holder(3), None);
        assert_eq!(holder(9), story[3].technician);
    }
}
