//! A technician's phone: a real client-core on a real database, with a clock
//! that the story sets and a network that the story can spoil.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use client_core::{
    AttachmentReport, BoxFuture, Client, ClientError, Clock, Config, HttpRequest, HttpResponse,
    HttpTransport, NewAttachment, ReferenceKind, SyncOptions, SyncReport, SystemClock, SystemRandomness,
    Totals, Transport, TransportError,
};
use domain::{
    AgencyId, AttachmentKind, DocId, EditCommand, Instant, JobCommand, JobView, Stamp, TripCommand, UserId,
};
use testkit::ManualClock;
use tokio::sync::Notify;

use crate::DemoError;
use crate::calendar::TEHRAN_MINUTES;
use crate::work::Step;

/// A clock that the story sets.
pub(crate) struct StoryClock {
    wall: ManualClock,
    machine: SystemClock,
}

impl StoryClock {
    pub(crate) fn at(now: Instant) -> Self {
        Self { wall: ManualClock::at(now), machine: SystemClock::new(TEHRAN_MINUTES) }
    }
    pub(crate) fn set(&self, now: Instant) {
        self.wall.advance_ms(now.millis() - self.wall.now().millis());
    }
    pub(crate) fn advance_minutes(&self, minutes: i64) {
        self.wall.advance_ms(minutes * 60_000);
    }
    pub(crate) fn instant(&self) -> Instant {
        self.wall.now()
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Stamp {
        self.wall.stamp()
    }
    fn monotonic(&self) -> Duration {
        self.machine.monotonic()
    }
}

/// The network of one phone.
pub(crate) struct Network {
    http: HttpTransport,
    offline: AtomicBool,
    lose_next_reply: AtomicBool,
    answered: Notify,
}

impl Network {
    fn new(server: &str) -> Result<Self, DemoError> {
        let http = HttpTransport::new(server).map_err(DemoError::phone("the network"))?;
        Ok(Self {
            http,
            offline: AtomicBool::new(false),
            lose_next_reply: AtomicBool::new(false),
            answered: Notify::new(),
        })
    }
}

impl Transport for Network {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            if self.offline.load(Ordering::Relaxed) {
                return Err(TransportError("no network".to_owned()));
            }
            let answer = self.http.send(request).await?;
            self.answered.notify_waiters();
            // The server has done its work; only its answer goes missing.
            if self.lose_next_reply.swap(false, Ordering::Relaxed) {
                return Err(TransportError("the connection broke before the answer came".to_owned()));
            }
            Ok(answer)
        })
    }
}

/// A phone.
pub(crate) struct Phone {
    /// The technician's name, as people write it.
    pub(crate) name: String,
    pub(crate) clock: Arc<StoryClock>,
    pub(crate) user: UserId,
    pub(crate) agency: Option<AgencyId>,
    /// Where its database lies.
    pub(crate) folder: PathBuf,
    client: Option<Client>,
    network: Arc<Network>,
}

impl Phone {
    /// Makes a new phone and enrols it with a one-time code.
    pub(crate) async fn enrol(
        name: &str,
        folder: PathBuf,
        server: &str,
        code: &str,
        now: Instant,
    ) -> Result<Self, DemoError> {
        std::fs::create_dir_all(&folder).map_err(DemoError::files("make the phone's folder"))?;
        let clock = Arc::new(StoryClock::at(now));
        let client = open(&folder, name, &clock)?;
        let network = Arc::new(Network::new(server)?);
        let session = client.enrol(network.as_ref(), code).await.map_err(DemoError::phone(name))?;
        Ok(Self {
            name: name.to_owned(),
            clock,
            user: session.user,
            agency: session.agency,
            folder,
            client: Some(client),
            network,
        })
    }

    pub(crate) fn client(&self) -> Result<&Client, DemoError> {
        self.client.as_ref().ok_or(DemoError::Story("a phone that is switched off was used"))
    }

    /// Switches the phone off: the app is gone, the database stays.
    pub(crate) fn switch_off(&mut self) {
        self.client = None;
    }

    /// Starts the app again on whatever database lies in the folder.
    pub(crate) fn switch_on(&mut self) -> Result<(), DemoError> {
        self.client = Some(open(&self.folder, &self.name, &self.clock)?);
        Ok(())
    }

    /// Points the phone at another address of the same server.
    pub(crate) fn use_server(&mut self, address: &str) -> Result<(), DemoError> {
        self.network = Arc::new(Network::new(address)?);
        Ok(())
    }

    pub(crate) fn go_offline(&self) {
        self.network.offline.store(true, Ordering::Relaxed);
    }

    pub(crate) fn come_online(&self) {
        self.network.offline.store(false, Ordering::Relaxed);
    }

