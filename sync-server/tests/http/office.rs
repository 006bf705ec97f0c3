//! A server with people of every role, and a client that speaks for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{AgencyId, Instant, Role, UserId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sync_server::auth::{KeyRing, Passwords};
use sync_server::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use sync_server::config::{Config, PasswordCost};
use sync_server::people::{self, NewUser, PeopleError};
use sync_server::server::{Server, Surroundings};
use sync_server::store::Store;

pub(crate) const PASSWORD: &str = "correct horse";

/// The machine's clock, moved.
#[derive(Debug, Default)]
pub(crate) struct MovedClock(AtomicI64);

impl MovedClock {
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        SystemClock.now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A running server and its people.
pub(crate) struct Office {
    pub(crate) server: Server,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) people: BTreeMap<&'static str, UserId>,
    pub(crate) agency: AgencyId,
    pub(crate) http: reqwest::Client,
    pub(crate) data: tempfile::TempDir,
}

/// Who there is: name, role, whether of the agency.
const PEOPLE: [(&str, Role, bool); 9] = [
    ("tech", Role::Technician, true),
    ("other_tech", Role::Technician, false),
    ("dispatcher", Role::Dispatcher, false),
    ("representative", Role::Representative, true),
    ("admin", Role::Administrator, false),
    ("second_admin", Role::Administrator, false),
    ("quality", Role::Quality, false),
    ("caller", Role::CustomerRelations, false),
    ("desk", Role::Desk, false),
];

pub(crate) fn config(data: &std::path::Path) -> Config {
    Config {
        data: data.to_path_buf(),
        listen: "127.0.0.1:0".parse().expect("an address"),
        password_cost: PasswordCost::FLOOR,
        rate_factor: 1000,
        drain_seconds: 2,
        ..Config::default()
    }
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(adjust: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(MovedClock::default());
        KeyRing::create_missing(data.path(), &SystemClock, &SystemEntropy).expect("keys are made");
        let (agency, people) = enter_people(&data, clock.clone()).await;
        let mut config = config(data.path());
        adjust(&mut config);
        let surroundings = Surroundings { clock: clock.clone(), entropy: Arc::new(SystemEntropy) };
        let server = Server::start(&config, surroundings).await.expect("starts");
        Self { server, clock, people, agency, http: client(), data }
    }

    /// The same server after a stop and a start, on another port.
    pub(crate) async fn restarted(self) -> Self {
        let Self { server, clock, people, agency, http, data } = self;
        server.stop().await;
        let surroundings = Surroundings { clock: clock.clone(), entropy: Arc::new(SystemEntropy) };
        let server = Server::start(&config(data.path()), surroundings).await.expect("starts again");
        Self { server, clock, people, agency, http, data }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Asks as somebody, or as nobody.
    pub(crate) fn ask(&self, method: Method, path: &str, token: Option<&str>) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        Answer::of(self.ask(Method::GET, path, Some(token))).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        Answer::of(self.ask(Method::POST, path, Some(token)).json_body(body)).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: &Value) -> Answer {
        Answer::of(self.ask(Method::PUT, path, Some(token)).json_body(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        Answer::of(self.ask(Method::DELETE, path, Some(token))).await
    }

    /// Signs in from a browser, or from a phone.
    pub(crate) async fn session(&self, name: &str, kind: &str) -> Value {
        let device = json!({"name": "a device", "kind": kind});
        let body = json!({"name": name, "password": PASSWORD, "device": device});
        let answer = Answer::of(self.http.post(self.url("/v1/sessions")).json_body(&body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.body
    }

    pub(crate) async fn token(&self, name: &str) -> String {
        text(&self.session(name, "browser").await["access_token"])
    }

    pub(crate) fn id(&self, name: &str) -> UserId {
        self.people[name]
    }

    /// For how many accounts somebody's phone is given what prices a trip.
    pub(crate) fn travel_scopes(&self, name: &str) -> u32 {
        let database = rusqlite::Connection::open(self.data.path().join("hamgam.db")).expect("opens");
        let sql = "SELECT count(*) FROM reference_scopes JOIN membership USING (scope)
            WHERE scope = ?1 AND item = reference_scopes.account";
        database.query_row(sql, [self.id(name).as_bytes()], |row| row.get(0)).expect("counted")
    }
}

pub(crate) fn client() -> reqwest::Client {
    // Another test may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

async fn enter_people(
    data: &tempfile::TempDir,
    clock: Arc<MovedClock>,
) -> (AgencyId, BTreeMap<&'static str, UserId>) {
    let store = Store::open(data.path(), clock.clone()).expect("opens");
    let passwords = Passwords::new(PasswordCost::FLOOR, Arc::new(SystemEntropy)).expect("the cost will do");
    let hash = passwords.hash_blocking(PASSWORD).expect("hashed");
    let now = clock.now();
    let agency = AgencyId::new(now, random_bytes(&SystemEntropy));
    let all = store.write::<_, PeopleError>(move |transaction| {
        people::create_agency(transaction, agency, "North", Some("Rasht"), now)?;
        let mut all = BTreeMap::new();
        for (name, role, in_agency) in PEOPLE {
            let id = UserId::new(now, random_bytes(&SystemEntropy));
            let new = NewUser {
                id,
                name: name.to_owned(),
                display_name: name.to_owned(),
                role,
                agency: in_agency.then_some(agency),
                password_hash: Some(hash.clone()),
            };
            people::create_user(transaction, &new, now)?;
            all.insert(name, id);
        }
        Ok(all)
    });
    (agency, all.await.expect("entered"))
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
    /// Where one was sent on to.
    pub(crate) path: String,
}

impl Answer {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let path = response.url().path().to_owned();
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, body, text, path }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code of a problem document; whatever is no success has to be one.
    pub(crate) fn code(&self) -> String {
        if self.status.is_success() {
            return String::new();
        }
        if self.header("content-type").starts_with("text/html") {
            // A page for a person.
            return self.header("problem-code").to_owned();
        }
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        if self.text.is_empty() {
            return self.header("problem-code").to_owned();
        }
        let problem: wire::Problem = serde_json::from_str(&self.text).expect("a problem document");
        assert_eq!(problem.status, self.status.as_u16());
        let code = wire::ErrorCode::from_name(&problem.code).expect("a known code");
        assert_eq!(code.http_status(), problem.status);
        let id = self.header("x-request-id");
        assert_eq!(problem.instance, Some(format!("urn:request:{id}")));
        problem.code
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body
    }

    #[track_caller]
    pub(crate) fn expect_code(&self, code: &str) {
        assert_eq!(self.code(), code, "{}", self.text);
    }
}

/// Sends a JSON body.
pub(crate) trait JsonBody {
    fn json_body(self, body: &Value) -> Self;
}

impl JsonBody for reqwest::RequestBuilder {
    fn json_body(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }
}
