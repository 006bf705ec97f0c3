//! Takes refused changes out of a document and makes the edits that built on
//! them again, under a new actor.
//!
//! Each edit is made again on what its author had seen, less what was refused,
//! and the result is merged with what came since. So its causality stays
//! honest: it does not claim to have known what the author did not know, and it
//! wins over nobody over whom it would not have won.
//!
//! The new actor follows from the first change that comes out. Two copies of one
//! database that make the same edits again make the same changes, and the server
//! takes them once. Where a copy went another way, its changes may be here already:
//! from there on another actor writes, which follows from the edit at which they part.

use std::collections::{BTreeSet, HashMap};

use documents::{Document, EditContext, Letter, RawChange};
use domain::{ActorClass, ActorId, ChangeHash, DocId, EditCommand, Instant, JobCommand, JobText};
use sha2::{Digest, Sha256};

use super::splices::{self, Mapped, Splice};
use crate::error::{edit_code, edit_path};
use crate::incoming::{self, BadBytes};
use crate::store::error::Result;
use crate::store::install;
use crate::store::outbox::{self, NewEntry};
use crate::store::writing::Writing;
use crate::{EntryState, OutboxEntry, Reason};

/// A document out of which changes come.
#[derive(Debug)]
pub(crate) struct Rebuild {
    pub(crate) doc: DocId,
    /// As it was, with everything.
    pub(crate) old: Document,
    /// The changes that come out; what builds on them comes out with them.
    pub(crate) dropped: BTreeSet<ChangeHash>,
    /// Without them, and with what has come from the server since.
    pub(crate) merged: Document,
    /// The letters that an edit wrote, by the names that they had before it was
    /// made again.
    renamed: HashMap<Letter, Letter>,
}

/// Under which actor edits are made again, and when this happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anew {
    pub(crate) actor: ActorId,
    pub(crate) now: Instant,
}

/// What making again came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Replayed {
    pub(crate) again: u64,
    pub(crate) unplayable: u64,
}

/// What became of one edit.
enum Fate {
    Again { command: EditCommand, change: RawChange },
    NoEffect,
    Unplayable(Reason),
}

impl Rebuild {
    /// Begins with the document as it was.
    pub(crate) fn begin(
        doc: DocId,
        old: Document,
        dropped: BTreeSet<ChangeHash>,
    ) -> std::result::Result<Self, BadBytes> {
        let merged = without(&old, &dropped)?;
        Ok(Self { doc, old, dropped, merged, renamed: HashMap::new() })
    }

    /// The actor under which edits are made again: the first 15 bytes of
    /// SHA-256 over a label, the document and the first change that comes out.
    pub(crate) fn actor(&self, class: ActorClass) -> ActorId {
        let changes = self.old.changes();
        let first = changes.iter().map(|change| change.hash).find(|hash| self.dropped.contains(hash));
        let first = first.or_else(|| self.dropped.first().copied());
        derived(class, &[self.doc.as_bytes(), first.as_ref().map_or(&[][..], |hash| hash.as_bytes())])
    }

    /// Makes the edits again that wait for a verdict and came out of the
    /// document, oldest first, and merges them into it.
    pub(crate) fn replay(&mut self, transaction: &Writing<'_>, anew: Anew) -> Result<Replayed> {
        let mut replayed = Replayed::default();
        let mut made: Vec<RawChange> = Vec::new();
        let mut actor = anew.actor;
        install::note_actor(transaction, actor, anew.now)?;
        for entry in outbox::pending_of(transaction, self.doc)? {
            if self.merged.contains(entry.hash) {
                continue;
            }
            let fate = loop {
                match self.again(&made, &entry, actor) {
                    Ok(Some(fate)) => break fate,
                    Ok(None) => {
                        actor = parted(actor, &entry);
                        install::note_actor(transaction, actor, anew.now)?;
                    }
                    Err(error) => break Fate::Unplayable(reason_of(&error)),
                }
            };
            match fate {
                Fate::Again { command, change } => {
                    let by = outbox::insert(transaction, &made_again(&entry, &command, &change, actor))?;
                    outbox::supersede(transaction, entry.id, Some(by), anew.now)?;
                    made.push(change);
                    replayed.again += 1;
                }
                Fate::NoEffect => outbox::supersede(transaction, entry.id, None, anew.now)?,
                Fate::Unplayable(reason) => {
                    outbox::fail(transaction, entry.id, EntryState::Unplayable, &reason, anew.now)?;
                    replayed.unplayable += 1;
                }
            }
        }
        Ok(replayed)
    }

