//! Surveys: the customer's form and its JSON twin, the operator's calls, the quality
//! officer's decisions, lists and coverage.

mod body;
pub(super) mod by_link;
pub(super) mod calls;
pub(super) mod coverage;
pub(super) mod form;
pub(super) mod list;
mod page;
pub(super) mod quality;
mod words;

use domain::{Instant, Uuid};

use super::Problem;
use crate::scores::period::MonthKey;
use crate::surveys::SurveyId;

/// An id of the address. What cannot be an id is the id of nothing.
fn survey_id(id: Uuid) -> SurveyId {
    SurveyId::from_bytes(id.into_bytes())
}

/// The span of a Jalali month such as `1404-07`.
fn span_of(month: &str) -> Result<(Instant, Instant), Problem> {
    let month = MonthKey::parse(month)?;
    Ok((month.begins(), month.ends()))
}
