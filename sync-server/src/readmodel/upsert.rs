//! Writing a row only where it differs.

/// A table's key and other columns, in the order in which values are bound.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [&'static str],
    /// Written once, with the row.
    pub(crate) fixed: &'static [&'static str],
    /// Written whenever they differ.
    pub(crate) columns: &'static [&'static str],
}

impl Table {
    /// Inserts the row, or changes it where a column differs.
    pub(crate) fn upsert(&self) -> String {
        let all: Vec<&str> = [self.keys, self.fixed, self.columns].concat();
        let marks: Vec<String> = (1..=all.len()).map(|number| format!("?{number}")).collect();
        let sets: Vec<String> =
            self.columns.iter().map(|column| format!("{column} = excluded.{column}")).collect();
        let news: Vec<String> = self.columns.iter().map(|column| format!("excluded.{column}")).collect();
        let olds: Vec<String> = self.columns.iter().map(|column| format!("{}.{column}", self.name)).collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {} WHERE ({}) IS NOT ({})",
            self.name,
            all.join(", "),
            marks.join(", "),
            self.keys.join(", "),
            sets.join(", "),
            olds.join(", "),
            news.join(", "),
        )
    }
}
