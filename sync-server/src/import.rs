//! Taking over data from CSV files: customers, assets, parts, technicians, and
//! jobs that were finished before.
//!
//! A file is read row by row within one job of the writer, so that either all of
//! it is kept or nothing. A row is laid over what is known by its key, so that
//! the same file changes nothing the second time.

mod columns;
mod error;
mod identity;
mod job;
mod lines;
mod mapping;
mod moment;
mod number;
mod reference;
mod rejected;
mod row;
mod seen;
mod session;
mod source;
mod table;
mod technician;

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use csv::ByteRecord;
use domain::{Currency, Instant, UserId};
use rusqlite::Transaction;

pub use columns::{Column, ImportKind, Need};
pub use error::{ImportError, RowFault};
pub use identity::id_by_number;
pub use mapping::Assigned;
pub use source::Source;

use crate::core::Core;
use crate::session::DeviceSession;
use error::Halt;
use mapping::Mapping;
use reference::ReferenceTaker;
use rejected::Rejected;
use row::Row;
use table::Table;

/// Faults that a report lists; the others are counted.
const FAULTS_LISTED_MAX: usize = 100;
/// Rows after which progress is told.
const ROWS_BETWEEN_PROGRESS: u64 = 500;
/// A row's own work, taken back if the row is rejected half way.
const SAVE_ROW: &str = "SAVEPOINT import_row";
const KEEP_ROW: &str = "RELEASE import_row";
const UNDO_ROW: &str = "ROLLBACK TO import_row; RELEASE import_row";

/// What is to be imported.
#[derive(Debug, Clone)]
pub struct Import {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file.
    pub source: Source,
    /// Columns that are named by hand.
    pub assigned: Vec<Assigned>,
    /// Headers that are not to be used.
    pub ignored: Vec<String>,
    /// The separator; guessed from the header if none.
    pub separator: Option<u8>,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// Minutes east of UTC of dates without a zone.
    pub office_offset_minutes: i16,
    /// The administrator in whose name past jobs are taken over.
    pub by: UserId,
    /// What becomes of it.
    pub mode: ImportMode,
}

/// What becomes of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// All of it is kept, or nothing.
    AllOrNothing,
    /// The good rows are kept, and the others are listed.
    Partial,
    /// Nothing is kept, whatever comes out.
    DryRun,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The header of the file, and what each column was taken for.
    pub columns: Vec<String>,
    /// Rows of data.
    pub rows: u64,
    /// Rows that made something new.
    pub new: u64,
    /// Rows that changed something.
    pub updated: u64,
    /// Rows that were there already as they are.
    pub unchanged: u64,
    /// Rows that will not do.
    pub rejected: u64,
    /// The first of their faults.
    pub faults: Vec<RowFault>,
    /// Where the rejected rows were written.
    pub rejected_file: Option<PathBuf>,
    /// Whether what it counts is on disk.
    pub is_kept: bool,
}

/// What a row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    New,
    Updated,
    Unchanged,
}

/// What every row needs.
struct Desk<'a> {
    core: &'a Core,
    tx: &'a Transaction<'a>,
    now: Instant,
    currency: Option<Currency>,
}

/// Imports a file. `progress` is told the number of rows every so often.
///
/// # Errors
///
/// When the file or its header will not do, or when the store fails. Rows that
/// will not do are no error: they are in the report.
pub fn import(core: &Core, import: Import, progress: Option<SyncSender<u64>>) -> Result<Report, ImportError> {
    let heart = core.clone();
    let done = core.store().write_blocking(move |tx| work_through(&heart, tx, &import, progress.as_ref()));
    told(done)
}

/// Imports what was sent, while the server goes on; other writes wait until it is done.
///
/// # Errors
///
/// As [`import`].
pub async fn import_sent(core: &Core, import: Import) -> Result<Report, ImportError> {
    let heart = core.clone();
    let done = core.store().write(move |tx| {
        let report = work_through(&heart, tx, &import, None)?;
        Ok((report, crate::log::newest(tx)?.0))
    });
    let (report, position) = match done.await {
        Ok(kept) => kept,
        Err(error) => return told(Err(error)),
    };
    core.announce(position);
    core.wake_timer();
    Ok(report)
}

fn work_through(
    core: &Core,
    tx: &Transaction<'_>,
    import: &Import,
    progress: Option<&SyncSender<u64>>,
) -> Result<Report, ImportError> {
    let desk = Desk { core, tx, now: core.now(), currency: import.currency };
    carry_out(&desk, import, progress)
}

