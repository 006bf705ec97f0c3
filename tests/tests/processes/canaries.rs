//! What must not be written down anywhere else: names, telephone numbers, what
//! people wrote, passwords, tokens, codes and keys appear in no log of the server
//! or the phone, in no metrics, and in no error that did not ask for them.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use client_core::{Client, HttpTransport};
use domain::{DocId, EditCommand, FieldValue, JobCommand, JobField, JobFieldEdit};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::real_server::{self, Login};

/// Words that stand for people's data. Each is found by itself, however it is
/// written around.
const CUSTOMER: &str = "canary-customer-Zohreh";
const TELEPHONE: &str = "00989123450987";
const MAIL: &str = "canary-mail@customers.example";
const NOTE: &str = "canary-note-dripping";
const SEARCH: &str = "canary-search-word";
const WRONG_PASSWORD: &str = "canary-wrong-password";
const DISPATCHER: &str = "canary-dispatcher";
const TECHNICIAN: &str = "canary-technician";

/// Where a phone's log goes.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The day, and what must not be written down.
struct Day {
    http: reqwest::Client,
    address: String,
    canaries: BTreeMap<String, String>,
    /// Errors that the server answered.
    errors: Vec<String>,
}

impl Day {
    fn forbid(&mut self, what: &str, canary: &str) {
        assert!(canary.len() >= 8, "{what}: {canary:?} would be found by chance");
        self.canaries.insert(what.to_owned(), canary.to_owned());
    }

    async fn ask(&mut self, method: Method, path: &str, token: Option<&str>, body: Option<String>) -> Value {
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json");
            request = request.header("idempotency-key", format!("{:016x}", self.errors.len())).body(body);
        }
        let response = request.send().await.expect("an answer");
        let is_error = !response.status().is_success();
        let text = response.text().await.expect("a body");
        if is_error {
            self.errors.push(text.clone());
        }
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn sign_in(&mut self, login: &Login) -> String {
        let device = json!({"name": "a browser", "kind": "browser"});
        let body = json!({"name": login.name, "password": login.password, "device": device}).to_string();
        let session = self.ask(Method::POST, "/v1/sessions", None, Some(body)).await;
        let token = |name: &str| session[name].as_str().expect("a token").to_owned();
        self.forbid(&format!("refresh token of {}", login.name), &token("refresh_token"));
        let access = token("access_token");
        let signature = access.rsplit('.').next().unwrap_or_default().to_owned();
        self.forbid(&format!("access token of {}", login.name), &signature);
        access
    }

    /// What goes wrong in a day: each of it with something that must not be logged.
    async fn mistakes(&mut self, token: &str) {
        let device = json!({"name": "a browser", "kind": "browser"});
        let wrong = json!({"name": DISPATCHER, "password": WRONG_PASSWORD, "device": device});
        self.ask(Method::POST, "/v1/sessions", None, Some(wrong.to_string())).await;
        self.ask(Method::POST, "/v1/sessions", None, Some(format!("{{\"password\": \"{WRONG_PASSWORD}")))
            .await;
        let stale = json!({"refresh_token": format!("hgr_{}", "c".repeat(64))});
        self.ask(Method::POST, "/v1/sessions/refresh", None, Some(stale.to_string())).await;
        self.forbid("a foreign refresh token", &"c".repeat(64));
        let code = json!({"code": "CANA-RYCA-NARY", "device_name": TELEPHONE});
        self.ask(Method::POST, "/v1/devices/enrol", None, Some(code.to_string())).await;
        self.forbid("a wrong code", "CANA-RYCA-NARY");
        let misplaced = json!({"kind": "visit", "fields": {"account": WRONG_PASSWORD}, "crown": 1});
        self.ask(Method::POST, "/v1/jobs", Some(token), Some(misplaced.to_string())).await;
        self.ask(Method::GET, &format!("/v1/jobs?q={SEARCH}&unknown={SEARCH}"), Some(token), None).await;
        self.ask(Method::GET, &format!("/v1/unicorns/{SEARCH}"), Some(token), None).await;
        self.ask(Method::GET, &format!("/v1/jobs/{SEARCH}"), Some(token), None).await;
        self.ask(Method::GET, "/v1/users", Some(&format!("{SEARCH}.{SEARCH}.{SEARCH}")), None).await;
        // Whoever has a customer's link may answer.
        let link = "d".repeat(72);
        self.forbid("a customer's link", &link);
        for path in [format!("/survey/{link}"), format!("/v1/surveys/by-link/{link}")] {
            self.ask(Method::GET, &path, None, None).await;
            self.ask(Method::POST, &path, None, Some("{\"answers\": {}}".to_owned())).await;
        }
        assert!(self.errors.len() >= 12, "each of them was a mistake: {}", self.errors.len());
    }

