//! `cargo xtask bench`: builds in release mode and starts the measuring program,
//! which writes its section of docs/benchmarks.md.

use std::ffi::OsString;
use std::process::Command;

use clap::ValueEnum;

use crate::command::{Failure, cargo, root, run};
use crate::{metadata, toolchain};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// The exchange, the phone and the server, beside their targets.
    Sync,
    /// Phones that sync beside a flood of sign-ins.
    Auth,
    /// A month of a thousand representatives and a million jobs.
    Scoring,
    /// Ours beside the peers, which are installed with npm and cargo. Takes --only PEER, --runs N,
    /// --quick; `-- --help` says more.
    Peers,
    /// Ours with up to a million documents on the server and 5,000 phones at it; takes 6 GB
    /// of disk. Takes --documents N,…, --phones N,….
    Growth,
}

impl Bench {
    const fn program(self) -> &'static str {
        match self {
            Self::Sync | Self::Auth | Self::Scoring | Self::Peers | Self::Growth => "bench-sync",
        }
    }

    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Sync => &[],
            Self::Auth => &["--flood"],
            Self::Scoring => &["--scoring"],
            Self::Peers => &["peers"],
            Self::Growth => &["growth"],
        }
    }
}

pub(crate) fn measure(what: Bench, args: &[OsString]) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    println!(
        "building in release mode; the first time takes long, since nothing is shared with other builds"
    );
    run(cargo().args(["build", "--release", "--bins", "--package", "bench", "--package", "sync-server"]))?;
    let program = metadata::members()?.target_directory.join("release").join(what.program());
    run(Command::new(program.with_extension(std::env::consts::EXE_EXTENSION))
        .arg("--page")
        .arg(root().join("docs/benchmarks.md"))
        .args(what.arguments())
        .args(args))
}
