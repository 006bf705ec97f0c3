//! From a provisional score to a final one. A published score is never changed in
//! silence: what becomes known later makes a new version with its reason, and
//! after the end a line in the next month.

mod refusal;

use domain::{Instant, UserId};
use serde::{Deserialize, Serialize};

pub use refusal::LifecycleRefusal;

use crate::{MonthFacts, MonthScore, Rules, score_month};

/// When a month's score changes its stage, by the rules' days of the next month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleDates {
    /// The month is over.
    pub month_ends: Instant,
    /// From then on it is frozen.
    pub frozen_at: Instant,
    /// Up to then objections are taken.
    pub objections_until: Instant,
    /// From then on it is final, once every objection is answered.
    pub final_at: Instant,
}

/// How far a month's score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Live: it changes with every job.
    Provisional,
    /// Published; objections are taken and answered.
    Frozen,
    /// Settled.
    Final,
}

/// Everything from which a score can be computed again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Computation {
    /// The figures.
    pub facts: MonthFacts,
    /// The version of the rules.
    pub rules_version: String,
    /// Up to where the log was read.
    pub log_position: u64,
    /// The score.
    pub score: MonthScore,
}

impl Computation {
    /// Computes a score and keeps by what.
    #[must_use]
    pub fn new(rules: &Rules, facts: MonthFacts, log_position: u64) -> Self {
        let score = score_month(rules, &facts);
        Self { facts, rules_version: rules.version.clone(), log_position, score }
    }
}

/// Why there is another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionReason {
    /// The month was frozen.
    Frozen,
    /// An objection was accepted.
    Objection {
        /// Its number.
        number: usize,
    },
    /// Facts became known after the freezing.
    LaterFacts,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreVersion {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: VersionReason,
    /// What it came to.
    pub computation: Computation,
}

/// An objection to one row of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRow {
    /// The row, by the event that it rests on.
    pub source_event_id: String,
    /// Why it should not count.
    pub remark: Remark,
    /// What headquarters answered.
    pub answer: Option<Answer>,
}

/// Headquarters' answer to an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What was said.
    pub remark: Remark,
    /// Whether the row is left out.
    pub accepted: bool,
}

/// What somebody said, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
    /// What; never nothing.
    pub text: String,
}

/// A line in the next month, for what became known after a score was final.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// When it was found.
    pub at: Instant,
    /// The final score as published, or what the line before this one made of it.
    pub was: Option<f64>,
    /// What it would be.
    pub would_be: Option<f64>,
}

/// A month's score through its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRecord {
    dates: LifecycleDates,
    stage: Stage,
    live: Computation,
    versions: Vec<ScoreVersion>,
    objections: Vec<ObjectionRow>,
    adjustments: Vec<Adjustment>,
}

impl ScoreRecord {
    /// A month that has just begun.
    #[must_use]
    pub const fn new(dates: LifecycleDates, live: Computation) -> Self {
        Self {
            dates,
            stage: Stage::Provisional,
            live,
            versions: Vec::new(),
            objections: Vec::new(),
            adjustments: Vec::new(),
        }
    }

    /// How far it is.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }
    /// What people see: the last published version, or the live figures before.
    #[must_use]
    pub fn shown(&self) -> &Computation {
        self.versions.last().map_or(&self.live, |version| &version.computation)
    }
    /// Every published version, the oldest first.
    #[must_use]
    pub fn versions(&self) -> &[ScoreVersion] {
        &self.versions
    }
    /// Every objection, by number.
    #[must_use]
    pub fn objections(&self) -> &[ObjectionRow] {
        &self.objections
    }
    /// Lines for the months that followed.
    #[must_use]
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// When its stage changes by itself; none if it is final, or waits for an answer
    /// after its last day.
    #[must_use]
    pub fn settles_at(&self) -> Option<Instant> {
        match self.stage {
            Stage::Provisional => Some(self.dates.frozen_at),
            Stage::Frozen => {
                let answered = self.objections.iter().all(|objection| objection.answer.is_some());
                answered.then_some(self.dates.final_at)
            }
            Stage::Final => None,
        }
    }

