//! The versions of a tariff over time.

use jiff::civil::Date;

use super::{Tariff, TariffProblem, TariffSpec};

/// The tariff of one maker and one kind of vehicle, each version from a date on.
/// What counts is the date of the visit in the organisation's time zone, not the
/// day on which the phone was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffBook(Vec<(Date, Tariff)>);

impl TariffBook {
    /// Checks every version. Their order does not matter.
    ///
    /// # Errors
    /// Everything that is wrong, each with a stable code; a book without a tariff
    /// is wrong as well.
    pub fn new(versions: Vec<(Date, TariffSpec)>) -> Result<Self, Vec<TariffProblem>> {
        let mut problems = Vec::new();
        let mut checked: Vec<(Date, Tariff)> = Vec::new();
        if versions.is_empty() {
            problems.push(TariffProblem::Empty);
        }
        for (effective_from, spec) in versions {
            if checked.iter().any(|(from, _)| *from == effective_from) {
                problems.push(TariffProblem::Overlap { effective_from });
            }
            match Tariff::new(spec) {
                Ok(tariff) => checked.push((effective_from, tariff)),
                Err(wrong) => problems.extend(wrong),
            }
        }
        checked.sort_by_key(|(from, _)| *from);
        if problems.is_empty() { Ok(Self(checked)) } else { Err(problems) }
    }

    /// The tariff of a visit's date; none before the first version.
    #[must_use]
    pub fn on(&self, visit: Date) -> Option<&Tariff> {
        let later = self.0.partition_point(|(from, _)| *from <= visit);
        later.checked_sub(1).map(|last| &self.0[last].1)
    }
}
