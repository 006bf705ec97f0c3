//! Backups: made beside a running server, verified, restored; and what start-up
//! makes of a database that is not the one that was there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{DeviceId, DocId, Hash32, Role, UserId, Uuid};
use sha2::{Digest, Sha256};
use sync_server::backup::{
    BackupError, BackupOptions, Depth, FindingKind, VerifyReport, adopt, make, restore, verify_backup,
    verify_data,
};
use sync_server::clock::{SystemClock, SystemEntropy};
use sync_server::export::export;
use sync_server::people::{self, NewUser, PeopleError};
use sync_server::session::DeviceSession;
use sync_server::store::{OpenError, Store};

use crate::phone::Phone;
use crate::world::World;

/// A server with some history: two jobs worked on, one attachment.
struct Shop {
    world: World,
    office: DeviceSession,
    phone: Phone,
    job: DocId,
    /// The backup's folder.
    target: tempfile::TempDir,
    attachment: Hash32,
}

impl Shop {
    async fn open(seed: u64) -> Self {
        let mut world = World::new(seed);
        let office = world.dispatcher();
        let mut phone = Phone::new(world.kit.technician());
        let job = world.job_for(&office, Some(phone.person.user), "pump").await;
        world.job_for(&office, Some(phone.person.user), "heater").await;
        phone.sync(&mut world.kit, &world.core).await;
        // Enough for a saved document of the job.
        for number in 0..20 {
            let note = world.kit.add_note(&format!("note {number}"));
            phone.edit(&mut world.kit, job, &note);
        }
        phone.sync(&mut world.kit, &world.core).await;
        let attachment = bring(&world, b"a photo").await;
        let target = tempfile::tempdir().expect("a folder");
        Self { world, office, phone, job, target, attachment }
    }

    fn data(&self) -> PathBuf {
        self.world.folder.path().to_path_buf()
    }

    fn back_up(&self) -> sync_server::backup::BackupReport {
        make(&self.data(), self.target.path(), BackupOptions::default(), &SystemClock).expect("backed up")
    }

    fn verified(&self) -> VerifyReport {
        verify_data(&self.data(), Depth::Whole).expect("verified")
    }

    async fn note(&mut self, text: &str) {
        let note = self.world.kit.add_note(text);
        self.world.edit(&self.office, self.job, note).await.expect("noted");
    }
}

const BRINGER: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0001;

/// Makes an attachment whole, as an upload does at its end.
async fn bring(world: &World, bytes: &[u8]) -> Hash32 {
    let hash = Hash32::from_bytes(Sha256::digest(bytes).into());
    let name = hash.to_string();
    let path = attachment_path(world.folder.path(), hash);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
    let length = bytes.len();
    let id = Uuid::from_u128(BRINGER).simple().to_string();
    world
        .tamper(&format!(
            "INSERT OR IGNORE INTO users (id, name, folded, display_name, role, created_at) \
             VALUES (x'{id}', 'sara', 'sara', 'Sara', 'technician', 0); \
             INSERT OR IGNORE INTO devices (id, user, name, kind, created_at, seen_at) \
             VALUES (x'{id}', x'{id}', 'phone', 'phone', 0, 0); \
             INSERT INTO attachments (hash, length, user, device, completed_at) \
             VALUES (x'{name}', {length}, x'{id}', x'{id}', 0)"
        ))
        .await;
    hash
}

fn attachment_path(folder: &Path, hash: Hash32) -> PathBuf {
    let name = hash.to_string();
    let (start, _) = name.split_at(2);
    folder.join("attachments").join(start).join(&name)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("read");
    bytes[at] ^= 1;
    std::fs::write(path, bytes).expect("written");
}

