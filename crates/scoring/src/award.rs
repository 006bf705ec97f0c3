//! The yearly award: who may win, and who does.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::AgencyId;
use serde::{Deserialize, Serialize};

use crate::{Prior, RatedMonth, RatingFacts, Rules, Tally, Trillionths, rate, shown_to_tenth, yearly_mean};

/// A representative's year, from the published months.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearRecord {
    /// Who.
    pub agency: AgencyId,
    /// The class by size and region, each of which has its own award.
    pub class: String,
    /// The months.
    pub months: Vec<YearMonth>,
    /// Confirmed serious violations.
    pub violations: i64,
    /// Consigned lots that were overdue on the last day of the year.
    pub overdue_lots: i64,
    /// The year's surveys.
    pub csat: RatingFacts,
    /// Repeats of the year's cohorts.
    pub repeats: Tally,
    /// Jobs done at the first visit, of those on site.
    pub first_time: Tally,
    /// Points of upheld complaints over closed jobs.
    pub complaints: Tally,
}

/// A month of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearMonth {
    /// The published score; none in a month that was not rated.
    pub score_shown: Option<Trillionths>,
    /// Jobs closed.
    pub closed_jobs: i64,
    /// The coverage, in percent.
    pub coverage_percent: u32,
}

/// Why somebody may not win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// Too few months were rated.
    FewRatedMonths,
    /// Too few jobs were closed.
    FewClosedJobs,
    /// The months cover too little on average.
    LowCoverage,
    /// A month lies below the floor.
    MonthBelowFloor,
    /// There is a confirmed serious violation.
    Violation,
    /// A consigned lot was overdue at the end of the year.
    OverdueLot,
}

/// What decides between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// The yearly mean, compared at a tenth.
    YearlyMean,
    /// The lower bound of the year's customer satisfaction.
    CsatLowerBound,
    /// Fewer repeats.
    RepeatRate,
    /// More jobs done at the first visit.
    FirstTimeFix,
    /// Fewer points of complaints per closed job.
    Complaints,
    /// More closed jobs.
    ClosedJobs,
    /// Nothing: they win together.
    Joint,
}

/// How a representative's year stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearStanding {
    /// Who.
    pub agency: AgencyId,
    /// In which class.
    pub class: String,
    /// The mean of the rated months by closed jobs.
    pub mean: Option<f64>,
    /// The same, rounded half-up to a tenth: what is compared.
    pub mean_shown: Option<f64>,
    /// The lower bound of the year's customer satisfaction.
    pub csat_lower: f64,
    /// Closed jobs of the year.
    pub closed_jobs: i64,
    /// Why not; empty for those who may win.
    pub ineligible: Vec<Ineligible>,
}

/// Those who win, and what decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Winners {
    /// One, or several who are equal in everything.
    pub agencies: Vec<AgencyId>,
    /// What set them apart from the next; none if there was no next.
    pub decided_by: Option<Criterion>,
}

/// The result of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearResult {
    /// Everybody, the best first, those who may not win last.
    pub standings: Vec<YearStanding>,
    /// The best of all; none if nobody may win.
    pub overall: Option<Winners>,
    /// The best of each class.
    pub by_class: BTreeMap<String, Winners>,
}

/// Judges a year. `csat_prior` is what the year's surveys are drawn to.
#[must_use]
pub fn award_year(rules: &Rules, csat_prior: &Prior, records: &[YearRecord]) -> YearResult {
    let mut judged: Vec<(YearStanding, &YearRecord)> =
        records.iter().map(|record| (standing(rules, csat_prior, record), record)).collect();
    judged.sort_by(|one, other| {
        let may_win = |(standing, _): &(YearStanding, &YearRecord)| standing.ineligible.is_empty();
        let order = may_win(other).cmp(&may_win(one)).then_with(|| compare(one, other).0);
        // Only the place in the list; equals win together.
        order.then_with(|| one.0.agency.cmp(&other.0.agency))
    });
    let eligible: Vec<_> = judged.iter().filter(|(standing, _)| standing.ineligible.is_empty()).collect();
    let mut classes: BTreeMap<String, Vec<&(YearStanding, &YearRecord)>> = BTreeMap::new();
    for &entry in &eligible {
        classes.entry(entry.0.class.clone()).or_default().push(entry);
    }
    let by_class = classes.into_iter().filter_map(|(class, list)| Some((class, winners(&list)?))).collect();
    let overall = winners(&eligible);
    YearResult { overall, by_class, standings: judged.into_iter().map(|(standing, _)| standing).collect() }
}

