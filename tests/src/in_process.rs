//! Real phones and the real server in one process, without HTTP: the transport
//! hands each body to the server's exchange. Sign-in is answered by the harness.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use client_core::{
    BoxFuture, Client, ClientError, Config, HttpRequest, HttpResponse, SyncOptions, SyncReport,
    SystemRandomness, Transport, TransportError, WithAttachments,
};
use domain::{
    Assignment, DeviceId, DocId, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobKind, Role,
    Stamp, UserId,
};
use sync_server::clock::SystemEntropy;
use sync_server::core::Core;
use sync_server::office::{self, NewJob};
use sync_server::server::StartError;
use sync_server::session::DeviceSession;
use sync_server::store::Store;
use sync_server::sync::exchange;
use testkit::ManualClock;
use wire::{Encoding, Message, SessionResponse, SessionUser, SyncRequest};

/// One clock for everybody.
#[derive(Clone)]
pub struct SharedClock(Arc<ManualClock>);

impl sync_server::clock::Clock for SharedClock {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl client_core::Clock for SharedClock {
    fn now(&self) -> Stamp {
        self.0.stamp()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0))
    }
}

/// Where phones find the server; empty while it does not run.
type Line = Arc<RwLock<Option<Core>>>;

/// The server, with a dispatcher at it.
pub struct Desk {
    /// The server's heart.
    pub core: Core,
    line: Line,
    /// The clock that everybody shares.
    pub clock: Arc<ManualClock>,
    /// The dispatcher's session.
    pub dispatcher: DeviceSession,
}

fn fresh_uuid_bytes() -> [u8; 10] {
    sync_server::clock::random_bytes(&SystemEntropy)
}

fn session(role: Role, now: Instant) -> DeviceSession {
    DeviceSession {
        user: UserId::new(now, fresh_uuid_bytes()),
        device: DeviceId::new(now, fresh_uuid_bytes()),
        role,
        agency: None,
    }
}

impl Desk {
    /// Opens a server on a folder.
    ///
    /// # Panics
    ///
    /// When the folder cannot be used.
    pub async fn open(folder: &Path) -> Self {
        Self::try_open(folder).await.expect("the server opens")
    }

    /// The same where the disk may not be well.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used.
    pub async fn try_open(folder: &Path) -> Result<Self, StartError> {
        let clock = Arc::new(ManualClock::morning());
        let core = start(folder, &clock).await?;
        let line = Arc::new(RwLock::new(Some(core.clone())));
        let dispatcher = session(Role::Dispatcher, clock.now());
        Ok(Self { core, line, clock, dispatcher })
    }

    /// Stops the server, does something to its folder, and starts it again; phones
    /// find it where it was.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn meanwhile<T>(self, work: impl FnOnce(&Path) -> T) -> (Self, T) {
        let Self { core, line, clock, dispatcher } = self;
        let folder = core.store().folder().to_path_buf();
        *line.write().expect("nobody panics with it") = None;
        drop(core);
        let done = work(&folder);
        let core = start(&folder, &clock).await.expect("the server starts");
        *line.write().expect("nobody panics with it") = Some(core.clone());
        (Self { core, line, clock, dispatcher }, done)
    }

    /// Registers a job and gives it to a phone's owner.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn job_for(&self, phone: &TestPhone, subject: &str) -> DocId {
        let subject = FieldValue::Text(subject.to_owned());
        let fields = vec![JobFieldEdit { field: JobField::RequestSubject, value: Some(subject) }];
        let assignment = Some(Assignment { technician: Some(phone.session.user), ..Assignment::default() });
        let job = NewJob { id: None, kind: JobKind::Visit, fields, assignment };
        office::create_job(&self.core, &self.dispatcher, job).await.expect("the job is registered").doc
    }
}

async fn start(folder: &Path, clock: &Arc<ManualClock>) -> Result<Core, StartError> {
    let shared = Arc::new(SharedClock(clock.clone()));
    let store = Store::open(folder, shared.clone())?;
    Ok(Core::open(store, shared, Arc::new(SystemEntropy)).await?)
}

/// A phone.
pub struct TestPhone {
    /// The client.
    pub client: Client,
    /// Who is signed in on it.
    pub session: DeviceSession,
    database: PathBuf,
    transport: Local,
}

#[derive(Clone)]
struct Local {
    line: Line,
    session: DeviceSession,
    now: Arc<ManualClock>,
}

