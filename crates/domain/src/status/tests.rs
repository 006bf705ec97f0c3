//! The status machine, cell by cell, and the fold over graphs of events.

use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use super::*;
use crate::{Event, Instant, Stamp, UserId};

/// The machine as people agreed on it, written by hand. Columns: statuses in
/// their order; `.` says nothing, `-` does not fit.
const AGREED: &str = "
event            new       assigned  accepted  travelling on_site  working   waiting_part waiting_customer cancelled done     closed
registered       -         -         -         -          -        -         -            -                -         -        -
assigned         assigned  assigned  assigned  assigned   assigned assigned  assigned     assigned         -         -        -
unassigned       -         new       new       new        new      new       new          new              -         -        -
accepted         -         accepted  -         -          -        -         -            -                -         -        -
declined         -         new       new       -          -        -         -            -                -         -        -
proposal         .         .         .         .          .        .         .            .                .         .        .
contacted        .         .         .         .          .        .         .            .                .         .        .
promised         .         .         .         .          .        .         .            .                .         .        .
customer_replied .         .         .         .          .        .         .            .                .         .        .
answered         .         .         .         .          .        .         .            .                .         .        .
handed_over      .         .         .         .          .        .         .            .                .         .        .
travelling       -         travelling travelling travelling travelling travelling travelling travelling -         -        -
arrived          -         on_site   on_site   on_site    on_site  on_site   on_site      on_site          -         -        -
working          -         working   working   working    working  working   working      working          -         -        -
waiting_part     -         waiting_part waiting_part waiting_part waiting_part waiting_part waiting_part waiting_part - -      -
waiting_customer -         waiting_customer waiting_customer waiting_customer waiting_customer waiting_customer waiting_customer waiting_customer - - -
done             -         -         -         -          done     done      done         done             -         -        -
closed           -         -         -         -          -        -         -            -                -         closed   -
cancelled        cancelled cancelled cancelled cancelled  cancelled cancelled cancelled   cancelled        -         -        -
reopened         -         -         -         -          -        -         -            -                new       new      new
imported         closed    -         -         -          -        -         -            -                -         -        -
";

#[test]
fn every_cell_is_as_agreed() {
    let mut rows = AGREED.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let columns = rows.next().expect("a row of statuses");
    let statuses: Vec<Status> =
        columns.iter().skip(1).map(|name| Status::from_name(name).expect("a status")).collect();
    assert_eq!(statuses, Status::ALL);
    let mut kinds = Vec::new();
    for row in rows {
        let kind = EventKind::from_name(row[0]).expect("a kind of event");
        kinds.push(kind);
        assert_eq!(row.len(), columns.len(), "{}", row[0]);
        for (status, cell) in statuses.iter().zip(&row[1..]) {
            let agreed = match *cell {
                "." => Step::Stay,
                "-" => Step::Illegal,
                name => Step::To(Status::from_name(name).expect("a status")),
            };
            assert_eq!(transition(*status, kind), agreed, "{} from {}", row[0], status.name());
        }
    }
    assert_eq!(kinds, EventKind::ALL);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the developer asks for the page to be written")]
fn the_page_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/status.md");
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(path, status_markdown()).expect("the page is written");
    }
    let written = std::fs::read_to_string(path).expect("docs/status.md");
    assert!(written == status_markdown(), "docs/status.md is stale: UPDATE_DOCS=1 cargo test -p domain");
}

#[test]
fn every_status_and_conflict_has_its_own_name() {
    for status in Status::ALL {
        assert_eq!(Status::from_name(status.name()), Some(*status));
    }
    let mut names: Vec<_> = StatusConflictKind::ALL.iter().map(|kind| kind.name()).collect();
    names.dedup();
    assert_eq!(names.len(), StatusConflictKind::ALL.len());
}

const fn id(number: u8) -> EventId {
    EventId::from_bytes([number; 8])
}

fn event(number: u8, kind: EventKind, after: &[u8]) -> Event {
    Event {
        id: id(number),
        kind,
        stamp: Stamp { at: Instant::from_millis(i64::from(number)), offset_minutes: 0 },
        by: UserId::from_uuid(Uuid::nil()),
        after: after.iter().copied().map(id).collect(),
        reason: None,
        until: None,
        position: None,
        team: None,
        technician: None,
    }
}

