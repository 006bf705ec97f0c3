//! Real phones and the office on a real server, over real HTTP on loopback; the
//! server runs in the test's process.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use client_core::{
    Client, ClientError, Config as PhoneConfig, HttpTransport, SyncOptions, SyncReport,
    SystemClock as PhoneClock, SystemRandomness, WithAttachments,
};
use domain::{DocId, Role, UserId};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sync_server::auth::{KeyRing, Passwords};
use sync_server::cli::{self, Terminal};
use sync_server::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use sync_server::config::{Config, PasswordCost};
use sync_server::people::{self, NewUser, PeopleError};
use sync_server::server::{Server, Surroundings};
use sync_server::store::Store;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";
/// Tehran.
const OFFSET_MINUTES: i16 = 210;

/// A running server, with a dispatcher and a technician entered.
pub struct World {
    server: Server,
    config: Config,
    folder: tempfile::TempDir,
    http: reqwest::Client,
    dispatcher_token: String,
    /// The technician's id.
    pub technician: UserId,
}

impl World {
    /// Starts a server on a new folder.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("server");
        let clock = Arc::new(SystemClock);
        let store = Store::open(&data, clock.clone()).expect("the store opens");
        KeyRing::create_missing(&data, &SystemClock, &SystemEntropy).expect("keys are made");
        enter(&store, "dispatcher", Role::Dispatcher).await;
        let technician = enter(&store, "technician", Role::Technician).await;
        drop(store);
        let config = Config {
            data,
            listen: "127.0.0.1:0".parse().expect("an address"),
            password_cost: PasswordCost::FLOOR,
            rate_factor: 1000,
            drain_seconds: 1,
            ..Config::default()
        };
        let surroundings = Surroundings { clock, entropy: Arc::new(SystemEntropy) };
        let server = Server::start(&config, surroundings).await.expect("the server starts");
        // Whichever transport or client of this process comes first chooses.
        drop(HttpTransport::new("http://127.0.0.1"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut world = Self { server, config, folder, http, dispatcher_token: String::new(), technician };
        world.dispatcher_token = world.sign_in("dispatcher").await;
        world
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.config.data
    }

    /// Stops the server, does something to its data folder, and starts it again, at
    /// another address.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub async fn meanwhile(self, work: impl FnOnce(&Path)) -> Self {
        self.server.stop().await;
        work(&self.config.data);
        let surroundings = Surroundings { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) };
        let server = Server::start(&self.config, surroundings).await.expect("the server starts");
        Self { server, ..self }
    }

    /// The address of the server.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    async fn sign_in(&self, name: &str) -> String {
        let device = json!({"name": "a browser", "kind": "browser"});
        let body = json!({"name": name, "password": PASSWORD, "device": device});
        let session = self.http.post(format!("{}/v1/sessions", self.address()));
        let (status, session) = answer(session.body(body.to_string()).header("content-type", JSON)).await;
        assert_eq!(status, 201, "{session}");
        session["access_token"].as_str().expect("a token").to_owned()
    }

    /// Asks as the dispatcher; the status and the body.
    pub async fn office(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.address()));
        request = request.bearer_auth(&self.dispatcher_token);
        if let Some(body) = body {
            let key: [u8; 8] = random_bytes(&SystemEntropy);
            request = request.header("idempotency-key", format!("{:x}", u64::from_be_bytes(key)));
            request = request.header("content-type", JSON).body(body.to_string());
        }
        answer(request).await
    }

    /// Registers a job with the given fields and gives it to the technician.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn job_with(&self, fields: Value) -> DocId {
        let body = json!({
            "kind": "visit", "fields": fields, "assignment": {"technician": self.technician},
        });
        let (status, created) = self.office(Method::POST, "/v1/jobs", Some(&body)).await;
        assert_eq!(status, 201, "{created}");
        created["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    }

    /// A job as the office sees it.
    ///
    /// # Panics
    ///
    /// When the server does not show it.
    pub async fn shown(&self, job: DocId) -> Value {
        let (status, shown) = self.office(Method::GET, &format!("/v1/jobs/{job}"), None).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// A one-time code by which the technician enrols a phone, made beside the running
    /// server as an administrator makes it.
    ///
    /// # Panics
    ///
    /// When none is made.
    #[must_use]
    pub fn enrolment_code(&self) -> String {
        let told = run(self.data(), &["device", "code", "technician"]).expect("a code is made");
        told.split_whitespace().next().expect("a code").to_owned()
    }

    /// A new phone of the technician, signed in.
    ///
    /// # Panics
    ///
    /// When it cannot be opened or signed in.
    pub async fn phone(&self, name: &str) -> Phone {
        let database = self.folder.path().join(format!("{name}.sqlite"));
        let phone = Phone::open(database, &self.address());
        phone.client.sign_in(&phone.transport, "technician", PASSWORD).await.expect("signs in");
        phone
    }
}

/// Runs the server's program on a data folder; what it printed, or why it failed.
///
/// # Errors
///
/// As the program says.
///
/// # Panics
///
/// When it panics.
pub fn run(data: &Path, args: &[&str]) -> Result<String, String> {
    let data = data.to_string_lossy();
    let work = || {
        let (mut out, mut input) = (Vec::new(), Cursor::new(Vec::new()));
        let mut terminal = Terminal { out: &mut out, input: &mut input };
        let all = ["hamgam-server", "--data", &data].into_iter().chain(args.iter().copied());
        let done = cli::run(all, &mut terminal).map_err(|error| error.to_string());
        done.map(|()| String::from_utf8(out).expect("text"))
    };
    // The program waits for the disk, which a thread of the runtime must not.
    std::thread::scope(|scope| scope.spawn(work).join().expect("it ends"))
}

const JSON: &str = "application/json";

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn enter(store: &Store, name: &'static str, role: Role) -> UserId {
    let passwords = Passwords::new(PasswordCost::FLOOR, Arc::new(SystemEntropy)).expect("the cost will do");
    let hash = passwords.hash_blocking(PASSWORD).expect("hashed");
    let now = SystemClock.now();
    let id = UserId::new(now, random_bytes(&SystemEntropy));
    let new = NewUser {
        id,
        name: name.to_owned(),
        display_name: name.to_owned(),
        role,
        agency: None,
        password_hash: Some(hash),
    };
    let entered = store
        .write::<_, PeopleError>(move |transaction| people::create_user(transaction, &new, now).map(drop))
        .await;
    entered.expect("the person is entered");
    id
}

/// A phone and its way to the server.
pub struct Phone {
    /// The client.
    pub client: Client,
    /// Its transport.
    pub transport: HttpTransport,
}

impl Phone {
    fn open(database: PathBuf, address: &str) -> Self {
        let config = PhoneConfig { database, device_name: "phone".to_owned() };
        let clock = Arc::new(PhoneClock::new(OFFSET_MINUTES));
        let client = Client::open(config, clock, Arc::new(SystemRandomness)).expect("the database opens");
        Self { client, transport: HttpTransport::new(address).expect("an address") }
    }

    /// Finds the server at the address where it is now.
    ///
    /// # Panics
    ///
    /// When it has none.
    pub fn find(&mut self, world: &World) {
        self.transport = HttpTransport::new(&world.address()).expect("an address");
    }

    /// One sync.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn sync(&self) -> SyncReport {
        self.try_sync().await.expect("the sync succeeds")
    }

    /// One sync that may fail.
    ///
    /// # Errors
    ///
    /// As the client says.
    pub async fn try_sync(&self) -> Result<SyncReport, ClientError> {
        let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
        self.client.sync(&self.transport, &options).await
    }
}
