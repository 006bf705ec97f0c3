//! The simulator's command line: `cargo xtask sim`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its terminal")]

mod batch;
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sim::shrink::shrink;
use sim::{Keep, Plan, play};

/// Seeds of a run where nobody says how many.
const SEEDS: u64 = 100;

#[derive(Parser)]
#[command(name = "cargo xtask sim", about = "Simulates phones, the office and the server, seed by seed")]
struct Cli {
    /// How many seeds to run; 100 if nothing else is said.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first seed; without --seeds it is run alone.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs at once; as many as there are cores by default.
    #[arg(long)]
    jobs: Option<usize>,
    /// Keeps how far it is in this file, and goes on from there.
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Plays a plan that was written down.
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Prints what happens, line by line; for one seed or a plan.
    #[arg(long)]
    show: bool,
    /// Stops after so many seconds; with --resume, the next run goes on.
    #[arg(long)]
    seconds: Option<u64>,
    /// Prints the seeds that came to this case, as the list at the end names it.
    #[arg(long)]
    find: Option<String>,
    /// How many failing plans are made shorter.
    #[arg(long, default_value_t = 3)]
    shorten: usize,
    /// Where plans that fail are written.
    #[arg(long, default_value = "target/sim")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match (&cli.plan, cli.seed, cli.seeds) {
        (Some(path), _, _) => one_file(path, &cli),
        (None, Some(seed), None) => one(&Plan::of(seed), &cli),
        (None, first, seeds) => batch::run(&cli, first.unwrap_or(0), seeds.unwrap_or(SEEDS)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("sim: {message}");
            ExitCode::FAILURE
        }
    }
}

fn one_file(path: &std::path::Path, cli: &Cli) -> Result<(), String> {
    let json = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let plan: Plan = serde_json::from_str(&json).map_err(|error| format!("{}: {error}", path.display()))?;
    one(&plan, cli)
}

/// Plays one plan and says what came of it.
fn one(plan: &Plan, cli: &Cli) -> Result<(), String> {
    let keep = if cli.show { Keep::Lines } else { Keep::Digest };
    let run = play(plan, keep);
    run.lines.iter().for_each(|line| println!("{line}"));
    println!("seed {}: {} steps, digest {}", plan.seed, plan.steps.len(), run.digest);
    for (name, count) in run.reached.iter() {
        println!("  {count:>5}  {name}");
    }
    match run.failure {
        None => Ok(()),
        Some((failed, done)) => Err(format!("after {done} steps: {failed}")),
    }
}

/// Writes a failing plan down, as short as it gets.
fn keep(plan: &Plan, rule: &str, cli: &Cli) -> Result<(PathBuf, usize), String> {
    let short = shrink(plan, rule);
    std::fs::create_dir_all(&cli.out).map_err(|error| error.to_string())?;
    let path = cli.out.join(format!("seed-{}.json", plan.seed));
    let json = serde_json::to_string_pretty(&short).map_err(|error| error.to_string())?;
    std::fs::write(&path, json + "\n").map_err(|error| error.to_string())?;
    Ok((path, short.steps.len()))
}
