//! The programs of the peers, made ready in the ignored folder `bench/peers`: each in a
//! folder of its own, so that one that cannot be made spoils no other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::npm;
use crate::failure::Failure;

/// What the program of a peer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// JavaScript, with packages of npm.
    Javascript,
    /// Rust, with crates.
    Rust,
}

/// The program in Rust, beside its manifest.
const SOURCE: [&str; 2] = ["Cargo.toml", "main.rs"];
/// Lines of a tool's complaint that are passed on.
const LINES_SHOWN: usize = 12;

/// A peer's program, ready to be started.
#[derive(Debug)]
pub(crate) struct Program {
    folder: PathBuf,
    /// What is started, and what stands before its own arguments.
    start: (PathBuf, Vec<String>),
}

impl Program {
    /// Fetches and builds what is not there yet.
    pub(crate) fn install(name: &str, written: Written) -> Result<Self, Failure> {
        let (sources, folder) = (sources(), bench().join("peers").join(name));
        fs::create_dir_all(&folder)?;
        let start = match written {
            Written::Javascript => {
                npm::install(name, &sources, &folder)?;
                ("node".into(), vec![format!("{name}.mjs")])
            }
            Written::Rust => {
                for file in SOURCE {
                    fs::copy(sources.join(name).join(file), folder.join(file))?;
                }
                let target = folder.join("target");
                let mut cargo = Command::new(env!("CARGO"));
                cargo.args(["build", "--release", "--quiet"]).env("CARGO_TARGET_DIR", &target);
                run(cargo.current_dir(&folder), "cargo cannot build it")?;
                (target.join("release").join(format!("{name}-peer")), Vec::new())
            }
        };
        Ok(Self { folder, start })
    }

    /// Starts it in its folder.
    pub(crate) fn command(&self) -> Command {
        let (program, before) = &self.start;
        let mut command = Command::new(program);
        command.args(before).current_dir(&self.folder);
        command
    }
}

/// The versions that are pinned, such as `yjs 13.6.33`.
pub(crate) fn pinned(name: &str, written: Written) -> Result<String, Failure> {
    match written {
        Written::Javascript => npm::pinned(name, &sources()),
        Written::Rust => {
            let manifest = fs::read_to_string(sources().join(name).join("Cargo.toml"))?;
            let versions = pinned_crates(&manifest, &[name, "automerge"]);
            Ok(versions.join(", "))
        }
    }
}

/// Of some crates of a manifest, their versions.
fn pinned_crates(manifest: &str, crates: &[&str]) -> Vec<String> {
    let version = |name: &&str| {
        let line =
            manifest.lines().find_map(|line| line.strip_prefix(*name)?.trim_start().strip_prefix('='))?;
        let version = line.split("\"=").nth(1)?.split('"').next()?;
        Some(format!("{name} {version}"))
    };
    crates.iter().filter_map(version).collect()
}

/// Runs a tool; its complaint goes on the terminal only: it names folders and hosts, which
/// do not belong in the docs.
pub(crate) fn run(command: &mut Command, failed: &str) -> Result<Output, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines().take(LINES_SHOWN).for_each(|line| println!("  {line}"));
    Err(Failure::new(format!("{failed} ({})", output.status)))
}

fn bench() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> PathBuf {
    bench().join("peers-src")
}

#[cfg(test)]
mod tests {
    use super::pinned;
    use crate::peers::side::Peer;

    #[test]
    fn every_peer_is_pinned_to_whole_versions() {
        for (name, written) in Peer::ALL.into_iter().filter_map(Peer::program) {
            let pins = pinned(name, written).expect("is pinned");
            assert!(
                pins.starts_with(|letter: char| letter.is_alphabetic() || letter == '@'),
                "{name}: {pins}"
            );
            assert!(!pins.contains(['^', '~', '*']), "{pins}");
        }
    }
}
