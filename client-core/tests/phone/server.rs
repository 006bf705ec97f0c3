//! A server in the same process: it judges with the real gate and answers the
//! real messages, keeps everything in memory, and can be told to lose replies,
//! to be a hotel's sign-in page, to forget, or to be restored from a backup.

mod attachments;
mod feed;
mod judge;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};

use client_core::{BoxFuture, HttpRequest, HttpResponse, Method, Transport, TransportError};
use documents::{Document, EditContext};
use domain::{ActorId, ChangeHash, DeviceId, DocId, DocKind, EditCommand, Instant, Role, UserId};
use testkit::{Kit, Person};
use wire::{ErrorCode, MEDIA_TYPE, Message, Outcome, Problem, SessionResponse, SessionUser, SyncRequest};

/// What happens to the next requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request does not arrive.
    Unreachable,
    /// The request is carried out and its reply is lost.
    LoseReply,
    /// The request is carried out twice; the second reply arrives.
    Twice,
    /// Something else answers with a page.
    SignInPage,
    /// A proxy answers with the reply to an earlier request.
    Stale,
    /// The reply is cut in half.
    HalfReply,
    /// The reply has the right type and foreign bytes.
    ForeignBytes,
    /// The server answers with a problem.
    Problem(ErrorCode),
    /// Nothing happens to it.
    None,
}

/// How whole documents are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As one block, as the server does.
    Block,
    /// Each by itself, as a server of version 1 does.
    None,
    /// As a block that was damaged on the way.
    Damaged,
    /// As a block that lacks one of them.
    OneMissing,
    /// As a block with one more than the events speak of.
    OneMore,
}

/// A change in the log.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) doc: DocId,
    pub(crate) position: u64,
    pub(crate) hash: ChangeHash,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) epoch: Vec<u8>,
    pub(crate) technician: Person,
    pub(crate) dispatcher: Person,
    pub(crate) docs: BTreeMap<DocId, (DocKind, Document)>,
    pub(crate) log: Vec<Logged>,
    pub(crate) position: u64,
    /// When each document entered the technician's scope, or left it and why.
    pub(crate) scope: BTreeMap<DocId, Membership>,
    pub(crate) owners: BTreeMap<ActorId, (DeviceId, UserId)>,
    pub(crate) verdicts: BTreeMap<ChangeHash, (DocId, Outcome)>,
    pub(crate) unacknowledged: BTreeSet<ChangeHash>,
    pub(crate) refuse: BTreeMap<ChangeHash, ErrorCode>,
    pub(crate) offers: Vec<wire::Offer>,
    pub(crate) reference: Vec<wire::ReferenceRow>,
    pub(crate) blobs: BTreeMap<String, (Vec<u8>, bool)>,
    pub(crate) access: u32,
    pub(crate) refresh: u32,
    pub(crate) page_docs: usize,
    pub(crate) packing: Packing,
}

#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) entered_at: u64,
    pub(crate) left: Option<(u64, String)>,
}

/// The server.
pub(crate) struct Server {
    pub(crate) state: Mutex<State>,
    pub(crate) kit: Mutex<Kit>,
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    pub(crate) requests: Mutex<Vec<(Method, String, usize)>>,
    replies: Mutex<Vec<HttpResponse>>,
}

impl Server {
    pub(crate) fn new(seed: u64) -> Self {
        let mut kit = Kit::new(seed);
        let (technician, dispatcher) = (kit.person(Role::Technician), kit.person(Role::Dispatcher));
        let state = State {
            epoch: vec![1; 8],
            technician,
            dispatcher,
            docs: BTreeMap::new(),
            log: Vec::new(),
            position: 0,
            scope: BTreeMap::new(),
            owners: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            unacknowledged: BTreeSet::new(),
            refuse: BTreeMap::new(),
            offers: Vec::new(),
            reference: Vec::new(),
            blobs: BTreeMap::new(),
            access: 0,
            refresh: 0,
            page_docs: 50,
            packing: Packing::Block,
        };
        Self {
            state: Mutex::new(state),
            kit: Mutex::new(kit),
            faults: Mutex::default(),
            requests: Mutex::default(),
            replies: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("state")
    }

    pub(crate) fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().expect("faults").extend(faults);
    }

    /// How many requests came for a path, and forgets them.
    pub(crate) fn taken(&self, path: &str) -> Vec<(Method, usize)> {
        let mut requests = self.requests.lock().expect("requests");
        let (taken, rest) =
            requests.drain(..).partition(|(_, at, _): &(Method, String, usize)| at.starts_with(path));
        *requests = rest;
        taken.into_iter().map(|(method, _, bytes)| (method, bytes)).collect()
    }

    /// The dispatcher registers a job and gives it to the technician.
    pub(crate) fn assigned_job(&self, subject: &str) -> DocId {
        let mut kit = self.kit.lock().expect("kit");
        let create = kit.create_job(subject);
        let assign = kit.assign(Some(self.state().technician.user));
        let doc = kit.doc_id();
        drop(kit);
        self.office(doc, &create);
        self.office(doc, &assign);
        doc
    }

    /// The dispatcher adds a note.
    pub(crate) fn office_note(&self, doc: DocId, text: &str) {
        let command = self.kit.lock().expect("kit").add_note(text);
        self.office(doc, &command);
    }

    /// The dispatcher edits a document.
    pub(crate) fn office(&self, doc: DocId, command: &EditCommand) {
        let dispatcher = self.state().dispatcher;
        self.edit_as(&dispatcher, doc, command);
    }

