//! The rules as versioned data. Every number by which people are judged stands
//! here once, as a default; a change is a new version, and a frozen month keeps
//! the version by which it was judged.

mod check;
mod defaults;

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

pub use check::RulesProblem;

use crate::{ComponentKey, Trillionths};

/// One version of all the rules. The default is the first version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesVersion {
    /// The version's name, stored with every score.
    pub version: String,
    /// The survey about a technician.
    pub survey: SurveyRules,
    /// A technician's rating.
    pub technician: TechnicianRules,
    /// A representative's monthly score.
    pub monthly: MonthlyScore,
    /// The yearly award.
    pub award: Award,
}

/// The survey about a technician.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyRules {
    /// Criterion → weight; they sum to 100.
    pub weights: BTreeMap<String, u32>,
    /// The share of the weights that has to be answered, in percent.
    pub answered_percent_min: u32,
}

/// A technician's rating.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TechnicianRules {
    /// How many days back jobs count, from their closing.
    pub window_days: i64,
    /// *C*, the virtual surveys of a peer pool that is too small to estimate it.
    pub virtual_surveys: f64,
    /// *m* of a pool without any survey.
    pub mean_without_peers: f64,
    /// *v* of a pool that cannot tell it.
    pub variance_without_peers: f64,
    /// From so many technicians on, *C* is estimated…
    pub estimated_from_technicians: usize,
    /// …if there are so many surveys as well,
    pub estimated_from_surveys: i64,
    /// and kept at or above this
    pub virtual_surveys_min: f64,
    /// and at or below this.
    pub virtual_surveys_max: f64,
    /// With fewer surveys a rating is provisional.
    pub provisional_below: i64,
    /// The survey score from which a customer is satisfied.
    pub satisfied_from: f64,
    /// How many standard deviations the bounds lie apart; 90 % two-sided.
    pub z: f64,
}

/// A representative's monthly score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthlyScore {
    /// The ten components, each once; their weights sum to 100.
    pub components: Vec<ComponentRule>,
    /// Below this coverage nobody is rated.
    pub coverage_percent_min: u32,
    /// With fewer closed jobs nobody is rated.
    pub closed_jobs_min: i64,
    /// Within so many days a new job for the same fault is a repeat.
    pub repeat_days: i64,
    /// What an upheld complaint is worth.
    pub complaint_points: ComplaintPoints,
    /// Points off for confirmed serious violations.
    pub deduction: Deduction,
    /// Bands from the best down, each from a score on.
    pub bands: Vec<(Band, f64)>,
    /// The components whose collapse caps the band.
    pub cap_components: Vec<ComponentKey>,
    /// Below so many points a component has collapsed.
    pub cap_below: f64,
    /// The best band that is left then.
    pub cap_band: Band,
    /// From provisional to final.
    pub lifecycle: Lifecycle,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentRule {
    /// Which one.
    pub key: ComponentKey,
    /// Its weight in points.
    pub weight: u32,
    /// What few cases are shrunk to; own duties are not shrunk.
    pub shrinkage: Option<Shrinkage>,
    /// From the shrunk value to points.
    pub curve: Curve,
    /// With fewer jobs the component is not applicable.
    pub jobs_min: i64,
}

/// A prior mean and how many virtual cases it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shrinkage {
    /// *m*.
    pub mean: f64,
    /// *C*.
    pub strength: f64,
}

/// From a value to points between 0 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Curve {
    /// A straight line from the floor (0) to the target (100); where less is
    /// better, the floor is the larger.
    Line {
        /// The value worth no point.
        floor: f64,
        /// The value worth all.
        target: f64,
    },
    /// Full points between two values, none at two others beyond them.
    TwoSided {
        /// At or below: no point.
        low_floor: f64,
        /// From here: all points.
        low_target: f64,
        /// Up to here: all points.
        high_target: f64,
        /// At or above: no point.
        high_floor: f64,
    },
}

/// What an upheld complaint is worth, in points per closed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintPoints {
    /// A minor one.
    pub minor: Trillionths,
    /// A major one.
    pub major: Trillionths,
    /// A critical one.
    pub critical: Trillionths,
}

/// Points off for confirmed serious violations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deduction {
    /// For each of them.
    pub points_each: u32,
    /// At most.
    pub points_max: u32,
}

/// What a score is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Band {
    /// The best.
    #[serde(rename = "A+")]
    APlus,
    /// Very good.
    A,
    /// Good.
    B,
    /// Enough.
    C,
    /// Not enough.
    D,
}

impl Band {
    /// Its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::APlus => "A+",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

/// From provisional to final, in days of the month after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// On this day the score is frozen.
    pub frozen_on_day: u8,
    /// So many days after that objections are taken.
    pub objection_days: i64,
    /// On this day the score is final.
    pub final_on_day: u8,
}

/// Who may win the yearly award.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// Rated months, at least.
    pub rated_months_min: usize,
    /// Closed jobs in the year, at least.
    pub closed_jobs_min: i64,
    /// Mean coverage, at least, in percent.
    pub coverage_percent_min: u32,
    /// No month below this score.
    pub month_score_min: f64,
}

/// Rules that have been checked; scores take nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules(RulesVersion);

impl Rules {
    /// Checks a version.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with a stable code.
    pub fn new(version: RulesVersion) -> Result<Self, Vec<RulesProblem>> {
        let problems = check::problems(&version);
        if problems.is_empty() { Ok(Self(version)) } else { Err(problems) }
    }
}

impl Default for Rules {
    /// The first version; a test holds that it passes the check.
    fn default() -> Self {
        Self(RulesVersion::default())
    }
}

impl Deref for Rules {
    type Target = RulesVersion;
    fn deref(&self) -> &RulesVersion {
        &self.0
    }
}
