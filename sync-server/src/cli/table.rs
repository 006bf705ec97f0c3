//! Rows in columns.

/// Lines of columns as wide as their widest value.
pub(super) fn in_columns(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::in_columns;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["name".to_owned(), "role".to_owned()], vec!["رضا رضایی".to_owned(), "t".to_owned()]];
        assert_eq!(in_columns(&rows), ["name       role", "رضا رضایی  t"]);
        assert!(in_columns(&[]).is_empty());
    }
}