fn kinds(report: &VerifyReport) -> Vec<FindingKind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_made_while_the_server_serves_and_holds_everything() {
    let mut shop = Shop::open(500).await;
    let report = shop.back_up();
    assert_eq!((report.attachments_copied, report.manifest.attachments), (1, 1));
    assert!(report.manifest.verified);
    let verified = verify_backup(shop.target.path(), Depth::Whole).expect("verified");
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert_eq!(verified.position, report.manifest.position);
    assert!(verified.changes > 20 && verified.documents == 2 && verified.snapshots > 0);
    assert!(verified.rows > 4 && verified.attachments == 1, "{verified:?}");
    // The server goes on, and the second backup copies only what is new.
    shop.note("after the backup").await;
    bring(&shop.world, b"another photo").await;
    let second = shop.back_up();
    assert_eq!((second.attachments_copied, second.manifest.attachments), (1, 2));
    assert_eq!(second.manifest.position, report.manifest.position + 1);
    let databases = std::fs::read_dir(shop.target.path()).expect("listed").filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().ends_with(".db")
    });
    assert_eq!(databases.count(), 1, "the database of the first is gone");
    assert!(verify_backup(shop.target.path(), Depth::Whole).expect("verified").is_sound());
}

/// Taken out once: with the manifest written before the attachments were copied, the
/// backup that broke off stood in the place of the whole one ("verified: NoBackup").
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_backup_is_never_taken_for_a_whole_one() {
    let mut shop = Shop::open(501).await;
    let nowhere = shop.target.path().join("nowhere");
    assert!(matches!(verify_backup(&nowhere, Depth::Log), Err(BackupError::NoBackup(_))));
    // Cut before its manifest: nothing is there to be restored.
    std::fs::write(shop.target.path().join("database.partial"), b"half a database").expect("written");
    let refused = restore(shop.target.path(), &shop.data().join("other"), &SystemClock, &SystemEntropy);
    assert!(matches!(refused, Err(BackupError::NoBackup(_))), "{refused:?}");
    let first = shop.back_up().manifest;
    // The second breaks off where an attachment should be copied: the first is whole.
    shop.note("after the first").await;
    let second = bring(&shop.world, b"a photo that cannot be copied").await;
    let in_the_way = attachment_path(shop.target.path(), second);
    std::fs::write(in_the_way.parent().expect("a folder"), b"a file in its place").expect("written");
    let broken = make(&shop.data(), shop.target.path(), BackupOptions::default(), &SystemClock);
    assert!(matches!(broken, Err(BackupError::File { .. })), "{broken:?}");
    assert!(verify_backup(shop.target.path(), Depth::Whole).expect("verified").is_sound());
    // And where the power goes while a file is written.
    std::fs::write(shop.target.path().join("database.partial"), b"half a database").expect("written");
    std::fs::write(shop.target.path().join("manifest.json.partial"), b"{").expect("written");
    let verified = verify_backup(shop.target.path(), Depth::Whole).expect("verified");
    assert!(verified.is_sound());
    assert_eq!(verified.position, first.position);
}

