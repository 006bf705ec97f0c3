//! `gate-trial`, which `cargo xtask gate` builds and starts: pushes files through
//! the gate as a hostile phone would, and says what each cost.

mod self_test;
mod trial;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use trial::{Form, Policy, Target};

/// Pushes each file through the gate in a process of its own, and prints verdict,
/// the stage that refused, time and peak memory.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask gate")]
struct Cli {
    /// The files; a folder stands for all files in it.
    #[arg(required_unless_present = "self_test")]
    files: Vec<PathBuf>,
    /// The saved document that the changes are for: their actors are taken as
    /// registered, and the policy is open.
    #[arg(long, value_name = "DOC")]
    base: Option<PathBuf>,
    /// Opens the policy without a base.
    #[arg(long)]
    open: bool,
    /// Prints one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Lets honest phones work instead, every change of which must be admitted.
    #[arg(long)]
    self_test: bool,
    /// How many changes the phones make.
    #[arg(long, default_value_t = 3_000, requires = "self_test")]
    changes: usize,
    /// What the phones' work follows from.
    #[arg(long, default_value_t = 1, requires = "self_test")]
    seed: u64,
    /// Judges the one file here; a crash is a crash.
    #[arg(long, hide = true)]
    in_this_process: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // A reader that has gone away is told nothing.
            drop(writeln!(io::stderr(), "gate-trial: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> io::Result<ExitCode> {
    let policy = if cli.open { Policy::Open } else { Policy::Closed };
    let target = Target { base: cli.base.clone(), policy };
    if cli.in_this_process {
        for file in &cli.files {
            trial::judge_here(file, &target)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if cli.self_test && !self_test::run(cli.seed, cli.changes)? {
        return Ok(ExitCode::FAILURE);
    }
    if cli.files.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let form = if cli.json { Form::Machines } else { Form::People };
    let tally = trial::judge_all(&cli.files, &target, form)?;
    Ok(if tally.broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
