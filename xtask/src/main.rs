//! Every command that a developer or CI runs, `cargo xtask <command>`.
//!
//! It builds first on a fresh machine, so it stays light and depends on none of
//! the workspace's crates: what is heavy is a program of its own that it builds
//! and starts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its terminal")]

mod bench;
mod check;
mod command;
mod crash;
mod demo;
mod metadata;
mod test;
mod toolchain;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::Failure;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every command that a developer or CI runs")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play a day of an after-sales service on this machine: a server, an
    /// organisation, and phones that go offline. Takes --exit, --seed N,
    /// --port N, --data DIR, --scale N.
    Demo {
        /// Passed to the demonstration.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run every test. What follows is passed to `cargo test`.
    Test {
        /// Passed to `cargo test --workspace`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Formatting, lints, dependency fence, docs, licences, sources, rustdoc.
    Check {
        /// Only these checks; all of them when none is named.
        only: Vec<check::Step>,
    },
    /// Kill the real server and real phones, and look up every promise after each.
    Crash(crash::Crash),
    /// Measure, in release mode, and write the figures to docs/benchmarks.md.
    Bench {
        /// What to measure.
        what: bench::Bench,
        /// Passed to the measuring program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo { args } => demo::play(&args),
        Command::Test { args } => test::run_all(&args),
        Command::Check { only } => check::run_steps(&only),
        Command::Crash(asked) => crash::kill(&asked),
        Command::Bench { what, args } => bench::measure(what, &args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
