//! A calendar that changes while time is counted.

use calendar::{Basis, CalendarBook, CalendarBooks, Span};
use domain::{AgencyId, Uuid};
use proptest::prelude::*;

use crate::common::{at, calendar, ir44, wall};
use crate::working_time::{any_calendar, any_instant, any_span};

/// Saturday becomes a holiday on Thursday evening: the hour of Wednesday and the
/// four of Thursday stay, the other seven move to Sunday.
#[test]
fn a_holiday_moves_only_the_rest() {
    let start = at("2025-10-01T15:00");
    let mut book = CalendarBook::new(calendar(ir44(), &[]));
    let target = Span::from_hours(12);
    assert_eq!(wall(book.due(Basis::Working, start, target).unwrap()), "2025-10-04T15:00");
    book.adopt(at("2025-10-02T19:00"), calendar(ir44(), &["2025-10-04"])).unwrap();
    assert_eq!(wall(book.due(Basis::Working, start, target).unwrap()), "2025-10-05T15:00");
    // Plain hours know no holiday.
    assert_eq!(wall(book.due(Basis::Elapsed, start, target).unwrap()), "2025-10-02T03:00");
    assert_eq!(book.used(Basis::Elapsed, start, at("2025-10-02T03:00")), target);
}

/// A change that is adopted after closing does not move what ended at closing.
#[test]
fn what_ended_before_the_change_ends_there() {
    let mut book = CalendarBook::new(calendar(ir44(), &[]));
    book.adopt(at("2025-10-02T19:00"), calendar(ir44(), &["2025-10-04"])).unwrap();
    let due = book.due(Basis::Working, at("2025-10-01T15:00"), Span::from_hours(5)).unwrap();
    assert_eq!(wall(due), "2025-10-02T12:00");
}

/// What became known on Sunday changes nothing about Saturday.
#[test]
fn time_already_used_stays() {
    let start = at("2025-10-04T08:00");
    let mut book = CalendarBook::new(calendar(ir44(), &[]));
    book.adopt(at("2025-10-05T10:00"), calendar(ir44(), &["2025-10-04", "2025-10-05"])).unwrap();
    assert_eq!(book.used(Basis::Working, start, at("2025-10-05T16:00")), Span::from_hours(10));
    let due = book.due(Basis::Working, start, Span::from_hours(12)).unwrap();
    assert_eq!(wall(due), "2025-10-06T10:00");
}

#[test]
fn an_agency_has_its_own_hours_or_those_of_the_organisation() {
    let agency = |number| AgencyId::from_uuid(Uuid::from_u128(number));
    let organisation = CalendarBook::new(calendar(ir44(), &[]));
    let own = CalendarBook::new(calendar(ir44(), &["2025-10-04"]));
    let books =
        CalendarBooks { organisation: organisation.clone(), agencies: [(agency(1), own.clone())].into() };
    assert_eq!(books.of(Some(agency(1))), &own);
    assert_eq!(books.of(Some(agency(2))), &organisation);
    assert_eq!(books.of(None), &organisation);
}

#[test]
fn changes_are_adopted_in_order() {
    let mut book = CalendarBook::new(calendar(ir44(), &[]));
    book.adopt(at("2025-10-05T10:00"), calendar(ir44(), &[])).unwrap();
    for earlier in ["2025-10-05T10:00", "2025-10-01T10:00"] {
        assert!(book.adopt(at(earlier), calendar(ir44(), &[])).is_err());
    }
}

proptest! {
    /// A recount keeps the time already used, and what was due by then stays due
    /// then.
    #[test]
    fn a_recount_keeps_the_time_used(
        (before, after) in (any_calendar(), any_calendar()),
        start in any_instant(),
        changed in any_instant(),
        target in any_span(),
    ) {
        let old = CalendarBook::new(before.clone());
        let mut new = old.clone();
        new.adopt(changed, after.clone()).unwrap();

        let (was_due, is_due) =
            (old.due(Basis::Working, start, target).unwrap(), new.due(Basis::Working, start, target).unwrap());
        let used = old.used(Basis::Working, start, changed);
        prop_assert_eq!(new.used(Basis::Working, start, changed), used);
        if was_due <= changed {
            prop_assert_eq!(is_due, was_due);
        } else {
            prop_assert!(is_due >= changed.max(start));
            let from = start.max(changed);
            prop_assert_eq!(after.worked(from, is_due), target.minus(used));
        }
        prop_assert_eq!(new.used(Basis::Working, start, is_due), target);
    }
}
