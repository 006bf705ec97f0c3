//! The docs hold together: links lead somewhere, tables are complete, and no
//! page names a path of somebody's machine.

use std::path::{Path, PathBuf};

use super::markdown::{anchor, links, prose};
use super::{dependencies, requirements, verdict};
use crate::command::{Failure, read, root};

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 5] = ["/work/", "/root/", "/home/", "/Users/", "C:\\"];

pub(crate) fn check() -> Result<(), Failure> {
    let mut findings = link_findings()?;
    findings.extend(path_findings()?);
    findings.extend(requirements::findings()?);
    findings.extend(dependencies::findings()?);
    verdict(&findings)
}

/// The pages: what lies in the root and under docs/.
fn pages() -> Result<Vec<PathBuf>, Failure> {
    let mut pages = Vec::new();
    collect(&root(), Depth::Here, &mut pages)?;
    collect(&root().join("docs"), Depth::Below, &mut pages)?;
    pages.sort();
    Ok(pages)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Here,
    Below,
}

fn collect(folder: &Path, depth: Depth, pages: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("cannot list {}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && depth == Depth::Below {
            collect(&path, depth, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

fn link_findings() -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for page in pages()? {
        let text = read(&page)?;
        for (number, line) in prose(&text) {
            for target in links(line) {
                if let Some(problem) = link_problem(&page, &text, target) {
                    findings.push(format!("{}:{number}: {problem}", shown(&page)));
                }
            }
        }
    }
    Ok(findings)
}

/// What is wrong with a link; nothing is asked of links to the outside.
fn link_problem(page: &Path, text: &str, target: &str) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
    let linked = if file.is_empty() { page.to_path_buf() } else { page.parent()?.join(file) };
    if !linked.exists() {
        return Some(format!("{target} does not exist"));
    }
    if fragment.is_empty() || linked.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    let linked_text = if file.is_empty() { text.to_owned() } else { read(&linked).ok()? };
    let found = prose(&linked_text).iter().any(|(_, line)| anchor(line).as_deref() == Some(fragment));
    (!found).then(|| format!("{target}: no such heading"))
}

fn path_findings() -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for page in pages()? {
        for (index, line) in read(&page)?.lines().enumerate() {
            for path in MACHINE_PATHS.iter().filter(|path| line.contains(**path)) {
                findings.push(format!(
                    "{}:{}: names a path of one machine, {path}…",
                    shown(&page),
                    index + 1
                ));
            }
        }
    }
    Ok(findings)
}

fn shown(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{link_findings, link_problem, path_findings};
    use crate::command::root;

    #[test]
    fn every_link_leads_somewhere() {
        assert_eq!(link_findings().expect("reads the docs"), Vec::<String>::new());
    }

    #[test]
    fn no_page_names_a_path_of_one_machine() {
        assert_eq!(path_findings().expect("reads the docs"), Vec::<String>::new());
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let page = root().join("README.md");
        let problem = |target| link_problem(&page, "# Here\n", target);
        assert_eq!(problem("https://example.org/x"), None);
        assert_eq!(problem("Cargo.toml"), None);
        assert_eq!(problem("#here"), None);
        assert!(problem("#there").is_some());
        assert!(problem("docs/missing.md").is_some());
    }
}
