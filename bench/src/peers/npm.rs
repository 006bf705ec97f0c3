//! Puts a peer's packages, pinned, beside its program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::program::run;
use crate::failure::Failure;

const SHARED: &str = "shared.mjs";
const PINS: &str = "pins.json";
/// Stands in a folder whose packages are complete, with what was asked for.
const MARK: &str = "installed.json";

/// The versions of the tools; a clear sentence when one is missing.
pub(crate) fn tools() -> Result<String, Failure> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        let said = output.ok().filter(|output| output.status.success());
        said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).ok_or_else(|| {
            Failure::new(format!(
                "{program} does not run; most peers are JavaScript: install Node.js 20 or newer with npm, or \
                 measure ours alone with --only hamgam"
            ))
        })
    };
    Ok(format!("Node {}, npm {}", version("node")?, version("npm")?))
}

/// Copies a peer's program into its folder, and installs its packages where that has not
/// happened yet.
pub(crate) fn install(name: &str, sources: &Path, folder: &Path) -> Result<(), Failure> {
    let program = format!("{name}.mjs");
    for file in [SHARED, &program] {
        fs::copy(sources.join(file), folder.join(file))?;
    }
    let wanted = manifest(&fs::read_to_string(sources.join(PINS))?, name)?;
    if fs::read_to_string(folder.join(MARK)).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    fs::write(folder.join("package.json"), &wanted)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(npm.current_dir(folder), "npm cannot install it")?;
    Ok(fs::write(folder.join(MARK), wanted)?)
}

/// The versions that are pinned, such as `yjs 13.6.33`.
pub(crate) fn pinned(name: &str, sources: &Path) -> Result<String, Failure> {
    let pins = pins_of(&fs::read_to_string(sources.join(PINS))?, name)?;
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
    use super::manifest;

    #[test]
    fn without_pins_there_is_no_manifest() {
        assert!(manifest("{}", "pouchdb").is_err());
        let one = manifest(r#"{"pouchdb": {"express": "4.22.3"}}"#, "pouchdb").expect("is pinned");
        assert!(one.contains(r#""express":"4.22.3""#), "{one}");
    }
}
