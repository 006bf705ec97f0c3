//! Python: the wheel is built and installed into a new virtual environment, as a
//! newcomer does, and everything runs from there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{day, tools};

const MATURIN: &str = "maturin==1.16.0";

/// The interpreter of a virtual environment that holds the wheel and nothing else.
pub(crate) fn interpreter() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    READY.get_or_init(|| {
        let clean = tools::folder("python").join("clean");
        tools::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&clean));
        tools::run(pip(&clean).arg("--no-index").arg(wheel()));
        clean.join("bin/python")
    })
}

fn pip(environment: &Path) -> Command {
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install"]);
    pip
}

/// Builds the wheel out of the library that the other tests use.
fn wheel() -> PathBuf {
    tools::library();
    let tool = tools::folder("python").join("maturin");
    if !tool.join("bin/maturin").exists() {
        tools::run(Command::new("python3").args(["-m", "venv"]).arg(&tool));
        tools::run(pip(&tool).arg(MATURIN));
    }
    let wheels = tools::folder("python/wheels");
    for old in std::fs::read_dir(&wheels).expect("the folder") {
        std::fs::remove_file(old.expect("an entry").path()).expect("removed");
    }
    let mut build = Command::new(tool.join("bin/maturin"));
    build.args(["build", "--profile", "dev", "--target-dir"]).arg(tools::target()).arg("--out").arg(&wheels);
    tools::run(build.current_dir(tools::root().join("ffi/python")));
    let mut made =
        std::fs::read_dir(&wheels).expect("the folder").map(|entry| entry.expect("an entry").path());
    made.next().expect("a wheel")
}

/// A script of ffi/python/tests.
pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new(interpreter());
    command.arg("-B").arg(tools::root().join("ffi/python/tests").join(name));
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_in_python() {
    day::play(|| script("day.py")).await;
}

#[test]
fn bad_input_in_python() {
    tools::run(&mut script("bad_input.py"));
}
