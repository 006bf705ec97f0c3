//! docs/dependencies.md has a line for each dependency of the workspace, and
//! none for one that is gone.

use std::collections::BTreeSet;

use super::markdown::{cells, prose};
use crate::command::{Failure, read, root};

const PAGE: &str = "docs/dependencies.md";

pub(crate) fn findings() -> Result<Vec<String>, Failure> {
    let used = used_in(&read(&root().join("Cargo.toml"))?)?;
    Ok(compare(&used, &explained_in(&read(&root().join(PAGE))?)))
}

/// The names under `[workspace.dependencies]` that are not our own crates.
fn used_in(manifest: &str) -> Result<BTreeSet<String>, Failure> {
    let table: toml::Table =
        manifest.parse().map_err(|error| Failure::new(format!("cannot read Cargo.toml: {error}")))?;
    let section = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let section = section.and_then(toml::Value::as_table);
    let section = section.ok_or_else(|| Failure::new("Cargo.toml has no [workspace.dependencies]"))?;
    let is_ours = |asked: &toml::Value| asked.get("path").is_some();
    Ok(section.iter().filter(|(_, asked)| !is_ours(asked)).map(|(name, _)| name.clone()).collect())
}

/// The names in the first column of the page's tables, each in backticks.
fn explained_in(page: &str) -> BTreeSet<String> {
    let rows = prose(page).into_iter().filter_map(|(_, line)| cells(line));
    let named = rows.filter(|row| row.len() >= 2 && !row[1].is_empty());
    named.filter_map(|row| Some(row[0].strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect()
}

fn compare(used: &BTreeSet<String>, explained: &BTreeSet<String>) -> Vec<String> {
    let missing = used.difference(explained).map(|name| format!("{PAGE}: no line says why {name} is used"));
    let gone = explained.difference(used).map(|name| format!("{PAGE}: {name} is not a dependency any more"));
    missing.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::{compare, explained_in, findings, used_in};

    #[test]
    fn every_dependency_is_explained() {
        assert_eq!(findings().expect("reads"), Vec::<String>::new());
    }

    #[test]
    fn missing_and_stale_lines_are_found() {
        let manifest = "[workspace.dependencies]\nours = { path = \"x\" }\nserde = \"1\"\nzstd = \"0.13\"\n";
        let page = "| crate | why |\n|---|---|\n| `serde` | derives |\n| `gone` | was |\n| `zstd` | |\n";
        let found = compare(&used_in(manifest).expect("reads"), &explained_in(page));
        assert_eq!(
            found,
            [
                "docs/dependencies.md: no line says why zstd is used",
                "docs/dependencies.md: gone is not a dependency any more"
            ]
        );
    }
}
