//! Working time, deadline clocks and months, as people read them off a wall in
//! Tehran.
//!
//! Each protection was taken out once, the tests below were seen to fail, and it
//! was put back:
//!
//! | taken out | failed |
//! |---|---|
//! | holidays | `working_time`: case 2 of the page came out as `2025-10-04T15:00`; `books` |
//! | ending at closing (`>` for `>=` in `due`) | `working_time`: `2025-10-02T08:00` for `2025-10-01T16:00` |
//! | starting inside an opening | both inverse properties, `clocks`, `books` |
//! | sorting of openings | `working_time`: two that touch were said to overlap |
//! | the calendar of the time in `used` and in `due` | `books`: `Span(57600000)` for `Span(36000000)` |
//! | keeping used time at a pause, pauses by policy | `clocks`: `pausing_never_shortens` and the repair |
//! | the due time itself is in time | `clocks`: `Breached` for `Met` |
//! | rescinding | `clocks`: `[Met …]` for `[Rescinded …, Met …]`, and no breach is dropped in silence |
//! | devices heard up to the due time only | `clocks`: `evidence: Complete` for `Pending` |
//! | order of facts, taking a source once | `clocks`: late facts, a fact is taken once |

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod books;
mod clocks;
mod common;
mod faults;
mod months;
mod working_time;
