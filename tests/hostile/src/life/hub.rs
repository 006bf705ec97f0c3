//! As little server as phones need: the gate, a log, and a feed that brings
//! everything to everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use client_core::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use documents::Document;
use domain::{ActorId, ChangeHash, DeviceId, DocId, DocKind, UserId};
use gate::{ActorFacts, Candidate, NotAdmitted, Subject, structure};
use testkit::{ManualClock, Person, Rng};
use wire::{
    Bytes, DocEvent, DocHappening, Encoding, Hash, MEDIA_TYPE, Message, Outcome, Push, SessionResponse,
    SessionUser, SyncRequest, SyncResponse, Verdict,
};

use super::Report;

/// One push in so many meets a server that has a later number of its actor, as one
/// whose phone was restored by its blocks, and is made again under a new actor.
const PUSHES_BETWEEN_FORKS: u64 = 25;

/// The server.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Mutex<State>>);

struct State {
    clock: ManualClock,
    micros: fn() -> u64,
    rng: Rng,
    forks: bool,
    /// Changes that met a fork, which stays one.
    forked: BTreeSet<ChangeHash>,
    /// The actor under which each device began.
    first_actors: BTreeMap<DeviceId, ActorId>,
    documents: BTreeMap<DocId, Document>,
    owners: BTreeMap<ActorId, (DeviceId, UserId)>,
    log: Vec<Logged>,
    report: Report,
}

struct Logged {
    doc: DocId,
    kind: DocKind,
    bytes: Vec<u8>,
}

/// Whether the next change meets a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chance {
    Fork,
    None,
}

/// A phone's way to the server.
pub(crate) struct Line {
    hub: Hub,
    person: Person,
}

impl Hub {
    pub(crate) fn new(seed: u64, clock: ManualClock, micros: fn() -> u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            clock,
            micros,
            rng: Rng::new(!seed),
            forks: true,
            forked: BTreeSet::new(),
            first_actors: BTreeMap::new(),
            documents: BTreeMap::new(),
            owners: BTreeMap::new(),
            log: Vec::new(),
            report: Report::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn line(&self, person: Person) -> Line {
        Line { hub: self.clone(), person }
    }

    pub(super) fn admitted(&self) -> usize {
        self.state().report.admitted
    }

    pub(super) fn stop_forking(&self) {
        self.state().forks = false;
    }

    pub(super) fn documents(&self) -> Vec<(DocId, Document)> {
        self.state().documents.iter().map(|(doc, document)| (*doc, document.clone())).collect()
    }

    pub(super) fn report(&self) -> Report {
        let mut state = self.state();
        let mut report = std::mem::take(&mut state.report);
        report.actors = state.owners.len();
        report.longest = state.documents.values().map(|document| document.counts().0).max().unwrap_or(0);
        report
    }
}

impl Transport for Line {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            match request.path.as_str() {
                "/v1/devices/enrol" => self.session(),
                "/v1/sync" => self.sync(&request),
                path => Err(TransportError(format!("nothing answers {path}"))),
            }
        })
    }
}

impl Line {
    fn session(&self) -> Result<HttpResponse, TransportError> {
        let user = SessionUser {
            id: self.person.user,
            name: "somebody".to_owned(),
            display_name: "Somebody".to_owned(),
            role: self.person.role,
            agency: self.person.agency,
        };
        let answer = SessionResponse {
            user,
            device: self.person.device,
            access_token: "a".into(),
            access_seconds: 315_360_000,
            refresh_token: "r".into(),
            refresh_seconds: 315_360_000,
            server_time_ms: self.hub.state().clock.now().millis(),
        };
        let body = serde_json::to_vec(&answer).map_err(|error| TransportError(error.to_string()))?;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(HttpResponse { status: 201, headers, body })
    }

    fn sync(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_packed = request.headers.iter().any(|(name, _)| name == "content-encoding");
        let encoding = if is_packed { Encoding::Zstd } else { Encoding::Plain };
        let message = SyncRequest::from_body(&request.body, encoding)
            .map_err(|error| TransportError(error.to_string()))?;
        let body = self.hub.state().exchange(&self.person, &message).to_body();
        let mut headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
        if body.encoding == Encoding::Zstd {
            headers.push(("content-encoding".to_owned(), wire::ZSTD.to_owned()));
        }
        Ok(HttpResponse { status: 200, headers, body: body.bytes })
    }
}

