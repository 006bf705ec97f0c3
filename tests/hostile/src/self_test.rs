//! `--self-test`: honest phones work for a while, and the gate must admit all of
//! it. A gate that refuses everything would pass every other trial.

use std::io::{self, Write as _};
use std::sync::OnceLock;

use hostile::life::{self, Report};

/// Lets phones make so many changes, and says what came of it; whether all is well.
pub(crate) fn run(seed: u64, changes: usize) -> io::Result<bool> {
    let folder = tempfile::tempdir()?;
    let report = life::live(seed, changes, folder.path(), micros).map_err(io::Error::other)?;
    print(&report)?;
    Ok(report.refused.is_empty() && report.wrong.is_empty())
}

/// Microseconds since this was first asked.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn micros() -> u64 {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn print(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (kind, count) in &report.kinds {
        writeln!(out, "{count:>6}  {kind}")?;
    }
    let all = u64::try_from(report.admitted).unwrap_or(u64::MAX).max(1);
    writeln!(
        out,
        "{} actors, {} changes under an actor taken later, {} forks, {} changes that join two histories, \
         a document of {} changes, {} µs for an admission on average",
        report.actors,
        report.under_new_actors,
        report.forks,
        report.merges,
        report.longest,
        report.micros / all
    )?;
    for what in report.refused.iter().chain(&report.wrong) {
        writeln!(out, "WRONG {what}")?;
    }
    let broken = report.wrong.len();
    writeln!(out, "{} refused, {} admitted, {broken} broken", report.refused.len(), report.admitted)
}
