//! The median of some runs, with the least and the most.

use crate::figures::median_of;

/// Of one figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
    runs: usize,
}

impl Spread {
    /// `None` where nothing was measured: no run is not the same as zero.
    pub(crate) fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let (least, most, runs) = (*figures.first()?, *figures.last()?, figures.len());
        Some(Self { median: median_of(figures), least, most, runs })
    }

    /// The median, in a unit of so many.
    pub(crate) fn shown(self, unit: f64, digits: usize) -> String {
        format!("{:.digits$}", self.median / unit)
    }

    /// The median, with the range where there is one.
    pub(crate) fn with_range(self, digits: usize) -> String {
        let median = self.shown(1.0, digits);
        if self.runs < 2 {
            return median;
        }
        format!("{median} ({:.digits$}–{:.digits$})", self.least, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_stands_with_its_range() {
        let of = |figures: &[f64]| Spread::of(figures.to_vec()).map(|spread| spread.with_range(1));
        assert_eq!(of(&[9.0, 1.0, 5.0]).as_deref(), Some("5.0 (1.0–9.0)"));
        assert_eq!(of(&[7.0]).as_deref(), Some("7.0"));
    }

    #[test]
    fn nothing_measured_is_not_zero() {
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
