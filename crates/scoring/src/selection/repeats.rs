//! Repeat visits: jobs of the month before whose fault came back.

use domain::{AssetId, DocId, Instant};
use serde::{Deserialize, Serialize};

use crate::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, Rules, Trillionths};

/// A job closed in the month before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RipeJob {
    /// The job.
    pub job: DocId,
    /// When it was closed.
    pub closed_at: Instant,
    /// The device.
    pub asset: Option<AssetId>,
    /// The group of its fault.
    pub fault_group: Option<String>,
}

/// A job that began later, or a reopening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenedJob {
    /// The new job, or the same one if it was reopened.
    pub job: DocId,
    /// When it was registered or reopened.
    pub opened_at: Instant,
    /// The event that says so.
    pub event: String,
    /// The device.
    pub asset: Option<AssetId>,
    /// The group of its fault.
    pub fault_group: Option<String>,
}

/// The rows of a cohort, the jobs closed in the month before the one in which they
/// count; `counts_at` is an instant of that month, such as its last. They are ripe
/// when the days of the rules have passed, which after a short month is shortly
/// after its end, and before it is frozen.
///
/// A job is a repeat if one for the same device and group of faults, or itself, was
/// opened again within those days, the last of them included. What names no device
/// or group matches nothing.
#[must_use]
pub fn repeat_rows(
    rules: &Rules,
    cohort: &[RipeJob],
    later: &[ReopenedJob],
    counts_at: Instant,
) -> Vec<EvidenceRow> {
    let row = |job: &RipeJob| {
        let repeat =
            later.iter().filter(|opened| is_repeat(rules, job, opened)).min_by_key(|opened| opened.opened_at);
        let row = EvidenceRow {
            measure: Measure::Component(ComponentKey::RepeatVisits),
            case_type: CaseType::Job,
            case_id: job.job.to_string(),
            job: Some(job.job),
            outcome: if repeat.is_some() { Outcome::Missed } else { Outcome::Met },
            // Less is better: a repeat is what is counted.
            value: if repeat.is_some() { Trillionths::ONE } else { Trillionths::ZERO },
            weight: Trillionths::ONE,
            reason: None,
            excluded_by: None,
            known_at: counts_at,
            source_event_id: repeat.map(|opened| opened.event.clone()).unwrap_or_default(),
        };
        match (repeat, missing(job)) {
            (None, Some(reason)) => row.excluded(reason, None),
            _ => row,
        }
    };
    cohort.iter().map(row).collect()
}

fn missing(job: &RipeJob) -> Option<ReasonCode> {
    match (job.asset, group(job.fault_group.as_deref())) {
        (None, _) => Some(ReasonCode::NoDevice),
        (_, None) => Some(ReasonCode::NoFaultGroup),
        _ => None,
    }
}

fn is_repeat(rules: &Rules, job: &RipeJob, opened: &ReopenedJob) -> bool {
    let last = job.closed_at.plus_days(rules.monthly.repeat_days);
    if opened.opened_at <= job.closed_at || opened.opened_at > last {
        return false;
    }
    let same = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
    let same_device = job.asset.is_some() && job.asset == opened.asset;
    let same_fault = same(group(job.fault_group.as_deref()), group(opened.fault_group.as_deref()));
    opened.job == job.job || (same_device && same_fault)
}

/// A group without letters is none.
fn group(name: Option<&str>) -> Option<&str> {
    name.map(str::trim).filter(|name| !name.is_empty())
}
