//! `cargo xtask crash`: kills the real server and real phones many times.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::command::{Failure, cargo, run};
use crate::{metadata, toolchain};

#[derive(Debug, Args)]
pub(crate) struct Crash {
    /// How many processes to kill in all.
    #[arg(long, default_value_t = 100)]
    kills: u32,
    /// Where the run keeps its data and its ledger; in a folder of an earlier run it
    /// goes on from there. A new folder under `target/crash` by default.
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub(crate) fn kill(asked: &Crash) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    run(cargo().args(["build", "--package", "system-tests", "--bin", "hamgam-crash"]))?;
    let target = metadata::members()?.target_directory;
    let program = target.join("debug").join("hamgam-crash").with_extension(std::env::consts::EXE_EXTENSION);
    let folder = asked.folder.clone().unwrap_or_else(|| {
        target.join("crash").join(format!("{}-kills-{}", asked.kills, std::process::id()))
    });
    run(Command::new(program).args(["run", "--kills", &asked.kills.to_string(), "--folder"]).arg(folder))
}
