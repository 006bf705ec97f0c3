//! On which line a row begins, as an editor counts. The CSV reader counts from
//! where the row before ended, which is too early after an empty line.

use std::io::{self, BufRead, BufReader};

use super::source::Opened;

/// Follows the reader through the file.
#[derive(Debug)]
pub(super) struct Lines {
    file: BufReader<Opened>,
    /// What has been passed, in bytes.
    passed: u64,
    line: u64,
}

impl Lines {
    /// At the beginning of a file.
    pub(super) fn of(file: Opened) -> Self {
        Self { file: BufReader::new(file), passed: 0, line: 1 }
    }

    /// The line of the first byte at or after an offset that ends no line. Offsets
    /// never go back.
    pub(super) fn line_at(&mut self, offset: u64) -> io::Result<u64> {
        while self.passed < offset {
            let ahead = usize::try_from(offset - self.passed).unwrap_or(usize::MAX);
            if self.pass(|buffer| buffer.len().min(ahead))? == 0 {
                break;
            }
        }
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        while self.pass(|buffer| buffer.iter().take_while(|byte| ends(byte)).count())? > 0 {}
        Ok(self.line)
    }

    /// Passes as much of what is buffered as is said.
    fn pass(&mut self, how_much: impl Fn(&[u8]) -> usize) -> io::Result<usize> {
        let buffer = self.file.fill_buf()?;
        let count = how_much(buffer);
        let ends = buffer.iter().take(count).filter(|byte| **byte == b'\n').count();
        self.file.consume(count);
        self.line += u64::try_from(ends).unwrap_or(0);
        self.passed += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}
