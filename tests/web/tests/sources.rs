//! The pages' sources, by Node: messages, types, and that the committed build is theirs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sync-server/web");
/// The oldest Node that builds the pages; their tests run on older ones.
const NODE_MIN: (u32, u32) = (20, 19);

fn run(program: &str, words: &[&str]) {
    let done = Command::new(program).args(words).current_dir(FOLDER).status();
    let status = done.expect("Node and npm are there; cargo xtask test installs them");
    assert!(status.success(), "{program} {} failed; see above", words.join(" "));
}

fn node_builds() -> bool {
    let told = Command::new("node").arg("--version").output().expect("Node is there").stdout;
    let text = String::from_utf8_lossy(&told).into_owned();
    let mut numbers = text.trim().trim_start_matches('v').split('.').filter_map(|part| part.parse().ok());
    numbers.next().zip(numbers.next()).is_some_and(|version| version >= NODE_MIN)
}

/// Each message in three languages, used, and in its own letters.
#[test]
fn the_messages_are_whole() {
    run("node", &["--test", "tests/unit/"]);
}

/// The typed client against `sync-server/openapi.json`: a call that the API does not know
/// is a type error.
#[test]
fn the_types_hold() {
    if node_builds() {
        run("npm", &["run", "--silent", "check"]);
    }
}

/// Checked by changing a letter in a file of `dist`: it was named.
#[test]
fn the_committed_build_is_reproduced_byte_for_byte() {
    if !node_builds() {
        return;
    }
    let anew = tempfile::tempdir().expect("a folder");
    for (config, folder) in [("vite.config.js", ""), ("vite.phone.config.js", "phone")] {
        let out = anew.path().join(folder);
        let out = out.to_string_lossy();
        run("npx", &["vite", "build", "--logLevel", "error", "--config", config, "--outDir", &out]);
    }
    let (made, kept) = (files(anew.path()), files(&Path::new(FOLDER).join("dist")));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&kept), "sync-server/web/dist is out of date: cargo xtask web");
    let differ: Vec<_> =
        made.iter().filter(|(name, bytes)| kept[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{differ:?} differ: cargo xtask web");
}

/// Every file below a folder, with its bytes. What is compressed follows from the rest and
/// from Node's version.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "br") {
                let name = path.strip_prefix(folder).expect("below it").to_path_buf();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}
