//! `working_deadline` and `working_minutes`. Their times are those of a clock on
//! the wall in a zone without changes, so UTC stands for it.

use calendar::{
    CalendarSpec, Certainty, Date, Holiday, HolidayScope, Span, WeekHours, WeekVersion, WorkCalendar, Zone,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::input::{finer, local_time, sentence};

const MILLIS_A_MINUTE: f64 = 60_000.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deadline {
    calendar: WeekHours,
    start_local: String,
    minutes: f64,
    #[serde(default)]
    holidays: Vec<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Minutes {
    calendar: WeekHours,
    from_local: String,
    to_local: String,
    #[serde(default)]
    holidays: Vec<Date>,
}

pub(super) fn deadline(input: Deadline) -> Result<Value, String> {
    let calendar = work_calendar(input.calendar, input.holidays)?;
    let start = Zone::UTC.instant(local_time("start_local", &input.start_local)?);
    let target = Span::from_millis(finer("minutes", input.minutes, MILLIS_A_MINUTE)?);
    let due = calendar.due(start, target).map_err(|never| never.to_string())?;
    let due = Zone::UTC.local(due);
    let seconds = if due.second() == 0 && due.subsec_nanosecond() == 0 { "" } else { ":%S%.f" };
    Ok(json!({ "due_local": due.strftime(&format!("%Y-%m-%dT%H:%M{seconds}")).to_string() }))
}

pub(super) fn minutes(input: Minutes) -> Result<Value, String> {
    let calendar = work_calendar(input.calendar, input.holidays)?;
    let from = Zone::UTC.instant(local_time("from_local", &input.from_local)?);
    let to = Zone::UTC.instant(local_time("to_local", &input.to_local)?);
    #[expect(clippy::cast_precision_loss, reason = "2^53 milliseconds are 285,000 years")]
    let minutes = calendar.worked(from, to).millis() as f64 / MILLIS_A_MINUTE;
    Ok(json!({ "minutes": minutes }))
}

/// A date listed twice is one holiday.
fn work_calendar(hours: WeekHours, mut holidays: Vec<Date>) -> Result<WorkCalendar, String> {
    holidays.sort();
    holidays.dedup();
    let holiday = |date| Holiday {
        date,
        name: "holiday".into(),
        source: "vector".into(),
        certainty: Certainty::Confirmed,
        scope: HolidayScope::Everywhere,
    };
    let spec = CalendarSpec {
        zone: "UTC".into(),
        province: None,
        versions: vec![WeekVersion { effective_from: Date::MIN, hours }],
        holidays: holidays.into_iter().map(holiday).collect(),
    };
    WorkCalendar::new(spec).map_err(|problems| sentence(&problems))
}