impl Local {
    fn sign_in(&self) -> HttpResponse {
        let answer = SessionResponse {
            user: SessionUser {
                id: self.session.user,
                name: "t".to_owned(),
                display_name: "T".into(),
                role: self.session.role,
                agency: None,
            },
            device: self.session.device,
            access_token: "a".into(),
            access_seconds: 43_200,
            refresh_token: "r".into(),
            refresh_seconds: 43_200,
            server_time_ms: self.now.now().millis(),
        };
        let body = serde_json::to_vec(&answer).expect("a session is JSON");
        HttpResponse { status: 201, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    async fn exchange(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let packed =
            request.headers.iter().any(|(name, value)| name == "content-encoding" && value == wire::ZSTD);
        let encoding = if packed { Encoding::Zstd } else { Encoding::Plain };
        let message = SyncRequest::from_body(&request.body, encoding).expect("the phone writes a request");
        let core = self.line.read().expect("nobody panics with it").clone();
        let core = core.ok_or_else(|| TransportError("the server does not run".to_owned()))?;
        let answer = exchange(&core, &self.session, message).await;
        let answer = answer.map_err(|error| TransportError(error.to_string()))?;
        let body = answer.to_body();
        let mut headers = vec![("content-type".to_owned(), wire::MEDIA_TYPE.to_owned())];
        if body.encoding == Encoding::Zstd {
            headers.push(("content-encoding".to_owned(), wire::ZSTD.to_owned()));
        }
        Ok(HttpResponse { status: 200, headers, body: body.bytes })
    }
}

impl Transport for Local {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            match request.path.as_str() {
                "/v1/devices/enrol" => Ok(self.sign_in()),
                "/v1/sync" => self.exchange(&request).await,
                path => Err(TransportError(format!("nothing answers {path}"))),
            }
        })
    }
}

/// Copies the files of a folder.
///
/// # Panics
///
/// When one cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
        }
    }
}

impl TestPhone {
    /// Makes a technician's phone.
    ///
    /// # Panics
    ///
    /// When the database cannot be made.
    pub async fn enrol(desk: &Desk, database: &Path) -> Self {
        Self::enrol_as(desk, database, session(Role::Technician, desk.clock.now())).await
    }

    /// Makes another phone of a person.
    ///
    /// # Panics
    ///
    /// When the database cannot be made.
    pub async fn enrol_as(desk: &Desk, database: &Path, session: DeviceSession) -> Self {
        let phone = Self::reopen(desk, database, session).expect("the database opens");
        phone.client.enrol(&phone.transport, "CODE").await.expect("the phone is enrolled");
        phone
    }

    /// Opens the database of a phone that was enrolled before.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn reopen(desk: &Desk, database: &Path, session: DeviceSession) -> Result<Self, ClientError> {
        Self::open(database, Local { line: desk.line.clone(), session, now: desk.clock.clone() })
    }

    fn open(database: &Path, transport: Local) -> Result<Self, ClientError> {
        let config = Config { database: database.to_path_buf(), device_name: "phone".to_owned() };
        let clock = Arc::new(SharedClock(transport.now.clone()));
        let client = Client::open(config, clock, Arc::new(SystemRandomness))?;
        Ok(Self { client, session: transport.session, database: database.to_path_buf(), transport })
    }

    /// Closes the app, does something to its database, and opens it again.
    ///
    /// # Panics
    ///
    /// When it does not open.
    #[must_use]
    pub fn meanwhile(self, work: impl FnOnce(&Path)) -> Self {
        let Self { client, database, transport, .. } = self;
        drop(client);
        work(&database);
        Self::open(&database, transport).expect("the database opens")
    }

    /// Closes the app and opens the same person's on another database.
    ///
    /// # Panics
    ///
    /// When it does not open.
    #[must_use]
    pub fn on(self, database: &Path) -> Self {
        self.on_prepared(database, |_| ())
    }

    /// The same after something was done to the database.
    ///
    /// # Panics
    ///
    /// When it does not open.
    #[must_use]
    pub fn on_prepared(self, database: &Path, work: impl FnOnce(&Path)) -> Self {
        let Self { client, transport, .. } = self;
        drop(client);
        work(database);
        Self::open(database, transport).expect("the database opens")
    }

    /// Closes the app and copies its folder; both are opened.
    ///
    /// # Panics
    ///
    /// When they cannot be copied or opened.
    #[must_use]
    pub fn cloned(self, folder: &Path) -> (Self, Self) {
        let Self { client, database, transport, .. } = self;
        drop(client);
        copy_folder(database.parent().expect("a folder"), folder);
        let copy = folder.join(database.file_name().expect("a name"));
        let opened =
            |database: &Path, transport| Self::open(database, transport).expect("the database opens");
        (opened(&database, transport.clone()), opened(&copy, transport))
    }

    /// A sync that also compares everything.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn repair(&self) -> SyncReport {
        let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
        self.client.repair(&self.transport, &options).await.expect("the repair succeeds")
    }

    /// One sync that may fail.
    ///
    /// # Errors
    ///
    /// When the phone or the server cannot carry it out.
    pub async fn try_sync(&self) -> Result<SyncReport, ClientError> {
        let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
        self.client.sync(&self.transport, &options).await
    }

    /// One sync.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn sync(&self) -> SyncReport {
        self.try_sync().await.expect("the sync succeeds")
    }

    /// Edits a job.
    ///
    /// # Panics
    ///
    /// When the phone refuses.
    pub fn edit(&self, job: DocId, command: JobCommand) {
        self.client.execute(job, &domain::EditCommand::Job(command)).expect("the edit is saved");
    }
}