use EventKind as K;

/// Registered, given to somebody, accepted, on site: the trunk of the tests.
fn on_site() -> Vec<Event> {
    vec![
        event(1, K::Registered, &[]),
        event(2, K::Assigned, &[1]),
        event(3, K::Accepted, &[2]),
        event(4, K::Arrived, &[3]),
    ]
}

fn fold(trunk: &[Event], more: &[Event]) -> StatusFold {
    fold_status(&[trunk, more].concat())
}

fn conflict(kind: StatusConflictKind, stands: u8, against: u8) -> StatusConflict {
    StatusConflict { kind, stands: id(stands), against: id(against) }
}

#[test]
fn each_event_stands_after_those_that_its_author_saw() {
    let chain = [event(9, K::Registered, &[]), event(5, K::Contacted, &[9]), event(7, K::Contacted, &[5])];
    let after_unknown = [event(8, K::Contacted, &[2]), event(3, K::Contacted, &[8])];
    let circle = [event(1, K::Contacted, &[2]), event(2, K::Contacted, &[1])];
    let order = causal_order(&[&after_unknown[..], &chain].concat());
    assert_eq!(order, [id(8), id(3), id(9), id(5), id(7)]);
    assert_eq!(causal_order(&circle), [id(1), id(2)]);
}

#[test]
fn a_day_without_rivals_ends_closed() {
    let more = [event(5, K::Working, &[4]), event(6, K::Done, &[5]), event(7, K::Closed, &[6])];
    let fold = fold(&on_site(), &more);
    assert_eq!(
        fold,
        StatusFold {
            status: Status::Closed,
            since: Some(id(7)),
            conflicts: vec![],
            misplaced: vec![],
            frontier: vec![id(7)]
        }
    );
}

#[test]
fn nothing_is_new() {
    let empty = fold_status(&[]);
    assert_eq!((empty.status, empty.since, empty.frontier), (Status::New, None, vec![]));
}

#[test]
fn an_event_that_says_nothing_keeps_status_and_moves_the_frontier() {
    let fold = fold(&on_site(), &[event(5, K::Contacted, &[4])]);
    assert_eq!((fold.status, fold.since, fold.frontier), (Status::OnSite, Some(id(4)), vec![id(5)]));
}

#[test]
fn an_event_that_does_not_fit_is_listed_and_changes_nothing() {
    let fold = fold(&on_site(), &[event(5, K::Closed, &[4])]);
    assert_eq!((fold.status, fold.misplaced, fold.frontier), (Status::OnSite, vec![id(5)], vec![id(5)]));
}

#[test]
fn a_first_event_of_another_kind_is_misplaced() {
    let fold = fold_status(&[event(1, K::Done, &[])]);
    assert_eq!((fold.status, fold.misplaced), (Status::New, vec![id(1)]));
}

#[test]
fn what_follows_an_unknown_event_is_misplaced_and_not_fatal() {
    let more = [event(5, K::Working, &[99]), event(6, K::Done, &[5, 4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.misplaced), (Status::OnSite, vec![id(5), id(6)]));
    assert_eq!(fold.frontier, vec![id(4)]);
}

#[test]
fn a_cycle_is_misplaced_and_not_fatal() {
    let more = [event(5, K::Working, &[4, 6]), event(6, K::Done, &[5]), event(7, K::Working, &[7])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.misplaced), (Status::OnSite, vec![id(5), id(6), id(7)]));
}

