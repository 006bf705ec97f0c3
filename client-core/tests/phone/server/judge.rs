//! Pushes: judged by the real gate, remembered until acknowledged.

use std::collections::BTreeSet;

use documents::RawChange;
use domain::{ChangeHash, DocId, DocKind, EventKind, Instant};
use gate::{ActorFacts, Candidate, NotAdmitted, Subject};
use wire::{ErrorCode, Hash, Outcome, Push, SyncRequest, SyncResponse, Verdict};

use super::{Logged, Membership, State};

impl State {
    /// One exchange.
    pub(crate) fn exchange(&mut self, request: &SyncRequest, now: Instant) -> SyncResponse {
        for hash in request.acknowledged.iter().flatten() {
            self.unacknowledged.remove(&hash.0);
        }
        self.offers.extend(request.offers.iter().flatten().cloned());
        let mut judged = BTreeSet::new();
        for push in request.pushes.iter().flatten() {
            self.push(push, now, &mut judged);
        }
        let unsettled = std::mem::take(&mut self.unacknowledged);
        let verdicts: Vec<Verdict> = judged
            .union(&unsettled)
            .filter_map(|hash| {
                let (doc, outcome) = self.verdicts.get(hash)?.clone();
                Some(Verdict { doc, hash: Hash(*hash), outcome })
            })
            .collect();
        self.unacknowledged = verdicts.iter().map(|verdict| verdict.hash.0).collect();
        let mut response = self.page(request, &judged);
        let kept = request.offers.iter().flatten().map(|offer| offer.hash);
        response.kept = request.offers.as_ref().map(|_| kept.collect());
        response.verdicts = if verdicts.is_empty() { None } else { Some(verdicts) };
        response.server_time = Some(now);
        response
    }

    fn push(&mut self, push: &Push, now: Instant, judged: &mut BTreeSet<ChangeHash>) {
        let mut accepted = Vec::new();
        for bytes in &push.changes {
            let Ok(structure) = gate::structure::check_change(&bytes.0) else { continue };
            let hash = structure.hash();
            let outcome = self.judge(push.doc, push.kind, &structure, now);
            if outcome == Outcome::Accepted {
                accepted.push(RawChange { hash, bytes: structure.into_bytes() });
            }
            judged.insert(hash);
            self.verdicts.insert(hash, (push.doc, outcome));
        }
        if !accepted.is_empty() {
            self.commit(push.doc, accepted);
        }
    }

    fn judge(&mut self, doc: DocId, kind: DocKind, change: &gate::Structure, now: Instant) -> Outcome {
        let refused = |outcome: &Outcome| {
            matches!(outcome, Outcome::Refused { .. } | Outcome::BlockedBy { .. } | Outcome::ActorFork { .. })
        };
        let blocking = change.deps().iter().find(|dep| {
            self.verdicts.get(dep).is_some_and(|(_, outcome)| refused(outcome))
                && !self.log.iter().any(|logged| logged.hash == **dep)
        });
        if let Some(hash) = blocking {
            return Outcome::BlockedBy { hash: Hash(*hash) };
        }
        if let Some(code) = self.refuse.get(&change.hash()) {
            return refusal(*code);
        }
        let subject = Subject::person(self.technician.user, self.technician.device, self.technician.role);
        let document = self.docs.get(&doc).map(|(_, document)| document);
        let facts = ActorFacts {
            owner: self.owners.get(&change.actor()).copied(),
            last: document.and_then(|document| document.last_of(change.actor())),
        };
        let candidate = Candidate { id: doc, kind, document, change };
        match gate::admit(&subject, &facts, &candidate, now) {
            Ok(admitted) => {
                self.owners.insert(change.actor(), (self.technician.device, self.technician.user));
                self.docs.insert(doc, (kind, admitted.into_after().0));
                Outcome::Accepted
            }
            Err(NotAdmitted::Duplicate) => Outcome::Duplicate,
            Err(NotAdmitted::Need { deps }) => Outcome::Need { deps: deps.into_iter().map(Hash).collect() },
            Err(NotAdmitted::ActorFork { seq }) => Outcome::ActorFork { seq },
            Err(NotAdmitted::Refused(refusal)) => Outcome::Refused {
                code: refusal.code.name().to_owned(),
                path: Some(refusal.path),
                message: refusal.message,
            },
        }
    }

    /// Takes changes of one document into the log, at the next position.
    pub(crate) fn commit(&mut self, doc: DocId, changes: Vec<RawChange>) {
        self.position += 1;
        let position = self.position;
        self.log.extend(changes.into_iter().map(|change| Logged {
            doc,
            position,
            hash: change.hash,
            bytes: change.bytes,
        }));
        let is_in = self.is_in_scope(doc);
        match self.scope.get_mut(&doc) {
            None if is_in => {
                self.scope.insert(doc, Membership { entered_at: position, left: None });
            }
            Some(member) if is_in && member.left.is_some() => {
                *member = Membership { entered_at: position, left: None };
            }
            Some(member) if !is_in && member.left.is_none() => {
                member.left = Some((position, "reassigned".to_owned()));
            }
            _ => {}
        }
    }

    fn is_in_scope(&self, doc: DocId) -> bool {
        let (kind, document) = &self.docs[&doc];
        match kind {
            DocKind::Trip => true,
            DocKind::Job => {
                let job = document.job().expect("reads");
                let own = job
                    .events
                    .iter()
                    .any(|event| event.kind == EventKind::Registered && event.by == self.technician.user);
                job.technician() == Some(self.technician.user) || (own && job.technician().is_none())
            }
        }
    }
}

fn refusal(code: ErrorCode) -> Outcome {
    Outcome::Refused { code: code.name().to_owned(), path: None, message: code.doc().to_owned() }
}
