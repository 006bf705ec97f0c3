//! What was promised, kept outside of the server and the phones, and written to a
//! file so that a run can be continued.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use domain::{ChangeHash, DocId, NoteId};

/// What a phone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A job was made and saved.
    Made { job: DocId },
    /// A note is going to be written.
    Begun { job: DocId, note: NoteId },
    /// The call returned: it is saved on the phone.
    Saved { job: DocId, note: NoteId },
    /// The server has accepted a change.
    Acknowledged { hash: ChangeHash },
    /// The server could not be reached.
    Offline,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made { job } => write!(f, "made {job}"),
            Self::Begun { job, note } => write!(f, "begun {job} {note}"),
            Self::Saved { job, note } => write!(f, "saved {job} {note}"),
            Self::Acknowledged { hash } => write!(f, "acknowledged {hash}"),
            Self::Offline => write!(f, "offline"),
        }
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split(' ').collect();
        let job = |word: &str| word.parse::<DocId>().map_err(drop);
        let note = |word: &str| word.parse::<NoteId>().map_err(drop);
        match words.as_slice() {
            ["made", id] => Ok(Self::Made { job: job(id)? }),
            ["begun", id, text] => Ok(Self::Begun { job: job(id)?, note: note(text)? }),
            ["saved", id, text] => Ok(Self::Saved { job: job(id)?, note: note(text)? }),
            ["acknowledged", hash] => Ok(Self::Acknowledged { hash: hash.parse().map_err(drop)? }),
            ["offline"] => Ok(Self::Offline),
            _ => Err(()),
        }
    }
}

/// The promises of a run.
pub(super) struct Ledger {
    file: File,
    /// For each phone, its jobs and the notes saved in each.
    pub(super) saved: BTreeMap<usize, BTreeMap<DocId, Vec<NoteId>>>,
    /// Changes that the server acknowledged, in order.
    pub(super) acknowledged: Vec<ChangeHash>,
    /// How many processes were killed.
    pub(super) kills: u32,
}

impl Ledger {
    /// Opens or begins a ledger.
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let before = if path.exists() { std::fs::read_to_string(path)? } else { String::new() };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let mut ledger = Self { file, saved: BTreeMap::new(), acknowledged: Vec::new(), kills: 0 };
        for line in before.lines() {
            match line.split_once(' ') {
                Some(("kill", _)) => ledger.kills += 1,
                Some((phone, said)) => {
                    if let (Ok(phone), Ok(said)) = (phone.parse(), said.parse()) {
                        ledger.take(phone, &said);
                    }
                }
                None => {}
            }
        }
        Ok(ledger)
    }

    /// Writes down what a phone said.
    pub(super) fn note(&mut self, phone: usize, line: &Line) -> std::io::Result<()> {
        self.take(phone, line);
        match line {
            Line::Offline | Line::Begun { .. } => Ok(()),
            said => writeln!(self.file, "{phone} {said}"),
        }
    }

    /// Writes down that something was killed.
    pub(super) fn killed(&mut self, what: &str) -> std::io::Result<()> {
        self.kills += 1;
        writeln!(self.file, "kill {what}")
    }

    fn take(&mut self, phone: usize, line: &Line) {
        let jobs = self.saved.entry(phone).or_default();
        match line {
            Line::Made { job } => drop(jobs.entry(*job).or_default()),
            Line::Saved { job, note } => jobs.entry(*job).or_default().push(*note),
            Line::Acknowledged { hash } => self.acknowledged.push(*hash),
            Line::Begun { .. } | Line::Offline => {}
        }
    }
}
