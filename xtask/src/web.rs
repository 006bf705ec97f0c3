//! `cargo xtask web`: builds the pages that the server carries, serves them while they
//! are worked on, makes their pictures, and brings what their tests need.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{Failure, cargo, read, root, run};
use crate::toolchain;

/// What to do with the pages.
#[derive(clap::Args)]
pub(crate) struct Web {
    /// Serve the pages from their sources, each change at once; the API of the server at
    /// this address stands behind them.
    #[arg(long, value_name = "SERVER")]
    watch: Option<String>,
    /// Make the pictures of the main pages in docs/screens.
    #[arg(long, conflicts_with = "watch")]
    screens: bool,
}

pub(crate) fn build(asked: &Web) -> Result<(), Failure> {
    need_packages()?;
    match asked {
        Web { watch: Some(server), .. } => run(npm(&["run", "dev"]).env("HAMGAM_SERVER", server)),
        Web { screens: true, .. } => {
            toolchain::need_browser()?;
            run(cargo().args(["run", "--package", "web-tests", "--bin", "hamgam-screens"]))
        }
        Web { .. } => {
            toolchain::need_node_to_build()?;
            run(&mut npm(&["run", "check"]))?;
            run(&mut npm(&["run", "build"]))
        }
    }
}

/// What the browser's tests need: a browser, and the packages beside the pages.
pub(crate) fn prepare_tests() -> Result<(), Failure> {
    toolchain::need_browser()?;
    need_packages()
}

/// Installs exactly what the lock file names, unless that is there.
fn need_packages() -> Result<(), Failure> {
    toolchain::need_node()?;
    let (lock, installed) = (folder().join("package-lock.json"), folder().join("node_modules/.of"));
    let wanted = read(&lock)?;
    if read(&installed).is_ok_and(|held| held == wanted) {
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&installed, wanted)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", installed.display())))
}

fn npm(words: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(words).current_dir(folder());
    npm
}

fn folder() -> PathBuf {
    root().join("sync-server/web")
}
