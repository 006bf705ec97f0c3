//! A technician's rating, from surveys only.

use serde::{Deserialize, Serialize};

use crate::{Prior, TechnicianRules, Trillionths, shown_to_tenth};

/// What a technician's surveys add up to. Adding and taking away are inverse and
/// may come in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingFacts {
    /// How many surveys count.
    pub surveys: i64,
    /// The sum of their scores.
    pub sum: Trillionths,
    /// The sum of the squares of their scores, in units of 1e-24.
    pub squares: i128,
    /// How many of the customers were satisfied.
    pub satisfied: i64,
}

impl RatingFacts {
    /// One survey more.
    pub fn add(&mut self, score: Trillionths, rules: &TechnicianRules) {
        self.count(score, 1, rules);
    }

    /// One survey less: annulled, or older than the window.
    pub fn remove(&mut self, score: Trillionths, rules: &TechnicianRules) {
        self.count(score, -1, rules);
    }

    fn count(&mut self, score: Trillionths, times: i64, rules: &TechnicianRules) {
        self.surveys += times;
        self.sum += Trillionths::from_units(score.units() * i128::from(times));
        self.squares += score.units() * score.units() * i128::from(times);
        if score.to_f64() >= rules.satisfied_from {
            self.satisfied += times;
        }
    }
}

/// Whether a rating is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No survey counts: show *no rating*.
    NoRating,
    /// Few surveys: the stars say so.
    Provisional,
    /// Enough surveys.
    Rated,
}

/// A technician's rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// How many surveys it rests on.
    pub surveys: i64,
    /// How it is shown.
    pub standing: Standing,
    /// *R*, between 0 and 1: the mean score drawn towards the peers'.
    pub rating: f64,
    /// `1 + 4R`.
    pub stars: f64,
    /// The same, rounded half-up to a tenth.
    pub stars_shown: f64,
    /// *L*, the lower bound by which people are ranked.
    pub lower: f64,
    /// The share of satisfied customers and its interval (Wilson 1927); none
    /// without a survey.
    pub satisfied: Option<SatisfiedShare>,
}

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SatisfiedShare {
    /// The share itself.
    pub share: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

/// Rates a technician beside the peers' prior, which is frozen per month.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 surveys")]
pub fn rate(rules: &TechnicianRules, facts: &RatingFacts, prior: &Prior) -> Rating {
    let n = facts.surveys.max(0) as f64;
    let weight = prior.strength + n;
    let rating =
        if weight > 0.0 { (prior.strength * prior.mean + facts.sum.to_f64()) / weight } else { prior.mean };
    let deviation = if weight > 0.0 { (prior.within / weight).sqrt() } else { 0.0 };
    let stars = 1.0 + 4.0 * rating;
    let standing = match facts.surveys {
        ..=0 => Standing::NoRating,
        some if some < rules.provisional_below => Standing::Provisional,
        _ => Standing::Rated,
    };
    Rating {
        surveys: facts.surveys,
        standing,
        rating,
        stars,
        stars_shown: shown_to_tenth(stars),
        lower: (rating - rules.z * deviation).clamp(0.0, 1.0),
        satisfied: (n > 0.0).then(|| wilson(facts.satisfied as f64, n, rules.z)),
    }
}

/// Wilson's interval of a share: `of` cases, `hits` of them.
fn wilson(hits: f64, of: f64, z: f64) -> SatisfiedShare {
    let share = hits / of;
    let squared = z * z;
    let scale = 1.0 + squared / of;
    let centre = (share + squared / (2.0 * of)) / scale;
    let half = z * (share * (1.0 - share) / of + squared / (4.0 * of * of)).sqrt() / scale;
    SatisfiedShare { share, low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}
