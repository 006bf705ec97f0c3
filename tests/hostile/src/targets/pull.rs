//! A page as a phone takes it: the real client on a real database, and a server
//! that answers whatever it is told to.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use client_core::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use documents::Document;
use domain::{DocId, DocKind, Role};
use tempfile::TempDir;
use testkit::{Kit, Person};
use wire::{
    Body, Bytes, DocEvent, DocHappening, Encoding, Hash, MEDIA_TYPE, Message, Outcome, ReferenceRow,
    SyncResponse, Verdict,
};

use crate::chunk;
use crate::life::{Hub, Phone};
use crate::mutate::{bend, bend_bytes};
use crate::scene::{Scene, scenes};
use crate::script::Script;

/// Pages on one database; a hostile server fills a phone's disk otherwise.
const PAGES_MAX: usize = 200;

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

struct Bench {
    // The phone is closed before its folder is removed.
    phone: Phone,
    _folder: TempDir,
    answer: Answer,
    scene: Scene,
    other: Scene,
    kit: Kit,
    pages: usize,
}

/// The server: answers what it was told last.
#[derive(Clone, Default)]
struct Answer(Arc<Mutex<Option<Body>>>);

impl Transport for Answer {
    fn send(&self, _request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(async move {
            let body = body.ok_or_else(|| TransportError("no answer".to_owned()))?;
            let mut headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
            if body.encoding == Encoding::Zstd {
                headers.push(("content-encoding".to_owned(), wire::ZSTD.to_owned()));
            }
            Ok(HttpResponse { status: 200, headers, body: body.bytes })
        })
    }
}

/// A phone takes a bent page in, or does not; the job that it had can be read and
/// edited after it.
///
/// # Panics
/// If it cannot.
pub fn pull_page(bytes: &[u8]) {
    BENCH.with_borrow_mut(|slot| {
        let mut bench = match slot.take() {
            Some(bench) if bench.pages < PAGES_MAX => bench,
            _ => Bench::new(),
        };
        bench.pages += 1;
        bench.take(bytes);
        *slot = Some(bench);
    });
}

impl Bench {
    fn new() -> Self {
        let mut all = scenes().into_iter();
        let (Some(scene), Some(other)) = (all.next(), all.next()) else { panic!("there are scenes") };
        let folder = tempfile::tempdir().expect("a folder for the phone");
        let mut kit = Kit::new(3);
        let answer = Answer::default();
        let person =
            Person { user: scene.subject.user, device: scene.subject.device, ..kit.person(Role::Technician) };
        let hub = Hub::new(3, kit.clock.clone(), || 0);
        let phone = Phone::enrol(folder.path().join("phone"), person, &hub, &kit.clock, 3).expect("a phone");
        let bench = Self { phone, _folder: folder, answer, scene, other, kit, pages: 0 };
        let first = SyncResponse {
            events: Some(vec![bench.enter()]),
            cursor: vec![1],
            epoch: Some(vec![1; 8]),
            ..SyncResponse::default()
        };
        bench.answer_with(first.to_body());
        bench.phone.sync_with(&bench.answer).expect("an honest page is taken");
        bench
    }

    fn document(&self) -> &Document {
        self.scene.document.as_ref().expect("the first scene has one")
    }

    fn enter(&self) -> DocEvent {
        let what = DocHappening::Enter { snapshot: self.document().save() };
        DocEvent { doc: self.scene.id, kind: self.scene.kind, what, receipt: None }
    }

    fn answer_with(&self, body: Body) {
        *self.answer.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }

    fn take(&mut self, bytes: &[u8]) {
        let mut script = Script::new(bytes);
        if script.one_in(8) {
            self.answer_with(Body { bytes: script.rest().to_vec(), encoding: Encoding::Plain });
        } else {
            self.answer_with(self.page(&mut script).to_body());
        }
        drop(self.phone.sync_with(&self.answer));
        let job = self.phone.job(self.scene.id);
        assert!(job.is_ok(), "the job can still be read: {job:?}");
        let note = self.kit.add_note("life goes on");
        assert_eq!(self.phone.edit(self.scene.id, &note), Ok(true), "the job can still be edited");
    }

    fn page(&self, script: &mut Script<'_>) -> SyncResponse {
        let events = (0..1 + script.below(3)).map(|_| self.event(script)).collect();
        SyncResponse {
            events: Some(events),
            verdicts: Some(vec![self.verdict(script)]),
            reference: (script.one_in(4)).then(|| vec![reference(script)]),
            cursor: script.take(2).to_vec(),
            more: None,
            total: Some(u32::from(script.byte())),
            ..SyncResponse::default()
        }
    }

    fn event(&self, script: &mut Script<'_>) -> DocEvent {
        let scene = if script.one_in(4) { &self.other } else { &self.scene };
        let doc: DocId = if script.one_in(8) { self.other.id } else { scene.id };
        let kind = if script.one_in(16) { DocKind::Trip } else { scene.kind };
        let what = match script.byte() % 4 {
            0 => {
                let saved = scene.document.as_ref().map(Document::save).unwrap_or_default();
                let bends = script.below(4);
                let body = bend_bytes(script, chunk::body(&saved), bends);
                DocHappening::Enter { snapshot: chunk::close(0, &body) }
            }
            1 | 2 => {
                let changes = scene.honest.iter().take(1 + script.below(3));
                let bent = changes.map(|honest| Bytes(bend(script, honest, &scene.known))).collect();
                DocHappening::Update { changes: bent }
            }
            _ => DocHappening::Update {
                changes: scene.honest.first().map(|change| Bytes(change.bytes.clone())).into_iter().collect(),
            },
        };
        DocEvent { doc, kind, what, receipt: None }
    }

    fn verdict(&self, script: &mut Script<'_>) -> Verdict {
        let hash =
            script.pick(&self.scene.honest).map_or(domain::Hash32::from_bytes([0; 32]), |change| change.hash);
        let outcome = match script.byte() % 4 {
            0 => Outcome::Accepted,
            1 => Outcome::Need { deps: vec![Hash(hash)] },
            2 => Outcome::ActorFork { seq: script.number(1) },
            _ => Outcome::BlockedBy { hash: Hash(hash) },
        };
        Verdict { doc: self.scene.id, hash: Hash(hash), outcome }
    }
}

fn reference(script: &mut Script<'_>) -> ReferenceRow {
    let kinds = ["part", "customer", "asset", ""];
    let kind = script.pick(&kinds).copied().unwrap_or_default().to_owned();
    let json = String::from_utf8_lossy(script.take(24)).into_owned();
    ReferenceRow { kind, id: script.take(16).to_vec(), json: Some(json) }
}
