//! Jalali and Gregorian months, and the dates that tell a right calendar from a
//! wrong one.

use calendar::{Date, JalaliDate, Month, MonthSystem, Zone, fixed_solar_holidays};
use domain::Instant;
use proptest::prelude::*;

use crate::common::{at, tehran};

fn jalali(text: &str) -> JalaliDate {
    text.parse().unwrap()
}

fn gregorian(text: &str) -> Date {
    text.parse().unwrap()
}

/// 1403 has 30 Esfand and 1404 has not; calendars of the 2820-year rule say the
/// reverse.
#[test]
fn leap_years_are_those_of_the_official_table() {
    assert!(JalaliDate::new(1403, 12, 30).is_some());
    assert!(JalaliDate::new(1404, 12, 30).is_none());
    let leap: Vec<i32> = (1398..=1413).filter(|year| JalaliDate::new(*year, 12, 30).is_some()).collect();
    assert_eq!(leap, [1399, 1403, 1408, 1412]);
    assert_eq!(JalaliDate::of(gregorian("2025-03-20")), Some(jalali("1403-12-30")));
    assert_eq!(JalaliDate::of(gregorian("2025-03-21")), Some(jalali("1404-01-01")));
}

/// The stamp of the ticket process, R118: 1399/6/24 was a Monday.
#[test]
fn the_documents_own_stamp_reads_as_it_was_written() {
    let date = jalali("1399/6/24").gregorian();
    assert_eq!(date, gregorian("2020-09-14"));
    assert_eq!(date.weekday(), jiff::civil::Weekday::Monday);
    assert_eq!(jalali("۱۳۹۹/۶/۲۴"), jalali("1399-06-24"));
    assert_eq!(jalali("١٣٩٩/٦/٢٤").to_string(), "1399-06-24");
}

#[test]
fn what_is_no_day_is_refused() {
    for text in
        ["1404-12-30", "1404-13-01", "1404-00-10", "1404-07-31", "1404-07", "1404-07-09-1", "", "x-y-z"]
    {
        assert!(text.parse::<JalaliDate>().is_err(), "{text}");
    }
}

/// Mehr 1404 in Tehran, from the rules' page.
#[test]
fn a_month_begins_at_midnight_in_tehran() {
    let month = Month::parse(MonthSystem::Jalali, "1404-07").unwrap();
    let utc = |text: &str| Zone::UTC.instant(text.parse().unwrap());
    assert_eq!(month.begins(&tehran()), utc("2025-09-22T20:30"));
    assert_eq!(month.ends(&tehran()), utc("2025-10-22T20:30"));
    let inside = |at: Instant| Month::at(MonthSystem::Jalali, &tehran(), at) == Some(month);
    assert!(inside(utc("2025-09-22T20:30")) && inside(utc("2025-10-22T20:29:59.999")));
    assert!(!inside(utc("2025-09-22T20:29:59.999")) && !inside(utc("2025-10-22T20:30")));
}

#[test]
fn the_organisation_goes_by_the_clocks_of_tehran() {
    assert_eq!(*Zone::organisation(), tehran());
}

/// No summer time since 2022-09-21: +04:30 before, +03:30 since.
#[test]
fn iran_has_no_summer_time_any_more() {
    let noon = |date: &str| at(&format!("{date}T12:00")).millis();
    let utc_noon = |date: &str| Zone::UTC.instant(format!("{date}T12:00").parse().unwrap()).millis();
    let offset = |date: &str| (utc_noon(date) - noon(date)) / 60_000;
    assert_eq!(offset("2022-07-01"), 270);
    assert_eq!(offset("2022-12-01"), 210);
    assert_eq!(offset("2025-07-01"), 210);
}

#[test]
fn months_have_the_days_that_they_have() {
    let days = |system, year| -> Vec<u8> {
        (1..=12).map(|number| Month::new(system, year, number).unwrap().days()).collect()
    };
    assert_eq!(days(MonthSystem::Jalali, 1404), [31, 31, 31, 31, 31, 31, 30, 30, 30, 30, 30, 29]);
    assert_eq!(days(MonthSystem::Jalali, 1403).last(), Some(&30));
    assert_eq!(days(MonthSystem::Gregorian, 2024)[1], 29);
    assert_eq!(days(MonthSystem::Gregorian, 2025)[1], 28);
}

#[test]
fn a_month_is_written_as_year_and_number() {
    let month = Month::new(MonthSystem::Jalali, 1404, 12).unwrap();
    assert_eq!(month.to_string(), "1404-12");
    assert_eq!(month.next().to_string(), "1405-01");
    assert_eq!(month.next().previous(), month);
    assert_eq!(month.day_begins(5, &tehran()), Some(at("2026-02-24T00:00")));
    assert_eq!(month.day(30), None);
    let text = serde_json::to_string(&month).unwrap();
    assert_eq!(text, r#"{"system":"jalali","year":1404,"month":12}"#);
    assert_eq!(serde_json::from_str::<Month>(&text).unwrap(), month);
    for wrong in ["1404-13", "1404-00", "1404-7", "404-07", "1404/07", ""] {
        assert!(Month::parse(MonthSystem::Jalali, wrong).is_err(), "{wrong}");
    }
    assert!(serde_json::from_str::<Month>(r#"{"system":"jalali","year":1404,"month":13}"#).is_err());
    assert_eq!(Month::at(MonthSystem::Jalali, &tehran(), Instant::from_millis(i64::MAX)), None);
}

#[test]
fn fixed_holidays_fall_on_their_days() {
    let dates: Vec<String> = fixed_solar_holidays(1404).iter().map(|day| day.date.to_string()).collect();
    assert_eq!(
        dates,
        [
            "2025-03-21",
            "2025-03-22",
            "2025-03-23",
            "2025-03-24",
            "2025-04-01",
            "2025-04-02",
            "2025-06-04",
            "2025-06-05",
            "2026-02-11",
            "2026-03-20",
        ]
    );
}

proptest! {
    #[test]
    fn a_day_survives_the_way_there_and_back(year in 1_i16..=9_000, month in 1_i8..=12, day in 1_i8..=28) {
        let date = Date::new(year.max(700), month, day).unwrap();
        let jalali = JalaliDate::of(date).unwrap();
        prop_assert_eq!(jalali.gregorian(), date);
        prop_assert_eq!(jalali.to_string().parse::<JalaliDate>().unwrap(), jalali);
    }

    /// Months follow each other without a gap, and an instant lies in one.
    #[test]
    fn months_leave_no_gap(millis in 0_i64..4_000_000_000_000) {
        let instant = Instant::from_millis(millis);
        for system in [MonthSystem::Jalali, MonthSystem::Gregorian] {
            let month = Month::at(system, &tehran(), instant).unwrap();
            prop_assert!(month.begins(&tehran()) <= instant && instant < month.ends(&tehran()));
            prop_assert_eq!(month.ends(&tehran()), month.next().begins(&tehran()));
        }
    }
}
