//! docs/requirements.md is complete: R1 to R176 once each, a known state, and
//! every test that it names exists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::markdown::{cells, prose};
use crate::command::{Failure, read, root};
use crate::metadata;

const PAGE: &str = "docs/requirements.md";
const REQUIREMENTS: u32 = 176;
const STATES: [&str; 3] = ["done", "partly", "not yet"];

/// A row: number, what must hold, where, test, state.
struct Row<'a> {
    number: u32,
    what: &'a str,
    place: &'a str,
    test: &'a str,
    state: &'a str,
}

pub(crate) fn findings() -> Result<Vec<String>, Failure> {
    let page = read(&root().join(PAGE))?;
    let tests = Tests::of_workspace()?;
    Ok(page_findings(&page, &tests))
}

fn page_findings(page: &str, tests: &Tests) -> Vec<String> {
    let rows: Vec<Row<'_>> = prose(page).into_iter().filter_map(|(_, line)| row(line)).collect();
    let mut findings = Vec::new();
    for number in 1..=REQUIREMENTS {
        match rows.iter().filter(|row| row.number == number).count() {
            1 => {}
            count => findings.push(format!("{PAGE}: R{number} has {count} rows, it must have one")),
        }
    }
    findings.extend(rows.iter().flat_map(|row| row_findings(row, tests)));
    findings
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells = cells(line)?;
    let number = cells.first()?.strip_prefix('R')?.parse().ok()?;
    let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
    Some(Row { number, what: cell(1), place: cell(2), test: cell(3), state: cell(4) })
}

fn row_findings(row: &Row<'_>, tests: &Tests) -> Vec<String> {
    let mut findings = Vec::new();
    let mut find = |problem: String| findings.push(format!("{PAGE}: R{} {problem}", row.number));
    if row.number == 0 || row.number > REQUIREMENTS {
        find("is not one of the requirements".into());
    }
    if row.what.is_empty() || row.place.is_empty() {
        find("must say what has to hold and where".into());
    }
    if !STATES.contains(&row.state) {
        find(format!("is in state {:?}, it must be one of {STATES:?}", row.state));
    }
    if row.state == "done" && row.test == "-" {
        find("cannot be done without a test that shows it".into());
    }
    for test in row.test.split(',').map(str::trim).filter(|test| *test != "-") {
        let named = test.strip_prefix('`').and_then(|test| test.strip_suffix('`'));
        match named {
            Some(named) if tests.has(named) => {}
            Some(named) => find(format!("names the test {named}, which does not exist")),
            None => find(format!("has {test:?} where a test in backticks or - is expected")),
        }
    }
    findings
}

/// The test functions of each crate, by the files that they stand in.
struct Tests(BTreeMap<String, Vec<(PathBuf, String)>>);

impl Tests {
    fn of_workspace() -> Result<Self, Failure> {
        let mut crates = BTreeMap::new();
        for package in metadata::members()?.packages {
            let folder = package.manifest_path.parent().unwrap_or(Path::new("")).to_path_buf();
            let mut files = Vec::new();
            for part in ["src", "tests"] {
                collect(&folder.join(part), &mut files)?;
            }
            crates.insert(package.name.replace('-', "_"), files);
        }
        Ok(Self(crates))
    }

    /// Whether `crate::module::name` is a test: a file of the crate that the
    /// modules lead to holds the function behind a test attribute.
    fn has(&self, test: &str) -> bool {
        let mut path: Vec<&str> = test.split("::").collect();
        let (Some(name), false) = (path.pop(), path.is_empty()) else { return false };
        let modules: Vec<&str> = path.drain(1..).filter(|module| *module != "tests").collect();
        let files = self.0.get(path[0]).map_or(&[][..], Vec::as_slice);
        files.iter().any(|(file, text)| leads_to(&modules, file) && holds_test(text, name))
    }
}

/// Whether each module is a part of the file's path, or the file is the root.
fn leads_to(modules: &[&str], file: &Path) -> bool {
    let parts: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    modules.iter().all(|module| parts.iter().any(|part| part == module))
}

/// Whether a function of this name follows a test attribute.
fn holds_test(text: &str, name: &str) -> bool {
    let declaration = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_declared = |line: &&str| line.contains(&declaration);
    let Some(at) = lines.iter().position(is_declared) else { return false };
    let attributes =
        lines[..at].iter().rev().take_while(|line| line.starts_with('#') || line.starts_with("//"));
    attributes.into_iter().any(|line| line.contains("test"))
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    let failed = |error| Failure::new(format!("cannot list {}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path)?;
            files.push((path, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{REQUIREMENTS, Tests, findings, page_findings};

    #[test]
    fn the_table_is_complete_and_its_tests_exist() {
        assert_eq!(findings().expect("reads the table"), Vec::<String>::new());
    }

    fn some_tests() -> Tests {
        let text = "#[test]\nfn holds() {}\nfn helper() {}\n".to_owned();
        Tests(BTreeMap::from([("gate".into(), vec![("gate/src/policy/table.rs".into(), text)])]))
    }

    fn page(changed: &str) -> String {
        let row = |number| format!("| R{number} | what | where | - | not yet |\n");
        let rest: String = (2..=REQUIREMENTS).map(row).collect();
        format!("{changed}\n{rest}")
    }

    #[test]
    fn a_good_row_names_a_test_that_exists() {
        let good = page("| R1 | what | where | `gate::policy::table::tests::holds` | done |");
        assert_eq!(page_findings(&good, &some_tests()), Vec::<String>::new());
    }

    #[test]
    fn every_fault_of_a_row_is_found() {
        for (fault, said) in [
            ("", "R1 has 0 rows"),
            ("| R1 | a | b | - | not yet |\n| R1 | a | b | - | not yet |", "R1 has 2 rows"),
            ("| R1 | a | b | - | nearly |", "is in state"),
            ("| R1 | a | b | - | done |", "cannot be done"),
            ("| R1 | | b | - | partly |", "must say"),
            ("| R1 | a | b | `gate::policy::absent` | partly |", "does not exist"),
            ("| R1 | a | b | `gate::policy::table::helper` | partly |", "does not exist"),
            ("| R1 | a | b | `gate::elsewhere::holds` | partly |", "does not exist"),
            ("| R1 | a | b | `other::policy::table::holds` | partly |", "does not exist"),
            ("| R1 | a | b | holds | partly |", "in backticks"),
        ] {
            let found = page_findings(&page(fault), &some_tests());
            assert!(found.iter().any(|finding| finding.contains(said)), "{fault}: {found:?}");
        }
    }
}
