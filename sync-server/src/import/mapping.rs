//! Which column of the file is which: as `--map` says, else by the headers.

use std::collections::BTreeMap;

use super::columns::{Column, ImportKind, Need, fold_header};
use super::error::ImportError;

/// A column named on the command line: `TARGET=HEADER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The column's name, or the end of it.
    pub target: String,
    /// The header in the file.
    pub header: String,
}

impl std::str::FromStr for Assigned {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((target, header)) if !target.trim().is_empty() && !header.trim().is_empty() => {
                Ok(Self { target: target.trim().to_owned(), header: header.trim().to_owned() })
            }
            _ => Err("write COLUMN=HEADER, such as asset.serial=Machine".to_owned()),
        }
    }
}

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Mapping {
    kind: ImportKind,
    columns: Vec<Column>,
    headers: Vec<String>,
    /// The place in a row, by the column's name.
    places: BTreeMap<String, usize>,
}

impl Mapping {
    /// Finds every column.
    ///
    /// # Errors
    ///
    /// When a name or a header does not exist, when two headers fit one column,
    /// or when a required column is missing.
    pub(super) fn find(
        kind: ImportKind,
        headers: Vec<String>,
        assigned: &[Assigned],
        ignored: &[String],
    ) -> Result<Self, ImportError> {
        let mut mapping = Self { kind, columns: kind.columns(), headers, places: BTreeMap::new() };
        for assigned in assigned {
            let target = mapping.target(&assigned.target)?;
            let place = mapping.header(&assigned.header)?;
            if mapping.places.insert(target.clone(), place).is_some() {
                return Err(ImportError::Header(format!("--map names {target} twice: name it once")));
            }
        }
        let ignored = ignored.iter().map(|name| mapping.header(name)).collect::<Result<Vec<_>, _>>()?;
        mapping.match_the_rest(&ignored)?;
        mapping.check_required()?;
        Ok(mapping)
    }

    fn target(&self, name: &str) -> Result<String, ImportError> {
        let wanted = fold_header(name);
        let by_name = self.columns.iter().find(|column| fold_header(&column.name) == wanted);
        let found = by_name.or_else(|| self.by_other_word(&wanted));
        found.map(|column| column.name.clone()).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            let kind = self.kind.name();
            ImportError::Header(format!("{kind} have no column {name:?}; they have {}", names.join(", ")))
        })
    }

    /// By the end of the name where only one column ends so, or by a synonym.
    fn by_other_word(&self, wanted: &str) -> Option<&Column> {
        let mut ends = self.columns.iter().filter(|column| fold_header(column.short_name()) == wanted);
        if let (Some(one), None) = (ends.next(), ends.next()) {
            return Some(one);
        }
        self.columns.iter().find(|column| column.synonyms.iter().any(|word| fold_header(word) == wanted))
    }

    fn header(&self, name: &str) -> Result<usize, ImportError> {
        let wanted = fold_header(name);
        let exact = self.headers.iter().position(|header| header.trim() == name);
        exact.or_else(|| self.headers.iter().position(|header| fold_header(header) == wanted)).ok_or_else(
            || {
                let headers = self.headers.join(", ");
                ImportError::Header(format!("the file has no column {name:?}; its header is: {headers}"))
            },
        )
    }

    fn match_the_rest(&mut self, ignored: &[usize]) -> Result<(), ImportError> {
        let taken: Vec<usize> = self.places.values().chain(ignored).copied().collect();
        let by_hand: Vec<String> = self.places.keys().cloned().collect();
        for (place, header) in self.headers.iter().enumerate() {
            let wanted = fold_header(header);
            let by_name = self.columns.iter().find(|column| fold_header(&column.name) == wanted);
            let Some(column) = by_name.or_else(|| self.by_other_word(&wanted)) else { continue };
            let name = column.name.clone();
            if taken.contains(&place) || by_hand.contains(&name) {
                continue;
            }
            if let Some(other) = self.places.get(&name).and_then(|other| self.headers.get(*other)) {
                return Err(ImportError::Header(format!(
                    "both {other:?} and {header:?} could be {name}: say which with --map {name}={other:?}"
                )));
            }
            self.places.insert(name, place);
        }
        Ok(())
    }

    fn check_required(&self) -> Result<(), ImportError> {
        let missing: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| column.need == Need::Required && !self.places.contains_key(&column.name))
            .map(|column| column.name.as_str())
            .collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let example = self.headers.first().map_or("", String::as_str);
        Err(ImportError::Header(format!(
            "{} need the column{} {}, which the header of the file does not name; its header is: {}. Say which it \
             is, for instance with --map {first}={example:?}",
            self.kind.name(),
            if missing.len() == 1 { "" } else { "s" },
            missing.join(", "),
            self.headers.join(", "),
        )))
    }

    /// Where a column stands in a row.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }
    /// The columns that the file has.
    pub(super) fn present(&self) -> impl Iterator<Item = (&Column, usize)> {
        self.columns.iter().filter_map(|column| Some((column, self.place(&column.name)?)))
    }
    /// The file's headers.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }
    /// The header over a column.
    pub(super) fn header_of(&self, column: &str) -> String {
        let header = self.place(column).and_then(|place| self.headers.get(place));
        header.map_or_else(|| column.to_owned(), Clone::clone)
    }

    /// The mapping in words: `Asset → asset.serial`, and what is not used.
    pub(super) fn describe(&self) -> Vec<String> {
        let name_of = |place| self.places.iter().find(|(_, own)| **own == place).map(|(name, _)| name);
        let describe = |(place, header): (usize, &String)| match name_of(place) {
            Some(name) => format!("{header} → {name}"),
            None => format!("{header}: not used"),
        };
        self.headers.iter().enumerate().map(describe).collect()
    }
}
