//! What an answer changed: figures for the report, and events for whoever
//! shows the data.

use std::collections::BTreeSet;

use domain::{DocId, DocKind};

use super::TakenIn;
use crate::sync::SyncReport;
use crate::sync::rebuild::Replayed;
use crate::sync::verdicts::Settled;
use crate::{ClientEvent, ReferenceKind};

/// Gathered while an answer is written.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) report: SyncReport,
    jobs: BTreeSet<DocId>,
    trips: BTreeSet<DocId>,
    outbox: bool,
    attention: bool,
    reference: BTreeSet<String>,
}

impl Effects {
    pub(super) fn of(settled: &Settled) -> Self {
        Self {
            report: SyncReport {
                accepted: settled.accepted,
                refused: settled.refused,
                ..SyncReport::default()
            },
            outbox: settled.any,
            attention: settled.refused > 0,
            ..Self::default()
        }
    }

    pub(super) fn changed(&mut self, doc: DocId, kind: DocKind) {
        match kind {
            DocKind::Job => self.jobs.insert(doc),
            DocKind::Trip => self.trips.insert(doc),
        };
    }

    pub(super) fn nothing_changed(&self) -> bool {
        self.jobs.is_empty() && self.trips.is_empty()
    }

    pub(super) fn has_changed(&self, doc: DocId) -> bool {
        self.jobs.contains(&doc) || self.trips.contains(&doc)
    }

    pub(super) fn attention_changed(&mut self) {
        self.outbox = true;
        self.attention = true;
    }

    pub(super) fn replayed(&mut self, replayed: Replayed) {
        self.report.replayed += replayed.again;
        self.report.unplayable += replayed.unplayable;
        self.outbox = true;
        self.attention |= replayed.unplayable > 0;
    }

    pub(super) fn reference(&mut self, kind: &str) {
        self.report.reference_rows += 1;
        if !self.reference.contains(kind) {
            self.reference.insert(kind.to_owned());
        }
    }

    pub(super) fn taken_in(self, total: Option<u64>) -> TakenIn {
        let mut events = Vec::new();
        if !self.jobs.is_empty() {
            events.push(ClientEvent::JobsChanged(self.jobs.into_iter().collect()));
        }
        if !self.trips.is_empty() {
            events.push(ClientEvent::TripsChanged(self.trips.into_iter().collect()));
        }
        if self.outbox {
            events.push(ClientEvent::OutboxChanged);
        }
        if self.attention {
            events.push(ClientEvent::AttentionChanged);
        }
        let changed = ReferenceKind::ALL.into_iter().filter(|kind| self.reference.contains(kind.name()));
        events.extend(changed.map(ClientEvent::ReferenceChanged));
        TakenIn { report: self.report, events, total }
    }
}