fn standing(rules: &Rules, csat_prior: &Prior, record: &YearRecord) -> YearStanding {
    let rated: Vec<RatedMonth> = record
        .months
        .iter()
        .filter_map(|month| {
            let score_shown = month.score_shown?;
            Some(RatedMonth { score_shown, closed_jobs: month.closed_jobs })
        })
        .collect();
    let mean = yearly_mean(&rated);
    YearStanding {
        agency: record.agency,
        class: record.class.clone(),
        mean,
        mean_shown: mean.map(shown_to_tenth),
        csat_lower: rate(&rules.technician, &record.csat, csat_prior).lower,
        closed_jobs: closed_jobs(record),
        ineligible: ineligible(rules, record, &rated),
    }
}

fn closed_jobs(record: &YearRecord) -> i64 {
    record.months.iter().map(|month| month.closed_jobs).sum()
}

fn ineligible(rules: &Rules, record: &YearRecord, rated: &[RatedMonth]) -> Vec<Ineligible> {
    let rules = &rules.award;
    let covered: Vec<u64> = record
        .months
        .iter()
        .filter(|month| month.score_shown.is_some())
        .map(|month| u64::from(month.coverage_percent))
        .collect();
    let enough = covered.len() as u64 * u64::from(rules.coverage_percent_min);
    let below = |month: &RatedMonth| month.score_shown.to_f64() < rules.month_score_min;
    let reasons = [
        (Ineligible::FewRatedMonths, rated.len() < rules.rated_months_min),
        (Ineligible::FewClosedJobs, closed_jobs(record) < rules.closed_jobs_min),
        (Ineligible::LowCoverage, covered.iter().sum::<u64>() < enough),
        (Ineligible::MonthBelowFloor, rated.iter().any(below)),
        (Ineligible::Violation, record.violations > 0),
        (Ineligible::OverdueLot, record.overdue_lots > 0),
    ];
    reasons.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

/// Which of two is better (`Less` comes first), and by what.
fn compare(
    (one, of_one): &(YearStanding, &YearRecord),
    (other, of_other): &(YearStanding, &YearRecord),
) -> (Ordering, Criterion) {
    let larger = |one: Option<f64>, other: Option<f64>| {
        let key = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
        key(other).total_cmp(&key(one))
    };
    let steps = [
        (Criterion::YearlyMean, larger(one.mean_shown, other.mean_shown)),
        (Criterion::CsatLowerBound, larger(Some(one.csat_lower), Some(other.csat_lower))),
        (Criterion::RepeatRate, by_share(&of_one.repeats, &of_other.repeats, Better::Smaller)),
        (Criterion::FirstTimeFix, by_share(&of_one.first_time, &of_other.first_time, Better::Larger)),
        (Criterion::Complaints, by_share(&of_one.complaints, &of_other.complaints, Better::Smaller)),
        (Criterion::ClosedJobs, other.closed_jobs.cmp(&one.closed_jobs)),
    ];
    let decided = steps.into_iter().find(|(_, order)| order.is_ne());
    decided.map_or((Ordering::Equal, Criterion::Joint), |(criterion, order)| (order, criterion))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Larger,
    Smaller,
}

/// `Less` if the first share is the better, exactly; a share of nothing is worse
/// than any, so that nobody wins by what he never did.
fn by_share(one: &Tally, other: &Tally, better: Better) -> Ordering {
    let nothing = one.denominator.is_zero().cmp(&other.denominator.is_zero());
    if nothing.is_ne() || one.denominator.is_zero() {
        return nothing;
    }
    // Cases are whole, points are halves: millionths of them are exact, and fit.
    let parts = |number: Trillionths| number.units() / 1_000_000;
    let left = parts(one.numerator) * parts(other.denominator);
    let right = parts(other.numerator) * parts(one.denominator);
    if better == Better::Larger { right.cmp(&left) } else { left.cmp(&right) }
}

/// The first of a sorted list, and whoever equals it.
fn winners(sorted: &[&(YearStanding, &YearRecord)]) -> Option<Winners> {
    let first = sorted.first()?;
    let equal = sorted.iter().take_while(|entry| compare(first, entry).0.is_eq()).count();
    let decided_by = match sorted.get(equal) {
        _ if equal > 1 => Some(Criterion::Joint),
        Some(next) => Some(compare(first, next).1),
        None => None,
    };
    Some(Winners {
        agencies: sorted[..equal].iter().map(|(standing, _)| standing.agency).collect(),
        decided_by,
    })
}
