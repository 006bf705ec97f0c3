//! A report before it is written in any form.

use domain::Instant;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::rfc3339::format_instant;

/// A column: its key, which is its name in JSON and CSV for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(pub &'static str);

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words, an id.
    Text(String),
    /// A whole number: pieces, rials, metres.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// An exact decimal, as text: a sum by which people are judged.
    Exact(String),
    /// An instant.
    Instant(Instant),
    /// Yes or no.
    Bool(bool),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => out.serialize_none(),
            Self::Text(text) | Self::Exact(text) => out.serialize_str(text),
            Self::Int(number) => out.serialize_i64(*number),
            Self::Number(number) => out.serialize_f64(*number),
            Self::Instant(instant) => out.serialize_str(&format_instant(*instant)),
            Self::Bool(yes) => out.serialize_bool(*yes),
        }
    }
}

macro_rules! from {
    ($($kind:ty => $variant:ident;)*) => {$(
        impl From<$kind> for Cell {
            fn from(value: $kind) -> Self { Self::$variant(value.into()) }
        }
    )*};
}
from! {
    &str => Text;
    String => Text;
    i64 => Int;
    f64 => Number;
    bool => Bool;
    Instant => Instant;
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A report: columns and rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name, by which its title is found.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A report without rows.
    #[must_use]
    pub fn new(name: &'static str, columns: &[&'static str]) -> Self {
        Self { name, columns: columns.iter().copied().map(Column).collect(), rows: Vec::new() }
    }
}

/// A row with its columns' names, as JSON has it.
struct Line<'a>(&'a [Column], &'a [Cell]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (Column(key), cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(key, cell)?;
        }
        map.end()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(2))?;
        map.serialize_entry("report", self.name)?;
        let lines: Vec<Line<'_>> = self.rows.iter().map(|row| Line(&self.columns, row)).collect();
        map.serialize_entry("rows", &lines)?;
        map.end()
    }
}