impl State {
    fn exchange(&mut self, person: &Person, request: &SyncRequest) -> SyncResponse {
        let verdicts: Vec<Verdict> =
            request.pushes.iter().flatten().flat_map(|push| self.push(person, push)).collect();
        let at = request.cursor.as_deref().and_then(|bytes| bytes.try_into().ok()).map(usize::from_be_bytes);
        let events = self.events_since(at.unwrap_or(0));
        SyncResponse {
            verdicts: (!verdicts.is_empty()).then_some(verdicts),
            events: (!events.is_empty()).then_some(events),
            cursor: self.log.len().to_be_bytes().to_vec(),
            server_time: Some(self.clock.now()),
            epoch: request.epoch.is_none().then(|| vec![1; 8]),
            ..SyncResponse::default()
        }
    }

    /// Documents made since, whole, and the changes of the others.
    fn events_since(&self, at: usize) -> Vec<DocEvent> {
        let before: BTreeSet<DocId> = self.log.iter().take(at).map(|logged| logged.doc).collect();
        let mut updates: BTreeMap<DocId, (DocKind, Vec<Bytes>)> = BTreeMap::new();
        for logged in self.log.iter().skip(at) {
            let update = updates.entry(logged.doc).or_insert_with(|| (logged.kind, Vec::new()));
            update.1.push(Bytes(logged.bytes.clone()));
        }
        updates
            .into_iter()
            .map(|(doc, (kind, changes))| {
                let whole = self.documents.get(&doc).filter(|_| !before.contains(&doc));
                let what = match whole {
                    Some(document) => DocHappening::Enter { snapshot: document.save() },
                    None => DocHappening::Update { changes },
                };
                DocEvent { doc, kind, what, receipt: None }
            })
            .collect()
    }

    fn push(&mut self, person: &Person, push: &Push) -> Vec<Verdict> {
        let mut held: BTreeSet<ChangeHash> = BTreeSet::new();
        let chance =
            if self.forks && self.rng.chance(1, PUSHES_BETWEEN_FORKS) { Chance::Fork } else { Chance::None };
        let mut verdicts = Vec::new();
        for (index, bytes) in push.changes.iter().enumerate() {
            let change = match structure::check_change(&bytes.0) {
                Ok(change) => change,
                Err(refusal) => {
                    self.report.refused.push(refusal.to_string());
                    continue;
                }
            };
            let hash = change.hash();
            let blocking = change.deps().iter().find(|dep| held.contains(dep));
            let outcome = match blocking {
                Some(dep) => Outcome::BlockedBy { hash: Hash(*dep) },
                None if self.meets_fork(&change, if index == 0 { chance } else { Chance::None }) => {
                    Outcome::ActorFork { seq: change.seq() }
                }
                None => self.judge(person, push, &change),
            };
            if !matches!(outcome, Outcome::Accepted | Outcome::Duplicate) {
                held.insert(hash);
            }
            verdicts.push(Verdict { doc: push.doc, hash: Hash(hash), outcome });
        }
        verdicts
    }

    fn meets_fork(&mut self, change: &gate::Structure, chance: Chance) -> bool {
        if self.forked.contains(&change.hash()) {
            return true;
        }
        let is_known = self.log_has(change.hash());
        if chance == Chance::None || change.seq() == 1 || is_known {
            return false;
        }
        self.report.forks += 1;
        self.forked.insert(change.hash())
    }

    fn log_has(&self, hash: ChangeHash) -> bool {
        self.documents.values().any(|document| document.contains(hash))
    }

    fn judge(&mut self, person: &Person, push: &Push, change: &gate::Structure) -> Outcome {
        let subject = Subject::person(person.user, person.device, person.role).of_agency(person.agency);
        let document = self.documents.get(&push.doc);
        let facts = ActorFacts { owner: self.owners.get(&change.actor()).copied(), last: None };
        let candidate = Candidate { id: push.doc, kind: push.kind, document, change };
        let start = (self.micros)();
        let verdict = gate::admit(&subject, &facts, &candidate, self.clock.now());
        self.report.micros += (self.micros)().saturating_sub(start);
        match verdict {
            Ok(admitted) => {
                self.report.admitted += 1;
                self.report.merges += usize::from(change.deps().len() > 1);
                self.owners.insert(change.actor(), (person.device, person.user));
                let first = *self.first_actors.entry(person.device).or_insert(change.actor());
                self.report.under_new_actors += usize::from(first != change.actor());
                let bytes = admitted.change().bytes.clone();
                self.log.push(Logged { doc: push.doc, kind: push.kind, bytes });
                self.documents.insert(push.doc, admitted.into_after().0);
                Outcome::Accepted
            }
            Err(NotAdmitted::Duplicate) => Outcome::Duplicate,
            Err(other) => {
                self.report.refused.push(format!("{}: {other:?}", person.role.name()));
                Outcome::Refused {
                    code: "trial_failed".to_owned(),
                    path: None,
                    message: "refused".to_owned(),
                }
            }
        }
    }
}
