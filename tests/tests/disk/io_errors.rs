//! Disks on which one call fails, or that have no room: each call of the phone
//! and of the server succeeds or says clearly that it did not, and when the disk
//! is well again everything goes on.

use std::path::PathBuf;

use client_core::ClientError;
use domain::{DocId, EditCommand};
use sync_server::office;
use sync_server::session::DeviceSession;
use system_tests::in_process::{Desk, TestPhone};
use testkit::Rng;
use testkit::disk::{FaultyDisk, Plan};
use wire::ErrorCode;

use crate::common::{complaint_of, copy_folder, note};

/// Notes that a run writes.
const NOTES: usize = 3;

/// What a phone may say of a disk that fails.
fn is_clear(error: &ClientError) -> bool {
    matches!(error, ClientError::Storage(_) | ClientError::DiskFull)
}

/// A phone with one job and a server that has it, to be copied for each run.
struct Base {
    root: tempfile::TempDir,
    session: DeviceSession,
    job: DocId,
}

impl Base {
    async fn lay() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let base = root.path().join("base");
        std::fs::create_dir_all(base.join("phone")).expect("a folder");
        let desk = Desk::open(&base.join("server")).await;
        let phone = TestPhone::enrol(&desk, &base.join("phone").join("phone.sqlite")).await;
        let job = desk.job_for(&phone, "The fridge is warm").await;
        phone.sync().await;
        let session = phone.session;
        drop((phone, desk));
        Self { root, session, job }
    }

    /// A copy of both, with nothing open.
    fn copy(&self) -> Copy<'_> {
        let folder = self.root.path().join("copy");
        copy_folder(&self.root.path().join("base"), &folder);
        Copy { base: self, folder }
    }
}

/// One run's copy.
struct Copy<'a> {
    base: &'a Base,
    folder: PathBuf,
}

impl Copy<'_> {
    fn server(&self) -> PathBuf {
        self.folder.join("server")
    }

    fn phone(&self) -> PathBuf {
        self.folder.join("phone")
    }

    fn open(&self, desk: &Desk) -> Result<TestPhone, ClientError> {
        TestPhone::reopen(desk, &self.phone().join("phone.sqlite"), self.base.session)
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).expect("removed");
    }
}

/// Seen to fail: with the documents in memory kept after a failed transaction
/// (`cache.clear()` in the phone's `store.rs`), a note of a failed call stood in its
/// document all the same.
#[tokio::test]
async fn each_call_of_the_phones_disk_may_fail_once() {
    let base = Base::lay().await;
    let mut rng = Rng::new(1);
    let mut failures = 0;
    for number in 1.. {
        let copy = base.copy();
        let desk = Desk::open(&copy.server()).await;
        let disk = FaultyDisk::under(&copy.phone());
        disk.plan(Plan::FailAt(number));
        run_phone(&copy, &desk, &mut rng).await;
        failures += disk.failures();
        if number > disk.calls() {
            break;
        }
    }
    assert!(failures > 150, "only {failures} calls were made to fail");
}

/// Does something again if it failed because of the disk; only one call fails.
fn twice<T>(mut work: impl FnMut() -> Result<T, ClientError>) -> T {
    work().unwrap_or_else(|error| {
        assert!(is_clear(&error), "{error:?}");
        work().expect("the disk is well again")
    })
}

async fn run_phone(copy: &Copy<'_>, desk: &Desk, rng: &mut Rng) {
    let job = copy.base.job;
    let phone = twice(|| copy.open(desk));
    let (mut saved, mut refused) = (Vec::new(), Vec::new());
    while saved.len() < NOTES {
        let (id, command) = note(phone.client.ids(), rng);
        match phone.client.execute(job, &EditCommand::Job(command)) {
            Ok(_) => saved.push(id),
            Err(error) => {
                assert!(is_clear(&error), "{error:?}");
                refused.push(id);
            }
        }
    }
    if let Err(error) = phone.try_sync().await {
        assert!(is_clear(&error), "{error:?}");
        phone.sync().await;
    }
    twice(|| phone.client.job(job));
    drop(phone);
    let phone = twice(|| copy.open(desk));
    let notes: Vec<_> = twice(|| phone.client.job(job)).view.notes.iter().map(|note| note.id).collect();
    assert!(saved.iter().all(|id| notes.contains(id)), "what was saved is there");
    assert!(!refused.iter().any(|id| notes.contains(id)), "what failed has left nothing");
    assert_eq!(twice(|| phone.client.totals()).unsent, 0, "and all of it was sent");
    let shown = office::show_job(&desk.core, &desk.dispatcher, job).await.expect("shown");
    assert_eq!(shown.view, twice(|| phone.client.job(job)).view);
}