    async fn register_job(&mut self, token: &str, technician: &str) -> DocId {
        let fields = json!({
            "account": {"name": CUSTOMER}, "contact": {"phone": TELEPHONE, "email": MAIL}, "request": {"description": NOTE},
        });
        let body = json!({"kind": "visit", "fields": fields, "assignment": {"technician": technician}});
        let created = self.ask(Method::POST, "/v1/jobs", Some(token), Some(body.to_string())).await;
        created["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{created}"))
    }

    /// Where a canary stands that may stand nowhere.
    fn found_in(&self, place: &str, text: &str) -> Vec<String> {
        let found = self.canaries.iter().filter(|(_, canary)| text.contains(canary.as_str()));
        found.map(|(what, _)| format!("{what} stands in {place}")).collect()
    }
}

/// Work that is taken, and an edit that only the office may make: the server refuses.
async fn work(phone: &Client, transport: &HttpTransport, job: DocId) {
    real_server::sync(phone, transport).await.expect("syncs");
    let note = JobCommand::AddNote { id: phone.ids().note(), text: NOTE.to_owned() };
    phone.execute(job, &EditCommand::Job(note)).expect("saved");
    phone.leave_policy_to_server();
    let value = Some(FieldValue::Text(CUSTOMER.to_owned()));
    let edits = vec![JobFieldEdit { field: JobField::RequestSubject, value }];
    phone.execute(job, &EditCommand::Job(JobCommand::SetFields { edits })).expect("saved");
    let report = real_server::sync(phone, transport).await.expect("syncs");
    assert_eq!((report.accepted, report.refused), (1, 1), "{report:?}");
}

/// Its first run found that an error repeats a value of the wrong type, which may be a
/// password in the wrong place; it names only what was expected now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_personal_or_secret_is_written_down_elsewhere() {
    let phones_log = Page::default();
    let writer = phones_log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(move || writer.clone())
        .init();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("server");
    let server = real_server::server(env!("CARGO_BIN_EXE_hamgam-crash").as_ref(), &data);
    let mut server = server.with_setting("--log=sync_server=trace,tower_http=trace,debug");
    drop(real_server::found(&server, &data, 0));
    let dispatcher = real_server::enter(&server, DISPATCHER, "dispatcher");
    let technician = real_server::enter(&server, TECHNICIAN, "technician");
    server.start().expect("the server starts");

    let transport = HttpTransport::new(&server.address()).expect("an address");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let address = server.address();
    let mut day = Day { http, address, canaries: BTreeMap::new(), errors: Vec::new() };
    for (what, canary) in [
        ("a customer's name", CUSTOMER),
        ("a telephone number", TELEPHONE),
        ("an address", MAIL),
        ("a note", NOTE),
        ("a search", SEARCH),
        ("a wrong password", WRONG_PASSWORD),
        ("the dispatcher's name", DISPATCHER),
        ("the technician's name", TECHNICIAN),
        ("the dispatcher's password", &dispatcher.password),
        ("the technician's password", &technician.password),
    ] {
        day.forbid(what, canary);
    }
    for key in std::fs::read_dir(data.join("keys")).expect("the keys") {
        let path = key.expect("a key").path();
        let secret = std::fs::read_to_string(&path).expect("read");
        day.forbid(&path.display().to_string(), secret.trim());
    }
    let office = day.sign_in(&dispatcher).await;
    let phone =
        real_server::sign_in(&folder.path().join("phone.sqlite"), &server.address(), &technician).await;
    let me = phone.session().expect("reads").expect("signed in").user.to_string();
    let code = json!({"user": me}).to_string();
    let code = day.ask(Method::POST, "/v1/enrolment-codes", Some(&office), Some(code)).await;
    day.forbid("an enrolment code", code["code"].as_str().expect("a code"));
    let job = day.register_job(&office, &me).await;
    work(&phone, &transport, job).await;
    day.mistakes(&office).await;
    let metrics = day.http.get(format!("{}/metrics", day.address)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("a text");
    server.stop().expect("stops");

    let servers_log = std::fs::read_to_string(data.with_extension("log")).expect("a log");
    let phones_log = phones_log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let phones_log = String::from_utf8_lossy(&phones_log);
    for operation in ["create_session", "create_job", "exchange_changes"] {
        assert!(servers_log.contains(operation), "the log says nothing of {operation}: {servers_log}");
    }
    assert!(metrics.contains("hamgam_"), "there are no metrics to look at: {metrics}");
    let mut found = day.found_in("the server's log", &servers_log);
    found.extend(day.found_in("the phone's log", &phones_log));
    found.extend(day.found_in("the metrics", &metrics));
    found.extend(day.found_in("an error's body", &day.errors.join("\n")));
    assert!(found.is_empty(), "{found:#?}");
}
