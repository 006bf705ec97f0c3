//! The documents of one answer: rebuilt where changes were refused, merged with
//! what the feed brings, and written.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ChangeHash, DocId, DocKind};

use super::effects::Effects;
use super::{Complete, Page};
use crate::incoming;
use crate::store::cache::DocumentCache;
use crate::store::error::Result;
use crate::store::{documents as document_rows, install, outbox, problems, put, receipts, set_aside};
use crate::sync::arrive::{self, Arrival, Changes, Whole};
use crate::sync::prepare::{Prepared, What};
use crate::sync::rebuild::{Anew, Rebuild};
use crate::sync::verdicts::Settled;
use crate::{EntryState, Reason};

/// The documents of one answer, being written.
pub(super) struct Documents<'a, 'p> {
    pub(super) page: &'a Page<'p>,
    pub(super) cold_pull: i64,
    pub(super) effects: &'a mut Effects,
    pub(super) cache: &'a mut DocumentCache,
}

type Rebuilds = BTreeMap<DocId, Rebuild>;

impl Documents<'_, '_> {
    /// Writes all of them. The order matters: what was refused comes out first,
    /// then the feed comes in, and only then are edits made again, so that none
    /// meets a rival of its own actor.
    pub(super) fn write(&mut self, settled: Settled, events: Vec<Prepared>) -> Result<Complete> {
        let transaction = self.page.transaction;
        for doc in &settled.accepted_in {
            self.note_position(*doc)?;
        }
        let mut forked = settled.forked;
        let mut rebuilds = self.begin_rebuilds(settled.dropped)?;
        let before = rebuilds.len();
        let mut complete = Complete::Yes;
        for event in events {
            if self.event(event, &mut rebuilds)? == Complete::No {
                complete = Complete::No;
            }
        }
        forked |= rebuilds.len() > before;
        if !rebuilds.is_empty() {
            if forked {
                install::begin_epoch(transaction)?;
            } else {
                install::retire_actor(transaction)?;
            }
            self.finish_rebuilds(rebuilds)?;
        }
        Ok(complete)
    }

    fn begin_rebuilds(&mut self, dropped: BTreeMap<DocId, BTreeSet<ChangeHash>>) -> Result<Rebuilds> {
        let mut rebuilds = Rebuilds::new();
        for (doc, dropped) in dropped {
            self.cache.forget(doc);
            let Some(saved) = document_rows::read(self.page.transaction, doc)? else {
                self.give_up(&dropped)?;
                continue;
            };
            let begun = incoming::own(saved.kind, &saved.saved)
                .and_then(|old| Rebuild::begin(doc, old, dropped.clone()));
            match begun {
                Ok(rebuild) => {
                    self.set_aside(&rebuild)?;
                    rebuilds.insert(doc, rebuild);
                }
                Err(error) => self.problem(doc, error.code(), &error.to_string())?,
            }
        }
        Ok(rebuilds)
    }

    /// Keeps what comes out of a document and is not this phone's own: nothing can
    /// make it again.
    fn set_aside(&mut self, rebuild: &Rebuild) -> Result<()> {
        let transaction = self.page.transaction;
        for change in rebuild.old.changes() {
            if rebuild.merged.contains(change.hash) || outbox::by_hash(transaction, change.hash)?.is_some() {
                continue;
            }
            set_aside::add(transaction, rebuild.doc, rebuild.old.kind(), &change, self.page.now)?;
        }
        Ok(())
    }

    fn note_position(&self, doc: DocId) -> Result<()> {
        match self.page.response.position {
            Some(position) => document_rows::set_position(self.page.transaction, doc, position),
            None => Ok(()),
        }
    }

    /// Edits whose document is not here cannot be made again.
    fn give_up(&mut self, dropped: &BTreeSet<ChangeHash>) -> Result<()> {
        let reason = Reason {
            code: "target_gone".to_owned(),
            path: None,
            message: "the document is not on this phone any more".to_owned(),
        };
        for hash in dropped {
            let entry = outbox::by_hash(self.page.transaction, *hash)?;
            if let Some(entry) = entry.filter(|entry| entry.state == EntryState::Pending) {
                let (transaction, now) = (self.page.transaction, self.page.now);
                outbox::fail(transaction, entry.id, EntryState::Unplayable, &reason, now)?;
            }
        }
        Ok(())
    }

