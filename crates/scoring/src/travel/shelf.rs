//! The tariffs that an organisation or an agency has entered, for one maker and
//! vehicle or for all, and which of them holds for a trip.

use domain::{AgencyId, fold_search_text};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Tariff, TariffBook, TariffSpec};

/// A version of a tariff with its first day and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffVersion {
    /// The agency that has it of its own; none for the organisation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// What it is for: nothing for everything, else `maker`, `maker/vehicle` or
    /// `/vehicle`.
    #[serde(default)]
    pub subject: String,
    /// The first day on which it holds.
    pub effective_from: Date,
    /// The rates.
    pub tariff: TariffSpec,
}

impl TariffVersion {
    /// Whether another version of the same owner is for the same maker and vehicle from
    /// the same day on, however they are written.
    #[must_use]
    pub fn clashes_with(&self, other: &Self) -> bool {
        self.effective_from == other.effective_from && self.subject() == other.subject()
    }

    fn subject(&self) -> Subject {
        let (maker, vehicle) = self.subject.split_once('/').unwrap_or((&self.subject, ""));
        Subject { agency: self.agency, maker: folded(Some(maker)), vehicle: folded(Some(vehicle)) }
    }
}

/// Whether a tariff held on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It held.
    Yes,
    /// There are tariffs, and all begin later.
    No,
}

/// All versions for one agency, its own and the organisation's, which hold where none of
/// its own does. Where nothing was ever entered, the placeholder holds, and its name
/// says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffShelf {
    books: Vec<(Subject, TariffBook)>,
    placeholder: Tariff,
}

/// Whose a tariff is, with maker and vehicle as they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subject {
    agency: Option<AgencyId>,
    maker: Option<String>,
    vehicle: Option<String>,
}

impl TariffShelf {
    /// Puts versions in order. What is wrong with itself is left out; the rulebook
    /// takes no such version.
    #[must_use]
    pub fn new(versions: Vec<TariffVersion>) -> Self {
        let mut by_subject: Vec<(Subject, Vec<(Date, TariffSpec)>)> = Vec::new();
        for version in versions {
            let subject = version.subject();
            let TariffVersion { effective_from, tariff, .. } = version;
            match by_subject.iter_mut().find(|(other, _)| *other == subject) {
                Some((_, book)) => book.push((effective_from, tariff)),
                None => by_subject.push((subject, vec![(effective_from, tariff)])),
            }
        }
        let book = |(subject, versions)| Some((subject, TariffBook::new(versions).ok()?));
        let mut books: Vec<_> = by_subject.into_iter().filter_map(book).collect();
        // The agency's own come first; of them what names both, then the maker, then the
        // vehicle.
        books.sort_by_key(|(Subject { agency, maker, vehicle }, _)| {
            (agency.is_none(), maker.is_none(), vehicle.is_none())
        });
        Self { books, placeholder: Tariff::placeholder() }
    }

    /// The tariff of a maker and a vehicle on a day.
    #[must_use]
    pub fn on(&self, day: Date, maker: Option<&str>, vehicle: Option<&str>) -> (&Tariff, Held) {
        let (maker, vehicle) = (folded(maker), folded(vehicle));
        let fits = |subject: &Subject| {
            (subject.maker.is_none() || subject.maker == maker)
                && (subject.vehicle.is_none() || subject.vehicle == vehicle)
        };
        let fitting = self.books.iter().filter(|(subject, _)| fits(subject));
        match fitting.filter_map(|(_, book)| book.on(day)).next() {
            Some(tariff) => (tariff, Held::Yes),
            None if self.books.is_empty() => (&self.placeholder, Held::Yes),
            None => (&self.placeholder, Held::No),
        }
    }
}

/// A name without letters is none.
fn folded(name: Option<&str>) -> Option<String> {
    name.map(|name| fold_search_text(name.trim())).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(subject: &str, from: &str, name: &str) -> TariffVersion {
        let effective_from = from.parse().expect("a date");
        let tariff = TariffSpec::placeholder(name);
        TariffVersion { agency: None, subject: subject.into(), effective_from, tariff }
    }

    #[test]
    fn what_is_named_goes_before_what_is_not_once_it_holds() {
        let shelf = TariffShelf::new(vec![
            version("", "2025-03-21", "all"),
            version("Alpha", "2025-06-22", "alpha"),
            version("Alpha/van", "2025-09-23", "alpha, van"),
            version("/van", "2025-03-21", "van"),
        ]);
        let on = |day: &str, maker, vehicle| {
            let (tariff, held) = shelf.on(day.parse().expect("a date"), maker, vehicle);
            (tariff.version.clone(), held)
        };
        let held = |name: &str| (name.to_owned(), Held::Yes);
        assert_eq!(on("2025-10-01", Some("ALPHA"), Some("van")), held("alpha, van"));
        assert_eq!(on("2025-09-22", Some("alpha"), Some("van")), held("alpha"));
        assert_eq!(on("2025-05-01", Some("alpha"), Some("van")), held("van"));
        assert_eq!(on("2025-05-01", Some("beta"), None), held("all"));
        assert_eq!(on("2025-03-20", None, None).1, Held::No);
        let own = TariffVersion {
            agency: Some(AgencyId::from_uuid(domain::Uuid::from_u128(1))),
            ..version("", "2025-06-22", "own")
        };
        let shelf = TariffShelf::new(vec![
            version("", "2025-03-21", "all"),
            version("Alpha", "2025-03-21", "alpha"),
            own,
        ]);
        let on = |day: &str| shelf.on(day.parse().expect("a date"), Some("alpha"), None).0.version.clone();
        assert_eq!((on("2025-06-21"), on("2025-06-22")), ("alpha".into(), "own".into()));
        let empty = TariffShelf::new(Vec::new());
        let (tariff, held) = empty.on("1999-01-01".parse().expect("a date"), None, None);
        assert_eq!((tariff.version.as_str(), held), ("placeholder", Held::Yes));
    }
}
