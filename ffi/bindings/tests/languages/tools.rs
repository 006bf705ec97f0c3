//! The library, the generator and what a language needs, prepared once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace's root")
}

/// A folder for what a language needs; it stays from run to run.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The folder that cargo builds into.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder")
}

/// The library as an app loads it, unstripped, since it describes itself.
pub(crate) fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = target().display().to_string();
        run(Command::new(env!("CARGO")).args([
            "build",
            "--package",
            "ffi",
            "--lib",
            "--target-dir",
            &target,
        ]));
        let name = format!("{}hamgam{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let library = Path::new(&target).join("debug").join(name);
        assert!(library.exists(), "{} was built", library.display());
        library
    })
}

/// Generates the bindings of a language into a folder.
pub(crate) fn generate(language: &str, into: &Path) {
    let mut generator = Command::new(env!("CARGO_BIN_EXE_uniffi-bindgen"));
    generator.arg("generate").arg(library()).args(["--language", language, "--no-format", "--out-dir"]);
    run(generator.arg(into).current_dir(root()));
}

/// Runs a program to its end and gives what it printed.
///
/// # Panics
///
/// When it cannot be started or fails; what it said is shown.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("cannot start {program}: {error}; install it (Debian: python3-venv, nodejs, npm, default-jre-headless, libjna-java)")
    });
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed ({}):\n{told}\n{errors}", output.status);
    told
}
