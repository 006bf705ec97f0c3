//! What cases add up to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figure, FigureCase, Measured};

/// A figure, counted from its cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Which.
    pub figure: Figure,
    /// Its cases.
    pub cases: usize,
    /// The jobs among them, each once.
    pub jobs: usize,
    /// How many went as they should; none where that is not asked.
    pub met: Option<usize>,
    /// Of times: the value in the middle, in milliseconds.
    pub median_ms: Option<i64>,
    /// Of times: nine in ten took no longer.
    pub p90_ms: Option<i64>,
    /// Of times: the mean.
    pub mean_ms: Option<f64>,
    /// Of money: the sum.
    pub total_rial: Option<i64>,
    /// What the cases have in common, the most frequent first; those of which nothing is
    /// recorded last.
    pub groups: Vec<Group>,
}

/// Cases with something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What; none where nothing is recorded.
    pub name: Option<String>,
    /// How many.
    pub cases: usize,
    /// Of money: their sum.
    pub total_rial: Option<i64>,
}

impl Summary {
    /// Counts the cases of a figure.
    #[must_use]
    pub fn of(figure: Figure, cases: &[FigureCase]) -> Self {
        let amounts: Vec<i64> = cases.iter().filter_map(|case| case.amount).collect();
        let jobs: BTreeSet<_> = cases.iter().filter_map(|case| case.job).collect();
        let asked = cases.iter().any(|case| case.is_met.is_some());
        let mut times = if figure.measured() == Measured::Time { amounts.clone() } else { Vec::new() };
        times.sort_unstable();
        Self {
            figure,
            cases: cases.len(),
            jobs: jobs.len(),
            met: asked.then(|| cases.iter().filter(|case| case.is_met == Some(true)).count()),
            median_ms: percentile(&times, 50),
            p90_ms: percentile(&times, 90),
            mean_ms: mean(&times),
            total_rial: (figure.measured() == Measured::Money).then(|| total(&amounts)),
            groups: if figure.is_grouped() { groups(figure, cases) } else { Vec::new() },
        }
    }
    /// The share of those that went as they should.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.met.and_then(|met| ratio(met, self.cases))
    }
}

/// One number over another; none over nothing.
pub(super) fn ratio(part: usize, whole: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "cases of a month, counted")]
    let share = part as f64 / whole as f64;
    (whole > 0).then_some(share)
}

fn mean(times: &[i64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "means are shown to people")]
    let mean = times.iter().sum::<i64>() as f64 / times.len() as f64;
    (!times.is_empty()).then_some(mean)
}

fn total(amounts: &[i64]) -> i64 {
    amounts.iter().fold(0, |sum, amount| i64::saturating_add(sum, *amount))
}

fn groups(figure: Figure, cases: &[FigureCase]) -> Vec<Group> {
    let mut by_name: BTreeMap<Option<&str>, Vec<&FigureCase>> = BTreeMap::new();
    for case in cases {
        by_name.entry(case.group.as_deref()).or_default().push(case);
    }
    let is_money = figure.measured() == Measured::Money;
    let group = |(name, cases): (Option<&str>, Vec<&FigureCase>)| Group {
        name: name.map(str::to_owned),
        cases: cases.len(),
        total_rial: is_money.then(|| total(&cases.iter().filter_map(|case| case.amount).collect::<Vec<_>>())),
    };
    let mut groups: Vec<Group> = by_name.into_iter().map(group).collect();
    groups.sort_by_key(|group| (group.name.is_none(), std::cmp::Reverse(group.cases)));
    groups
}

/// The value at or below which so many percent lie, of values in order (nearest rank).
#[must_use]
pub fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    fn case(group: Option<&str>, amount: i64) -> FigureCase {
        FigureCase {
            case: String::new(),
            job: None,
            number: None,
            group: group.map(str::to_owned),
            is_met: Some(amount < 3),
            amount: Some(amount),
            at: Instant::from_millis(0),
        }
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(percentile::<i64>(&[], 50), None);
        assert_eq!(percentile(&[7], 90), Some(7));
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(percentile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), Some(9));
    }

    #[test]
    fn groups_share_the_cases_out_and_the_nameless_come_last() {
        let cases =
            [case(None, 1), case(None, 2), case(None, 3), case(Some("pump"), 4), case(Some("fan"), 5)];
        let summary = Summary::of(Figure::Faults, &cases);
        let names: Vec<_> = summary.groups.iter().map(|group| group.name.as_deref()).collect();
        assert_eq!(names, [Some("fan"), Some("pump"), None]);
        assert_eq!(summary.groups.iter().map(|group| group.cases).sum::<usize>(), summary.cases);
        assert_eq!((summary.met, summary.share()), (Some(2), Some(0.4)));
        assert_eq!(Summary::of(Figure::Travel, &cases).total_rial, Some(15));
        assert_eq!(Summary::of(Figure::RepairTime, &[]).mean_ms, None);
    }
}
