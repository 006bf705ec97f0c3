//! Reports as a workbook: a sheet for each table, right to left where the language
//! is, with titles in it.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::words::{Language, title};
use super::{Cell, Column, Table};
use crate::error::CoreError;
use crate::rfc3339::format_instant;

/// Names of sheets are no longer.
const SHEET_NAME_CHARS_MAX: usize = 31;
/// What a sheet can hold, its first row taken by the titles.
const ROWS_MAX: usize = 1_048_575;

/// Writes tables, each on a sheet.
///
/// # Errors
///
/// When a table has more rows than a sheet can hold.
pub fn to_xlsx(tables: &[Table], language: Language) -> Result<Vec<u8>, CoreError> {
    let failed = |error: XlsxError| CoreError::Outside(format!("the workbook cannot be written: {error}"));
    let mut workbook = Workbook::new();
    for table in tables {
        if table.rows.len() > ROWS_MAX {
            let message = format!("{} rows are more than a sheet can hold; ask for CSV", table.rows.len());
            return Err(CoreError::refused_at(wire::ErrorCode::Invalid, "format", message));
        }
        write_sheet(workbook.add_worksheet(), table, language).map_err(failed)?;
    }
    workbook.save_to_buffer().map_err(failed)
}

fn write_sheet(sheet: &mut Worksheet, table: &Table, language: Language) -> Result<(), XlsxError> {
    let name: String = title(table.name, language).chars().take(SHEET_NAME_CHARS_MAX).collect();
    sheet.set_name(name)?;
    sheet.set_right_to_left(language.is_right_to_left());
    let bold = Format::new().set_bold();
    for (index, Column(key)) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, index, title(key, language), &bold)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            write_cell(sheet, row, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Some(last), false) = (table.columns.len().checked_sub(1), table.rows.is_empty()) {
        let rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
        sheet.autofilter(0, 0, rows, u16::try_from(last).unwrap_or(u16::MAX))?;
    }
    sheet.autofit();
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => Ok(()),
        // A string stays a string in a workbook, whatever it begins with.
        Cell::Text(text) => sheet.write_string(row, column, text).map(drop),
        Cell::Exact(text) => match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number).map(drop),
            Err(_) => sheet.write_string(row, column, text).map(drop),
        },
        Cell::Int(number) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a sheet holds floats; no honest amount reaches 2^53"
            )]
            let number = *number as f64;
            sheet.write_number(row, column, number).map(drop)
        }
        Cell::Number(number) => sheet.write_number(row, column, *number).map(drop),
        Cell::Instant(instant) => sheet.write_string(row, column, format_instant(*instant)).map(drop),
        Cell::Bool(yes) => sheet.write_boolean(row, column, *yes).map(drop),
    }
}
