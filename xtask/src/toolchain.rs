//! What must be on the machine besides Rust: a C compiler, for SQLite and zstd, and
//! for the tests the languages that apps are written in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{Failure, environment, output, run, works};

/// The names under which a C compiler is looked for.
const COMPILERS: [&str; 3] = ["cc", "gcc", "clang"];
/// A program that needs the C library's headers too.
const PROBE: &[u8] = b"#include <string.h>\nint main(void) { return (int) strlen(\"\"); }\n";

/// Makes sure that a C compiler works; installs one where that is allowed.
pub(crate) fn need_c_compiler() -> Result<(), Failure> {
    if compiler_works() {
        return Ok(());
    }
    if may_install() {
        println!("no C compiler found");
        install(&["gcc", "libc6-dev"])?;
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

/// Where Debian puts JNA, by which the JVM calls a library.
const JNA: &str = "/usr/share/java/jna.jar";

/// Makes sure that the tests of the bindings can run: Python makes a virtual
/// environment, Java and JNA run what npm's Kotlin compiler compiles. Installs what is
/// missing where that is allowed.
pub(crate) fn need_languages() -> Result<(), Failure> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    if may_install() {
        println!("the tests of the bindings need {}", missing.join(", "));
        install(&missing)?;
    }
    match missing_packages() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(Failure::new(format!(
            "the bindings are tested in Python and on the JVM; install what is missing: \
             `apt-get install {}` on Debian and Ubuntu",
            missing.join(" ")
        ))),
    }
}

/// The oldest Node that builds the pages.
const NODE_MIN: (u32, u32) = (20, 19);

/// Makes sure that Node and npm are there; installs them where that is allowed.
pub(crate) fn need_node() -> Result<(), Failure> {
    need("the pages need", &[("nodejs", "node"), ("npm", "npm")])
}

/// Makes sure that the browser of the tests is there; installs it where that is allowed.
pub(crate) fn need_browser() -> Result<(), Failure> {
    need("the tests of the pages need", &[("nodejs", "node"), ("chromium", "chromium")])
}

/// Building the pages asks for a newer Node than their tests do.
pub(crate) fn need_node_to_build() -> Result<(), Failure> {
    let told = output(Command::new("node").arg("--version"))?;
    if node_version(&told).is_some_and(|version| version >= NODE_MIN) {
        return Ok(());
    }
    let (major, minor) = NODE_MIN;
    Err(Failure::new(format!("building the pages needs Node {major}.{minor} or newer, not {}", told.trim())))
}

/// `v20.19.3` in numbers.
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Packages and the programs in them.
fn need(what: &str, wanted: &[(&'static str, &str)]) -> Result<(), Failure> {
    let missing = || -> Vec<&'static str> {
        let is_missing = |program: &str| !works(Command::new(program).arg("--version"));
        wanted.iter().filter(|(_, program)| is_missing(program)).map(|(package, _)| *package).collect()
    };
    let packages = missing();
    if !packages.is_empty() && may_install() {
        println!("{what} {}", packages.join(", "));
        install(&packages)?;
    }
    match missing() {
        packages if packages.is_empty() => Ok(()),
        packages => Err(Failure::new(format!(
            "{what} {0}: `apt-get install {0}` on Debian and Ubuntu",
            packages.join(" ")
        ))),
    }
}

/// Debian's names of what is not there.
fn missing_packages() -> Vec<&'static str> {
    let python = works(Command::new("python3").args(["-c", "import venv, ensurepip"]));
    let wanted = [
        ("python3-venv", python),
        ("default-jre-headless", works(Command::new("java").arg("-version"))),
        ("libjna-java", Path::new(JNA).exists()),
        ("npm", works(Command::new("npm").arg("--version"))),
    ];
    wanted.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name).collect()
}

fn may_install() -> bool {
    is_root() && works(Command::new("apt-get").arg("--version"))
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    println!("installing {} with apt-get", packages.join(", "));
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    run(Command::new("apt-get")
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(packages))
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
    use super::{compiles, node_version};

    #[test]
    fn a_version_of_node_is_read() {
        assert_eq!(node_version("v20.19.3\n"), Some((20, 19)));
        assert!(node_version("v18.19.0") < Some(super::NODE_MIN));
        assert_eq!(node_version("20"), None);
    }

    #[test]
    fn a_compiler_is_one_that_compiles() {
        assert!(compiles("cc"));
        assert!(!compiles("true-compiler-that-does-not-exist"));
        assert!(!compiles("false"));
    }
}
