//! Calendars that somebody wrote down wrongly.

use calendar::{CalendarSpec, ClockPolicy, Span, WeekHours, WeekVersion, WorkCalendar, default_policies};

use crate::common::{holiday, ir44, spec, week};

fn codes(spec: CalendarSpec) -> Vec<&'static str> {
    WorkCalendar::new(spec).unwrap_err().iter().map(calendar::CalendarProblem::code).collect()
}

#[test]
fn a_wrong_calendar_is_refused_with_a_code() {
    let hours = |text: &str| spec(week(text), &[]);
    let version = |from: &str| WeekVersion { effective_from: from.parse().unwrap(), hours: ir44() };
    for (spec, code) in [
        (hours(r#"{"sat": [["08:00", "12:00"], ["11:59", "17:00"]]}"#), "calendar.overlap"),
        (hours(r#"{"sat": [["08:00", "12:00"], ["08:00", "12:00"]]}"#), "calendar.overlap"),
        (hours("{}"), "calendar.empty"),
        (hours(r#"{"sat": [["12:00", "12:00"]]}"#), "calendar.backwards"),
        (hours(r#"{"sat": [["22:00", "06:00"]]}"#), "calendar.backwards"),
        (CalendarSpec { versions: vec![], ..spec(ir44(), &[]) }, "calendar.no_version"),
        (
            CalendarSpec {
                versions: vec![version("2025-01-01"), version("2025-01-01")],
                ..spec(ir44(), &[])
            },
            "calendar.same_start",
        ),
        (
            CalendarSpec {
                holidays: vec![holiday("2025-01-01"), holiday("2025-01-01")],
                ..spec(ir44(), &[])
            },
            "calendar.holiday_twice",
        ),
        (CalendarSpec { zone: "Asia/Atlantis".into(), ..spec(ir44(), &[]) }, "calendar.unknown_zone"),
    ] {
        assert_eq!(codes(spec), [code]);
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let wrong = CalendarSpec { zone: "Nowhere".into(), ..spec(WeekHours::default(), &[]) };
    assert_eq!(codes(wrong), ["calendar.empty", "calendar.unknown_zone"]);
}

#[test]
fn a_time_of_day_that_is_none_is_not_read() {
    for text in ["24:01", "8:00", "08:60", "0800", "25:00", "aa:bb", "", "-1:00", "08:00:00"] {
        let written = format!(r#"{{"sat": [["00:00", "{text}"]]}}"#);
        assert!(serde_json::from_str::<WeekHours>(&written).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<WeekHours>(r#"{"saturday": []}"#).is_err());
}

#[test]
fn a_clock_needs_a_time_to_run() {
    for policy in default_policies() {
        assert_eq!(policy.check(), Ok(()));
        for target in [Span::ZERO, Span::from_hours(87_601)] {
            assert!(ClockPolicy { target, ..policy.clone() }.check().is_err());
        }
    }
}
