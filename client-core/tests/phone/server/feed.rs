//! The feed: cold pages by document, warm ones by position.

use std::collections::BTreeSet;

use domain::{ChangeHash, DocId};
use wire::{Bytes, DocEvent, DocHappening, SyncRequest, SyncResponse};

use super::{Packing, State};

impl State {
    /// The page for a cursor: `c` + start + index while cold, `w` + position then.
    pub(crate) fn page(&self, request: &SyncRequest, pushed: &BTreeSet<ChangeHash>) -> SyncResponse {
        let known = request.epoch.as_ref() == Some(&self.epoch);
        let cursor = request.cursor.as_deref().filter(|_| known);
        let (response, total) = match cursor {
            Some([b'w', at @ ..]) if number(at) <= self.position => (self.warm(number(at), pushed), None),
            Some([b'c', rest @ ..]) => (self.cold(number(&rest[..8]), number(&rest[8..])), None),
            _ => (self.cold(self.position, 0), Some(self.members().len())),
        };
        let response = self.packed(response);
        SyncResponse {
            epoch: (!known).then(|| self.epoch.clone()),
            total: total.map(|total| u32::try_from(total).expect("few")),
            reference: (total.is_some() && !self.reference.is_empty()).then(|| self.reference.clone()),
            ..response
        }
    }

    fn packed(&self, mut response: SyncResponse) -> SyncResponse {
        if self.packing == Packing::None {
            return response;
        }
        let mut snapshots = Vec::new();
        for event in response.events.iter_mut().flatten() {
            if let DocHappening::Enter { snapshot } = &event.what {
                snapshots.push(snapshot.clone());
                event.what = DocHappening::EnterPacked;
            }
        }
        if snapshots.is_empty() {
            return response;
        }
        match self.packing {
            Packing::OneMissing => drop(snapshots.pop()),
            Packing::OneMore => snapshots.push(snapshots[0].clone()),
            _ => {}
        }
        let mut block = documents::pack(&snapshots);
        if self.packing == Packing::Damaged {
            block.pop();
        }
        SyncResponse { documents: Some(block), ..response }
    }

    fn members(&self) -> Vec<DocId> {
        self.scope.iter().filter(|(_, member)| member.left.is_none()).map(|(doc, _)| *doc).collect()
    }

    fn cold(&self, start: u64, from: u64) -> SyncResponse {
        let members = self.members();
        let from = usize::try_from(from).expect("few");
        let page: Vec<DocId> = members.iter().skip(from).take(self.page_docs).copied().collect();
        let next = from + page.len();
        let is_last = next >= members.len();
        let cursor = if is_last { cursor(b'w', &[start]) } else { cursor(b'c', &[start, next as u64]) };
        SyncResponse {
            events: list(page.into_iter().map(|doc| self.whole(doc)).collect()),
            cursor,
            more: (!is_last).then_some(true),
            ..SyncResponse::default()
        }
    }

    fn warm(&self, at: u64, pushed: &BTreeSet<ChangeHash>) -> SyncResponse {
        let mut events = Vec::new();
        for (doc, member) in &self.scope {
            match &member.left {
                Some((position, reason)) if *position > at => events.push(DocEvent {
                    doc: *doc,
                    kind: self.docs[doc].0,
                    what: DocHappening::Leave { reason: reason.clone() },
                    receipt: None,
                }),
                Some(_) => {}
                None if member.entered_at > at => events.push(self.whole(*doc)),
                None => events.extend(self.changed(*doc, at, pushed)),
            }
        }
        SyncResponse {
            events: list(events),
            cursor: cursor(b'w', &[self.position]),
            ..SyncResponse::default()
        }
    }

    fn whole(&self, doc: DocId) -> DocEvent {
        let (kind, document) = &self.docs[&doc];
        DocEvent { doc, kind: *kind, what: DocHappening::Enter { snapshot: document.save() }, receipt: None }
    }

    fn changed(&self, doc: DocId, at: u64, pushed: &BTreeSet<ChangeHash>) -> Option<DocEvent> {
        let changes: Vec<Bytes> = self
            .log
            .iter()
            .filter(|logged| logged.doc == doc && logged.position > at && !pushed.contains(&logged.hash))
            .map(|logged| Bytes(logged.bytes.clone()))
            .collect();
        let what = DocHappening::Update { changes: list(changes)? };
        Some(DocEvent { doc, kind: self.docs[&doc].0, what, receipt: None })
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().expect("eight bytes"))
}

fn cursor(kind: u8, numbers: &[u64]) -> Vec<u8> {
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    std::iter::once(kind).chain(numbers).collect()
}

fn list<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}
