//! Calendars and wall times that the tests share.

use calendar::{
    CalendarSpec, Certainty, Date, Holiday, HolidayScope, WeekHours, WeekVersion, WorkCalendar, Zone,
};
use domain::Instant;

pub(crate) fn tehran() -> Zone {
    Zone::named("Asia/Tehran").unwrap()
}

/// The instant at which clocks in Tehran show that time.
pub(crate) fn at(wall: &str) -> Instant {
    tehran().instant(wall.parse().unwrap())
}

/// What clocks in Tehran show.
pub(crate) fn wall(at: Instant) -> String {
    tehran().local(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

pub(crate) fn week(text: &str) -> WeekHours {
    serde_json::from_str(text).unwrap()
}

/// IR44: Saturday to Wednesday 08:00-16:00, Thursday 08:00-12:00, Friday closed.
pub(crate) fn ir44() -> WeekHours {
    let day = r#"[["08:00", "16:00"]]"#;
    week(&format!(
        r#"{{"sat": {day}, "sun": {day}, "mon": {day}, "tue": {day}, "wed": {day}, "thu": [["08:00", "12:00"]]}}"#
    ))
}

pub(crate) fn holiday(date: &str) -> Holiday {
    Holiday {
        date: date.parse().unwrap(),
        name: "a day off".into(),
        source: "test".into(),
        certainty: Certainty::Confirmed,
        scope: HolidayScope::Everywhere,
    }
}

pub(crate) fn spec(hours: WeekHours, holidays: &[&str]) -> CalendarSpec {
    CalendarSpec {
        zone: "Asia/Tehran".into(),
        province: None,
        versions: vec![WeekVersion { effective_from: Date::MIN, hours }],
        holidays: holidays.iter().map(|date| holiday(date)).collect(),
    }
}

pub(crate) fn calendar(hours: WeekHours, holidays: &[&str]) -> WorkCalendar {
    WorkCalendar::new(spec(hours, holidays)).unwrap()
}