    /// Merges one event.
    fn event(&mut self, event: Prepared, rebuilds: &mut Rebuilds) -> Result<Complete> {
        let (doc, kind, transaction) = (event.doc, event.kind, self.page.transaction);
        if let What::Leave(reason) = &event.what {
            put::leave(transaction, doc, kind, reason)?;
            self.effects.report.left += 1;
            self.effects.changed(doc, kind);
            self.note_position(doc)?;
            return Ok(Complete::Yes);
        }
        let arrival = match rebuilds.get_mut(&doc) {
            Some(rebuild) => match arrive::into_rebuild(
                transaction,
                rebuild,
                &event,
                &mut self.effects.report.offered_again,
            )? {
                Ok(()) => {
                    if let Some(word) = &event.word {
                        receipts::keep(transaction, doc, &rebuild.merged, word)?;
                    }
                    Arrival::Written
                }
                Err(error @ incoming::BadBytes::Missing(_)) => Arrival::Incomplete(error),
                Err(error) => Arrival::Bad(error),
            },
            None => self.arrive(&event)?,
        };
        match arrival {
            Arrival::Written => {}
            Arrival::Forked(rebuild) => {
                self.set_aside(&rebuild)?;
                rebuilds.insert(doc, *rebuild);
            }
            Arrival::Incomplete(error) => return self.incomplete(doc, &error),
            Arrival::Bad(error) => {
                self.problem(doc, error.code(), &error.to_string())?;
                return Ok(Complete::Yes);
            }
        }
        self.note_arrival(doc, kind, &event.what)
    }

    fn arrive(&mut self, event: &Prepared) -> Result<Arrival> {
        let (doc, kind, transaction) = (event.doc, event.kind, self.page.transaction);
        match &event.what {
            What::Enter { snapshot, view } => {
                self.cache.forget(doc);
                let whole = Whole { snapshot, view, word: event.word.as_ref() };
                arrive::enter(transaction, doc, kind, &whole, &mut self.effects.report.offered_again)
            }
            What::Update(changes) => {
                let cached = self.cache.take(doc);
                let local = match cached {
                    Some(document) => Some(document),
                    None => document_rows::read(transaction, doc)?
                        .and_then(|saved| incoming::own(saved.kind, &saved.saved).ok()),
                };
                let came = Changes { changes, word: event.word.as_ref() };
                arrive::update(transaction, doc, kind, &came, local)
            }
            What::Bad { code, message } => {
                Ok(Arrival::Bad(incoming::BadBytes::Broken { code, message: message.clone() }))
            }
            What::Leave(_) => Ok(Arrival::Written),
        }
    }

    fn note_arrival(&mut self, doc: DocId, kind: DocKind, what: &What) -> Result<Complete> {
        problems::clear(self.page.transaction, doc)?;
        self.effects.changed(doc, kind);
        if let What::Enter { .. } = what {
            self.effects.report.entered += 1;
        } else {
            self.effects.report.updated += 1;
        }
        self.note_position(doc)?;
        // Whatever the feed tells of a document but that it left, it tells to
        // who has it in scope: also of one that left, was lost by the server,
        // and was made again by what this phone sent.
        put::enter(self.page.transaction, doc, kind, self.cold_pull)?;
        Ok(Complete::Yes)
    }

    /// Asks for everything anew, unless that was done for this document and did
    /// not help.
    fn incomplete(&mut self, doc: DocId, error: &incoming::BadBytes) -> Result<Complete> {
        let known = problems::exists(self.page.transaction, doc)?;
        self.problem(doc, error.code(), &error.to_string())?;
        Ok(if known { Complete::Yes } else { Complete::No })
    }

    fn problem(&mut self, doc: DocId, code: &str, message: &str) -> Result<()> {
        self.effects.report.problems += 1;
        arrive::note_problem(self.page.transaction, doc, code, message, self.page.now)
    }

    fn finish_rebuilds(&mut self, rebuilds: Rebuilds) -> Result<()> {
        let class = self.page.actor_class()?;
        for (doc, mut rebuild) in rebuilds {
            let transaction = self.page.transaction;
            let anew = Anew { actor: rebuild.actor(class), now: self.page.now };
            self.effects.replayed(rebuild.replay(transaction, anew)?);
            let kind = rebuild.old.kind();
            self.effects.changed(doc, kind);
            if rebuild.merged.heads().is_empty() {
                put::remove(transaction, doc, kind)?;
            } else if let Arrival::Bad(error) = arrive::write(transaction, doc, &rebuild.merged)? {
                self.problem(doc, error.code(), &error.to_string())?;
            }
        }
        Ok(())
    }
}
