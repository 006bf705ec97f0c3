//! Bits that flip on the disk: whatever is shown is right, or it is an error; and it
//! is mended from the log, or from the other end.

use std::path::{Path, PathBuf};

use client_core::{BlobState, NewAttachment, SyncOptions};
use domain::{Attachment, AttachmentKind, DocId, EditCommand, JobView};
use serde_json::json;
use sync_server::backup::{self, BackupError, BackupOptions, Depth};
use sync_server::clock::{SystemClock, SystemEntropy};
use sync_server::office;
use sync_server::session::DeviceSession;
use system_tests::in_process::{Desk, TestPhone};
use system_tests::over_http::{Phone, World};
use testkit::Rng;

use crate::common::{copy_folder, note};

const FLIPS: u64 = 120;
/// Enough changes for a saved form and for changes after it.
const NOTES: usize = 40;

/// A server and a phone with one job, closed, to be copied and damaged.
struct Base {
    root: tempfile::TempDir,
    session: DeviceSession,
    job: DocId,
    view: JobView,
}

impl Base {
    async fn lay(rng: &mut Rng) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let base = root.path().join("base");
        std::fs::create_dir_all(base.join("phone")).expect("a folder");
        let desk = Desk::open(&base.join("server")).await;
        let phone = TestPhone::enrol(&desk, &base.join("phone").join("phone.sqlite")).await;
        let job = desk.job_for(&phone, "The fridge is warm").await;
        phone.sync().await;
        for _ in 0..NOTES {
            let (_, command) = note(phone.client.ids(), rng);
            phone.edit(job, command);
        }
        phone.sync().await;
        phone.sync().await;
        let (session, view) = (phone.session, phone.client.job(job).expect("read").view);
        drop((phone, desk));
        Self { root, session, job, view }
    }

    /// A copy in which something is damaged.
    fn copy(&self, number: u64) -> std::path::PathBuf {
        let copy = self.root.path().join(format!("copy-{number}"));
        copy_folder(&self.root.path().join("base"), &copy);
        copy
    }

    async fn shown(&self, desk: &Desk) -> Result<JobView, String> {
        let shown = office::show_job(&desk.core, &desk.dispatcher, self.job).await;
        shown.map(|shown| shown.view).map_err(|error| error.to_string())
    }
}

/// Flips one bit of one blob of a table.
fn flip_in(database: &Path, table: &str, column: &str, rng: &mut Rng) {
    let connection = rusqlite::Connection::open(database).expect("a database");
    let mut statement = connection.prepare(&format!("SELECT {column} FROM {table}")).expect("a query");
    let blobs: Vec<Vec<u8>> =
        statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("blobs");
    let before = rng.pick(&blobs);
    let after = flipped(before, rng);
    let write = format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2");
    assert_eq!(connection.execute(&write, (after, before)).expect("written"), 1);
}

fn flipped(before: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut after = before.to_vec();
    let place = rng.index(after.len());
    after[place] ^= 1 << rng.below(8);
    after
}

/// Seen to fail: with the log not asked where the saved form fails, the job could not
/// be shown. Not missed: the comparison of heads, since the saved form's own checksum
/// finds each flip before.
#[tokio::test]
async fn a_flip_in_a_saved_document_is_found_and_mended_from_the_log() {
    let mut rng = Rng::new(11);
    let base = Base::lay(&mut rng).await;
    for number in 0..FLIPS {
        let copy = base.copy(number);
        flip_in(&copy.join("server").join("hamgam.db"), "snapshots", "saved", &mut rng);
        let desk = Desk::open(&copy.join("server")).await;
        assert_eq!(base.shown(&desk).await.as_ref(), Ok(&base.view), "the log has it");
        let faults = desk.core.counters().snapshot_faults.get();
        assert!(faults > 0, "flip {number} was not noticed");
        drop(desk);
        std::fs::remove_dir_all(copy).expect("removed");
    }
}

