//! `cargo xtask vectors FILE`: builds the small program that runs arithmetic
//! vectors through the public functions of scoring and calendar, and starts it.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::command::{Failure, cargo, run};
use crate::metadata;

/// The exit code is the program's: it prints each mismatch and the sum itself.
pub(crate) fn run_file(file: &Path) -> Result<ExitCode, Failure> {
    run(cargo().args(["build", "--quiet", "--package", "vectors", "--bin", "hamgam-vectors"]))?;
    let program = metadata::members()?.target_directory.join("debug/hamgam-vectors");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let status = Command::new(&program).arg(file).status();
    let status =
        status.map_err(|error| Failure::new(format!("cannot start {}: {error}", program.display())))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
