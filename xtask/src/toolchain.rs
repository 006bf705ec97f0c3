//! What must be on the machine besides Rust: a C compiler, for SQLite and zstd.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::command::{Failure, environment, run, works};

/// The names under which a C compiler is looked for.
const COMPILERS: [&str; 3] = ["cc", "gcc", "clang"];
/// A program that needs the C library's headers too.
const PROBE: &[u8] = b"#include <string.h>\nint main(void) { return (int) strlen(\"\"); }\n";

/// Makes sure that a C compiler works; installs one where that is allowed.
pub(crate) fn need_c_compiler() -> Result<(), Failure> {
    if compiler_works() {
        return Ok(());
    }
    if is_root() && works(Command::new("apt-get").arg("--version")) {
        println!("no C compiler found: installing one with apt-get");
        run(Command::new("apt-get").args(["update", "--quiet"]))?;
        run(Command::new("apt-get").args(["install", "--yes", "--quiet", "gcc", "libc6-dev"]))?;
        if compiler_works() {
            return Ok(());
        }
    }
    Err(Failure::new(
        "no working C compiler: SQLite and zstd are built from C. Install one (Debian and Ubuntu: \
         `apt-get install gcc libc6-dev`; Fedora: `dnf install gcc`; macOS: `xcode-select --install`) \
         or name it in CC",
    ))
}

fn compiler_works() -> bool {
    match environment("CC") {
        Some(named) => compiles(&named),
        None => COMPILERS.iter().any(|name| compiles(name)),
    }
}

/// Whether a compiler accepts a small program.
fn compiles(compiler: &str) -> bool {
    let started = Command::new(compiler)
        .args(["-x", "c", "-fsyntax-only", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else { return false };
    let written = child.stdin.take().is_some_and(|mut stdin| stdin.write_all(PROBE).is_ok());
    child.wait().is_ok_and(|status| written && status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::compiles;

    #[test]
    fn a_compiler_is_one_that_compiles() {
        assert!(compiles("cc"));
        assert!(!compiles("true-compiler-that-does-not-exist"));
        assert!(!compiles("false"));
    }
}
