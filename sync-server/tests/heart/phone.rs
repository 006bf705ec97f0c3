//! A phone as simple as can be: it merges what it is sent, keeps what it wrote
//! until the server has judged it, and remembers what it saw on the way.

use std::collections::{BTreeMap, BTreeSet};

use documents::{Document, RawChange};
use domain::{ChangeHash, DocId, DocKind, EditCommand};
use sync_server::core::Core;
use sync_server::error::CoreError;
use sync_server::session::DeviceSession;
use sync_server::sync::exchange;
use testkit::{Kit, Person};
use wire::{Bytes, DocHappening, Hash, Outcome, Push, SyncRequest, SyncResponse, Verdict};

use crate::world::session_of;

/// What an event did, for tests of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    Enter,
    Update(usize),
    Leave,
}

pub(crate) struct Phone {
    pub(crate) person: Person,
    pub(crate) docs: BTreeMap<DocId, Document>,
    pub(crate) left: BTreeMap<DocId, String>,
    pub(crate) outbox: Vec<(DocId, DocKind, RawChange)>,
    pub(crate) cursor: Option<Vec<u8>>,
    pub(crate) epoch: Option<Vec<u8>>,
    pub(crate) budget: Option<u32>,
    pub(crate) to_acknowledge: Vec<Hash>,
    pub(crate) refused: Vec<Verdict>,
    pub(crate) reference: BTreeMap<(String, Vec<u8>), String>,
    /// By how much its clock is ahead of the server's.
    pub(crate) ahead_ms: i64,
}

impl Phone {
    pub(crate) fn new(person: Person) -> Self {
        Self {
            person,
            docs: BTreeMap::new(),
            left: BTreeMap::new(),
            outbox: Vec::new(),
            cursor: None,
            epoch: None,
            budget: None,
            to_acknowledge: Vec::new(),
            refused: Vec::new(),
            reference: BTreeMap::new(),
            ahead_ms: 0,
        }
    }

    pub(crate) fn session(&self) -> DeviceSession {
        session_of(&self.person)
    }

    /// Another device of the same person.
    pub(crate) fn twin(&self, kit: &mut Kit) -> Self {
        let other = kit.technician();
        Self::new(Person { user: self.person.user, ..other })
    }

    pub(crate) fn create(&mut self, kit: &mut Kit, command: &EditCommand) -> DocId {
        kit.clock.advance_ms(self.ahead_ms);
        let (document, change) = kit.create(&self.person, command);
        kit.clock.advance_ms(-self.ahead_ms);
        let id = document.id().expect("a new document has an id");
        self.outbox.push((id, document.kind(), change));
        self.docs.insert(id, document);
        id
    }

    pub(crate) fn edit(&mut self, kit: &mut Kit, doc: DocId, command: &EditCommand) -> ChangeHash {
        let document = self.docs.get_mut(&doc).expect("the phone has it");
        kit.clock.advance_ms(self.ahead_ms);
        let change = kit.edit(document, &self.person, command);
        kit.clock.advance_ms(-self.ahead_ms);
        let hash = change.hash;
        self.outbox.push((doc, document.kind(), change));
        hash
    }

    /// The next request, as it would be sent.
    pub(crate) fn request(&self) -> SyncRequest {
        let mut pushes: Vec<Push> = Vec::new();
        for (doc, kind, change) in &self.outbox {
            let bytes = Bytes(change.bytes.clone());
            match pushes.iter_mut().find(|push| push.doc == *doc) {
                Some(push) => push.changes.push(bytes),
                None => pushes.push(Push { doc: *doc, kind: *kind, changes: vec![bytes] }),
            }
        }
        SyncRequest {
            version: wire::PROTOCOL_VERSION_OLDEST,
            epoch: self.epoch.clone(),
            cursor: self.cursor.clone(),
            budget: self.budget,
            pushes: (!pushes.is_empty()).then_some(pushes),
            acknowledged: (!self.to_acknowledge.is_empty()).then(|| self.to_acknowledge.clone()),
            ..SyncRequest::default()
        }
    }

    /// Takes in an answer; says what happened to which document.
    pub(crate) fn take(&mut self, kit: &mut Kit, response: &SyncResponse) -> Vec<(DocId, Seen)> {
        self.cursor = Some(response.cursor.clone());
        self.epoch = response.epoch.clone().or(self.epoch.take());
        self.to_acknowledge.clear();
        for verdict in response.verdicts.iter().flatten() {
            self.to_acknowledge.push(verdict.hash);
            self.take_verdict(kit, verdict);
        }
        for row in response.reference.iter().flatten() {
            let key = (row.kind.clone(), row.id.clone());
            match &row.json {
                Some(json) => drop(self.reference.insert(key, json.clone())),
                None => drop(self.reference.remove(&key)),
            }
        }
        let packed = response.documents.as_deref().map(|block| documents::unpack(block, usize::MAX));
        let mut packed = packed.transpose().expect("a sound block").unwrap_or_default().into_iter();
        let events = response.events.iter().flatten().cloned().map(|mut event| {
            if event.what == DocHappening::EnterPacked {
                event.what = DocHappening::Enter { snapshot: packed.next().expect("one for each event") };
            }
            (event.doc, self.take_event(&event))
        });
        events.collect()
    }

