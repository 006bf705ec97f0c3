//! A running server, its people, and the office's calls by which the rest is made.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{AgencyId, Instant, Role, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::auth::{KeyRing, Passwords};
use sync_server::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use sync_server::config::{Config, InboundConfig, PasswordCost};
use sync_server::people::{self, NewUser, PeopleError};
use sync_server::scores::period::MonthKey;
use sync_server::server::{Server, Surroundings};
use sync_server::store::Store;

use crate::organisation::{self, AGENCIES, OFFICE, Size};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";
/// Where mail of customers lies, in a scene that has some.
pub(crate) const MAILDIR: &str = "maildir";
const JSON: &str = "application/json";

/// A technician.
#[derive(Debug, Clone)]
pub struct Technician {
    /// The id.
    pub id: UserId,
    /// The name that signs in.
    pub name: String,
}

/// A running server with an organisation.
pub struct Scene {
    server: Server,
    folder: tempfile::TempDir,
    http: reqwest::Client,
    tokens: Vec<(String, String)>,
    calls: AtomicU64,
    /// The technicians, in the order in which they were entered.
    pub technicians: Vec<Technician>,
}

impl Scene {
    /// Starts a server at a free port, with a small organisation.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), Size::SMALL).await
    }

    /// Starts a server at an address, with an organisation of a size.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub async fn start_at(listen: SocketAddr, size: Size) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let technicians = enter_people(folder.path(), size).await;
        let server = serve(folder.path(), listen, Arc::new(SystemClock)).await;
        // Whichever transport or client of this process comes first chooses the cryptography.
        drop(client_core::HttpTransport::new("http://127.0.0.1"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut scene =
            Self { server, folder, http, tokens: Vec::new(), calls: AtomicU64::new(0), technicians };
        scene.sign_in_all().await;
        organisation::fill(&scene, size).await;
        scene
    }

    async fn sign_in_all(&mut self) {
        self.tokens.clear();
        for (name, ..) in OFFICE {
            let token = self.sign_in(name).await;
            self.tokens.push((name.to_owned(), token));
        }
    }

    /// The same scene on the seventh day of the month after: the month is frozen, and
    /// objections are taken.
    ///
    /// # Panics
    ///
    /// When it cannot be started again.
    pub async fn in_the_month_after(self) -> Self {
        let now = SystemClock.now();
        let month = MonthKey::at(now).expect("a month").next();
        let then = month.day_begins(7).expect("a seventh day");
        let clock = MovedClock(then.millis() - now.millis());
        self.started_again(Arc::new(clock), |_| ()).await
    }

    /// Does something to the data while the server is stopped.
    pub(crate) async fn while_stopped(self, work: impl FnOnce(&Path)) -> Self {
        self.started_again(Arc::new(SystemClock), work).await
    }

    async fn started_again(mut self, clock: Arc<dyn Clock>, work: impl FnOnce(&Path)) -> Self {
        let listen = self.server.address();
        self.server.stop().await;
        tokio::task::block_in_place(|| work(self.folder.path()));
        self.server = serve(self.folder.path(), listen, clock).await;
        self.sign_in_all().await;
        self
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A file beside the data.
    #[must_use]
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn sign_in(&self, name: &str) -> String {
        let device = json!({"name": "the scene", "kind": "phone"});
        let body = json!({"name": name, "password": PASSWORD, "device": device});
        let request = self.http.post(format!("{}/v1/sessions", self.address()));
        let session = answer(request.header("content-type", JSON).body(body.to_string())).await;
        session["access_token"].as_str().expect("a token").to_owned()
    }

    /// Asks the server as somebody of the office.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn call(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let token = self.tokens.iter().find(|(name, _)| name == who).map(|(_, token)| token.as_str());
        let request = self.http.request(method, format!("{}{path}", self.address()));
        let key = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut request = request.bearer_auth(token.expect("one of the office"));
        request = request.header("idempotency-key", format!("scene-{key}"));
        if let Some(body) = body {
            request = request.header("content-type", JSON).body(body.to_string());
        }
        answer(request).await
    }

    /// Stops the server.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// A server on a data folder.
async fn serve(data: &Path, listen: SocketAddr, clock: Arc<dyn Clock>) -> Server {
    let maildir = data.join(MAILDIR);
    let config = Config {
        data: data.to_path_buf(),
        inbound: InboundConfig { maildir: maildir.exists().then_some(maildir), ..InboundConfig::default() },
        listen,
        password_cost: PasswordCost::FLOOR,
        rate_factor: 1000,
        drain_seconds: 1,
        ..Config::default()
    };
    let surroundings = Surroundings { clock, entropy: Arc::new(SystemEntropy) };
    Server::start(&config, surroundings).await.expect("the server starts")
}

/// The machine's clock, so many milliseconds ahead.
#[derive(Debug)]
struct MovedClock(i64);

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        SystemClock.now().plus_millis(self.0)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

async fn enter_people(data: &Path, size: Size) -> Vec<Technician> {
    let store = Store::open(data, Arc::new(SystemClock)).expect("the store opens");
    KeyRing::create_missing(data, &SystemClock, &SystemEntropy).expect("keys are made");
    let passwords = Passwords::new(PasswordCost::FLOOR, Arc::new(SystemEntropy)).expect("the cost will do");
    let hash = passwords.hash_blocking(PASSWORD).expect("hashed");
    let entered = store.write::<_, PeopleError>(move |tx| {
        let now = SystemClock.now();
        let agencies: Vec<AgencyId> =
            AGENCIES.iter().map(|_| AgencyId::new(now, random_bytes(&SystemEntropy))).collect();
        for (id, (name, city)) in agencies.iter().zip(AGENCIES) {
            people::create_agency(tx, *id, name, Some(city), now)?;
        }
        let enter = |name: &str, display_name: &str, role: Role, agency: Option<AgencyId>| {
            let new = NewUser {
                id: UserId::new(now, random_bytes(&SystemEntropy)),
                name: name.to_owned(),
                display_name: display_name.to_owned(),
                role,
                agency,
                password_hash: Some(hash.clone()),
            };
            people::create_user(tx, &new, now).map(|_user| new.id)
        };
        for (name, display_name, role) in OFFICE {
            let agency = (role == Role::Representative).then(|| agencies[0]);
            enter(name, display_name, role, agency)?;
        }
        let mut technicians = Vec::new();
        for number in 0..size.technicians {
            let (name, display_name) = organisation::technician(number);
            let id = enter(&name, &display_name, Role::Technician, Some(agencies[number % agencies.len()]))?;
            technicians.push(Technician { id, name });
        }
        Ok(technicians)
    });
    entered.await.expect("the people are entered")
}
