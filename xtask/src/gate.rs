//! `cargo xtask gate`: builds the program that pushes files through the gate, and
//! starts it.

use std::ffi::OsString;
use std::process::Command;

use crate::command::{Failure, cargo, run};
use crate::{metadata, toolchain};

pub(crate) fn push(args: &[OsString]) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    run(cargo().args(["build", "--quiet", "--package", "hostile", "--bin", "gate-trial"]))?;
    let program = metadata::members()?.target_directory.join("debug").join("gate-trial");
    let status = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION))
        .args(args)
        .status()
        .map_err(|error| Failure::new(format!("cannot start gate-trial: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new("the gate does not hold; see above")) }
}
