//! Backups that are killed while they are made beside a server at work.

use std::path::Path;
use std::process::{Command, Stdio};

use sync_server::backup::{BackupError, Depth, Manifest, restore, verify_backup};
use sync_server::clock::{SystemClock, SystemEntropy};
use testkit::Rng;

use super::ledger::Ledger;
use super::run::{hear, log_holds};
use super::world::World;

/// The copy of the database, its name, the manifest; nobody sends attachments here.
const PLACES: u64 = 3;

/// Kills a backup at its place. The half one is never taken for a whole one, the
/// one before it is as good as it was, and the next succeeds and holds everything
/// that was acknowledged before it began.
pub(super) fn kill_backup(world: &mut World, ledger: &mut Ledger, rng: &mut Rng) -> String {
    let target = world.folder.join("backup");
    let before = Manifest::read(&target).ok();
    let place = format!("MidBackup:{}", 1 + rng.below(PLACES));
    let mut backup = command(world, &target).envs(world.variable(Some(&place))).spawn().expect("it runs");
    while !world.is_reached() {
        assert_eq!(backup.try_wait().expect("the system says"), None, "it comes to its place");
        hear(world, ledger);
    }
    backup.kill().and_then(|()| backup.wait()).expect("it is killed");
    is_as_good_as(before.as_ref(), &target, &world.folder);
    let acknowledged = ledger.acknowledged.clone();
    let made = command(world, &target).status().expect("it runs");
    assert!(made.success(), "the next backup succeeds");
    let after = Manifest::read(&target).expect("it is whole");
    is_as_good_as(Some(&after), &target, &world.folder);
    log_holds(&after.database_path(&target), &acknowledged);
    "backup MidBackup".to_owned()
}

fn command(world: &World, target: &Path) -> Command {
    let mut command = Command::new(&world.program);
    command.arg("--data").arg(world.folder.join("server")).arg("backup").arg(target);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// What verifies and is restored goes as far as the whole backup that was there, at
/// least; where there was none, nothing does.
fn is_as_good_as(whole: Option<&Manifest>, target: &Path, folder: &Path) {
    let restored = folder.join("restored");
    if restored.exists() {
        std::fs::remove_dir_all(&restored).expect("an earlier one is removed");
    }
    let verified = verify_backup(target, Depth::Log);
    let put_back = restore(target, &restored, &SystemClock, &SystemEntropy);
    match (whole, verified, put_back) {
        (None, Err(BackupError::NoBackup(_)), Err(BackupError::NoBackup(_))) => {}
        (whole, Ok(verified), Ok(put_back)) => {
            assert!(verified.is_sound(), "{:?}", verified.findings);
            assert_eq!(verified.position, put_back.position);
            let position = whole.map_or(0, |whole| whole.position);
            assert!(verified.position >= position, "{verified:?} stands for position {position}");
        }
        other => panic!("a half backup: {other:?}"),
    }
}
