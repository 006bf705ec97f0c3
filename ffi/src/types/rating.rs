//! How customers rated the person's work.

use client_core::domain::{DocId, Instant};
use client_core::scoring::{SatisfiedShare, Standing};
use client_core::{Rating, RatingEffect};

/// How a rating is to be shown.
#[uniffi::remote(Enum)]
pub enum Standing {
    /// No survey counts: show that there is no rating.
    NoRating,
    /// Few surveys: say so beside the stars.
    Provisional,
    /// Enough surveys.
    Rated,
}

/// A share with its interval.
#[uniffi::remote(Record)]
pub struct SatisfiedShare {
    /// The share itself.
    pub share: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

/// What the survey of one job did to a rating.
#[uniffi::remote(Record)]
pub struct RatingEffect {
    /// The job.
    pub job: DocId,
    /// The customer's score, from 0 to 1.
    pub score: f64,
    /// How many stars it cost; negative where it helped.
    pub cost: f64,
}

/// How customers rated the person's work.
#[uniffi::remote(Record)]
pub struct Rating {
    /// When it was asked for, by this device.
    pub at: Instant,
    /// How it is to be shown.
    pub standing: Standing,
    /// From 1 to 5, rounded half-up to a tenth.
    pub stars: f64,
    /// The stars of the lower bound, by which people are ranked.
    pub stars_lower: f64,
    /// How many surveys count.
    pub surveys: u64,
    /// The share of satisfied customers with its interval.
    pub satisfied: Option<SatisfiedShare>,
    /// What each survey did, the costliest first.
    pub effects: Vec<RatingEffect>,
    /// How many surveys do not count.
    pub excluded: u64,
}