/// The log is the truth, so a flip in it can be found, not mended here: the server
/// says so, and shows nothing else in its place. What a phone is sent is checked
/// there again.
#[tokio::test]
async fn a_flip_in_the_log_is_never_shown_as_something_else() {
    let mut rng = Rng::new(12);
    let base = Base::lay(&mut rng).await;
    let (mut right, mut found) = (0, 0);
    for number in 0..FLIPS {
        let copy = base.copy(number);
        let database = copy.join("server").join("hamgam.db");
        flip_in(&database, "change_log", "bytes", &mut rng);
        if rng.chance(1, 2) {
            let connection = rusqlite::Connection::open(&database).expect("a database");
            connection.execute("DELETE FROM snapshots", []).expect("the saved forms are gone");
        }
        let desk = Desk::open(&copy.join("server")).await;
        match base.shown(&desk).await {
            Ok(view) => {
                assert_eq!(view, base.view);
                right += 1;
            }
            Err(_) => found += 1,
        }
        // A new phone of the same person gets what is right, or nothing.
        let phone = TestPhone::enrol_as(&desk, &copy.join("new.sqlite"), base.session).await;
        drop(phone.try_sync().await);
        if let Ok(detail) = phone.client.job(base.job) {
            assert_eq!(detail.view, base.view);
        }
        drop((phone, desk));
        std::fs::remove_dir_all(copy).expect("removed");
    }
    assert!(right > 10 && found > 10, "{right} were right and {found} were found");
}

/// A bit of the phone's file: what it shows is right or an error, and the server and
/// the phone's own outbox mend it; what was not sent yet arrives or asks for attention.
#[tokio::test]
async fn a_flip_in_the_phones_database_is_mended_from_the_server() {
    let mut rng = Rng::new(13);
    let base = Base::lay(&mut rng).await;
    let mut mended = 0;
    for number in 0..FLIPS {
        let copy = base.copy(number);
        let desk = Desk::open(&copy.join("server")).await;
        let database = copy.join("phone").join("phone.sqlite");
        let bytes = std::fs::read(&database).expect("read");
        std::fs::write(&database, flipped(&bytes, &mut rng)).expect("damaged");
        let Ok(phone) = TestPhone::reopen(&desk, &database, base.session) else {
            // An error by name, and the file is still there for whoever salvages it.
            assert!(database.exists());
            continue;
        };
        if let Ok(detail) = phone.client.job(base.job) {
            assert_eq!(detail.view, base.view, "flip {number}");
        }
        let (id, command) = note(phone.client.ids(), &mut rng);
        let saved = phone.client.execute(base.job, &EditCommand::Job(command)).is_ok();
        for _ in 0..3 {
            if phone.try_sync().await.is_ok() && saved && phone.client.totals().is_ok_and(|t| t.unsent == 0) {
                let view = base.shown(&desk).await.expect("the server is well");
                let attention = phone.client.totals().map_or(0, |totals| totals.attention);
                assert!(view.notes.iter().any(|note| note.id == id) || attention > 0, "flip {number}");
                mended += 1;
                break;
            }
        }
        drop((phone, desk));
        std::fs::remove_dir_all(copy).expect("removed");
    }
    assert!(mended > FLIPS / 2, "only {mended} phones went on");
}

const PHOTO_BYTES: usize = 300_000;

/// Two phones of one technician and a photo that one of them took and sent.
struct Album {
    world: World,
    taker: Phone,
    viewer: Phone,
    photo: Attachment,
    bytes: Vec<u8>,
}

impl Album {
    async fn lay(rng: &mut Rng) -> Self {
        let world = World::start().await;
        let (taker, viewer) = (world.phone("taker").await, world.phone("viewer").await);
        let job = world.job_with(json!({"request": {"subject": "pump"}})).await;
        sync_all(&taker).await;
        let bytes: Vec<u8> =
            (0..PHOTO_BYTES).map(|_| u8::try_from(rng.below(256)).expect("a byte")).collect();
        let new = NewAttachment {
            kind: AttachmentKind::Photo,
            mime: "image/jpeg".to_owned(),
            caption: "the leak".to_owned(),
        };
        taker.client.add_attachment(job, new, &bytes).expect("kept");
        sync_all(&taker).await;
        let photo = taker.client.job(job).expect("there").view.attachments[0].attachment.clone();
        Self { world, taker, viewer, photo, bytes }
    }

    /// Where a data folder or a backup has the photo.
    fn within(&self, folder: &Path) -> PathBuf {
        let name = self.photo.hash.to_string();
        folder.join("attachments").join(name.split_at(2).0).join(&name)
    }

    fn at_the_server(&self) -> PathBuf {
        self.within(self.world.data())
    }

    /// What a phone shows of the photo is right, or it says that it has none.
    fn shown_by(&self, phone: &Phone) -> Option<PathBuf> {
        let path = phone.client.attachment_file(self.photo.hash).ok()?;
        assert!(std::fs::read(&path).expect("read") == self.bytes, "damaged bytes are shown");
        Some(path)
    }
}

