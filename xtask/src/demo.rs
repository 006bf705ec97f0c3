//! `cargo xtask demo`: builds the server, the phones in the browser and the demonstration,
//! then starts the demonstration, which starts the others itself.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Failure, cargo, run};
use crate::{metadata, toolchain};

/// The server, the phones in the browser and the demonstration, as packages and as programs.
const PACKAGES: [(&str, &str); 3] =
    [("sync-server", "hamgam-server"), ("bridge", "hamgam-phones"), ("demo", "hamgam-demo")];
/// What a first build takes of one core, with the shared profile.
const FIRST_BUILD_CPU_MINUTES: usize = 13;

pub(crate) fn play(args: &[OsString]) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    let folder = metadata::members()?.target_directory.join("debug");
    announce(&folder);
    let mut build = cargo();
    build.args(["build", "--bins"]);
    for (package, _) in PACKAGES {
        build.args(["--package", package]);
    }
    run(&mut build)?;
    let [(_, server), _, (_, demo)] =
        PACKAGES.map(|(package, program)| (package, program_in(&folder, program)));
    run(Command::new(demo).arg("--server").arg(server).args(args))
}

/// Says how long the build will take, where nothing is built yet.
fn announce(folder: &Path) {
    if PACKAGES.iter().all(|(_, program)| program_in(folder, program).exists()) {
        println!("building what has changed");
        return;
    }
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    println!("building; the first time takes about {} on {cores} core(s)", minutes(cores));
}

/// A build does not spread perfectly: some crates wait for one long one.
fn minutes(cores: usize) -> String {
    match FIRST_BUILD_CPU_MINUTES.div_ceil(cores.min(6)) {
        1 => "a minute".into(),
        minutes => format!("{minutes} minutes"),
    }
}

fn program_in(folder: &Path, program: &str) -> PathBuf {
    folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}
