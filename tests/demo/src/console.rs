//! How the story looks on a terminal: scenes with headings, lines that say who
//! does what, and tables. Colours only where a person looks.

#![expect(clippy::print_stdout, reason = "the story is told on the terminal")]

use std::io::IsTerminal;

/// Width of the column that says who.
const WHO_CHARS: usize = 14;

/// Writes the story.
pub struct Console {
    colours: bool,
    scenes: u32,
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

impl Console {
    /// Writes to standard output.
    #[must_use]
    pub fn new() -> Self {
        Self { colours: std::io::stdout().is_terminal(), scenes: 0 }
    }

    /// Begins a scene.
    pub fn scene(&mut self, title: &str) {
        self.scenes += 1;
        println!();
        println!("{}", self.paint("1;36", &format!("{}. {title}", self.scenes)));
    }

    /// Says who does what.
    pub fn line(&self, who: &str, what: &str) {
        println!("  {} {what}", self.paint("1", &padded(who, WHO_CHARS)));
    }

    /// A table: the first row is its heading; the last column is not padded.
    pub fn table(&self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (index, row) in rows.iter().enumerate() {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
            let line = cells.join("  ");
            let line = line.trim_end();
            println!("  {}", if index == 0 { self.paint("1", line) } else { line.to_owned() });
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A text with blanks up to a width in characters.
fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn texts_are_padded_by_characters_not_bytes() {
        assert_eq!(padded("رضا", 5), "رضا  ");
        assert_eq!(padded("longer", 3), "longer");
    }
}
