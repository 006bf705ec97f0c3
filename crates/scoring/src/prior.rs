//! What a technician with few surveys is drawn to: the mean of the peers, and
//! how much it weighs, estimated by the method of moments.

use serde::{Deserialize, Serialize};

use crate::{RatingFacts, TechnicianRules, Trillionths};

/// The prior of a peer pool (technicians of one service category), frozen per month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// *m*, the mean score.
    pub mean: f64,
    /// *v*, the pooled variance of the scores within a technician.
    pub within: f64,
    /// *τ²*, the variance between technicians; none where it was not estimated.
    pub between: Option<f64>,
    /// *C*, the number of virtual surveys.
    pub strength: f64,
}

/// The prior of a pool by the rules: estimated where it is large enough.
#[must_use]
pub fn peer_prior(rules: &TechnicianRules, peers: &[RatingFacts]) -> Prior {
    let rated: Vec<_> = peers.iter().filter(|peer| peer.surveys > 0).collect();
    let surveys: i64 = rated.iter().map(|peer| peer.surveys).sum();
    let large = rated.len() >= rules.estimated_from_technicians && surveys >= rules.estimated_from_surveys;
    match method_of_moments(rules, peers) {
        Some(prior) if large => prior,
        Some(prior) => {
            // With one survey each, nothing is known of how a technician's scores vary.
            let repeated = usize::try_from(surveys).is_ok_and(|surveys| surveys > rated.len());
            let within = if repeated { prior.within } else { rules.variance_without_peers };
            Prior { within, between: None, strength: rules.virtual_surveys, ..prior }
        }
        None => Prior {
            mean: rules.mean_without_peers,
            within: rules.variance_without_peers,
            between: None,
            strength: rules.virtual_surveys,
        },
    }
}

/// Estimates a prior whatever the size of the pool; none without a survey.
///
/// `τ²` is the estimator of DerSimonian and Laird for groups of unequal size:
/// `(Σ nᵢ(x̄ᵢ - m)² - (k - 1)·v) / (N - Σ nᵢ²/N)`, not below 0. Without a spread
/// between technicians the prior weighs as much as it may.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "sums are exact integers up to here")]
pub fn method_of_moments(rules: &TechnicianRules, peers: &[RatingFacts]) -> Option<Prior> {
    let peers: Vec<_> = peers.iter().filter(|peer| peer.surveys > 0).collect();
    let surveys: i64 = peers.iter().map(|peer| peer.surveys).sum();
    if surveys == 0 {
        return None;
    }
    let (n, groups) = (surveys as f64, peers.len() as f64);
    let sum: Trillionths = peers.iter().map(|peer| peer.sum).sum();
    let mean = sum.to_f64() / n;

    let scatter_within: f64 = peers.iter().map(|peer| scatter(peer)).sum();
    let within = if n > groups { scatter_within / (n - groups) } else { 0.0 };
    let scatter_between: f64 = peers.iter().map(|peer| distance(peer, sum, surveys)).sum();
    let squared_sizes: f64 = peers.iter().map(|peer| (peer.surveys as f64).powi(2)).sum();
    let scale = n - squared_sizes / n;
    let between =
        if scale > 0.0 { ((scatter_between - (groups - 1.0) * within) / scale).max(0.0) } else { 0.0 };

    let (min, max) = (rules.virtual_surveys_min, rules.virtual_surveys_max);
    let strength = if between > 0.0 { (within / between).clamp(min, max) } else { max };
    Some(Prior { mean, within, between: Some(between), strength })
}

/// `Σ (s - x̄)²` of one technician. The difference is taken in integers, where
/// nothing cancels out.
#[expect(clippy::cast_precision_loss, reason = "the difference is exact up to here")]
fn scatter(peer: &RatingFacts) -> f64 {
    let n = i128::from(peer.surveys);
    let scaled = n * peer.squares - peer.sum.units() * peer.sum.units();
    scaled as f64 / peer.surveys as f64 / 1e24
}

/// `nᵢ(x̄ᵢ - m)²` of one technician.
#[expect(clippy::cast_precision_loss, reason = "the difference is exact up to here")]
fn distance(peer: &RatingFacts, sum: Trillionths, surveys: i64) -> f64 {
    let scaled = peer.sum.units() * i128::from(surveys) - sum.units() * i128::from(peer.surveys);
    let from_mean = scaled as f64 / (peer.surveys as f64 * surveys as f64) / 1e12;
    peer.surveys as f64 * from_mean * from_mean
}
