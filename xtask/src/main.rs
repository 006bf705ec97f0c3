//! Every command that a developer or CI runs, `cargo xtask <command>`.
//!
//! It builds first on a fresh machine, so it stays light and depends on none of
//! the workspace's crates: what is heavy is a program of its own that it builds
//! and starts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its terminal")]

mod bench;
mod bindings;
mod check;
mod command;
mod crash;
mod demo;
mod fuzz;
mod gate;
mod metadata;
mod sim;
mod test;
mod toolchain;
mod vectors;
mod web;

use std::ffi::OsString;
use std::path::PathBuf;
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
    /// Simulate phones, the office and the server, seed by seed. Takes --seeds N,
    /// --seed S, --show, --plan FILE, --resume FILE, --seconds N.
    Sim {
        /// Passed to the simulator.
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
    /// Push files through the gate as a hostile phone would, each in a process of
    /// its own. Takes FILE…, --base DOC, --open, --json, --self-test.
    Gate {
        /// Passed to the program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Fuzz every door through which bytes come in, with libFuzzer where a nightly
    /// toolchain is there.
    Fuzz(fuzz::Options),
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
    /// Build the library as phones get it, say how large it is, and generate the code
    /// that calls it from Kotlin, Swift and Python.
    Bindings(bindings::Bindings),
    /// Build the pages that the server carries; serve them while they are worked on; make
    /// their pictures.
    Web(web::Web),
    /// Run a file of arithmetic vectors, a list of {kind, input, expect},
    /// through the public functions of scoring and calendar.
    Vectors {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    run(Cli::parse().command).unwrap_or_else(|Failure(message)| {
        eprintln!("xtask: {message}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo { args } => demo::play(&args)?,
        Command::Sim { args } => sim::run_seeds(&args)?,
        Command::Test { args } => test::run_all(&args)?,
        Command::Check { only } => check::run_steps(&only)?,
        Command::Gate { args } => gate::push(&args)?,
        Command::Crash(asked) => crash::kill(&asked)?,
        Command::Fuzz(options) => fuzz::run_targets(&options)?,
        Command::Bindings(asked) => bindings::generate(&asked)?,
        Command::Web(asked) => web::build(&asked)?,
        Command::Bench { what, args } => bench::measure(what, &args)?,
        // It has said itself what failed, and its sum is the last line.
        Command::Vectors { file } => return vectors::run_file(&file),
    }
    Ok(ExitCode::SUCCESS)
}
