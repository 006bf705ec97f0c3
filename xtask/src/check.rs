//! `cargo xtask check`: what can be said of the code without running it.

mod dependencies;
mod docs;
mod fence;
mod licences;
mod markdown;
mod requirements;
mod sources;

use clap::ValueEnum;

use crate::command::{Failure, cargo, in_ci, run, works};

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// `cargo fmt --check`.
    Format,
    /// Which crate may depend on which, and which library stays in which crate.
    Fence,
    /// Links, the table of requirements, the list of dependencies, no machine paths.
    Docs,
    /// Every dependency's licence is on the list in deny.toml.
    Licences,
    /// Nothing banned by deny.toml, nothing from outside the registry.
    Sources,
    /// clippy on every target, warnings denied.
    Lints,
    /// rustdoc builds without a warning.
    Rustdoc,
}

/// What became of a check.
enum Outcome {
    Passed,
    Skipped(&'static str),
}

pub(crate) fn run_steps(only: &[Step]) -> Result<(), Failure> {
    let steps = if only.is_empty() { Step::value_variants() } else { only };
    let (mut failed, mut skipped) = (0, 0);
    for step in steps {
        println!("check {}", step.name());
        match step.run() {
            Ok(Outcome::Passed) => {}
            Ok(Outcome::Skipped(why)) => {
                skipped += 1;
                println!("skipped {}: {why}", step.name());
            }
            Err(Failure(message)) => {
                failed += 1;
                println!("failed {}: {message}", step.name());
            }
        }
    }
    println!("{} checks passed, {failed} failed, {skipped} skipped", steps.len() - failed - skipped);
    match (failed, skipped) {
        (0, 0) => Ok(()),
        (0, _) if !in_ci() => Ok(()),
        (0, _) => Err(Failure::new("some checks were skipped, and in CI none may be")),
        _ => Err(Failure::new("some checks failed")),
    }
}

impl Step {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn run(self) -> Result<Outcome, Failure> {
        match self {
            Self::Format => format(),
            Self::Fence => fence::check().map(|()| Outcome::Passed),
            Self::Docs => docs::check().map(|()| Outcome::Passed),
            Self::Licences => licences::check().map(|()| Outcome::Passed),
            Self::Sources => sources::check().map(|()| Outcome::Passed),
            Self::Lints => lints(),
            Self::Rustdoc => rustdoc(),
        }
    }
}

fn format() -> Result<Outcome, Failure> {
    if !works(cargo().args(["fmt", "--version"])) {
        return Ok(Outcome::Skipped("rustfmt is not installed (`rustup component add rustfmt`)"));
    }
    run(cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

fn lints() -> Result<Outcome, Failure> {
    if !works(cargo().args(["clippy", "--version"])) {
        return Ok(Outcome::Skipped("clippy is not installed (`rustup component add clippy`)"));
    }
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    Ok(Outcome::Passed)
}

fn rustdoc() -> Result<Outcome, Failure> {
    run(cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Outcome::Passed)
}

/// One failure out of a list of findings; none when the list is empty.
fn verdict(findings: &[String]) -> Result<(), Failure> {
    match findings {
        [] => Ok(()),
        _ => Err(Failure::new(format!("\n  {}", findings.join("\n  ")))),
    }
}
