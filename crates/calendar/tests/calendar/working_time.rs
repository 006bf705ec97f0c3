//! Addition and difference of working time.

use calendar::{CalendarSpec, HolidayScope, Span, WeekHours, WeekVersion, WorkCalendar, Zone};
use domain::Instant;
use proptest::prelude::*;

use crate::common::{at, calendar, holiday, ir44, spec, wall, week};

/// The four cases of the rules' page.
#[test]
fn deadlines_of_the_rules_page() {
    let plain = calendar(ir44(), &[]);
    let with_holiday = calendar(ir44(), &["2025-10-04"]);
    for (calendar, start, hours, due) in [
        (&plain, "2025-10-01T15:00", 12, "2025-10-04T15:00"),
        (&with_holiday, "2025-10-01T15:00", 12, "2025-10-05T15:00"),
        (&plain, "2025-10-03T10:00", 12, "2025-10-05T12:00"),
        (&plain, "2025-10-04T08:00", 48, "2025-10-11T12:00"),
    ] {
        let end = calendar.due(at(start), Span::from_hours(hours)).unwrap();
        assert_eq!(wall(end), due);
        assert_eq!(calendar.worked(at(start), end), Span::from_hours(hours));
    }
}

#[test]
fn what_ends_at_closing_ends_there_and_the_next_minute_is_the_next_opening() {
    let calendar = calendar(ir44(), &[]);
    let start = at("2025-10-01T08:00");
    assert_eq!(wall(calendar.due(start, Span::from_hours(8)).unwrap()), "2025-10-01T16:00");
    assert_eq!(wall(calendar.due(start, Span::from_minutes(481)).unwrap()), "2025-10-02T08:01");
    assert_eq!(wall(calendar.due(start, Span::from_millis(28_800_001)).unwrap()), "2025-10-02T08:00");
}

#[test]
fn no_time_at_all_ends_where_it_starts() {
    let calendar = calendar(ir44(), &[]);
    for start in ["2025-10-03T10:00", "2025-10-01T09:00"] {
        assert_eq!(wall(calendar.due(at(start), Span::ZERO).unwrap()), start);
    }
    assert_eq!(calendar.worked(at("2025-10-05T09:00"), at("2025-10-01T09:00")), Span::ZERO);
}

#[test]
fn several_openings_a_day_touch_or_leave_a_gap() {
    let hours =
        r#"{"sat": [["13:30", "17:00"], ["08:00", "10:00"], ["10:00", "12:30"], ["20:00", "24:00"]]}"#;
    let calendar = calendar(week(hours), &[]);
    let start = at("2025-10-04T09:00");
    for (minutes, due) in [
        (210, "2025-10-04T12:30"),
        (211, "2025-10-04T13:31"),
        (660, "2025-10-05T00:00"),
        (661, "2025-10-11T08:01"),
    ] {
        assert_eq!(wall(calendar.due(start, Span::from_minutes(minutes)).unwrap()), due);
    }
    assert!(calendar.is_open(at("2025-10-04T23:59")));
    assert!(!calendar.is_open(at("2025-10-05T00:00")));
    assert!(calendar.is_open(at("2025-10-04T08:00")) && !calendar.is_open(at("2025-10-04T12:30")));
}

