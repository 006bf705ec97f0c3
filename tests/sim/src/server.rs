//! The server as a machine: it starts, dies, is backed up and restored, and
//! answers requests as its HTTP shell does, on the caller's thread.

use std::cell::RefCell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use client_core::{HttpRequest, HttpResponse, Method};
use rusqlite::{Connection, OpenFlags};
use sync_server::auth::{Auth, AuthParts, Enrolment, KeyRing, Passwords, Session};
use sync_server::backup::adopt;
use sync_server::clock::{Clock, Entropy, SystemEntropy};
use sync_server::config::{Config, PasswordCost};
use sync_server::core::Core;
use sync_server::http::Problem;
use sync_server::session::DeviceSession;
use sync_server::store::{Store, Threads};
use sync_server::sync::exchange;
use wire::{
    Encoding, EnrolRequest, ErrorCode, MEDIA_TYPE, Message, PROBLEM_MEDIA_TYPE, RefreshRequest, Renewal,
    SessionResponse, SessionUser, SyncRequest, SyncResponse, ZSTD,
};

use crate::clocks::{MachineClock, Seeded};
use crate::failure::Failed;
use crate::machine::{Storage, copy_folder};

const DATABASE: &str = "hamgam.db";
/// What a restore leaves as it is.
const OUTSIDE: &str = "hamgam.outside";

/// The server's process.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    /// Its heart.
    pub(crate) core: Core,
    /// Who may ask.
    pub(crate) auth: Auth,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its disk.
    pub(crate) storage: Storage,
    /// Its process, while it lives.
    pub(crate) running: Option<Running>,
    /// Copies of its data, the oldest first.
    pub(crate) backups: Vec<PathBuf>,
    clock: MachineClock,
    randomness: Arc<Seeded>,
    /// Kept while the process lives: a new connection reads the whole schema first.
    looking: RefCell<Option<Rc<Connection>>>,
}

/// An exchange that the server answered, for whoever judges.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    /// Who asked.
    pub(crate) session: DeviceSession,
    /// What was answered.
    pub(crate) response: SyncResponse,
}

impl Server {
    /// A new server.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub(crate) fn new(
        storage: Storage,
        clock: MachineClock,
        randomness: Arc<Seeded>,
    ) -> Result<Self, Failed> {
        KeyRing::create_missing(storage.folder(), &clock, &*randomness).map_err(Failed::harness)?;
        std::fs::write(storage.folder().join(DATABASE), empty_database(&clock)?).map_err(Failed::harness)?;
        let looking = RefCell::default();
        let mut server = Self { storage, running: None, backups: Vec::new(), clock, randomness, looking };
        server.start().map_err(Failed::harness)?;
        Ok(server)
    }

    /// Starts the process; an error if it does not come up.
    ///
    /// # Errors
    ///
    /// When its disk does not let it.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        // A folder has another name in each run; one seed is to be one run.
        let root = self.storage.folder().parent().map(Path::to_string_lossy).unwrap_or_default();
        let say = |error: &dyn std::fmt::Display| error.to_string().replace(&*root, "");
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let entropy: Arc<dyn Entropy> = self.randomness.clone();
        let store = Store::open_on(self.storage.folder(), clock.clone(), Threads::OfCallers)
            .map_err(|error| say(&error))?;
        let core = Core::open_blocking(store.clone(), clock.clone(), entropy.clone())
            .map_err(|error| say(&error))?;
        let keys = KeyRing::open(self.storage.folder()).map_err(|error| say(&error))?;
        let lifetimes = Config::default().lifetimes;
        let auth = Auth::new(AuthParts { store, keys, passwords: passwords(), clock, entropy, lifetimes });
        self.running = Some(Running { core, auth });
        Ok(())
    }

    /// Ends the process as if it were killed: no file changes any more.
    pub(crate) fn kill(&mut self) {
        self.looking.take();
        self.storage.kill();
        self.running = None;
    }

    /// Ends the process in order.
    pub(crate) fn close(&mut self) {
        self.looking.take();
        self.running = None;
        self.storage.kill();
    }

    /// Copies its data while it stands still.
    ///
    /// # Errors
    ///
    /// When files cannot be copied.
    pub(crate) fn back_up(&mut self) -> Result<(), Failed> {
        let name = format!("server-backup-{}", self.backups.len());
        let target = self.storage.folder().with_file_name(name);
        copy_folder(self.storage.folder(), &target).map_err(Failed::harness)?;
        self.backups.push(target);
        Ok(())
    }

    /// Puts the data back to a copy, but for what lies outside the database, and
    /// takes it in as a restore does. The process must have ended.
    ///
    /// # Errors
    ///
    /// When files cannot be copied.
    pub(crate) fn restore(&mut self, backup: &Path) -> Result<(), Failed> {
        let folder = self.storage.folder().to_path_buf();
        self.storage.start_again().map_err(Failed::harness)?;
        let outside = std::fs::read(folder.join(OUTSIDE)).map_err(Failed::harness)?;
        std::fs::remove_dir_all(&folder).map_err(Failed::harness)?;
        copy_folder(backup, &folder).map_err(Failed::harness)?;
        std::fs::write(folder.join(OUTSIDE), outside).map_err(Failed::harness)?;
        adopt(&folder, &self.clock, &*self.randomness).map_err(Failed::harness)?;
        // What lies there now is what the disk begins with.
        self.storage.start_again().map_err(Failed::harness)
    }

    /// A connection that only reads.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub(crate) fn look(&self) -> Result<Rc<Connection>, Failed> {
        if let Some(kept) = &*self.looking.borrow() {
            return Ok(kept.clone());
        }
        let new = Rc::new(look_at(&self.storage.folder().join(DATABASE))?);
        if self.running.is_some() {
            self.looking.replace(Some(new.clone()));
        }
        Ok(new)
    }
}

