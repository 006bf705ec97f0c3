//! The rows that were not taken, with the reason: a file beside the one that was
//! imported, to be corrected and imported again.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Writer};

use super::error::{ImportError, RowFault};

/// The headers that such a file has more than the one that it came from.
pub(super) const ADDED_HEADERS: [&str; 2] = ["rejected line", "rejected because"];

/// The file of rejected rows, made with the first of them.
#[derive(Debug)]
pub(super) struct Rejected {
    path: PathBuf,
    headers: Vec<String>,
    file: Option<Writer<File>>,
}

impl Rejected {
    /// Of a file with a header.
    pub(super) fn of(file: &Path, headers: &[String]) -> Self {
        let mut name = file.as_os_str().to_owned();
        name.push(".rejected.csv");
        Self { path: PathBuf::from(name), headers: headers.to_vec(), file: None }
    }

    /// Writes a row and its fault.
    pub(super) fn add(&mut self, record: &ByteRecord, fault: &RowFault) -> Result<(), ImportError> {
        let path = self.path.clone();
        self.write(record, fault).map_err(|source| ImportError::File { path, source })
    }

    fn write(&mut self, record: &ByteRecord, fault: &RowFault) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut file = csv::WriterBuilder::new().flexible(true).from_path(&self.path)?;
                let headers = self.headers.iter().map(String::as_str).chain(ADDED_HEADERS);
                file.write_record(headers)?;
                none.insert(file)
            }
        };
        let mut row = ByteRecord::new();
        record.iter().for_each(|cell| row.push_field(cell));
        // A row with too few cells: the reason stands under its header all the same.
        (record.len()..self.headers.len()).for_each(|_| row.push_field(b""));
        row.push_field(fault.line.to_string().as_bytes());
        let reason = fault
            .column
            .as_ref()
            .map_or_else(|| fault.message.clone(), |column| format!("{column}: {}", fault.message));
        row.push_field(reason.as_bytes());
        file.write_byte_record(&row)?;
        Ok(())
    }

    /// Finishes the file; returns its name if there is one.
    pub(super) fn finish(mut self) -> Result<Option<PathBuf>, ImportError> {
        let Some(mut file) = self.file.take() else { return Ok(None) };
        match file.flush() {
            Ok(()) => Ok(Some(self.path)),
            Err(source) => Err(ImportError::File { path: self.path, source }),
        }
    }
}
