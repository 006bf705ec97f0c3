//! The demonstration: a server, an organisation, and a day with phones that go
//! offline. `cargo xtask demo` builds and starts it.

#![expect(clippy::print_stderr, reason = "a program that fails says so on its terminal")]
#![expect(clippy::print_stdout, reason = "the last line of a run that ends is one JSON object")]

mod calendar;
mod day;
mod desk;
mod doors;
mod error;
mod figures;
mod folder;
mod gateway;
mod history;
mod inside;
mod killed;
mod month;
mod office;
mod organisation;
mod phone;
mod report;
mod stock;
mod story;
mod surveys;
mod words;
mod work;

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use error::DemoError;

/// A day of an after-sales service: a server, an organisation, and phones that
/// go offline.
#[derive(Debug, Parser)]
#[command(name = "hamgam-demo")]
struct Args {
    #[command(flatten)]
    play: PlayArgs,
    #[command(subcommand)]
    part: Option<Part>,
}

/// How the story is played.
#[derive(Debug, clap::Args)]
struct PlayArgs {
    /// End when the story is told; the last line is one JSON object.
    #[arg(long)]
    exit: bool,
    /// Say where everything is as one JSON object, too, when the organisation goes on living.
    #[arg(long)]
    json: bool,
    /// The seed of the organisation and of what its people do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port to serve on; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The data folder; a temporary one when none is given. It must be empty.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many times the usual organisation.
    #[arg(long, default_value = "1")]
    scale: NonZero<usize>,
    /// Days of work before the story.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=400))]
    days: i64,
    /// The server's program; the one beside this program when none is given.
    #[arg(long)]
    server: Option<PathBuf>,
}

/// What this program does in another process of itself.
#[derive(Debug, Subcommand)]
enum Part {
    /// A phone that writes notes until it is killed.
    #[command(hide = true)]
    WriteUntilKilled(killed::WriteArgs),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let played = match &args.part {
        Some(Part::WriteUntilKilled(args)) => killed::write(args),
        None => story::play(&args.play),
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}
