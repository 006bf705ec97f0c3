//! A hundred kills; `cargo xtask crash --kills 2000` makes more.

use system_tests::kills::{Task, kill_migrations, run};

/// Seen to fail: with each commit of the phone left to its next edit, the first kill
/// left a phone on which nobody was signed in. With each answer sent before the server's
/// commit it had said nothing when it was stopped after 100 seconds; the power cuts of
/// the server do miss it.
#[test]
fn a_hundred_kills_break_no_promise() {
    let folder = tempfile::tempdir().expect("a folder");
    let task = Task {
        program: env!("CARGO_BIN_EXE_hamgam-crash").into(),
        folder: folder.path().to_path_buf(),
        kills: 100,
    };
    let report = run(&task);
    assert_eq!(report.kills, 100);
    assert!(report.saved > 500 && report.acknowledged > 300, "{report:?}");
    for place in ["server BeforeCommit", "server AfterCommit", "server BeforeReply", "server MidSnapshot"] {
        assert!(report.places.contains_key(place), "{place} was not reached: {report:?}");
    }
    for place in
        ["server at random", "phone BeforeCommit", "phone AfterCommit", "phone at random", "backup MidBackup"]
    {
        assert!(report.places.contains_key(place), "{place} was not reached: {report:?}");
    }
}

/// Seen to fail: with each migration's `user_version` set before its transaction, the
/// version was 1 where the first had been killed.
#[test]
fn a_migration_that_is_killed_is_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    kill_migrations(env!("CARGO_BIN_EXE_hamgam-crash").as_ref(), folder.path());
}