#[test]
fn done_stands_over_a_cancellation_and_the_dispatcher_hears_of_it() {
    let more = [event(5, K::Done, &[4]), event(6, K::Cancelled, &[4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since), (Status::Done, Some(id(5))));
    assert_eq!(fold.conflicts, vec![conflict(StatusConflictKind::DoneWhileCancelled, 5, 6)]);
    assert_eq!(fold.frontier, vec![id(5), id(6)]);
}

#[test]
fn a_cancellation_stands_over_work_only_begun() {
    let more = [event(5, K::Working, &[4]), event(6, K::Cancelled, &[4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since), (Status::Cancelled, Some(id(6))));
    assert_eq!(fold.conflicts, vec![conflict(StatusConflictKind::StartedWhileCancelled, 6, 5)]);
}

#[test]
fn a_cancellation_of_what_nobody_had_begun_is_no_conflict() {
    let trunk = &on_site()[..2];
    let fold = fold(trunk, &[event(5, K::Accepted, &[2]), event(6, K::Cancelled, &[2])]);
    assert_eq!((fold.status, fold.conflicts), (Status::Cancelled, vec![]));
}

#[test]
fn the_newer_assignment_stands_over_the_work_of_the_one_before() {
    let more = [event(5, K::Working, &[4]), event(6, K::Assigned, &[4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since), (Status::Assigned, Some(id(6))));
    assert_eq!(fold.conflicts, vec![conflict(StatusConflictKind::TwoTechnicians, 6, 5)]);
}

#[test]
fn a_reassignment_of_what_nobody_took_up_is_no_conflict() {
    let trunk = &on_site()[..2];
    let fold = fold(trunk, &[event(5, K::Declined, &[2]), event(6, K::Assigned, &[2])]);
    assert_eq!((fold.status, fold.conflicts), (Status::Assigned, vec![]));
}

#[test]
fn two_technicians_who_both_finish_are_a_conflict() {
    let more = [
        event(5, K::Done, &[4]),
        event(6, K::Assigned, &[4]),
        event(7, K::Arrived, &[6]),
        event(8, K::Done, &[7]),
    ];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since), (Status::Done, Some(id(8))), "the newer assignment's work");
    assert_eq!(fold.conflicts, vec![conflict(StatusConflictKind::TwoTechnicians, 8, 5)]);
}

#[test]
fn one_technician_with_two_devices_is_no_conflict() {
    let more = [event(5, K::Done, &[4]), event(6, K::Done, &[4]), event(7, K::Working, &[4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since, fold.conflicts), (Status::Done, Some(id(6)), vec![]));
}

#[test]
fn work_that_went_on_while_the_office_closed_is_a_conflict() {
    let more = [event(5, K::Done, &[4]), event(6, K::Closed, &[5]), event(7, K::WaitingPart, &[4])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since), (Status::Closed, Some(id(6))));
    assert_eq!(fold.conflicts, vec![conflict(StatusConflictKind::AfterTheEnd, 6, 7)]);
}

/// Seen to fail with the branches that do not stand dropped at an event that says
/// nothing, and with clashes looked for at the end only: the list was empty.
#[test]
fn neither_a_call_nor_further_work_settles_a_conflict() {
    let kind = StatusConflictKind::TwoTechnicians;
    let mut events = [on_site(), vec![event(5, K::Working, &[4]), event(6, K::Assigned, &[4])]].concat();
    let listed = vec![conflict(kind, 6, 5)];
    for (number, step) in [(7, K::Contacted), (8, K::Accepted), (9, K::Travelling)] {
        let frontier = fold_status(&events).frontier;
        let mut next = event(number, step, &[]);
        next.after = frontier;
        events.push(next);
        assert_eq!(fold_status(&events).conflicts, listed, "after {}", step.name());
    }
}

#[test]
fn a_decision_in_sight_of_both_settles_a_conflict() {
    let rivals = [event(5, K::Done, &[4]), event(6, K::Cancelled, &[4])];
    for (decision, status) in [(K::Closed, Status::Closed), (K::Reopened, Status::Assigned)] {
        let trunk = fold(&on_site(), &[&rivals[..], &[event(7, decision, &[5, 6])]].concat());
        assert_eq!((trunk.status, trunk.conflicts), (status, vec![]), "{}", decision.name());
    }
}

#[test]
fn a_decision_in_sight_of_one_side_settles_nothing() {
    let more = [event(5, K::Done, &[4]), event(6, K::Closed, &[5]), event(7, K::Cancelled, &[4])];
    let closed = fold(&on_site(), &more);
    assert_eq!(closed.status, Status::Closed);
    assert_eq!(closed.conflicts, vec![conflict(StatusConflictKind::DoneWhileCancelled, 6, 7)]);

    let two = StatusConflictKind::TwoTechnicians;
    let met = [event(5, K::Working, &[4]), event(6, K::Assigned, &[4]), event(7, K::Accepted, &[5, 6])];
    let blind = fold(&on_site(), &[&met[..], &[event(8, K::Cancelled, &[5])]].concat());
    assert_eq!(blind.conflicts, vec![conflict(two, 6, 5), conflict(two, 8, 7)]);
    let seeing = fold(&on_site(), &[&met[..], &[event(8, K::Cancelled, &[7])]].concat());
    assert_eq!(seeing.conflicts, vec![]);
}

#[test]
fn a_job_reopened_goes_back_to_who_held_it() {
    let held = [event(5, K::Cancelled, &[4]), event(6, K::Reopened, &[5])];
    assert_eq!(fold(&on_site(), &held).status, Status::Assigned);
    let taken_back =
        [event(5, K::Unassigned, &[4]), event(6, K::Cancelled, &[5]), event(7, K::Reopened, &[6])];
    assert_eq!(fold(&on_site(), &taken_back).status, Status::New);
    let declined = &on_site()[..2];
    let declined_first =
        [event(5, K::Declined, &[2]), event(6, K::Cancelled, &[5]), event(7, K::Reopened, &[6])];
    assert_eq!(fold(declined, &declined_first).status, Status::New);
}

#[test]
fn a_job_reassigned_goes_on_under_the_new_technician() {
    let more = [event(5, K::Assigned, &[4]), event(6, K::Accepted, &[5])];
    let fold = fold(&on_site(), &more);
    assert_eq!((fold.status, fold.since, fold.conflicts), (Status::Accepted, Some(id(6)), vec![]));
}

/// Any graph: each event of any kind, after any of the others, itself and a
/// stranger included.
fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let one = (any::<Index>(), proptest::collection::vec(0_u8..14, 0..4), any::<bool>());
    proptest::collection::vec(one, 0..12).prop_map(|drawn| {
        (1_u8..)
            .zip(drawn)
            .map(|(number, (kind, after, honest))| {
                // An honest event comes after earlier ones only.
                let earlier = |other: &u8| !honest || (1..number).contains(other);
                let after: Vec<u8> = after.into_iter().filter(earlier).collect();
                let kind = if number == 1 { K::Registered } else { *kind.get(EventKind::ALL) };
                event(number, kind, &after)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn any_order_of_the_same_events_gives_the_same(
        (events, shuffled) in any_events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        prop_assert_eq!(fold_status(&events), fold_status(&shuffled));
    }

    #[test]
    fn device_time_plays_no_part(events in any_events(), shift in any::<i32>()) {
        let mut moved = events.clone();
        for event in &mut moved {
            event.stamp.at = Instant::from_millis(i64::from(shift) - event.stamp.at.millis());
        }
        prop_assert_eq!(fold_status(&events), fold_status(&moved));
    }

    #[test]
    fn a_call_in_sight_of_everything_changes_the_frontier_only(events in any_events()) {
        let before = fold_status(&events);
        prop_assume!(!before.frontier.is_empty());
        let mut call = event(200, K::Contacted, &[]);
        call.after.clone_from(&before.frontier);
        let after = fold_status(&[events, vec![call]].concat());
        prop_assert_eq!(StatusFold { frontier: before.frontier.clone(), ..after.clone() }, before);
        prop_assert_eq!(after.frontier, vec![id(200)]);
    }

    #[test]
    fn no_event_is_lost(events in any_events()) {
        let fold = fold_status(&events);
        let known: Vec<EventId> = events.iter().map(|event| event.id).collect();
        prop_assert!(fold.misplaced.iter().chain(&fold.frontier).all(|id| known.contains(id)));
        let named: Vec<EventId> = events.iter().flat_map(|event| event.after.clone()).collect();
        for id in known.iter().filter(|id| !named.contains(id)) {
            prop_assert!(fold.frontier.contains(id) || fold.misplaced.contains(id), "{}", id);
        }
    }
}
