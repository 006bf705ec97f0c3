//! Where dependencies come from, and which are not wanted: what deny.toml says under
//! `bans` and `sources`, read from cargo's own metadata, so that it is checked where
//! cargo-deny is not installed. Known vulnerabilities are not looked up here: their
//! database is not within every machine's reach.

use std::collections::BTreeMap;

use super::verdict;
use crate::command::{Failure, read, root};
use crate::metadata::{self, Package};

/// What cargo calls the public registry.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check() -> Result<(), Failure> {
    let banned = banned_in(&read(&root().join("deny.toml"))?)?;
    verdict(&findings(&metadata::everything()?.packages, &banned))?;
    println!(
        "known vulnerabilities are not looked up (`cargo deny check advisories` does, with its database)"
    );
    Ok(())
}

/// The list `bans.deny` of a deny.toml: crates and the reasons why not.
fn banned_in(deny: &str) -> Result<BTreeMap<String, String>, Failure> {
    let table: toml::Table =
        deny.parse().map_err(|error| Failure::new(format!("cannot read deny.toml: {error}")))?;
    let list = table.get("bans").and_then(|section| section.get("deny")).and_then(toml::Value::as_array);
    let list = list.ok_or_else(|| Failure::new("deny.toml has no list bans.deny"))?;
    let text =
        |entry: &toml::Value, key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let entry =
        |entry: &toml::Value| Some((text(entry, "crate")?, text(entry, "reason").unwrap_or_default()));
    Ok(list.iter().filter_map(entry).collect())
}

fn findings(packages: &[Package], banned: &BTreeMap<String, String>) -> Vec<String> {
    packages.iter().flat_map(|package| package_findings(package, banned)).collect()
}

fn package_findings(package: &Package, banned: &BTreeMap<String, String>) -> Vec<String> {
    let Package { name, version, .. } = package;
    let mut findings = Vec::new();
    if let Some(reason) = banned.get(name) {
        findings.push(format!("{name} {version} is banned: {reason}"));
    }
    match package.source.as_deref() {
        None | Some(REGISTRY) => {}
        Some(source) => findings.push(format!("{name} {version} comes from {source}, not from the registry")),
    }
    // Only our own manifests are ours to mend.
    if package.source.is_none() {
        let wild = package.dependencies.iter().filter(|asked| asked.req == "*" && asked.path.is_none());
        findings.extend(wild.map(|asked| format!("{name} asks for any version of {}", asked.name)));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{REGISTRY, banned_in, check, findings};
    use crate::metadata::{Dependency, Package};

    fn package(name: &str, source: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: None,
            manifest_path: "Cargo.toml".into(),
            dependencies: Vec::new(),
            source: source.map(Into::into),
        }
    }

    #[test]
    fn the_workspace_is_built_from_what_is_allowed() {
        check().expect("nothing banned, nothing from elsewhere");
    }

    #[test]
    fn the_banned_the_foreign_and_the_wild_are_found() {
        let banned = banned_in("[bans]\ndeny = [{ crate = \"bad\", reason = \"it is\" }]").expect("reads");
        assert_eq!(banned, BTreeMap::from([("bad".to_owned(), "it is".to_owned())]));
        let mut ours = package("ours", None);
        let asked = |name: &str, path: Option<&str>| Dependency {
            name: name.into(),
            kind: None,
            req: "*".into(),
            path: path.map(Into::into),
        };
        ours.dependencies = vec![asked("anything", None), asked("neighbour", Some("../neighbour"))];
        let packages = [
            package("bad", Some(REGISTRY)),
            package("good", Some(REGISTRY)),
            package("foreign", Some("git+https://example.org/foreign")),
            ours,
        ];
        let found = findings(&packages, &banned);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], "bad 1.0.0 is banned: it is");
        assert!(found[1].contains("not from the registry"), "{found:?}");
        assert_eq!(found[2], "ours asks for any version of anything");
    }
}
