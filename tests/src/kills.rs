//! Kills of real processes.
//!
//! A run keeps a server and two phones at work, each a process of its own. One of
//! them, or a backup that is being made, is killed, at random or at a named place of
//! its code; then every promise
//! that it ever made is looked up, and it is started again. Promises are what the
//! phones said on their standard output after a call had returned, and the run
//! keeps them in a ledger outside of all three.

mod backups;
mod killing;
mod ledger;
mod phone;
mod run;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

pub use run::{Report, Task, kill_migrations, run};

/// What a failpoint is set by, for one start of a process: the place, the how-manieth
/// time, and the file that is written when it is reached, as in
/// `BeforeCommit:3:/tmp/reached`.
pub const FAILPOINT: &str = "HAMGAM_TEST_FAILPOINT";

/// The program: whichever of the three its arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    killing::arm();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["phone", database, address] => phone::run(database.as_ref(), address),
        ["run", "--kills", kills, rest @ ..] => run_here(kills, rest),
        _ => serve(),
    }
}

/// The server, with nothing changed but that it can be killed at a place.
fn serve() -> ExitCode {
    let (mut out, mut input) = (std::io::stdout(), std::io::stdin().lock());
    let mut terminal = sync_server::cli::Terminal { out: &mut out, input: &mut input };
    match sync_server::cli::run(std::env::args_os(), &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&error.to_string()),
    }
}

fn run_here(kills: &str, rest: &[&str]) -> ExitCode {
    let folder = match rest {
        ["--folder", folder] => PathBuf::from(folder),
        _ => return say("usage: hamgam-crash run --kills N --folder DIR"),
    };
    let program = std::env::current_exe();
    match (kills.parse(), program) {
        (Ok(kills), Ok(program)) => {
            let report = run(&Task { program, folder, kills });
            say(&format!("{report:#?}\n{} kills, nothing lost", report.kills));
            ExitCode::SUCCESS
        }
        _ => say("the number of kills cannot be read"),
    }
}

#[expect(clippy::print_stderr, reason = "a program speaks on its terminal")]
fn say(words: &str) -> ExitCode {
    eprintln!("{words}");
    ExitCode::FAILURE
}
