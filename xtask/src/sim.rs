//! `cargo xtask sim`: builds the simulator and starts it.

use std::ffi::OsString;
use std::process::Command;

use crate::command::{Failure, cargo, root, run};
use crate::{metadata, toolchain};

const PACKAGE: &str = "sim";
const PROGRAM: &str = "hamgam-sim";
/// As many as fit into a CI run beside the other tests.
const SEEDS_IN_CI: &str = "3000";

pub(crate) fn run_seeds(args: &[OsString]) -> Result<(), Failure> {
    run(build()?.args(args))
}

/// The simulation's part of `cargo xtask test`; its last line counts the seeds
/// as tests are counted.
pub(crate) fn part_of_the_tests() -> Result<Command, Failure> {
    let mut program = build()?;
    program.args(["--seeds", SEEDS_IN_CI]);
    Ok(program)
}

/// Builds the simulator, and says how it is started.
fn build() -> Result<Command, Failure> {
    toolchain::need_c_compiler()?;
    run(cargo().args(["build", "--package", PACKAGE, "--bins"]))?;
    let folder = metadata::members()?.target_directory.join("debug");
    let mut program = Command::new(folder.join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX)));
    program.current_dir(root());
    Ok(program)
}
