//! What the tests share: a clock, randomness from a seed, a phone on a folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client_core::{
    Client, ClientError, Clock, Config, EditOutcome, EditReceipt, Randomness, SyncOptions, SyncReport,
};
use domain::{
    DocId, EditCommand, EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobKind, JobText,
    NewEvent, Stamp,
};
use tempfile::TempDir;
use testkit::{ManualClock, Rng};

use crate::server::Server;

/// A clock that moves only when told; its monotonic side follows.
#[derive(Clone)]
pub(crate) struct TestClock(pub(crate) ManualClock);

impl Clock for TestClock {
    fn now(&self) -> Stamp {
        self.0.stamp()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0))
    }
}

/// Randomness that follows from a seed.
pub(crate) struct Seeded(Mutex<Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Rng::new(seed)))
    }
}

impl Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().expect("rng");
        for byte in bytes {
            *byte = rng.bytes::<1>()[0];
        }
    }
}

/// A phone: a folder, and how to open the client on it.
pub(crate) struct Phone {
    folder: TempDir,
    pub(crate) clock: TestClock,
    seed: Mutex<u64>,
}

impl Phone {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        Self { folder, clock: TestClock(ManualClock::morning()), seed: Mutex::new(seed * 1_000) }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("phone.db")
    }

    pub(crate) fn try_open(&self) -> Result<Client, ClientError> {
        let mut seed = self.seed.lock().expect("seed");
        *seed += 1;
        let config = Config { database: self.database(), device_name: "test phone".to_owned() };
        Client::open(config, Arc::new(self.clock.clone()), Arc::new(Seeded::new(*seed)))
    }

    pub(crate) fn open(&self) -> Client {
        self.try_open().expect("the client opens")
    }

    /// Opens and signs the server's technician in.
    pub(crate) fn open_signed_in(&self, server: &Server) -> Client {
        let client = self.open();
        block_on(client.sign_in(server, "sara", "secret")).expect("signs in");
        client
    }

    /// Copies every file of the phone into another phone's folder.
    pub(crate) fn copied_to(&self, other: &Self) {
        copy_folder(self.folder(), other.folder());
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            std::fs::create_dir_all(&target).expect("folder");
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}

/// Drives a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

pub(crate) fn sync(client: &Client, server: &Server) -> SyncReport {
    client.sync_blocking(server, &SyncOptions::default()).expect("syncs")
}

/// The phone and the server show the same, and nothing waits.
pub(crate) fn assert_converged(client: &Client, server: &Server) {
    let totals = client.totals().expect("totals");
    assert_eq!(totals.unsent, 0, "{:?}", client.outbox(10));
    let in_scope: Vec<DocId> = server
        .state()
        .scope
        .iter()
        .filter(|(_, member)| member.left.is_none())
        .map(|(doc, _)| *doc)
        .collect();
    for doc in in_scope {
        let kind = server.state().docs[&doc].0;
        match kind {
            domain::DocKind::Job => {
                assert_eq!(client.job(doc).expect("on the phone").view, server.job(doc));
            }
            domain::DocKind::Trip => {
                let trip = server.state().docs[&doc].1.trip().expect("reads");
                assert_eq!(client.trip(doc).expect("on the phone").view, trip);
            }
        }
    }
}

/// The entry that an edit was saved as.
pub(crate) fn entry(receipt: &EditReceipt) -> i64 {
    match receipt.outcome {
        EditOutcome::Saved { entry } => entry,
        EditOutcome::NothingToChange => panic!("the edit changes nothing"),
    }
}

pub(crate) fn text(field: JobField, value: &str) -> JobFieldEdit {
    JobFieldEdit { field, value: Some(FieldValue::Text(value.to_owned())) }
}

pub(crate) fn at(field: JobField, instant: Instant) -> JobFieldEdit {
    JobFieldEdit { field, value: Some(FieldValue::Instant(instant)) }
}

pub(crate) fn new_job(client: &Client, subject: &str) -> DocId {
    client.create_job(JobKind::Visit, vec![text(JobField::RequestSubject, subject)]).expect("makes a job").doc
}

pub(crate) fn note(client: &Client, words: &str) -> EditCommand {
    EditCommand::Job(JobCommand::AddNote { id: client.ids().note(), text: words.to_owned() })
}

pub(crate) fn record(client: &Client, kind: EventKind) -> EditCommand {
    let mut event = NewEvent::new(client.ids().event(), kind);
    if kind.needs_reason() {
        event = event.because("as agreed by telephone");
    }
    EditCommand::Job(JobCommand::Record { event })
}

pub(crate) fn splice(at: u32, delete: u32, insert: &str) -> EditCommand {
    EditCommand::Job(JobCommand::SpliceText {
        text: JobText::Diagnosis,
        at,
        delete,
        insert: insert.to_owned(),
    })
}
