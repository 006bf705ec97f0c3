//! A CSV file, read row by row: UTF-8 with or without a mark, commas, semicolons
//! or tabs, quotes as usual. No row is held that is longer than a row can be.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::rc::Rc;

use csv::ByteRecord;

use super::error::ImportError;
use super::lines::Lines;
use super::source::{Opened, Source};

/// The most that one row may take; beyond it, a quote was left open.
const ROW_BYTES_MAX: usize = 1024 * 1024;
/// The reader takes this much ahead.
const AHEAD_BYTES: usize = 64 * 1024;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A file being read.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    reader: csv::Reader<Bounded>,
    left: Rc<Cell<usize>>,
    lines: Lines,
    record: ByteRecord,
}

/// A reader that gives out no more than it was allowed to.
#[derive(Debug)]
struct Bounded {
    inner: BufReader<Opened>,
    left: Rc<Cell<usize>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read).ok_or_else(|| {
            io::Error::other("a row is longer than a megabyte: is a quote left open in the row before?")
        })?;
        self.left.set(left);
        Ok(read)
    }
}

impl Table {
    /// Opens a file; the separator is the one that the first line has most of,
    /// unless it is given.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is empty, or is UTF-16.
    pub(super) fn open(source: &Source, separator: Option<u8>) -> Result<(Self, Vec<String>), ImportError> {
        let path = source.path();
        let failed = |source| ImportError::File { path: path.clone(), source };
        let mut inner = BufReader::with_capacity(AHEAD_BYTES, source.open().map_err(failed)?);
        let first = inner.fill_buf().map_err(failed)?;
        if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
            return Err(ImportError::Header("the file is UTF-16: save it as CSV in UTF-8".to_owned()));
        }
        let separator = separator.unwrap_or_else(|| guess_separator(first));
        let left = Rc::new(Cell::new(ROW_BYTES_MAX));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .buffer_capacity(AHEAD_BYTES)
            .from_reader(Bounded { inner, left: Rc::clone(&left) });
        let lines = Lines::of(source.open().map_err(failed)?);
        let mut table = Self { path: path.clone(), reader, left, lines, record: ByteRecord::new() };
        let headers = table.read_headers()?;
        Ok((table, headers))
    }

    fn read_headers(&mut self) -> Result<Vec<String>, ImportError> {
        let Some((_, record)) = self.next()? else {
            return Err(ImportError::Header(
                "the file is empty: its first line must name the columns".to_owned(),
            ));
        };
        let text = |cell: &[u8]| String::from_utf8(cell.to_vec()).ok().map(|text| text.trim().to_owned());
        record.iter().map(text).collect::<Option<_>>().ok_or_else(|| {
            ImportError::Header("the header is not UTF-8: save the file as CSV in UTF-8".to_owned())
        })
    }

    /// The next row and the line on which it begins.
    ///
    /// # Errors
    ///
    /// When the file cannot be read on.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &ByteRecord)>, ImportError> {
        self.left.set(ROW_BYTES_MAX);
        let is_there = match self.reader.read_byte_record(&mut self.record) {
            Ok(is_there) => is_there,
            Err(error) => return Err(self.failed(error.into())),
        };
        if !is_there {
            return Ok(None);
        }
        let begins = self.record.position().map_or(0, csv::Position::byte);
        match self.lines.line_at(begins) {
            Ok(line) => Ok(Some((line, &self.record))),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, source: io::Error) -> ImportError {
        ImportError::File { path: self.path.clone(), source }
    }
}

/// The separator of which the first line has most, outside quotes.
fn guess_separator(start: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in start.iter().take_while(|byte| **byte != b'\n') {
        quoted ^= *byte == b'"';
        for (count, separator) in counts.iter_mut().zip(SEPARATORS) {
            *count += usize::from(!quoted && *byte == separator);
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |index| SEPARATORS[index])
}