    /// Waits until an answer has come; the phone may not have read it yet.
    pub(crate) async fn hears_an_answer(&self) {
        self.network.answered.notified().await;
    }

    pub(crate) fn lose_next_reply(&self) {
        self.network.lose_next_reply.store(true, Ordering::Relaxed);
    }

    /// One sync over the network as it is.
    pub(crate) async fn sync(&self) -> Result<SyncReport, ClientError> {
        let client = self.client.as_ref().ok_or(ClientError::Cancelled)?;
        client.sync(self.network.as_ref(), &SyncOptions::default()).await
    }

    /// One sync that begins when another phone hears an answer.
    pub(crate) async fn sync_after(&self, other: &Self) -> Result<SyncReport, ClientError> {
        other.hears_an_answer().await;
        self.sync().await
    }

    /// What the phone holds, in figures.
    pub(crate) fn totals(&self) -> Result<Totals, DemoError> {
        self.client()?.totals().map_err(DemoError::phone(&self.name))
    }

    /// How many rows of a list on the phone have every word of a text.
    pub(crate) fn look_up(&self, kind: ReferenceKind, text: &str) -> Result<usize, DemoError> {
        let found = self.client()?.search_reference(kind, text, 100);
        Ok(found.map_err(DemoError::phone(&self.name))?.len())
    }

    /// A job as this phone shows it.
    pub(crate) fn view(&self, job: DocId) -> Result<JobView, DemoError> {
        Ok(self.client()?.job(job).map_err(DemoError::phone(&self.name))?.view)
    }

    /// Does something to a job.
    pub(crate) fn edit(&self, job: DocId, command: JobCommand) -> Result<(), DemoError> {
        let written = self.client()?.execute(job, &EditCommand::Job(command));
        written.map(|_| ()).map_err(DemoError::phone(&self.name))
    }

    /// Does something to a trip.
    pub(crate) fn edit_trip(&self, trip: DocId, command: TripCommand) -> Result<(), DemoError> {
        let written = self.client()?.execute(trip, &EditCommand::Trip(command));
        written.map(|_| ()).map_err(DemoError::phone(&self.name))
    }

    /// Makes a trip.
    pub(crate) fn create_trip(&self, command: TripCommand) -> Result<DocId, DemoError> {
        let client = self.client()?;
        let trip = client.ids().doc(self.clock.instant());
        self.edit_trip(trip, command)?;
        Ok(trip)
    }

    /// Attaches a picture to a job: bytes that no other picture has.
    pub(crate) fn attach(&self, job: DocId, kind: AttachmentKind, caption: &str) -> Result<(), DemoError> {
        let bytes = format!("{} {job} {caption} {}", self.name, self.clock.instant().millis()).repeat(200);
        let new = NewAttachment { kind, mime: "image/png".to_owned(), caption: caption.to_owned() };
        let added: Result<AttachmentReport, ClientError> =
            self.client()?.add_attachment(job, new, bytes.as_bytes());
        added.map(|_| ()).map_err(DemoError::phone(&self.name))
    }

    /// Works through some steps, the clock moving on between them.
    pub(crate) fn work(&self, job: DocId, steps: Vec<Step>) -> Result<(), DemoError> {
        for step in steps {
            self.clock.advance_minutes(step.minutes);
            self.client()?.execute(job, &step.command).map_err(DemoError::phone(&self.name))?;
        }
        Ok(())
    }

    /// Copies the database as a backup tool of the phone would.
    pub(crate) fn copy_database_to(&self, folder: &Path) -> Result<(), DemoError> {
        copy_folder(&self.folder, folder)
    }

    /// Puts an older copy in the place of the database. The phone must be off.
    pub(crate) fn restore_database_from(&self, folder: &Path) -> Result<(), DemoError> {
        std::fs::remove_dir_all(&self.folder).map_err(DemoError::files("clear the phone"))?;
        copy_folder(folder, &self.folder)
    }
}

/// The database inside a phone's folder.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("phone.sqlite")
}

pub(crate) fn open(folder: &Path, name: &str, clock: &Arc<StoryClock>) -> Result<Client, DemoError> {
    let config = Config { database: database(folder), device_name: format!("{name}'s phone") };
    Client::open(config, clock.clone(), Arc::new(SystemRandomness)).map_err(DemoError::phone(name))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), DemoError> {
    let failed = DemoError::files("copy a phone's database");
    std::fs::create_dir_all(to).map_err(&failed)?;
    for entry in std::fs::read_dir(from).map_err(&failed)? {
        let entry = entry.map_err(&failed)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(&failed)?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).map_err(&failed)?;
        }
    }
    Ok(())
}
