//! One row, cell by cell, under the mapping of its file.

use csv::ByteRecord;
use domain::{FieldType, FieldValue, Stamp, fold_search_text};

use super::columns::{Cell, Column, Need};
use super::error::Halt;
use super::mapping::Mapping;
use super::moment::read_moment;
use super::number::{ascii_digits, read_decimal};
use super::rejected::ADDED_HEADERS;

/// A row that has as many cells as the header, all of them text.
#[derive(Debug)]
pub(super) struct Row<'a> {
    mapping: &'a Mapping,
    cells: Vec<&'a str>,
    office_offset_minutes: i16,
}

impl<'a> Row<'a> {
    /// Takes a record for a row.
    pub(super) fn of(
        mapping: &'a Mapping,
        record: &'a ByteRecord,
        office_offset_minutes: i16,
    ) -> Result<Self, Halt> {
        let (found, expected) = (record.len(), mapping.headers().len());
        if found != expected {
            return Err(Halt::row(format!(
                "it has {found} cells where the header has {expected}: put a cell that contains the separator in \
                 quotes"
            )));
        }
        let mut cells = Vec::with_capacity(found);
        for (cell, header) in record.iter().zip(mapping.headers()) {
            match std::str::from_utf8(cell) {
                Ok(text) => cells.push(text.trim()),
                Err(_not_utf8) => {
                    return Err(Halt::Row {
                        column: Some(header.clone()),
                        message: "it is not UTF-8: save the file as CSV in UTF-8".to_owned(),
                    });
                }
            }
        }
        Ok(Self { mapping, cells, office_offset_minutes })
    }

    /// The text of a cell; none if the file lacks the column or the cell is empty.
    pub(super) fn text(&self, column: &str) -> Option<&'a str> {
        let place = self.mapping.place(column)?;
        self.cells.get(place).copied().filter(|text| !text.is_empty())
    }

    /// Whether the file has the column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.mapping.place(column).is_some()
    }

    /// A fault of a cell.
    pub(super) fn fault(&self, column: &str, message: impl Into<String>) -> Halt {
        Halt::Row { column: Some(self.mapping.header_of(column)), message: message.into() }
    }

    /// The text of a cell that must be there.
    pub(super) fn required(&self, column: &str) -> Result<&'a str, Halt> {
        self.text(column).ok_or_else(|| self.empty(column))
    }

    fn empty(&self, column: &str) -> Halt {
        self.fault(column, "it is empty, and must not be")
    }

    /// Every column of the file that holds a plain value, with its value, which is
    /// none where the cell is empty.
    pub(super) fn values(&self) -> Result<Vec<(&'a Column, Option<FieldValue>)>, Halt> {
        let mut values = Vec::new();
        for (column, _) in self.mapping.present().filter(|(column, _)| column.cell != Cell::Own) {
            let value = match self.text(&column.name) {
                None if column.need == Need::Required => return Err(self.empty(&column.name)),
                None => None,
                Some(text) => Some(self.value(column, text)?),
            };
            values.push((column, value));
        }
        Ok(values)
    }

    /// An instant with its offset; none where the cell is empty.
    pub(super) fn moment(&self, column: &str) -> Result<Option<Stamp>, Halt> {
        let read = |text| read_moment(text, self.office_offset_minutes);
        self.text(column).map(read).transpose().map_err(|message| self.fault(column, message))
    }

    /// Every cell under its header, for what a row is known by. A row that comes
    /// back from the file of rejected rows is the same row.
    pub(super) fn content(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.mapping.headers().iter().map(String::as_str).zip(self.cells.iter().copied());
        cells.filter(|(header, _)| !ADDED_HEADERS.contains(header))
    }

    fn value(&self, column: &Column, text: &str) -> Result<FieldValue, Halt> {
        let read = match column.cell {
            Cell::Degrees(most) => read_degrees(text, most),
            Cell::Field(field) => read_field(text, &field, self.office_offset_minutes),
            Cell::Own => Err("it is not a plain value".to_owned()),
        };
        read.map_err(|message| self.fault(&column.name, format!("{:?} will not do: {message}", short(text))))
    }
}

/// The beginning of a text, for a message.
pub(super) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn read_degrees(text: &str, most: i64) -> Result<FieldValue, String> {
    let value = read_decimal(text)?.millionths()?;
    if value.abs() > most {
        return Err(format!("write degrees between -{0} and {0}", most / 1_000_000));
    }
    Ok(FieldValue::Int(value))
}

fn read_field(text: &str, field: &FieldType, office_offset_minutes: i16) -> Result<FieldValue, String> {
    let value = match field {
        FieldType::Instant => FieldValue::Instant(read_moment(text, office_offset_minutes)?.at),
        FieldType::Int(..) => FieldValue::Int(read_decimal(text)?.scaled(0)?),
        FieldType::Choice(_) => FieldValue::Text(fold_search_text(text).replace([' ', '-'], "_")),
        FieldType::Text(_) => FieldValue::Text(text.to_owned()),
        FieldType::Bool | FieldType::Id => return Err("such a value is not imported".to_owned()),
    };
    if field.admits(&value) {
        return Ok(value);
    }
    Err(match field {
        FieldType::Text(max) => {
            format!("it has {} characters, and {max} is the most", text.chars().count())
        }
        FieldType::Choice(words) => format!("write one of {}", words.join(", ")),
        FieldType::Int(low, high) => format!("write a whole number from {low} to {high}"),
        _ => format!("{} is out of range", ascii_digits(text)),
    })
}
