//! Puts a peer's packages, pinned, beside its program into the ignored folder
//! `bench/peers`; each peer has a folder of its own, so that one that cannot be
//! installed spoils no other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::failure::Failure;

const SHARED: &str = "shared.mjs";
const PINS: &str = "pins.json";
/// Stands in a folder whose packages are complete, with what was asked for.
const MARK: &str = "installed.json";
/// Lines of npm's complaint that are passed on.
const LINES_SHOWN: usize = 12;

/// The versions of the tools; a clear sentence when one is missing.
pub(crate) fn tools() -> Result<String, Failure> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        let said = output.ok().filter(|output| output.status.success());
        said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).ok_or_else(|| {
            Failure::new(format!(
                "{program} does not run; the peers are JavaScript: install Node.js 20 or newer with npm, or \
                 measure ours alone with --only hamgam"
            ))
        })
    };
    Ok(format!("Node {}, npm {}", version("node")?, version("npm")?))
}

/// Installs a peer where that has not happened yet; gives its folder.
pub(crate) fn install(name: &str) -> Result<PathBuf, Failure> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (sources, folder) = (bench.join("peers-src"), bench.join("peers").join(name));
    fs::create_dir_all(&folder)?;
    let program = format!("{name}.mjs");
    for file in [SHARED, &program] {
        fs::copy(sources.join(file), folder.join(file))?;
    }
    let wanted = manifest(&fs::read_to_string(sources.join(PINS))?, name)?;
    if fs::read_to_string(folder.join(MARK)).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    fs::write(folder.join("package.json"), &wanted)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]);
    let output = npm.current_dir(&folder).output()?;
    if !output.status.success() {
        // On the terminal only: it names folders and hosts, which do not belong in the docs.
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        said.lines().take(LINES_SHOWN).for_each(|line| println!("  {line}"));
        return Err(Failure::new(format!("npm cannot install it ({})", output.status)));
    }
    fs::write(folder.join(MARK), wanted)?;
    Ok(folder)
}

/// The versions that are pinned, such as `yjs 13.6.33`.
pub(crate) fn pinned(name: &str) -> Result<String, Failure> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers-src").join(PINS))?;
    let pins = pins_of(&text, name)?;
    let said: Vec<String> = pins.iter().map(|(package, version)| format!("{package} {version}")).collect();
    Ok(said.join(", "))
}

fn pins_of(pins: &str, name: &str) -> Result<BTreeMap<String, String>, Failure> {
    let mut pins: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(pins)?;
    pins.remove(name).ok_or_else(|| Failure::new(format!("{PINS} pins nothing for {name}")))
}

fn manifest(pins: &str, name: &str) -> Result<String, Failure> {
    let manifest = json!({ "private": true, "type": "module", "dependencies": pins_of(pins, name)? });
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::{manifest, pinned};
    use crate::peers::side::Peer;

    #[test]
    fn every_peer_is_pinned_to_whole_versions() {
        for name in Peer::ALL.into_iter().filter_map(Peer::program) {
            let pins = pinned(name).expect("is pinned");
            assert!(!pins.contains(['^', '~', '*']), "{pins}");
        }
        assert!(manifest("{}", "pouchdb").is_err());
    }
}
