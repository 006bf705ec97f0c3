//! The command line as people use it, on a real data folder.

use std::io::Cursor;
use std::path::Path;

use super::*;

struct Shell {
    data: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        Self { data: tempfile::tempdir().expect("a folder") }
    }

    fn data(&self) -> &Path {
        self.data.path()
    }

    fn run_with(&self, input: &str, args: &[&str]) -> Result<String, CliError> {
        let mut out = Vec::new();
        let mut input = Cursor::new(input.to_owned());
        let mut terminal = Terminal { out: &mut out, input: &mut input };
        let data = self.data().to_string_lossy().into_owned();
        let cheap = ["--password-memory-kib", "19456", "--password-passes", "2"];
        let begin = ["hamgam-server", "--data", &data];
        let all: Vec<&str> = begin.iter().chain(&cheap).chain(args).copied().collect();
        run(all, &mut terminal)?;
        Ok(String::from_utf8(out).expect("text"))
    }

    fn run(&self, args: &[&str]) -> Result<String, CliError> {
        self.run_with("", args)
    }
}

#[test]
fn init_makes_a_folder_once_and_says_what_comes_next() {
    let shell = Shell::new();
    let first = shell.run(&["init"]).expect("initialised");
    assert!(first.contains("password: ") && first.contains("serve"), "{first}");
    let keys = std::fs::read_dir(shell.data().join("keys")).expect("keys").count();
    assert_eq!(keys, 4);
    let again = shell.run(&["init"]).expect("initialised already");
    assert!(again.contains("had an administrator already") && !again.contains("password"), "{again}");
    assert_eq!(std::fs::read_dir(shell.data().join("keys")).expect("keys").count(), keys);
}

#[test]
fn people_are_entered_listed_and_barred() {
    let shell = Shell::new();
    shell.run_with("a long password\n", &["init", "--password-stdin"]).expect("initialised");
    shell.run(&["agency", "add", "نمایندگی شمال", "--city", "رشت"]).expect("entered");
    let added = shell.run(&["user", "add", "Sara", "--role", "representative", "--agency", "نمايندگی شمال"]);
    assert!(added.expect("entered").contains("password: "));
    let nobody = shell.run(&["user", "add", "Ali", "--role", "representative"]).expect_err("no agency");
    assert!(nobody.to_string().contains("agency"), "{nobody}");
    let twice = shell.run(&["user", "add", "SARA", "--role", "dispatcher"]).expect_err("taken");
    assert!(twice.to_string().contains("exists already"), "{twice}");
    shell.run(&["user", "disable", "sara"]).expect("barred");
    let list = shell.run(&["user", "list"]).expect("listed");
    assert!(list.lines().any(|line| line.contains("Sara") && line.contains("barred")), "{list}");
    shell.run(&["user", "enable", "sara"]).expect("let in");
    let moved = shell.run(&["user", "role", "sara", "dispatcher"]).expect("another role");
    assert!(moved.contains("dispatcher"), "{moved}");
    let held = shell.run(&["user", "role", "admin", "desk"]).expect_err("the last administrator");
    assert!(held.to_string().contains("last administrator"), "{held}");
    let last = shell.run(&["user", "disable", "admin"]).expect_err("the last administrator");
    assert!(last.to_string().contains("last administrator"), "{last}");
}

#[test]
fn a_code_is_made_beside_a_running_server() {
    let shell = Shell::new();
    shell.run(&["init"]).expect("initialised");
    shell.run(&["user", "add", "reza", "--role", "technician", "--no-password"]).expect("entered");
    let running = crate::store::Store::open(shell.data(), std::sync::Arc::new(crate::clock::SystemClock));
    let running = running.expect("the server runs");
    let code = shell.run(&["device", "code", "reza"]).expect("made");
    assert!(code.contains("once, until"), "{code}");
    let second = shell.run(&["init"]).expect_err("the folder is in use");
    assert!(second.to_string().contains("another server is running"), "{second}");
    drop(running);
    assert!(shell.run(&["device", "list"]).expect("listed").contains("last seen"));
}

#[test]
fn what_cannot_be_done_is_a_sentence_that_says_what_to_do() {
    let shell = Shell::new();
    let missing = shell.run(&["user", "list"]).expect_err("no database");
    assert!(missing.to_string().contains("run `hamgam-server init` first"), "{missing}");
    shell.run(&["init"]).expect("initialised");
    let unknown = shell.run(&["user", "disable", "nobody"]).expect_err("nobody");
    assert!(unknown.to_string().contains("user list"), "{unknown}");
    let short = shell.run_with("short\n", &["user", "password", "admin", "--password-stdin"]);
    assert!(short.expect_err("weak").to_string().contains("8 characters"));
    let listen = shell.run(&["--listen", "nowhere", "user", "list"]).expect_err("no address");
    assert!(listen.to_string().contains("--listen"), "{listen}");
    assert_eq!(listen.exit_code(), 1);
    assert_eq!(shell.run(&["fly"]).expect_err("unknown").exit_code(), 2);
    assert_eq!(shell.run(&["--help"]).expect_err("help").exit_code(), 0);
}

#[test]
fn a_folder_of_a_newer_version_is_left_alone() {
    let shell = Shell::new();
    shell.run(&["init"]).expect("initialised");
    let connection = rusqlite::Connection::open(shell.data().join("hamgam.db")).expect("opens");
    connection.pragma_update(None, "user_version", 9999).expect("set");
    drop(connection);
    for command in [["init"].as_slice(), &["user", "list"], &["serve"]] {
        let refused = shell.run(command).expect_err("newer");
        assert!(refused.to_string().contains("newer version"), "{refused}");
        assert_eq!(refused.exit_code(), 1);
    }
}

#[test]
fn distances_and_profiles_are_entered_from_files() {
    let shell = Shell::new();
    shell.run(&["init"]).expect("initialised");
    shell.run(&["agency", "add", "North"]).expect("entered");
    let file = |name: &str, text: &str| {
        let path = shell.data().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let good = file("good.csv", "city,zone,effective_from,one_way_m\nKaraj,2,2026-03-21,41000\n");
    let bad = file("bad.csv", "city,zone,effective_from,one_way_m\nKaraj,2,2026-03-21,near\n");
    let add = |file: &str, agency: &str| shell.run(&["travel", "add-distances", file, "--agency", agency]);
    assert!(add(&good, "North").expect("entered").contains("1 distances"));
    assert!(add(&bad, "North").expect_err("no number").to_string().contains("line 2: one_way_m"));
    assert!(add(&good, "South").expect_err("nobody").to_string().contains("no agency"));
    let listed = shell.run(&["travel", "list-distances", "--agency", "North"]).expect("listed");
    assert!(listed.lines().any(|line| line.contains("Karaj") && line.contains("41000")), "{listed}");
    let profile = file("profile.json", r#"{"city_class": "A"}"#);
    let set = ["travel", "set-profile", &profile, "--agency", "North", "--from", "2026-03-21"];
    assert!(shell.run(&set).expect("entered").contains("2026-03-21"));
}
