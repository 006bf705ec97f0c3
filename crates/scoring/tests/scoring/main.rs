//! Ratings, scores, award and travel: the worked examples of the rules' page, and
//! the corners around them.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod award;
mod common;
mod corners;
mod incremental;
mod lifecycle;
mod months;
mod ratings;
mod rules;
mod selection;
mod split;
mod travel;
mod trillionths;