/// A database with every table and nothing in it, made once: that takes longer than many
/// a seed's whole story.
fn empty_database(clock: &MachineClock) -> Result<&'static [u8], Failed> {
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(empty) = EMPTY.get() {
        return Ok(empty);
    }
    let folder = tempfile::tempdir().map_err(Failed::harness)?;
    let store = Store::open_on(folder.path(), Arc::new(clock.clone()), Threads::OfCallers);
    drop(store.map_err(Failed::harness)?);
    let empty = std::fs::read(folder.path().join(DATABASE)).map_err(Failed::harness)?;
    Ok(EMPTY.get_or_init(|| empty))
}

/// Opens a database past its faulty disk, to judge it.
///
/// # Errors
///
/// When it cannot be opened.
pub(crate) fn look_at(database: &Path) -> Result<Connection, Failed> {
    let vfs = if cfg!(windows) { c"win32" } else { c"unix" };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags_and_vfs(database, flags, vfs).map_err(Failed::harness)
}

/// Hashing takes long and nobody signs in by password here.
fn passwords() -> Passwords {
    static PASSWORDS: OnceLock<Passwords> = OnceLock::new();
    let make = || Passwords::new(PasswordCost::FLOOR, Arc::new(SystemEntropy)).expect("the floor will do");
    PASSWORDS.get_or_init(make).clone()
}

/// Runs a future of the server, which waits for nobody else.
///
/// # Panics
///
/// When it does.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    const POLLS_MAX: usize = 1_000_000;
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..POLLS_MAX {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the server waits for something that does not come");
}

impl Running {
    /// Answers a request; with the exchange, if it was one.
    #[must_use]
    pub(crate) fn answer(&self, request: &HttpRequest) -> (HttpResponse, Option<Answered>) {
        let answered = match (request.method, request.path.as_str()) {
            (Method::Post, "/v1/devices/enrol") => self.enrol(request).map(|response| (response, None)),
            (Method::Post, "/v1/sessions/refresh") => self.refresh(request).map(|response| (response, None)),
            (Method::Post, "/v1/sync") => self.sync(request),
            _ => Err(Problem::new(ErrorCode::NotFound)),
        };
        answered.unwrap_or_else(|problem| (refusal(&problem), None))
    }

    fn enrol(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let asked: EnrolRequest = json_of(request)?;
        let asked = Enrolment { code: asked.code, device_name: asked.device_name };
        Ok(signed_in(201, &run(self.auth.enrol(asked))?))
    }

    fn refresh(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let asked: RefreshRequest = json_of(request)?;
        Ok(signed_in(200, &run(self.auth.refresh(&asked.refresh_token))?))
    }

    fn sync(&self, request: &HttpRequest) -> Result<(HttpResponse, Option<Answered>), Problem> {
        let header = |wanted: &str| {
            let found = request.headers.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| Problem::new(ErrorCode::SignInRequired))?;
        let caller = run(self.auth.admit(token))?;
        let encoding =
            if header("content-encoding") == Some(ZSTD) { Encoding::Zstd } else { Encoding::Plain };
        let asked = SyncRequest::from_body(&request.body, encoding)
            .map_err(|error| Problem::new(ErrorCode::BadRequest).with_detail(error.to_string()))?;
        let session = DeviceSession::from(caller);
        let mut response = run(exchange(&self.core, &session, asked))?;
        let renewed = run(self.auth.renew(&caller))?;
        response.renewal = renewed.map(|renewed| Renewal {
            access_token: renewed.access_token,
            expires_at: Some(renewed.expires_at),
        });
        let body = response.to_body();
        let mut headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
        if body.encoding == Encoding::Zstd {
            headers.push(("content-encoding".to_owned(), ZSTD.to_owned()));
        }
        let http = HttpResponse { status: 200, headers, body: body.bytes };
        Ok((http, Some(Answered { session, response })))
    }
}

fn json_of<T: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Problem::new(ErrorCode::BadRequest).with_detail(error.to_string()))
}

fn json(status: u16, media_type: &str, body: &impl serde::Serialize) -> HttpResponse {
    let body = serde_json::to_vec(body).unwrap_or_default();
    HttpResponse { status, headers: vec![("content-type".to_owned(), media_type.to_owned())], body }
}

fn refusal(problem: &Problem) -> HttpResponse {
    json(problem.code().http_status(), PROBLEM_MEDIA_TYPE, &problem.document(None))
}

fn signed_in(status: u16, session: &Session) -> HttpResponse {
    let user = SessionUser {
        id: session.user.id,
        name: session.user.name.clone(),
        display_name: session.user.display_name.clone(),
        role: session.user.role,
        agency: session.user.agency,
    };
    let answer = SessionResponse {
        user,
        device: session.device,
        access_token: session.access_token.clone(),
        access_seconds: session.access_seconds,
        refresh_token: session.refresh_token.clone(),
        refresh_seconds: session.refresh_seconds,
        server_time_ms: session.now.millis(),
    };
    json(status, "application/json", &answer)
}
