//! Figures beside their targets, as a table for people and as JSON for machines.

use std::time::Duration;

use serde::Serialize;

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// The most that it may be; none where there is no target.
    pub(crate) target: Option<f64>,
    /// What it is.
    pub(crate) measured: f64,
    /// Bytes, milliseconds and so on.
    pub(crate) unit: &'static str,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self { what: what.into(), target: None, measured, unit }
    }

    /// A figure that is counted, not timed.
    #[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
    pub(crate) fn count(what: impl Into<String>, measured: u64, unit: &'static str) -> Self {
        Self::new(what, measured as f64, unit)
    }

    pub(crate) fn at_most(mut self, target: f64) -> Self {
        self.target = Some(target);
        self
    }

    /// Whether it keeps its target.
    pub(crate) fn is_met(&self) -> bool {
        self.target.is_none_or(|target| self.measured <= target)
    }

    fn row(&self) -> String {
        let target = self.target.map_or_else(|| "–".to_owned(), |target| format!("≤ {}", self.shown(target)));
        let met = match self.target {
            None => "–",
            Some(_) if self.is_met() => "yes",
            Some(_) => "**no**",
        };
        format!("| {} | {target} | {} | {met} |", self.what, self.shown(self.measured))
    }

    /// What it is, with its unit.
    pub(crate) fn shown_measured(&self) -> String {
        self.shown(self.measured)
    }

    fn shown(&self, value: f64) -> String {
        let digits = if value.fract().abs() < f64::EPSILON { 0 } else { 2 };
        format!("{value:.digits$} {}", self.unit).trim_end().to_owned()
    }
}

/// The table that stands in the docs.
pub(crate) fn table(figures: &[Figure]) -> String {
    let rows: Vec<String> = figures.iter().map(Figure::row).collect();
    format!("| what | target | measured | kept |\n|---|---|---|---|\n{}\n", rows.join("\n"))
}

/// The middle one of several durations, in milliseconds.
pub(crate) fn median_ms(durations: &[Duration]) -> f64 {
    median_of(durations.iter().map(|duration| duration.as_secs_f64() * 1000.0).collect())
}

/// The middle one of several figures.
pub(crate) fn median_of(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The figure below which so many of a hundred lie; of a sorted list.
pub(crate) fn hundredth(sorted: &[f64], of_hundred: usize) -> f64 {
    let place = sorted.len() * of_hundred / 100;
    sorted.get(place).or(sorted.last()).copied().unwrap_or(f64::NAN)
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

/// KiB, as the kernel counts memory, in MiB.
pub(crate) fn mib(kib: u64) -> f64 {
    per(kib, 1_024)
}

/// So much for each.
#[expect(clippy::cast_precision_loss, reason = "no sum here reaches 2^52")]
pub(crate) fn per(sum: u64, count: usize) -> f64 {
    sum as f64 / number(count.max(1))
}

/// The middle one of several counts.
pub(crate) fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Figure, median_ms, table};

    #[test]
    fn a_figure_over_its_target_is_said_so() {
        let over = Figure::new("idle, request body", 151.0, "B").at_most(150.0);
        let kept = Figure::new("cold", 1.25, "ms").at_most(2.0);
        assert!(!over.is_met() && kept.is_met());
        let table = table(&[over, kept]);
        assert!(table.contains("| idle, request body | ≤ 150 B | 151 B | **no** |"), "{table}");
        assert!(table.contains("| cold | ≤ 2 ms | 1.25 ms | yes |"), "{table}");
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let ms = [9, 1, 5].map(Duration::from_millis);
        assert!((median_ms(&ms) - 5.0).abs() < 1e-9);
    }
}
