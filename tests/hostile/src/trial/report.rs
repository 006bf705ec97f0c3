//! The lines that people and machines read.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::judged::{Judged, Verdict};

/// For whom the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A table and a sentence.
    People,
    /// One JSON object a line.
    Machines,
}

/// What came of all files.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) refused: usize,
    pub(crate) admitted: usize,
    pub(crate) broken: usize,
    max_micros: Most<u64>,
    max_peak_bytes: Most<usize>,
}

/// The largest figure and whose it is.
#[derive(Debug, Default, Serialize)]
struct Most<T> {
    value: T,
    file: String,
}

impl<T: PartialOrd> Most<T> {
    fn see(&mut self, value: T, file: &Path) {
        if self.file.is_empty() || value > self.value {
            *self = Self { value, file: file.display().to_string() };
        }
    }
}

impl Tally {
    /// Counts a file; the largest figures are those of refusals.
    pub(crate) fn add(&mut self, file: &Path, judged: &Judged) {
        match judged.verdict {
            Verdict::Refused => self.refused += 1,
            Verdict::Admitted => self.admitted += 1,
            Verdict::Broken => self.broken += 1,
        }
        if judged.verdict != Verdict::Admitted {
            self.max_micros.see(judged.micros, file);
            self.max_peak_bytes.see(judged.peak_bytes, file);
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    #[serde(flatten)]
    judged: &'a Judged,
}

pub(super) fn print_judged(file: &Path, judged: &Judged, form: Form) -> io::Result<()> {
    let file = file.display().to_string();
    if form == Form::Machines {
        return print_line(&serde_json::to_string(&Line { file, judged })?);
    }
    let verdict = match judged.verdict {
        Verdict::Refused => "refused",
        Verdict::Admitted => "admitted",
        Verdict::Broken => "BROKEN",
    };
    let stage = judged.stage.unwrap_or('-');
    let kib = judged.peak_bytes.div_ceil(1024);
    let why = if judged.verdict == Verdict::Broken { judged.message.as_str() } else { "" };
    print_line(&format!(
        "{verdict:8} {:20} {stage} {:>6} µs {kib:>6} KiB  {file} {why}",
        judged.code, judged.micros
    ))
}

pub(super) fn print_tally(tally: &Tally, form: Form) -> io::Result<()> {
    if form == Form::Machines {
        return print_line(&serde_json::to_string(tally)?);
    }
    let (time, memory) = (&tally.max_micros, &tally.max_peak_bytes);
    print_line(&format!("at most {} µs for a refusal ({})", time.value, time.file))?;
    print_line(&format!("at most {} KiB for a refusal ({})", memory.value.div_ceil(1024), memory.file))?;
    print_line(&format!("{} refused, {} admitted, {} broken", tally.refused, tally.admitted, tally.broken))
}

/// One line; a closed pipe is an error, not a panic.
pub(super) fn print_line(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{}", line.trim_end())
}