    /// Lets time pass. A second call at the same instant changes nothing.
    pub fn settle(&mut self, now: Instant) {
        if self.stage == Stage::Provisional && self.dates.frozen_at <= now {
            self.stage = Stage::Frozen;
            self.publish(now, VersionReason::Frozen, self.live.clone());
        }
        let answered = self.objections.iter().all(|objection| objection.answer.is_some());
        if self.stage == Stage::Frozen && self.dates.final_at <= now && answered {
            self.stage = Stage::Final;
        }
    }

    /// Takes figures in that were computed from what is known now. Before the
    /// freezing they are the live ones; after it a difference makes a version, and
    /// after the end an adjustment.
    ///
    /// # Errors
    /// [`LifecycleRefusal::OtherRules`]: a change of rules never alters a frozen month.
    pub fn recompute(&mut self, now: Instant, computation: Computation) -> Result<(), LifecycleRefusal> {
        self.settle(now);
        if self.stage == Stage::Provisional {
            self.live = computation;
            return Ok(());
        }
        if computation.rules_version != self.shown().rules_version {
            return Err(LifecycleRefusal::OtherRules);
        }
        if computation.facts == self.live.facts {
            return Ok(());
        }
        if self.stage == Stage::Frozen {
            self.publish(now, VersionReason::LaterFacts, computation.clone());
        } else {
            // Lines follow each other, so that they add up.
            let was = self.adjustments.last().map_or(self.shown().score.score_shown, |line| line.would_be);
            self.adjustments.push(Adjustment { at: now, was, would_be: computation.score.score_shown });
        }
        self.live = computation;
        Ok(())
    }

    /// Takes an objection to a row and gives its number.
    ///
    /// # Errors
    /// Outside the days of objections, or without a reason.
    pub fn object(&mut self, source_event_id: String, remark: Remark) -> Result<usize, LifecycleRefusal> {
        let now = remark.at;
        self.settle(now);
        if now < self.dates.month_ends {
            return Err(LifecycleRefusal::MonthNotEnded);
        }
        if self.stage != Stage::Frozen || now >= self.dates.objections_until {
            return Err(LifecycleRefusal::NoObjections);
        }
        need_reason(&remark)?;
        self.objections.push(ObjectionRow { source_event_id, remark, answer: None });
        Ok(self.objections.len() - 1)
    }

    /// Answers that a row stays.
    ///
    /// # Errors
    /// If there is no such open objection, or without a reason.
    pub fn reject(&mut self, number: usize, remark: Remark) -> Result<(), LifecycleRefusal> {
        let now = remark.at;
        self.answer(number, Answer { remark, accepted: false })?;
        self.settle(now);
        Ok(())
    }

    /// Answers that a row is left out: the figures without it are a new version.
    ///
    /// # Errors
    /// If there is no such open objection, without a reason, or under other rules.
    pub fn accept(
        &mut self,
        number: usize,
        remark: Remark,
        without_row: Computation,
    ) -> Result<(), LifecycleRefusal> {
        if without_row.rules_version != self.shown().rules_version {
            return Err(LifecycleRefusal::OtherRules);
        }
        let now = remark.at;
        self.answer(number, Answer { remark, accepted: true })?;
        self.live = without_row.clone();
        self.publish(now, VersionReason::Objection { number }, without_row);
        self.settle(now);
        Ok(())
    }

    fn answer(&mut self, number: usize, answer: Answer) -> Result<(), LifecycleRefusal> {
        need_reason(&answer.remark)?;
        let open = self.objections.get_mut(number).filter(|objection| objection.answer.is_none());
        open.ok_or(LifecycleRefusal::NoSuchObjection)?.answer = Some(answer);
        Ok(())
    }

    fn publish(&mut self, at: Instant, reason: VersionReason, computation: Computation) {
        self.versions.push(ScoreVersion { at, reason, computation });
    }
}

fn need_reason(remark: &Remark) -> Result<(), LifecycleRefusal> {
    if remark.text.trim().is_empty() { Err(LifecycleRefusal::NoReason) } else { Ok(()) }
}