async fn sync_all(phone: &Phone) {
    phone.client.sync(&phone.transport, &SyncOptions::default()).await.expect("the sync succeeds");
}

fn flip_in_file(path: &Path, rng: &mut Rng) {
    let bytes = std::fs::read(path).expect("read");
    std::fs::write(path, flipped(&bytes, rng)).expect("damaged");
}

/// Seen to fail: without the comparison in the server's `attachments/read.rs`, the file
/// stayed where it was and the phone loaded it in vain.
///
/// A photo damaged at the server is given to nobody, and comes back from the phone
/// that took it when that compares everything.
#[tokio::test]
async fn a_flip_in_an_attachment_at_the_server_is_given_to_nobody_and_mended_by_a_phone() {
    let mut rng = Rng::new(14);
    let album = Album::lay(&mut rng).await;
    for _ in 0..10 {
        flip_in_file(&album.at_the_server(), &mut rng);
        album.viewer.client.request_attachment(&album.photo).expect("asked for");
        sync_all(&album.viewer).await;
        assert_eq!(album.shown_by(&album.viewer), None, "damaged bytes are not given out");
        assert!(!album.at_the_server().exists(), "they are set aside");
        let options = SyncOptions::default();
        album.taker.client.repair(&album.taker.transport, &options).await.expect("compared");
        sync_all(&album.viewer).await;
        let path = album.shown_by(&album.viewer).expect("it is whole again");
        // Gone from the phone, so that it is fetched once more.
        flip_in_file(&path, &mut rng);
        assert_eq!(album.shown_by(&album.viewer), None);
    }
}

/// Seen to fail: without the comparison in the phone's `blob_files.rs`, the damaged
/// bytes were shown.
///
/// One damaged on a phone is not shown: it is fetched again, or, where the server
/// never had it, refused by name and not sent over and over.
#[tokio::test]
async fn a_flip_in_an_attachment_on_a_phone_is_found_before_it_is_shown_or_sent() {
    let mut rng = Rng::new(15);
    let album = Album::lay(&mut rng).await;
    for _ in 0..10 {
        let path = album.shown_by(&album.taker).expect("it is whole");
        flip_in_file(&path, &mut rng);
        assert_eq!(album.shown_by(&album.taker), None);
        sync_all(&album.taker).await;
    }
    let hash = album.taker.client.keep_blob("image/jpeg", b"never sent").expect("kept");
    let path = album.taker.client.attachment_file(hash).expect("there");
    flip_in_file(&path, &mut rng);
    let refused = album.taker.client.attachment_file(hash).expect_err("damaged");
    assert_eq!(refused.code(), "attachment_damaged");
    sync_all(&album.taker).await;
    let blobs = album.taker.client.attachments().expect("listed");
    let blob = blobs.iter().find(|blob| blob.hash == hash).expect("listed");
    assert_eq!((blob.state, blob.refusal.as_deref()), (BlobState::Refused, Some("attachment_damaged")));
}

/// A backup with a flipped bit in any of its files does not verify, and a restore
/// of it never puts back what is damaged.
#[tokio::test]
async fn a_flip_in_a_backup_is_found_before_it_is_used() {
    let mut rng = Rng::new(16);
    let album = Album::lay(&mut rng).await;
    let root = tempfile::tempdir().expect("a folder");
    let target = root.path().join("backup");
    let options = BackupOptions::default();
    let manifest = backup::make(album.world.data(), &target, options, &SystemClock).expect("made").manifest;
    let database = manifest.database_path(&target);
    let photo = album.within(&target);
    for number in 0..60 {
        let damaged = if number % 3 == 0 { &photo } else { &database };
        let before = std::fs::read(damaged).expect("read");
        flip_in_file(damaged, &mut rng);
        let report = backup::verify_backup(&target, Depth::Log).expect("looked at");
        assert!(!report.is_sound(), "flip {number} in {}", damaged.display());
        let restored = root.path().join(format!("restored-{number}"));
        let refused = backup::restore(&target, &restored, &SystemClock, &SystemEntropy);
        assert!(matches!(refused, Err(BackupError::Damaged { .. })), "flip {number}: {refused:?}");
        std::fs::write(damaged, before).expect("well again");
    }
    assert!(backup::verify_backup(&target, Depth::Log).expect("looked at").is_sound());
}