/// Short hours in Ramadan: a version from a date on, and another after it.
#[test]
fn hours_hold_from_their_date_on() {
    let short = week(r#"{"sat": [["09:00", "12:00"]], "sun": [["09:00", "12:00"]]}"#);
    let version = |from: &str, hours: &WeekHours| WeekVersion {
        effective_from: from.parse().unwrap(),
        hours: hours.clone(),
    };
    let versions =
        vec![version("2025-10-12", &ir44()), version("2025-10-01", &ir44()), version("2025-10-04", &short)];
    let calendar = WorkCalendar::new(CalendarSpec { versions, ..spec(ir44(), &[]) }).unwrap();
    let worked = |from: &str, to: &str| calendar.worked(at(from), at(to)).millis() / 60_000;
    assert_eq!(worked("2025-10-01T00:00", "2025-10-02T00:00"), 480);
    assert_eq!(worked("2025-10-04T00:00", "2025-10-05T00:00"), 180);
    assert_eq!(worked("2025-10-12T00:00", "2025-10-13T00:00"), 480);
    // Before the first version nobody works, and a clock waits for it.
    assert_eq!(worked("2025-09-01T00:00", "2025-10-01T00:00"), 0);
    let due = calendar.due(at("2025-09-01T10:00"), Span::from_hours(1)).unwrap();
    assert_eq!(wall(due), "2025-10-01T09:00");
}

#[test]
fn a_provinces_holiday_holds_there_alone() {
    let mut bad_air = holiday("2025-10-04");
    bad_air.scope = HolidayScope::Province("Tehran".into());
    let worked = |province: Option<&str>| {
        let spec = CalendarSpec {
            province: province.map(Into::into),
            holidays: vec![bad_air.clone()],
            ..spec(ir44(), &[])
        };
        let calendar = WorkCalendar::new(spec).unwrap();
        calendar.worked(at("2025-10-04T00:00"), at("2025-10-05T00:00"))
    };
    assert_eq!(worked(Some("Tehran")), Span::ZERO);
    assert_eq!(worked(Some("Fars")), Span::from_hours(8));
    assert_eq!(worked(None), Span::from_hours(8));
}

/// A night shift across the end of summer time is an hour longer in real time.
#[test]
fn working_time_is_real_time_where_clocks_change() {
    let hours = week(r#"{"sun": [["00:00", "08:00"]], "sat": [["22:00", "24:00"]]}"#);
    let calendar =
        WorkCalendar::new(CalendarSpec { zone: "Europe/Berlin".into(), ..spec(hours, &[]) }).unwrap();
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let at = |wall: &str| berlin.instant(wall.parse().unwrap());
    let night = |from: &str, to: &str| calendar.worked(at(from), at(to));
    assert_eq!(night("2025-10-18T20:00", "2025-10-19T09:00"), Span::from_hours(10));
    assert_eq!(night("2025-10-25T20:00", "2025-10-26T09:00"), Span::from_hours(11));
    assert_eq!(night("2025-03-29T20:00", "2025-03-30T09:00"), Span::from_hours(9));
}

#[test]
fn a_calendar_that_stays_closed_says_so() {
    let far = WeekVersion { effective_from: "2090-01-01".parse().unwrap(), hours: ir44() };
    let calendar = WorkCalendar::new(CalendarSpec { versions: vec![far], ..spec(ir44(), &[]) }).unwrap();
    let start = at("2025-10-01T15:00");
    assert_eq!(calendar.due(start, Span::from_hours(1)).unwrap_err().after, start);
    // A device's clock may say anything; it is answered, not trusted.
    let never = Instant::from_millis(i64::MAX);
    assert_eq!(calendar.worked(never, never.plus_millis(1)), Span::ZERO);
    assert!(calendar.due(never, Span::from_hours(1)).is_err());
}

/// A week of random openings, at least one of them.
pub(crate) fn any_week() -> impl Strategy<Value = WeekHours> {
    let cuts = prop::collection::btree_set(0_u16..=1440, 0..5);
    prop::collection::vec(cuts, 7).prop_map(|days| {
        let day = |cuts: &std::collections::BTreeSet<u16>| {
            let cuts: Vec<u16> = cuts.iter().copied().collect();
            let pairs =
                cuts.chunks_exact(2).map(|pair| format!("[\"{}\", \"{}\"]", hm(pair[0]), hm(pair[1])));
            format!("[{}]", pairs.collect::<Vec<_>>().join(","))
        };
        let names = ["sat", "sun", "mon", "tue", "wed", "thu", "fri"];
        let days = names.iter().zip(&days).map(|(name, cuts)| format!("\"{name}\": {}", day(cuts)));
        let mut hours = week(&format!("{{{}}}", days.collect::<Vec<_>>().join(",")));
        if hours == WeekHours::default() {
            hours = ir44();
        }
        hours
    })
}

fn hm(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub(crate) fn any_holidays() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(1_u8..=30, 0..6)
        .prop_map(|days| days.into_iter().map(|day| format!("2025-10-{day:02}")).collect())
}

pub(crate) fn any_calendar() -> impl Strategy<Value = WorkCalendar> {
    (any_week(), any_holidays()).prop_map(|(hours, holidays)| {
        let holidays: Vec<&str> = holidays.iter().map(String::as_str).collect();
        calendar(hours, &holidays)
    })
}

pub(crate) fn any_instant() -> impl Strategy<Value = Instant> {
    let start = at("2025-09-25T00:00").millis();
    (0_i64..40 * 86_400_000).prop_map(move |millis| Instant::from_millis(start + millis))
}

pub(crate) fn any_span() -> impl Strategy<Value = Span> {
    (0_i64..100 * 3_600_000).prop_map(Span::from_millis)
}

proptest! {
    #[test]
    fn difference_undoes_addition(calendar in any_calendar(), start in any_instant(), span in any_span()) {
        let end = calendar.due(start, span).unwrap();
        prop_assert!(end >= start);
        prop_assert_eq!(calendar.worked(start, end), span);
    }

    /// The other way round an end in closed hours falls back to the last closing.
    #[test]
    fn addition_undoes_difference(calendar in any_calendar(), one in any_instant(), other in any_instant()) {
        let (start, end) = (one.min(other), one.max(other));
        let back = calendar.due(start, calendar.worked(start, end)).unwrap();
        prop_assert!(back <= end);
        prop_assert_eq!(calendar.worked(back, end), Span::ZERO);
        if calendar.is_open(end) && calendar.is_open(end.plus_millis(-1)) {
            prop_assert_eq!(back, end);
        }
    }

    #[test]
    fn working_time_adds_up(calendar in any_calendar(), mut instants in prop::array::uniform3(any_instant())) {
        instants.sort();
        let [from, middle, to] = instants;
        let whole = calendar.worked(from, to);
        prop_assert_eq!(calendar.worked(from, middle).plus(calendar.worked(middle, to)), whole);
        prop_assert!(whole.millis() <= to.millis() - from.millis());
    }
}
