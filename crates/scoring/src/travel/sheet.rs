//! The tariffs of one organisation or agency from one day on: what its rulebook
//! holds, and what its phones are given.

use serde::{Deserialize, Serialize};

use super::{PayerMatrix, Tariff, TariffProblem, TariffSpec};

/// The rates for a maker and a kind of vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetEntry {
    /// Of this maker or brand; of every one if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// For this kind of vehicle; for every one if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
    /// The rates.
    pub tariff: TariffSpec,
}

/// Everything that holds from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffSheet {
    /// The rates; no two for the same maker and vehicle.
    pub tariffs: Vec<SheetEntry>,
    /// Who pays; the documented table if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payers: Option<PayerMatrix>,
}

/// Something wrong with a sheet, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetProblem {
    /// The stable code, one of a tariff's.
    pub code: &'static str,
    /// The place, such as `tariffs.0.tariff`.
    pub path: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl TariffSheet {
    /// Rates to try things with, for everybody.
    #[must_use]
    pub fn placeholder() -> Self {
        let tariff = TariffSpec::placeholder("placeholder");
        Self { tariffs: vec![SheetEntry { maker: None, vehicle: None, tariff }], payers: None }
    }

    /// Everything that is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<SheetProblem> {
        let problem = |path: String, code, message| SheetProblem { code, path, message };
        if self.tariffs.is_empty() {
            let empty = TariffProblem::Empty;
            return vec![problem("tariffs".into(), empty.code(), empty.to_string())];
        }
        let mut problems = Vec::new();
        for (at, entry) in self.tariffs.iter().enumerate() {
            let wrong = Tariff::new(entry.tariff.clone()).err().unwrap_or_default();
            let path = format!("tariffs.{at}.tariff");
            problems.extend(wrong.iter().map(|one| problem(path.clone(), one.code(), one.to_string())));
            if self.tariffs[..at].iter().any(|other| other.key() == entry.key()) {
                let message = "two tariffs are for the same maker and vehicle".to_owned();
                problems.push(problem(format!("tariffs.{at}"), "tariff.overlap", message));
            }
        }
        problems
    }

    /// The rates for a maker and a vehicle: those that name both, else the maker,
    /// else the vehicle, else neither.
    #[must_use]
    pub fn tariff_for(&self, maker: Option<&str>, vehicle: Option<&str>) -> Option<Tariff> {
        let (maker, vehicle) = (folded(maker), folded(vehicle));
        let rank = |entry: &&SheetEntry| {
            let (of, with) = entry.key();
            (of.is_none() || of == maker)
                .then_some(())
                .and((with.is_none() || with == vehicle).then_some((of.is_some(), with.is_some())))
        };
        let best = self.tariffs.iter().filter(|entry| rank(entry).is_some()).max_by_key(rank)?;
        Tariff::new(best.tariff.clone()).ok()
    }

    /// Who pays.
    #[must_use]
    pub fn payers(&self) -> PayerMatrix {
        self.payers.clone().unwrap_or_default()
    }
}

impl SheetEntry {
    fn key(&self) -> (Option<String>, Option<String>) {
        (folded(self.maker.as_deref()), folded(self.vehicle.as_deref()))
    }
}

/// Names are compared as they are searched; one without letters is none.
fn folded(name: Option<&str>) -> Option<String> {
    name.map(|name| domain::fold_search_text(name.trim())).filter(|name| !name.is_empty())
}
