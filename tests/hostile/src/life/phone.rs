//! One person's phone: the real client on its own folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client_core::{
    Client, ClientError, Clock, Config, EditOutcome, Randomness, SyncOptions, Transport, WithAttachments,
};
use domain::{DocId, EditCommand, JobView, Stamp, TripView};
use testkit::{ManualClock, Person, Rng};

use super::hub::{Hub, Line};

struct HandClock(ManualClock);

impl Clock for HandClock {
    fn now(&self) -> Stamp {
        self.0.stamp()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0))
    }
}

struct Seeded(Mutex<Rng>);

impl Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        bytes.chunks_mut(8).for_each(|piece| {
            let random: [u8; 8] = rng.bytes();
            piece.iter_mut().zip(random).for_each(|(to, from)| *to = from);
        });
    }
}

pub(crate) struct Phone {
    pub(super) person: Person,
    folder: PathBuf,
    seed: u64,
    line: Line,
    client: Option<Client>,
}

impl Phone {
    pub(crate) fn enrol(
        folder: PathBuf,
        person: Person,
        hub: &Hub,
        clock: &ManualClock,
        seed: u64,
    ) -> Result<Self, String> {
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let line = hub.line(person);
        let client = open(&folder, clock, seed).map_err(|error| error.to_string())?;
        block_on(client.enrol(&line, "CODE")).map_err(|error| error.to_string())?;
        Ok(Self { person, folder, seed, line, client: Some(client) })
    }

    fn client(&self) -> Result<&Client, String> {
        self.client.as_ref().ok_or_else(|| "the phone is closed".to_owned())
    }

    /// Carries out a command; whether anything changed. What the phone itself does
    /// not let its owner do is no edit.
    pub(crate) fn edit(&self, doc: DocId, command: &EditCommand) -> Result<bool, String> {
        match self.client()?.execute(doc, command) {
            Ok(receipt) => Ok(receipt.outcome != EditOutcome::NothingToChange),
            Err(ClientError::NotAllowed { .. }) => Ok(false),
            Err(error) => Err(format!("a {} cannot {command:?}: {error}", self.person.role.name())),
        }
    }

    pub(crate) fn job(&self, doc: DocId) -> Result<JobView, String> {
        Ok(self.client()?.job(doc).map_err(|error| error.to_string())?.view)
    }

    pub(super) fn trip(&self, doc: DocId) -> Result<TripView, String> {
        Ok(self.client()?.trip(doc).map_err(|error| error.to_string())?.view)
    }

    pub(super) fn sync(&self) -> Result<(), String> {
        self.sync_with(&self.line)
    }

    /// One sync with any server.
    pub(crate) fn sync_with(&self, transport: &dyn Transport) -> Result<(), String> {
        let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
        let report = self.client()?.sync_blocking(transport, &options);
        report.map(drop).map_err(|error| format!("a sync fails: {error}"))
    }

    fn backup(&self) -> PathBuf {
        self.folder.with_extension("backup")
    }

    /// Keeps a copy of the phone as it is, with what it has not sent.
    pub(super) fn back_up(&mut self, clock: &ManualClock) -> Result<(), String> {
        self.replace_folder(&self.folder.clone(), &self.backup(), clock)
    }

    /// The phone is what it was when it was backed up, and goes on from there under a
    /// new actor.
    pub(super) fn restore(&mut self, clock: &ManualClock) -> Result<(), String> {
        self.sync()?;
        self.replace_folder(&self.backup(), &self.folder.clone(), clock)
    }

    fn replace_folder(&mut self, from: &Path, to: &Path, clock: &ManualClock) -> Result<(), String> {
        self.client = None;
        copy_folder(from, to).map_err(|error| error.to_string())?;
        self.seed = self.seed.wrapping_add(1_000);
        self.client = Some(open(&self.folder, clock, self.seed).map_err(|error| error.to_string())?);
        Ok(())
    }
}

fn open(folder: &Path, clock: &ManualClock, seed: u64) -> Result<Client, ClientError> {
    let config = Config { database: folder.join("phone.db"), device_name: "phone".to_owned() };
    Client::open(config, Arc::new(HandClock(clock.clone())), Arc::new(Seeded(Mutex::new(Rng::new(seed)))))
}

/// Makes `to` what `from` is.
fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Drives a future on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
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
