//! A phone as a process of its own, killed without warning while it writes.
//!
//! The child writes notes, each in its own durable command, and says the id of
//! each on its standard output after the command has returned. The parent kills
//! it after some of them: what was said must be there when the phone is opened
//! again.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{DocId, Instant, NoteId};

use crate::DemoError;
use crate::phone::{self, Phone, StoryClock};
use crate::work;

/// What the child is told on its command line.
#[derive(Debug, clap::Args)]
pub(crate) struct WriteArgs {
    /// The phone's folder.
    folder: PathBuf,
    /// The job.
    job: DocId,
    /// The phone's clock, in milliseconds.
    now: i64,
}

/// The child: writes notes until it is killed.
pub(crate) fn write(args: &WriteArgs) -> Result<(), DemoError> {
    let clock = Arc::new(StoryClock::at(Instant::from_millis(args.now)));
    let client = phone::open(&args.folder, "a phone", &clock)?;
    let mut out = std::io::stdout();
    loop {
        let id = client.ids().note();
        let command = work::note_with_id(id, "نوشته پیش از خاموشی / written before the kill");
        client
            .execute(args.job, &domain::EditCommand::Job(command))
            .map_err(DemoError::phone("the killed phone"))?;
        writeln!(out, "{id}").and_then(|()| out.flush()).map_err(DemoError::files("say what was saved"))?;
    }
}

/// The parent: starts the child on a phone that is switched off, waits for some
/// notes, kills it, and returns all that it said it had saved.
pub(crate) fn write_until_killed(phone: &Phone, job: DocId, notes: usize) -> Result<Vec<NoteId>, DemoError> {
    let failed = DemoError::files("run a phone as a process");
    let mut child = Command::new(std::env::current_exe().map_err(&failed)?)
        .arg("write-until-killed")
        .arg(&phone.folder)
        .arg(job.to_string())
        .arg(phone.clock.instant().millis().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(&failed)?;
    let output = child.stdout.take().ok_or(DemoError::Story("the child has no output"))?;
    let mut lines = BufReader::new(output).lines();
    let mut saved = Vec::new();
    while saved.len() < notes {
        match lines.next() {
            Some(line) => saved.extend(line.map_err(&failed)?.parse::<NoteId>()),
            None => return Err(DemoError::Story("the phone ended before it was killed")),
        }
    }
    child.kill().map_err(&failed)?; // SIGKILL
    child.wait().map_err(&failed)?;
    // What it had said by then counts too; a line cut short does not.
    saved.extend(lines.map_while(Result::ok).filter_map(|line| line.parse::<NoteId>().ok()));
    Ok(saved)
}