/// Taken out once: without the check of the copy, the damaged one replaced the sound
/// one (`refused` was `Ok`).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_does_not_verify_replaces_nothing() {
    let mut shop = Shop::open(502).await;
    let first = shop.back_up().manifest;
    shop.note("after the first").await;
    shop.world.tamper("UPDATE change_log SET bytes = zeroblob(length(bytes)) WHERE position = 1").await;
    let refused = make(&shop.data(), shop.target.path(), BackupOptions::default(), &SystemClock);
    assert!(matches!(refused, Err(BackupError::NotSound { .. })), "{refused:?}");
    let verified = verify_backup(shop.target.path(), Depth::Whole).expect("verified");
    assert!(verified.is_sound());
    assert_eq!(verified.position, first.position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verifying_finds_one_flipped_bit_wherever_it_is() {
    let shop = Shop::open(503).await;
    assert!(shop.verified().is_sound(), "{:?}", shop.verified().findings);
    let with_last_bit_flipped = |hex: &str| {
        let (start, last) = hex.split_at(hex.len() - 2);
        format!("{start}{:02x}", u8::from_str_radix(last, 16).expect("hex") ^ 1)
    };
    for (table, column, key, kind) in [
        ("change_log", "bytes", "hash", FindingKind::Change),
        ("change_log", "actor", "hash", FindingKind::Change),
        ("commits", "chain", "position", FindingKind::Chain),
        ("snapshots", "saved", "doc", FindingKind::Snapshot),
        ("documents", "heads", "doc", FindingKind::Document),
        ("jobs", "technician", "row", FindingKind::Row),
        ("membership", "item", "scope", FindingKind::Row),
    ] {
        let row = &shop.world.rows(&format!("SELECT {column}, {key} FROM {table} LIMIT 1"))[0];
        let flipped = with_last_bit_flipped(&row[0]);
        let key_value = if row[1].len() >= 32 { format!("x'{}'", row[1]) } else { row[1].clone() };
        let set = |value: &str| {
            format!(
                "UPDATE {table} SET {column} = x'{value}' WHERE {key} = {key_value} AND {column} IN (x'{}', x'{flipped}')",
                row[0]
            )
        };
        shop.world.tamper(&set(&flipped)).await;
        let found = kinds(&shop.verified());
        assert!(found.contains(&kind), "{table}.{column}: {found:?}");
        shop.world.tamper(&set(&row[0])).await;
        assert!(shop.verified().is_sound(), "{table}.{column} is as it was");
    }
    let path = attachment_path(&shop.data(), shop.attachment);
    flip(&path, 3);
    assert_eq!(kinds(&shop.verified()), [FindingKind::Attachment]);
    flip(&path, 3);
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(kinds(&shop.verified()), [FindingKind::Attachment]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verifying_finds_one_flipped_bit_in_any_file_of_a_backup() {
    let shop = Shop::open(504).await;
    let manifest = shop.back_up().manifest;
    let database = shop.target.path().join(&manifest.database);
    let length = std::fs::metadata(&database).expect("there").len();
    let length = usize::try_from(length).expect("small");
    for at in [100, 5_000, length / 2, length - 1] {
        flip(&database, at);
        let report = verify_backup(shop.target.path(), Depth::Log).expect("verified");
        assert!(kinds(&report).contains(&FindingKind::Database), "byte {at}: {report:?}");
        let refused = restore(shop.target.path(), &shop.data().join("new"), &SystemClock, &SystemEntropy);
        assert!(matches!(refused, Err(BackupError::Damaged { .. })), "byte {at}: {refused:?}");
        flip(&database, at);
    }
    let photo = attachment_path(shop.target.path(), shop.attachment);
    flip(&photo, 0);
    let report = verify_backup(shop.target.path(), Depth::Log).expect("verified");
    assert_eq!(kinds(&report), [FindingKind::Attachment]);
    flip(&photo, 0);
    let path = shop.target.path().join("manifest.json");
    let text = std::fs::read_to_string(&path).expect("read");
    let position = format!("\"position\": {}", manifest.position);
    std::fs::write(&path, text.replace(&position, "\"position\": 1")).expect("written");
    let report = verify_backup(shop.target.path(), Depth::Log).expect("verified");
    assert_eq!(kinds(&report), [FindingKind::Manifest]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_begins_another_life_and_keeps_what_was_there_aside() {
    let mut shop = Shop::open(505).await;
    let epoch = shop.world.core.epoch();
    assert_eq!(shop.world.core.incarnation(), 1);
    let manifest = shop.back_up().manifest;
    shop.note("lost by the restore").await;
    let photo = attachment_path(&shop.data(), shop.attachment);
    std::fs::remove_file(&photo).expect("removed");
    let number_before = shop.world.count("SELECT max(number) FROM jobs");
    let Shop { world, target, .. } = shop;
    let (mut world, report) = world
        .meanwhile(77, |data| restore(target.path(), data, &SystemClock, &SystemEntropy).expect("restored"));
    assert_eq!((report.incarnation, world.core.incarnation()), (2, 2));
    assert_eq!((report.position, report.position_before), (manifest.position, Some(manifest.position + 1)));
    assert_ne!(world.core.epoch(), epoch);
    assert_eq!(world.count("SELECT max(position) FROM commits"), manifest.position);
    assert!(report.set_aside.expect("set aside").join("hamgam.db").is_file());
    assert_eq!(report.attachments_copied, 1);
    assert!(photo.is_file());
    assert!(verify_data(world.folder.path(), Depth::Whole).expect("verified").is_sound());
    // A number that may have been given out since is not given again.
    let office = world.dispatcher();
    world.job_for(&office, None, "new").await;
    assert!(world.count("SELECT max(number) FROM jobs") > number_before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_restored_into_an_empty_folder() {
    let shop = Shop::open(506).await;
    let manifest = shop.back_up().manifest;
    let other = tempfile::tempdir().expect("a folder");
    let report = restore(shop.target.path(), other.path(), &SystemClock, &SystemEntropy).expect("restored");
    assert_eq!((report.position, report.position_before), (manifest.position, None));
    assert_eq!((report.attachments_copied, report.set_aside), (1, None));
    let store = Store::open(other.path(), Arc::new(SystemClock)).expect("opens");
    drop(store);
    assert!(verify_data(other.path(), Depth::Whole).expect("verified").is_sound());
}

fn copy_database(from: &Path, to: &Path) {
    for name in ["hamgam.db", "hamgam.db-wal", "hamgam.db-shm"] {
        let (source, target) = (from.join(name), to.join(name));
        if source.exists() {
            std::fs::copy(source, target).expect("copied");
        } else if target.exists() {
            std::fs::remove_file(target).expect("removed");
        }
    }
}

/// Taken out once: without `outside::check`, the server started on the old copy as if
/// nothing had happened ("refused: Store { .. }").
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_database_put_back_by_hand_is_refused_until_it_is_adopted() {
    let mut shop = Shop::open(507).await;
    let aside = tempfile::tempdir().expect("a folder");
    let Shop { world, .. } = shop;
    (shop.world, ()) = world.meanwhile(78, |data| copy_database(data, aside.path()));
    let epoch = shop.world.core.epoch();
    shop.note("one commit more").await;
    let Shop { world, .. } = shop;
    let (world, ()) = world.meanwhile(79, |data| {
        copy_database(aside.path(), data);
        let refused = Store::open(data, Arc::new(SystemClock)).expect_err("refused");
        assert!(matches!(refused, OpenError::OtherDatabase { .. }), "{refused}");
        assert!(refused.to_string().contains("restore --adopt"), "{refused}");
        adopt(data, &SystemClock, &SystemEntropy).expect("adopted");
    });
    assert_eq!(world.core.incarnation(), 2);
    assert_ne!(world.core.epoch(), epoch);
    // Another server's database, and one without its file, are refused too.
    let Shop { world: other, .. } = Shop::open(508).await;
    let (_world, ()) = world.meanwhile(80, |data| {
        let keep = tempfile::tempdir().expect("a folder");
        copy_database(data, keep.path());
        let (_other, ()) = other.meanwhile(81, |theirs| copy_database(theirs, data));
        assert!(matches!(Store::open(data, Arc::new(SystemClock)), Err(OpenError::OtherDatabase { .. })));
        copy_database(keep.path(), data);
        let file = data.join("hamgam.outside");
        let text = std::fs::read(&file).expect("read");
        std::fs::write(&file, b"{").expect("damaged");
        let refused = Store::open(data, Arc::new(SystemClock)).expect_err("refused");
        assert!(refused.to_string().contains("cannot be read"), "{refused}");
        std::fs::remove_file(&file).expect("removed");
        assert!(matches!(Store::open(data, Arc::new(SystemClock)), Err(OpenError::OtherDatabase { .. })));
        std::fs::write(&file, text).expect("written");
        // No database at all: not a new server either.
        copy_database(tempfile::tempdir().expect("a folder").path(), data);
        assert!(matches!(Store::open(data, Arc::new(SystemClock)), Err(OpenError::OtherDatabase { .. })));
        copy_database(keep.path(), data);
    });
}

/// Taken out once: without `bar_again`, both could come in again ("left: 0").
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_barred_since_the_backup_stays_barred() {
    let shop = Shop::open(510).await;
    let now = shop.world.core.now();
    let gone = UserId::from_uuid(Uuid::from_u128(BRINGER));
    let other = UserId::new(now, [9; 10]);
    let lost = DeviceId::from_uuid(Uuid::from_u128(BRINGER));
    let new = NewUser {
        id: other,
        name: "omid".to_owned(),
        display_name: "Omid".to_owned(),
        role: Role::Technician,
        agency: None,
        password_hash: None,
    };
    let write =
        shop.world.core.store().write::<_, PeopleError>(move |transaction| {
            people::create_user(transaction, &new, now).map(drop)
        });
    write.await.expect("entered");
    shop.back_up();
    let write = shop.world.core.store().write::<_, PeopleError>(move |transaction| {
        people::revoke_device(transaction, lost, now)?;
        people::disable_user(transaction, gone, now).map(drop)
    });
    write.await.expect("barred");
    let Shop { world, target, .. } = shop;
    // The server that barred them had written it down when it started again at the latest.
    let world = world.restart(82);
    let (world, report) = world
        .meanwhile(83, |data| restore(target.path(), data, &SystemClock, &SystemEntropy).expect("restored"));
    assert_eq!(report.barred_again, 2);
    let (gone, lost, other) = world
        .core
        .store()
        .read::<_, PeopleError>(move |connection| {
            let gone = people::find_user(connection, gone)?;
            let lost = people::find_device(connection, lost)?;
            Ok((gone, lost, people::find_user(connection, other)?))
        })
        .await
        .expect("read");
    assert!(gone.disabled_at.is_some());
    assert!(lost.revoked_at.is_some());
    assert!(other.disabled_at.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_holds_every_document_row_and_attachment() {
    let shop = Shop::open(511).await;
    let report = export(&shop.data(), &shop.target.path().join("out")).expect("exported");
    assert_eq!((report.documents, report.attachments, report.documents_unreadable), (2, 1, 0));
    let out = shop.target.path().join("out");
    let jobs = std::fs::read_to_string(out.join("documents/jobs.jsonl")).expect("read");
    let job = jobs.lines().find(|line| line.contains("pump")).expect("the job");
    let job: serde_json::Value = serde_json::from_str(job).expect("JSON");
    assert_eq!(job["view"]["notes"].as_array().map(Vec::len), Some(20));
    let changes = std::fs::read_to_string(out.join("tables/change_log.jsonl")).expect("read");
    assert_eq!(Some(changes.lines().count() as u64), report.rows.get("change_log").copied());
    let first: serde_json::Value =
        serde_json::from_str(changes.lines().next().expect("a change")).expect("JSON");
    assert!(first["bytes"].as_str().expect("hex").starts_with("856f4a83"), "{first}");
    let users = std::fs::read_to_string(out.join("tables/users.jsonl")).expect("read");
    assert!(users.contains("Sara") && !users.contains("password"), "{users}");
    assert_eq!(
        std::fs::read(out.join("attachments").join(shop.attachment.to_string())).expect("read"),
        b"a photo"
    );
    assert!(std::fs::read_to_string(out.join("README.txt")).expect("read").contains("jobs.jsonl"));
    let again = export(&shop.data(), &out).expect_err("not empty");
    assert!(again.to_string().contains("not empty"), "{again}");
    drop(shop.phone);
}
