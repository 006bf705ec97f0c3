//! `cargo xtask fuzz`: libFuzzer over every door, for so long; or, where nightly is
//! missing, the same targets over inputs drawn from a seed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};

use crate::command::{Failure, cargo, root, run, works};
use crate::{metadata, toolchain};

/// The doors through which bytes come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The gate's first stage.
    Structure,
    /// The whole gate, with its policy closed and open.
    Gate,
    /// A push as the server reads it.
    #[value(name = "push_body")]
    PushBody,
    /// A page as a phone takes it.
    #[value(name = "pull_page")]
    PullPage,
    /// Access tokens; builds the server too.
    Token,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only these targets; all of them when none is named.
    targets: Vec<Target>,
    /// How long each runs.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// What libFuzzer looks at besides crashes: `address` finds misused memory and
    /// leaks, and is several times slower.
    #[arg(long, default_value = "none")]
    sanitizer: String,
    /// Runs on the stable toolchain, over inputs drawn from a seed.
    #[arg(long)]
    stable: bool,
    /// What those inputs follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const NO_NIGHTLY: &str = "libFuzzer needs a nightly toolchain (`rustup toolchain install nightly --profile \
     minimal`); without it the same targets run over inputs drawn from a seed, and find less";

pub(crate) fn run_targets(options: &Options) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    let all = Target::value_variants();
    let targets: &[Target] = if options.targets.is_empty() { all } else { &options.targets };
    if options.stable || !works(Command::new("rustup").args(["run", "nightly", "cargo", "--version"])) {
        if !options.stable {
            println!("{NO_NIGHTLY}");
        }
        return seeded(targets, options);
    }
    if !works(nightly().args(["fuzz", "--version"])) {
        println!("cargo-fuzz is missing: installing it");
        run(cargo().args(["install", "cargo-fuzz", "--locked"]))?;
    }
    let mut inputs = 0;
    for target in targets {
        inputs += fuzz(*target, options)?;
    }
    println!("{inputs} inputs in all, no crash");
    Ok(())
}

impl Target {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).current_dir(root().join("fuzz"));
    command
}

/// Runs one target; how many inputs it has tried.
fn fuzz(target: Target, options: &Options) -> Result<u64, Failure> {
    let name = target.name();
    println!("fuzz {name}");
    // What is found goes beside the committed corpus, not into it.
    let found = Path::new("found").join(&name);
    let made = std::fs::create_dir_all(root().join("fuzz").join(&found));
    made.map_err(|error| Failure::new(format!("cannot make fuzz/found: {error}")))?;
    let mut command = nightly();
    command.args(["fuzz", "run", "--sanitizer", &options.sanitizer]);
    if target == Target::Token {
        command.args(["--features", "server"]);
    }
    command.arg(&name).arg(&found).arg(Path::new("corpus").join(&name)).arg("--").args([
        format!("-max_total_time={}", seconds(options.minutes)),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=2048".to_owned(),
        "-max_len=4096".to_owned(),
        // Scripts are short, and all of their lengths are worth the same.
        "-len_control=0".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    let inputs = watch(&mut command, &name)?;
    println!("{name}: {inputs} inputs, no crash");
    Ok(inputs)
}

/// Shows what the fuzzer says, and takes the number of inputs off its last lines.
fn watch(command: &mut Command, name: &str) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("cannot run cargo fuzz: {error}"));
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut inputs = 0;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line.map_err(failed)?;
            inputs = executed(&line).unwrap_or(inputs);
            eprintln!("{line}");
        }
    }
    if child.wait().map_err(failed)?.success() {
        return Ok(inputs);
    }
    Err(Failure::new(format!(
        "{name} does not hold: the input is in fuzz/artifacts/{name}; \
         `rustup run nightly cargo fuzz run --sanitizer none {name} FILE` in fuzz/ shows it again"
    )))
}

fn executed(line: &str) -> Option<u64> {
    line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok()
}

/// Whole seconds, as libFuzzer takes them.
fn seconds(minutes: f64) -> String {
    format!("{:.0}", (minutes * 60.0).max(1.0))
}

fn seeded(targets: &[Target], options: &Options) -> Result<(), Failure> {
    run(cargo().args(["build", "--quiet", "--package", "hostile", "--bin", "fuzz-seeded"]))?;
    let program = metadata::members()?.target_directory.join("debug").join("fuzz-seeded");
    // The token's target is in the tests of the whole, which build the server anyway.
    let names = targets.iter().filter(|target| **target != Target::Token).map(|target| target.name());
    run(Command::new(program.with_extension(std::env::consts::EXE_EXTENSION))
        .current_dir(root())
        .args(names)
        .args(["--minutes", &options.minutes.to_string(), "--seed", &options.seed.to_string()]))
}

#[cfg(test)]
mod tests {
    use super::{executed, seconds};

    #[test]
    fn the_number_of_inputs_is_taken_off_the_fuzzers_words() {
        assert_eq!(executed("stat::number_of_executed_units: 1234"), Some(1234));
        assert_eq!(executed("#2048 pulse  cov: 12"), None);
    }

    #[test]
    fn a_run_lasts_a_second_at_least() {
        assert_eq!(seconds(0.0), "1");
        assert_eq!(seconds(10.0), "600");
    }
}