/// What was taken back was carried out all the same, and is told.
fn told(done: Result<Report, ImportError>) -> Result<Report, ImportError> {
    match done {
        Err(ImportError::Undone(report)) => Ok(*report),
        other => other,
    }
}

fn carry_out(
    desk: &Desk<'_>,
    import: &Import,
    progress: Option<&SyncSender<u64>>,
) -> Result<Report, ImportError> {
    let (mut table, headers) = Table::open(&import.source, import.separator)?;
    let mapping = Mapping::find(import.kind, headers, &import.assigned, &import.ignored)?;
    seen::begin(desk.tx)?;
    let mut work = Work {
        desk,
        mapping: &mapping,
        taker: Taker::of(desk, import)?,
        office_offset_minutes: import.office_offset_minutes,
        rejected: rejected_of(import, mapping.headers()),
        report: Report { columns: mapping.describe(), ..Report::default() },
    };
    while let Some((line, record)) = table.next()? {
        work.take(line, record)?;
        if let (Some(progress), true) = (progress, work.report.rows.is_multiple_of(ROWS_BETWEEN_PROGRESS)) {
            match progress.try_send(work.report.rows) {
                // Whoever follows may be slow, or gone away; the work goes on.
                Ok(()) | Err(_) => {}
            }
        }
    }
    let report = work.finish()?;
    seen::end(desk.tx)?;
    settle(report, import.mode)
}

/// Rejected rows are written beside a file of this machine.
fn rejected_of(import: &Import, headers: &[String]) -> Option<Rejected> {
    let file = import.source.file().filter(|_| import.mode == ImportMode::Partial)?;
    Some(Rejected::of(file, headers))
}

/// Whether what was done is kept.
fn settle(mut report: Report, mode: ImportMode) -> Result<Report, ImportError> {
    report.is_kept = match mode {
        ImportMode::DryRun => false,
        ImportMode::Partial => true,
        ImportMode::AllOrNothing => report.rejected == 0,
    };
    if report.is_kept { Ok(report) } else { Err(ImportError::Undone(Box::new(report))) }
}

/// What takes the rows of a kind.
enum Taker {
    Reference(ReferenceTaker),
    Technicians,
    Jobs(DeviceSession),
}

impl Taker {
    fn of(desk: &Desk<'_>, import: &Import) -> Result<Self, ImportError> {
        Ok(match ReferenceTaker::of(import.kind) {
            Some(taker) => Self::Reference(taker),
            None if import.kind == ImportKind::Jobs => Self::Jobs(session::open(desk, import.by)?),
            None => Self::Technicians,
        })
    }

    fn take(&mut self, desk: &Desk<'_>, row: &Row<'_>, line: u64) -> Result<Outcome, Halt> {
        match self {
            Self::Reference(taker) => taker.take(desk, row, line),
            Self::Technicians => technician::take(desk, row, line),
            Self::Jobs(session) => job::take(desk, session, row, line),
        }
    }
}

/// An import under way.
struct Work<'a> {
    desk: &'a Desk<'a>,
    mapping: &'a Mapping,
    taker: Taker,
    office_offset_minutes: i16,
    rejected: Option<Rejected>,
    report: Report,
}

impl Work<'_> {
    fn take(&mut self, line: u64, record: &ByteRecord) -> Result<(), ImportError> {
        self.report.rows += 1;
        self.desk.tx.execute_batch(SAVE_ROW)?;
        let taken = Row::of(self.mapping, record, self.office_offset_minutes)
            .and_then(|row| self.taker.take(self.desk, &row, line));
        let counted = match taken {
            Ok(Outcome::New) => &mut self.report.new,
            Ok(Outcome::Updated) => &mut self.report.updated,
            Ok(Outcome::Unchanged) => &mut self.report.unchanged,
            Err(Halt::Row { column, message }) => {
                self.desk.tx.execute_batch(UNDO_ROW)?;
                return self.reject(record, RowFault { line, column, message });
            }
            Err(Halt::Stop(error)) => return Err(error),
        };
        *counted += 1;
        Ok(self.desk.tx.execute_batch(KEEP_ROW)?)
    }

    fn reject(&mut self, record: &ByteRecord, fault: RowFault) -> Result<(), ImportError> {
        self.report.rejected += 1;
        if let Some(rejected) = &mut self.rejected {
            rejected.add(record, &fault)?;
        }
        if self.report.faults.len() < FAULTS_LISTED_MAX {
            self.report.faults.push(fault);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Report, ImportError> {
        if let Taker::Reference(taker) = &mut self.taker {
            taker.flush(self.desk)?;
        }
        self.report.rejected_file = match self.rejected {
            Some(rejected) => rejected.finish()?,
            None => None,
        };
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests;