    /// What becomes of an edit; none if a copy of this phone wrote something else
    /// under the actor's next number.
    fn again(
        &mut self,
        made: &[RawChange],
        entry: &OutboxEntry,
        actor: ActorId,
    ) -> std::result::Result<Option<Fate>, BadBytes> {
        let Some(command) = &entry.command else {
            return Ok(unplayable("command_unknown", "the command of this change is not known"));
        };
        let context = EditContext { author: entry.author, actor, stamp: entry.stamp };
        let mut base = self.seen_by(entry, made)?;
        let exists = base.id().is_ok();
        if command.creates() && !exists && self.merged.id().is_err() {
            let created = incoming::guarded(|| Ok(Document::create(self.doc, command, &context)))?;
            return match created {
                Ok((created, change)) => self.take_up(command.clone(), change, &created),
                Err(error) => Ok(Some(Fate::Unplayable(edit_reason(&error)))),
            };
        }
        if !exists {
            return Ok(unplayable("target_gone", "what this edit builds on was refused"));
        }
        let command = match self.map_text(command, entry, &base)? {
            Carried::As(command) => command,
            Carried::Nothing => return Ok(Some(Fate::NoEffect)),
            Carried::Impossible => {
                return Ok(unplayable("target_gone", "the place in the text is not there any more"));
            }
        };
        let before = base.heads();
        match incoming::guarded(|| Ok(base.edit(&command, &context)))? {
            Ok(Some(change)) => {
                self.rename(&command, entry, &base, &before)?;
                self.take_up(command, change, &base)
            }
            Ok(None) => Ok(Some(Fate::NoEffect)),
            Err(error) => Ok(Some(Fate::Unplayable(edit_reason(&error)))),
        }
    }

    /// Merges an edit that was made again in `base`, unless its place is taken.
    fn take_up(
        &mut self,
        command: EditCommand,
        change: RawChange,
        base: &Document,
    ) -> std::result::Result<Option<Fate>, BadBytes> {
        let place = base.header_of(change.hash).map(|header| (header.seq, header.actor));
        let is_taken = |(seq, actor)| self.merged.last_of(actor).is_some_and(|(last, _)| last >= seq);
        if !self.merged.contains(change.hash) && place.is_some_and(is_taken) {
            return Ok(None);
        }
        incoming::merge(&mut self.merged, [change.bytes.as_slice()])?;
        Ok(Some(Fate::Again { command, change }))
    }

    /// What the author of an edit had seen, less what comes out, and with the
    /// earlier edits as they were made again.
    fn seen_by(&self, entry: &OutboxEntry, made: &[RawChange]) -> std::result::Result<Document, BadBytes> {
        let Some(header) = self.old.header_of(entry.hash) else {
            // A salvaged edit whose document was lost: what is here is all that is known.
            return Ok(self.merged.clone());
        };
        let unseen = self.old.changes_since(&header.deps).into_iter().map(|change| change.hash);
        let out: BTreeSet<ChangeHash> = unseen.chain(self.dropped.iter().copied()).collect();
        let mut base = without(&self.old, &out)?;
        incoming::merge(&mut base, made.iter().map(|change| change.bytes.as_slice()))?;
        Ok(base)
    }

    /// Moves an edit of a text to where its letters are in `base`.
    fn map_text(
        &self,
        command: &EditCommand,
        entry: &OutboxEntry,
        base: &Document,
    ) -> std::result::Result<Carried, BadBytes> {
        let Some((text, _)) = text_edit(command) else { return Ok(Carried::As(command.clone())) };
        let Some(header) = self.old.header_of(entry.hash) else { return Ok(Carried::As(command.clone())) };
        incoming::guarded(|| {
            let before = letters(&self.old.job_at(&header.deps).map_err(unreadable)?, text);
            let now = letters(&base.job().map_err(unreadable)?, text);
            let names = self.old.letters(text, &header.deps).map_err(unreadable)?;
            let there = base.letters(text, &base.heads()).map_err(unreadable)?;
            let places: HashMap<&Letter, u32> = there.iter().zip(0..).collect();
            let places: Vec<Option<u32>> = names
                .iter()
                .map(|name| places.get(self.renamed.get(name).unwrap_or(name)).copied())
                .collect();
            let splice = splice_of(command, &before);
            Ok(match splices::map(text, &splice, &places, &now) {
                Mapped::Command(mapped) => Carried::As(EditCommand::Job(mapped)),
                Mapped::Nothing => Carried::Nothing,
                Mapped::Impossible => Carried::Impossible,
            })
        })
    }

