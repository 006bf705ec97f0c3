//! Where a command prints and reads.

use std::io::{self, BufRead, Write};

/// What a command prints to and reads from.
pub struct Terminal<'a> {
    /// For people and pipes.
    pub out: &'a mut dyn Write,
    /// Where passwords are read with `--password-stdin`.
    pub input: &'a mut dyn BufRead,
}

impl std::fmt::Debug for Terminal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

impl Terminal<'_> {
    /// Prints a line at once.
    ///
    /// # Errors
    ///
    /// When the other end is gone.
    pub fn line(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    ///
    /// When nothing can be read.
    pub fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.input.read_line(&mut line)?;
        Ok(line.trim_end_matches(['\n', '\r']).to_owned())
    }
}