    /// Somebody edits a document at the server.
    pub(crate) fn edit_as(&self, person: &Person, doc: DocId, command: &EditCommand) {
        let context: EditContext = self.kit.lock().expect("kit").context(person);
        let mut state = self.state();
        let (change, document) = match state.docs.remove(&doc) {
            None => {
                let (document, change) = Document::create(doc, command, &context).expect("creates");
                (change, document)
            }
            Some((_, mut document)) => {
                let change = document.edit(command, &context).expect("edits").expect("changes");
                (change, document)
            }
        };
        state.docs.insert(doc, (command.doc_kind(), document));
        state.commit(doc, vec![change]);
    }

    pub(crate) fn job(&self, doc: DocId) -> domain::JobView {
        self.state().docs[&doc].1.job().expect("reads")
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        match (request.method, request.path.as_str()) {
            (Method::Post, "/v1/sessions" | "/v1/devices/enrol") => self.session(201),
            (Method::Post, "/v1/sessions/refresh") => self.refresh(&request.body),
            (Method::Delete, "/v1/sessions/current") => empty(204),
            _ if !self.authorised(request) => problem(ErrorCode::TokenExpired),
            (Method::Post, "/v1/sync") => self.sync(request),
            (_, path) if path.starts_with("/v1/attachments/") => self.attachment(request),
            _ => problem(ErrorCode::NotFound),
        }
    }

    fn authorised(&self, request: &HttpRequest) -> bool {
        let wanted = format!("Bearer access-{}", self.state().access);
        request.headers.iter().any(|(name, value)| name == "authorization" && *value == wanted)
    }

    fn session(&self, status: u16) -> HttpResponse {
        let mut state = self.state();
        state.access += 1;
        state.refresh += 1;
        let answer = SessionResponse {
            user: SessionUser {
                id: state.technician.user,
                name: "sara".to_owned(),
                display_name: "سارا".to_owned(),
                role: Role::Technician,
                agency: None,
            },
            device: state.technician.device,
            access_token: format!("access-{}", state.access).into(),
            access_seconds: 3_600,
            refresh_token: format!("refresh-{}", state.refresh).into(),
            refresh_seconds: 86_400,
            server_time_ms: 0,
        };
        HttpResponse {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: serde_json::to_vec(&answer).expect("json"),
        }
    }

    /// The newest token gives the next; the one before it gives the newest again.
    fn refresh(&self, body: &[u8]) -> HttpResponse {
        let request: wire::RefreshRequest = serde_json::from_slice(body).expect("json");
        let number: u32 =
            request.refresh_token.expose().trim_start_matches("refresh-").parse().expect("a number");
        let newest = self.state().refresh;
        if number == newest {
            return self.session(200);
        }
        if number + 1 == newest {
            let mut state = self.state();
            state.refresh -= 1;
            state.access -= 1;
            drop(state);
            return self.session(200);
        }
        problem(ErrorCode::SessionRevoked)
    }

    fn sync(&self, request: &HttpRequest) -> HttpResponse {
        let encoding = match request.headers.iter().find(|(name, _)| name == "content-encoding") {
            Some(_) => wire::Encoding::Zstd,
            None => wire::Encoding::Plain,
        };
        let message = SyncRequest::from_body(&request.body, encoding).expect("a sync request");
        let now: Instant = self.kit.lock().expect("kit").clock.now();
        let body = self.state().exchange(&message, now).to_body();
        let mut headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
        if body.encoding == wire::Encoding::Zstd {
            headers.push(("content-encoding".to_owned(), "zstd".to_owned()));
        }
        HttpResponse { status: 200, headers, body: body.bytes }
    }

    fn faulty(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let fault = self.faults.lock().expect("faults").pop_front().unwrap_or(Fault::None);
        let lost = || TransportError("the line was cut".to_owned());
        match fault {
            Fault::Unreachable => Err(lost()),
            Fault::LoseReply => {
                self.answer(request);
                Err(lost())
            }
            Fault::Twice => {
                self.answer(request);
                Ok(self.answer(request))
            }
            Fault::SignInPage => Ok(HttpResponse {
                status: 200,
                headers: vec![("content-type".to_owned(), "text/html".to_owned())],
                body: b"<html>Please accept our terms".to_vec(),
            }),
            Fault::Stale => {
                let replies = self.replies.lock().expect("replies");
                Ok(replies.first().cloned().expect("an earlier reply"))
            }
            Fault::HalfReply => {
                let mut response = self.answer(request);
                response.body.truncate(response.body.len() / 2);
                Ok(response)
            }
            Fault::ForeignBytes => {
                let mut response = self.answer(request);
                response.body = vec![0xff; 40];
                Ok(response)
            }
            Fault::Problem(code) => Ok(problem(code)),
            Fault::None => {
                let response = self.answer(request);
                if request.path == "/v1/sync" {
                    self.replies.lock().expect("replies").push(response.clone());
                }
                Ok(response)
            }
        }
    }
}

impl Transport for Server {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let path = request.path.clone();
        self.requests.lock().expect("requests").push((request.method, path, request.body.len()));
        Box::pin(async move { self.faulty(&request) })
    }
}

pub(crate) fn empty(status: u16) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: Vec::new() }
}

pub(crate) fn problem(code: ErrorCode) -> HttpResponse {
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: code.doc().to_owned(),
        status: code.http_status(),
        code: code.name().to_owned(),
        detail: None,
        instance: None,
        errors: Vec::new(),
    };
    HttpResponse {
        status: code.http_status(),
        headers: vec![("content-type".to_owned(), "application/problem+json".to_owned())],
        body: serde_json::to_vec(&problem).expect("json"),
    }
}
