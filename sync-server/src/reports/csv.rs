//! A report as CSV (RFC 4180) in UTF-8, its first line the columns' keys.

use super::{Cell, Column, Table};
use crate::error::CoreError;
use crate::rfc3339::format_instant;

/// Spreadsheets take a file without it for another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes a report.
///
/// # Errors
///
/// When there is no memory for it.
pub fn to_csv(table: &Table) -> Result<Vec<u8>, CoreError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    let failed = |error: csv::Error| CoreError::Outside(format!("the CSV cannot be written: {error}"));
    writer.write_record(table.columns.iter().map(|Column(key)| key)).map_err(failed)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(text)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| CoreError::Outside(error.to_string()))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Exact(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Instant(instant) => format_instant(*instant),
        Cell::Bool(yes) => yes.to_string(),
    }
}

/// A spreadsheet takes words that begin with these for a formula; customers type
/// names, and whoever opens the file should run none of them.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_formulas_are_words() {
        let mut table = Table::new("parts", &["name", "quantity", "value"]);
        table.rows.push(vec![Cell::from("=1+1"), Cell::Int(-3), Cell::Exact("-0.5".into())]);
        table.rows.push(vec![Cell::from("شیر, \"برقی\""), Cell::Empty, Cell::Empty]);
        let text = String::from_utf8(to_csv(&table).expect("it writes")).expect("UTF-8");
        let expected = "\u{feff}name,quantity,value\r\n'=1+1,-3,-0.5\r\n\"شیر, \"\"برقی\"\"\",,\r\n";
        assert_eq!(text, expected);
    }
}