    /// Notes under which names the letters of an edit stand now that it was made
    /// again, for the edits that come after it.
    fn rename(
        &mut self,
        command: &EditCommand,
        entry: &OutboxEntry,
        base: &Document,
        before: &[ChangeHash],
    ) -> std::result::Result<(), BadBytes> {
        let Some((text, _)) = text_edit(command) else { return Ok(()) };
        let Some(header) = self.old.header_of(entry.hash) else { return Ok(()) };
        let (was, is) = incoming::guarded(|| {
            let was = written(&self.old, text, &header.deps, &[entry.hash]).map_err(unreadable)?;
            Ok((was, written(base, text, before, &base.heads()).map_err(unreadable)?))
        })?;
        if was.len() == is.len() {
            self.renamed.extend(was.into_iter().zip(is));
        }
        Ok(())
    }
}

/// The letters that stand after some heads and did not before.
fn written(
    document: &Document,
    text: JobText,
    before: &[ChangeHash],
    after: &[ChangeHash],
) -> std::result::Result<Vec<Letter>, documents::ReadError> {
    let known: BTreeSet<Letter> = document.letters(text, before)?.into_iter().collect();
    let letters = document.letters(text, after)?;
    Ok(letters.into_iter().filter(|letter| !known.contains(letter)).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn unreadable(error: documents::ReadError) -> BadBytes {
    BadBytes::unreadable(error.to_string())
}

/// How a command is carried over.
enum Carried {
    As(EditCommand),
    Nothing,
    Impossible,
}

fn without(document: &Document, out: &BTreeSet<ChangeHash>) -> std::result::Result<Document, BadBytes> {
    incoming::guarded(|| document.without(out).map_err(BadBytes::from))
}

/// The text that a command edits.
fn text_edit(command: &EditCommand) -> Option<(JobText, &JobCommand)> {
    match command {
        EditCommand::Job(
            job @ (JobCommand::SpliceText { text, .. } | JobCommand::ReplaceText { text, .. }),
        ) => Some((*text, job)),
        _ => None,
    }
}

fn letters(view: &domain::JobView, text: JobText) -> Vec<char> {
    match text {
        JobText::Diagnosis => view.diagnosis.chars().collect(),
        JobText::Solution => view.solution.chars().collect(),
    }
}

/// What a command did to the text that its author saw, as one splice.
fn splice_of(command: &EditCommand, before: &[char]) -> Splice {
    let size = |count: &u32| usize::try_from(*count).unwrap_or(usize::MAX);
    match text_edit(command) {
        Some((_, JobCommand::SpliceText { at, delete, insert, .. })) => {
            Splice { at: size(at), delete: size(delete), insert: insert.clone() }
        }
        Some((_, JobCommand::ReplaceText { value, .. })) => {
            splices::difference(before, &value.chars().collect::<Vec<_>>())
        }
        _ => Splice { at: 0, delete: 0, insert: String::new() },
    }
}

/// The entry for an edit that was made again: everything is the original's but
/// the change and its actor.
fn made_again<'a>(
    entry: &OutboxEntry,
    command: &'a EditCommand,
    change: &'a RawChange,
    actor: ActorId,
) -> NewEntry<'a> {
    NewEntry {
        doc: entry.doc,
        kind: entry.kind,
        hash: change.hash,
        change: &change.bytes,
        command: Some(command),
        stamp: entry.stamp,
        author: entry.author,
        actor,
        replays: Some(entry.id),
    }
}

fn unplayable(code: &str, message: &str) -> Option<Fate> {
    Some(Fate::Unplayable(Reason { code: code.to_owned(), path: None, message: message.to_owned() }))
}

/// The actor that goes on where a copy of this phone went another way.
fn parted(actor: ActorId, entry: &OutboxEntry) -> ActorId {
    derived(actor.class().unwrap_or(ActorClass::Technician), &[actor.as_bytes(), entry.hash.as_bytes()])
}

fn derived(class: ActorClass, from: &[&[u8]]) -> ActorId {
    let mut hasher = Sha256::new();
    hasher.update(b"hamgam: made again");
    from.iter().for_each(|part| hasher.update(part));
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 15];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    ActorId::new(class, bytes)
}

fn edit_reason(error: &documents::EditError) -> Reason {
    Reason { code: edit_code(error).to_owned(), path: edit_path(error), message: error.to_string() }
}

fn reason_of(error: &BadBytes) -> Reason {
    Reason { code: error.code().to_owned(), path: None, message: error.to_string() }
}