    fn take_event(&mut self, event: &wire::DocEvent) -> Seen {
        match &event.what {
            DocHappening::Enter { snapshot } => {
                gate::structure::check_document(snapshot).expect("the phone's own guard lets it in");
                let theirs = Document::load(event.kind, snapshot).expect("a sound document");
                let changes: Vec<RawChange> = theirs.changes();
                self.left.remove(&event.doc);
                match self.docs.get_mut(&event.doc) {
                    Some(mine) => mine.apply(changes.iter().map(|change| &change.bytes[..])).expect("merges"),
                    None => drop(self.docs.insert(event.doc, theirs)),
                }
                Seen::Enter
            }
            DocHappening::Update { changes } => {
                let mine = self.docs.get_mut(&event.doc).expect("an update is of a document that is here");
                mine.apply(changes.iter().map(|change| &change.0[..])).expect("merges");
                Seen::Update(changes.len())
            }
            DocHappening::EnterPacked => unreachable!("it was unpacked above"),
            DocHappening::Leave { reason } => {
                self.left.insert(event.doc, reason.clone());
                Seen::Leave
            }
        }
    }

    /// A refused change and what depends on it go out of the document; the next
    /// edits are under a new actor.
    fn take_verdict(&mut self, kit: &mut Kit, verdict: &Verdict) {
        let hash = verdict.hash.0;
        match &verdict.outcome {
            Outcome::Accepted | Outcome::Duplicate => self.outbox.retain(|(_, _, mine)| mine.hash != hash),
            Outcome::Need { .. } => {}
            Outcome::Refused { .. } | Outcome::BlockedBy { .. } | Outcome::ActorFork { .. } => {
                let known = self.outbox.iter().any(|(_, _, mine)| mine.hash == hash);
                self.outbox.retain(|(_, _, mine)| mine.hash != hash);
                if known {
                    self.refused.push(verdict.clone());
                    self.drop_change(verdict.doc, hash);
                    self.person = kit.under_new_actor(&self.person);
                }
            }
        }
    }

    fn drop_change(&mut self, doc: DocId, hash: ChangeHash) {
        let Some(document) = self.docs.remove(&doc) else { return };
        let rest = document.without(&BTreeSet::from([hash])).expect("the rest holds together");
        if !rest.heads().is_empty() {
            self.docs.insert(doc, rest);
        }
    }

    /// One request and its answer.
    pub(crate) async fn exchange_once(
        &mut self,
        kit: &mut Kit,
        core: &Core,
    ) -> Result<(SyncResponse, Vec<(DocId, Seen)>), CoreError> {
        let client_time = Some(kit.clock.now().plus_millis(self.ahead_ms));
        let request = SyncRequest { client_time, ..self.request() };
        let response = exchange(core, &self.session(), request).await?;
        let seen = self.take(kit, &response);
        Ok((response, seen))
    }

    /// Exchanges until there is nothing more and nothing to acknowledge.
    pub(crate) async fn sync(&mut self, kit: &mut Kit, core: &Core) -> Vec<(DocId, Seen)> {
        let mut all = Vec::new();
        for _ in 0..10_000 {
            let (response, seen) = self.exchange_once(kit, core).await.expect("an answer");
            all.extend(seen);
            if response.more != Some(true) && self.to_acknowledge.is_empty() {
                return all;
            }
        }
        panic!("the feed does not end");
    }

    /// Whether the phone has exactly what the server says is in its scope.
    pub(crate) fn assert_agrees(&self, world: &crate::world::World) {
        let scope = world.scope_of(self.person.user);
        for (doc, kind) in &scope {
            let mine = self.docs.get(doc).unwrap_or_else(|| panic!("{kind:?} {doc} is missing"));
            let heads: String = mine.heads().iter().map(ToString::to_string).collect();
            assert_eq!(heads, world.heads(*doc), "{kind:?} {doc}");
            assert!(!self.left.contains_key(doc), "{doc} is in scope and was told to have left");
        }
        let in_scope: BTreeSet<DocId> = scope.iter().map(|(doc, _)| *doc).collect();
        for doc in self.docs.keys().filter(|doc| !in_scope.contains(doc)) {
            assert!(self.left.contains_key(doc), "{doc} left and the phone was not told");
        }
    }
}
