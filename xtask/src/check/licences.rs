//! Every dependency's licence is one of those that deny.toml allows; cargo-deny
//! looks closer where it is installed.

use std::collections::BTreeSet;
use std::path::Path;

use super::verdict;
use crate::command::{Failure, cargo, read, root, run, works};
use crate::metadata::{self, Package};

pub(crate) fn check() -> Result<(), Failure> {
    let allowed = allowed_in(&read(&root().join("deny.toml"))?)?;
    verdict(&findings(&metadata::everything()?.packages, &allowed))?;
    if works(cargo().args(["deny", "--version"])) {
        run(cargo().args(["deny", "check", "licenses", "bans", "sources"]))?;
    }
    Ok(())
}

/// The list `licenses.allow` of a deny.toml.
fn allowed_in(deny: &str) -> Result<BTreeSet<String>, Failure> {
    let table: toml::Table =
        deny.parse().map_err(|error| Failure::new(format!("cannot read deny.toml: {error}")))?;
    let list = table.get("licenses").and_then(|section| section.get("allow")).and_then(toml::Value::as_array);
    let list = list.ok_or_else(|| Failure::new("deny.toml has no list licenses.allow"))?;
    Ok(list.iter().filter_map(toml::Value::as_str).map(ToOwned::to_owned).collect())
}

fn findings(packages: &[Package], allowed: &BTreeSet<String>) -> Vec<String> {
    let said_no = |package: &&Package| {
        let expression = package.license.as_deref();
        !expression.is_some_and(|expression| is_allowed(expression, allowed))
    };
    let describe = |package: &Package| {
        let licence = package.license.as_deref().unwrap_or("no licence");
        let folder = package.manifest_path.parent().unwrap_or(Path::new(""));
        format!("{} {}: {licence} is not allowed ({})", package.name, package.version, folder.display())
    };
    packages.iter().filter(said_no).map(describe).collect()
}

/// Whether an SPDX expression can be met with allowed licences. The old form
/// `MIT/Apache-2.0` means OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any_of(&mut rest, allowed);
    met && rest.is_empty()
}

fn any_of(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(rest, allowed);
    while take(rest, "OR") {
        met |= all_of(rest, allowed);
    }
    met
}

fn all_of(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = one(rest, allowed);
    while take(rest, "AND") {
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    if take(rest, "(") {
        let met = any_of(rest, allowed);
        return take(rest, ")") && met;
    }
    let Some((licence, after)) = rest.split_first() else { return false };
    *rest = after;
    if take(rest, "WITH") {
        let Some((exception, after)) = rest.split_first() else { return false };
        *rest = after;
        return allowed.contains(&format!("{licence} WITH {exception}"));
    }
    allowed.contains(*licence)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if *first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{allowed_in, check, is_allowed};

    fn list() -> BTreeSet<String> {
        ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(String::from).into()
    }

    #[test]
    fn every_dependency_has_an_allowed_licence() {
        check().expect("licences");
    }

    #[test]
    fn an_expression_is_met_by_allowed_licences() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "MIT AND ISC",
            "(GPL-3.0 OR MIT) AND ISC",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(good, &list()), "{good}");
        }
    }

    #[test]
    fn an_expression_is_not_met_by_half_of_it() {
        for bad in [
            "",
            "GPL-3.0",
            "Apache-2.0",
            "MIT AND GPL-3.0",
            "(GPL-3.0 OR Apache-2.0) AND MIT",
            "MIT WITH LLVM-exception",
            "(MIT",
            "MIT MIT",
        ] {
            assert!(!is_allowed(bad, &list()), "{bad}");
        }
    }

    #[test]
    fn the_list_is_read_from_deny_toml() {
        let list = allowed_in("[licenses]\nallow = [\"MIT\"]").expect("reads");
        assert_eq!(list, BTreeSet::from(["MIT".to_owned()]));
        assert!(allowed_in("[licenses]\n").is_err());
    }
}
