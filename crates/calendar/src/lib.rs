//! When people work, and what that makes of a deadline: versioned working
//! calendars, addition and difference of working time, deadline clocks, and
//! Jalali and Gregorian months in an organisation's time zone.
//!
//! Everything is a pure function of its arguments: nothing here asks what time
//! it is or opens a file. Time zones come from the table that is built in.

mod book;
mod clock;
mod holiday;
mod jalali;
mod month;
mod span;
mod week;
mod work_calendar;
mod zone;

pub use book::{AdoptedBefore, Basis, CalendarBook, CalendarBooks};
pub use clock::{
    ChangeKind, Clock, ClockChange, ClockFact, ClockKind, ClockPolicy, Evidence, FactKind, Hearing, OnReply,
    PauseReason, PolicyProblem, Round, RoundState, default_policies,
};
pub use holiday::{Certainty, Holiday, HolidayScope, fixed_solar_holidays, is_rest_day};
pub use jalali::{BadJalaliDate, JalaliDate};
pub use jiff::civil::Date;
pub use month::{BadMonth, Month, MonthSystem};
pub use span::Span;
pub use week::{BadMinute, MinuteOfDay, Opening, WeekHours};
pub use work_calendar::{CalendarProblem, CalendarSpec, NeverOpen, WeekVersion, WorkCalendar};
pub use zone::{UnknownZone, Zone};
