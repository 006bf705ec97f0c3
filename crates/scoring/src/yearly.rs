//! The mean of a year's months.

use serde::{Deserialize, Serialize};

use crate::Trillionths;

/// A rated month, as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatedMonth {
    /// The published score.
    pub score_shown: Trillionths,
    /// Jobs closed in the month.
    pub closed_jobs: i64,
}

/// The mean of published scores, weighted by closed jobs; none without a job.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 jobs; the sum is exact up to here")]
pub fn yearly_mean(months: &[RatedMonth]) -> Option<f64> {
    let jobs: i64 = months.iter().map(|month| month.closed_jobs).sum();
    let weighted = months.iter().map(|month| month.score_shown.units() * i128::from(month.closed_jobs));
    let weighted = Trillionths::from_units(weighted.sum()).to_f64();
    (jobs > 0).then(|| weighted / jobs as f64)
}