/// A phone whose disk is full goes on reading, says so for each edit, and saves
/// again once there is room.
#[tokio::test]
async fn a_full_disk_stops_the_phones_edits_and_nothing_else() {
    let base = Base::lay().await;
    let mut rng = Rng::new(2);
    for spare in (0..60).step_by(3) {
        let copy = base.copy();
        let desk = Desk::open(&copy.server()).await;
        let disk = FaultyDisk::under(&copy.phone());
        disk.plan(Plan::FullFrom(spare));
        let phone = copy.open(&desk).expect("a full disk keeps nobody from reading");
        let mut saved = Vec::new();
        for _ in 0..4 {
            let (id, command) = note(phone.client.ids(), &mut rng);
            match phone.client.execute(base.job, &EditCommand::Job(command)) {
                Ok(_) => saved.push(id),
                Err(error) => assert!(matches!(error, ClientError::DiskFull), "{error:?}"),
            }
        }
        assert_eq!(phone.client.job(base.job).expect("read").view.notes.len(), saved.len());
        disk.plan(Plan::Sound);
        let (id, command) = note(phone.client.ids(), &mut rng);
        phone.client.execute(base.job, &EditCommand::Job(command)).expect("there is room again");
        saved.push(id);
        phone.sync().await;
        drop(phone);
        assert_eq!(complaint_of(&copy.phone().join("phone.sqlite")), None);
        let phone = copy.open(&desk).expect("opens");
        let notes = phone.client.job(base.job).expect("read").view.notes;
        assert_eq!(notes.len(), saved.len());
        assert!(saved.iter().all(|id| notes.iter().any(|note| note.id == *id)));
    }
}

/// Seen to fail: every failure of a group of writes was told as `disk_full` once, and the
/// codes differed.
#[tokio::test]
async fn each_call_of_the_servers_disk_may_fail_once() {
    let base = Base::lay().await;
    let mut rng = Rng::new(3);
    let mut failures = 0;
    for number in 1.. {
        let copy = base.copy();
        let disk = FaultyDisk::under(&copy.server());
        disk.plan(Plan::FailAt(number));
        run_server(&copy, &mut rng).await;
        failures += disk.failures();
        if number > disk.calls() {
            break;
        }
    }
    assert!(failures > 150, "only {failures} calls were made to fail");
}

/// Opens the server; the second time the disk is well again.
async fn open_server(copy: &Copy<'_>) -> Desk {
    match Desk::try_open(&copy.server()).await {
        Ok(desk) => desk,
        Err(error) => {
            assert!(
                error.to_string().contains("cannot be opened") || error.to_string().contains("disk"),
                "{error}"
            );
            Desk::open(&copy.server()).await
        }
    }
}

async fn run_server(copy: &Copy<'_>, rng: &mut Rng) {
    let job = copy.base.job;
    let desk = open_server(copy).await;
    let phone = copy.open(&desk).expect("the phone's disk is well");
    let mut kept = Vec::new();
    for _ in 0..NOTES {
        let (id, command) = note(phone.client.ids(), rng);
        phone.client.execute(job, &EditCommand::Job(command)).expect("the phone saves");
        kept.push(id);
        if phone.try_sync().await.is_err() {
            phone.sync().await;
        }
        let (id, command) = note(phone.client.ids(), rng);
        let command = EditCommand::Job(command);
        let edited = office::edit_document(&desk.core, &desk.dispatcher, job, command.clone(), None).await;
        if let Err(error) = edited {
            assert_eq!(error.code(), ErrorCode::Internal, "{error}");
            let again = office::edit_document(&desk.core, &desk.dispatcher, job, command, None).await;
            again.expect("a failed edit has left nothing, so the same one can be made");
        }
        kept.push(id);
    }
    if phone.try_sync().await.is_err() {
        phone.sync().await;
    }
    assert_eq!(phone.client.totals().expect("totals").unsent, 0);
    drop((phone, desk));
    let desk = open_server(copy).await;
    let mut shown = office::show_job(&desk.core, &desk.dispatcher, job).await;
    if shown.is_err() {
        shown = office::show_job(&desk.core, &desk.dispatcher, job).await;
    }
    let mut notes: Vec<_> = shown.expect("shown").view.notes.iter().map(|note| note.id).collect();
    notes.sort_unstable();
    kept.sort_unstable();
    assert_eq!(notes, kept, "each note once, and none that was not acknowledged");
}

/// A full disk at the server: pushes wait, reads go on, and nothing is lost.
#[tokio::test]
async fn a_full_disk_stops_the_servers_writes_and_nothing_else() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("server");
    std::fs::create_dir(&folder).expect("a folder");
    let disk = FaultyDisk::under(&folder);
    let desk = Desk::open(&folder).await;
    let phone = TestPhone::enrol(&desk, &root.path().join("phone.sqlite")).await;
    let job = desk.job_for(&phone, "The fridge is warm").await;
    phone.sync().await;
    let mut rng = Rng::new(4);
    for spare in 0..40 {
        let (_, command) = note(phone.client.ids(), &mut rng);
        phone.client.execute(job, &EditCommand::Job(command)).expect("the phone saves");
        disk.plan(Plan::FullFrom(disk.calls() + spare));
        if let Err(error) = phone.try_sync().await {
            assert!(error.to_string().contains("no room"), "{error}");
        }
        office::show_job(&desk.core, &desk.dispatcher, job).await.expect("reading needs no room");
        let (_, command) = note(phone.client.ids(), &mut rng);
        let command = EditCommand::Job(command);
        disk.plan(Plan::FullFrom(0));
        let full = office::edit_document(&desk.core, &desk.dispatcher, job, command, None).await;
        assert_eq!(full.map(drop).map_err(|error| error.code()), Err(ErrorCode::DiskFull));
        disk.plan(Plan::Sound);
        phone.sync().await;
    }
    assert_eq!(phone.client.totals().expect("totals").unsent, 0);
    let shown = office::show_job(&desk.core, &desk.dispatcher, job).await.expect("shown");
    assert_eq!(shown.view.notes.len(), 40, "each of the phone's notes once, none of the office's");
}
