//! Admission of one document's pushed changes into the log.
//!
//! The bytes are checked before the writer's queue (stage A); causality, policy
//! and trial inside the writer's job, against exactly the state that the job
//! changes. A refused change holds back only what depends on it.

use std::collections::{BTreeMap, BTreeSet};

use documents::Document;
use domain::{ActorClass, ChangeHash, DeviceId, DocId, DocKind, DocView, Hash32, Instant};
use gate::{Admitted, Candidate, NotAdmitted, Refusal, Strike, Structure};
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use wire::{Hash, Outcome, Push, Return, Verdict};

use super::actors::{ActorOwner, owner, person_of};
use super::admit::{Judged, code_of, judge};
use super::beforehand::Beforehand;
use super::number::give_number;
use super::returns::Word;
use super::verdicts;
use crate::core::Core;
use crate::error::{CoreError, OfDocument};
use crate::log::{Batch, DocumentRow, LogEntry, Origin, commit, document_row, load_cached};
use crate::session::DeviceSession;

const STRIKE: &str = "UPDATE devices SET strikes = strikes + ?2, \
     quarantined_at = CASE WHEN strikes + ?2 >= ?3 THEN coalesce(quarantined_at, ?4) ELSE quarantined_at END \
     WHERE id = ?1";
/// Of a change whose bytes in the log are not those of its hash.
const MEND: &str = "UPDATE change_log SET bytes = ?3 WHERE doc = ?1 AND hash = ?2 AND bytes <> ?3";
/// What comes before the part of a chunk that its hash covers: the magic bytes
/// and the checksum.
const CHUNK_LEAD_BYTES: usize = 8;

/// One document's changes whose bytes were checked.
#[derive(Debug)]
pub(super) struct CheckedPush {
    pub(super) doc: DocId,
    pub(super) kind: DocKind,
    pub(super) changes: Vec<CheckedChange>,
    /// How far the device's clock was behind the server's at this exchange.
    pub(super) clock_offset: Option<i64>,
    /// The server's word for changes that it had accepted and lost.
    pub(super) word: Word,
}

/// A change after stage A.
#[derive(Debug)]
pub(super) enum CheckedChange {
    Sound(Structure),
    Broken(ChangeHash, Refusal),
}

impl CheckedPush {
    /// Stage A for all changes of a push.
    pub(super) fn of(push: &Push, clock_offset: Option<i64>) -> Self {
        let changes = push.changes.iter().map(|bytes| CheckedChange::of(&bytes.0)).collect();
        Self { doc: push.doc, kind: push.kind, changes, clock_offset, word: Word::default() }
    }

    /// The same for changes that a phone gives back.
    pub(super) fn of_return(given: &Return, clock_offset: Option<i64>, word: Word) -> Self {
        let changes = given.changes.iter().map(|bytes| CheckedChange::of(&bytes.0)).collect();
        Self { doc: given.doc, kind: given.kind, changes, clock_offset, word }
    }

    /// The changes of this push that lie behind heads for which the server had
    /// given its word, and those before them that are not in this push.
    fn covered(&self) -> Covered {
        let pushed: BTreeMap<ChangeHash, &Structure> =
            self.changes.iter().filter_map(CheckedChange::sound).map(|sound| (sound.hash(), sound)).collect();
        let (mut covered, mut before) = (BTreeSet::new(), BTreeSet::new());
        let mut ahead: Vec<ChangeHash> = self.word.heads.clone();
        while let Some(hash) = ahead.pop() {
            match pushed.get(&hash) {
                Some(change) if covered.insert(hash) => {
                    before.extend(change.deps().iter().filter(|dep| !pushed.contains_key(dep)));
                    ahead.extend(change.deps());
                }
                _ => {}
            }
        }
        Covered { changes: covered, before }
    }
}

/// What the server's word covers of a push.
#[derive(Debug, Default)]
struct Covered {
    changes: BTreeSet<ChangeHash>,
    /// What comes before them and is not in the push.
    before: BTreeSet<ChangeHash>,
}

impl CheckedChange {
    fn of(bytes: &[u8]) -> Self {
        match gate::structure::check_change(bytes) {
            Ok(structure) => Self::Sound(structure),
            Err(refusal) => Self::Broken(hash_of_broken(bytes), refusal),
        }
    }

    pub(super) const fn sound(&self) -> Option<&Structure> {
        match self {
            Self::Sound(structure) => Some(structure),
            Self::Broken(..) => None,
        }
    }

    pub(super) fn hash(&self) -> ChangeHash {
        match self {
            Self::Sound(structure) => structure.hash(),
            Self::Broken(hash, _) => *hash,
        }
    }
}

/// The name under which broken bytes are refused: what their hash would be if
/// they were one uncompressed chunk.
fn hash_of_broken(bytes: &[u8]) -> ChangeHash {
    let covered = bytes.get(CHUNK_LEAD_BYTES..).unwrap_or(bytes);
    Hash32::from_bytes(Sha256::digest(covered).into())
}

/// What became of a push.
#[derive(Debug)]
pub(super) struct Pushed {
    /// The position that it took, if anything was accepted.
    pub(super) position: Option<i64>,
    /// Changes that it had accepted, by its word, and does not have; those that were
    /// given back build on them.
    pub(super) before: Option<(DocId, Vec<ChangeHash>)>,
    /// Changes that are in the log, which is told once.
    pub(super) in_log: Vec<Verdict>,
}

impl Pushed {
    /// Nothing was accepted.
    pub(super) const NOTHING: Self = Self { position: None, before: None, in_log: Vec::new() };
}

/// Judges and stores the changes of one document, with their verdicts. A job of
/// the writer.
pub(super) fn admit(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (push, mut beforehand): (&CheckedPush, Beforehand),
    now: Instant,
) -> Result<Pushed, CoreError> {
    let row = document_row(tx, push.doc)?;
    let document = row.as_ref().map(|row| match beforehand.take_document(&row.heads) {
        Some(document) => Ok(document),
        None => load_or_mend(core, tx, push, row),
    });
    let document = document.transpose()?;
    let Covered { changes: covered, before } = push.covered();
    let lacks = |hash: &ChangeHash| document.as_ref().is_none_or(|document| !document.contains(*hash));
    let before: Vec<ChangeHash> = before.into_iter().filter(lacks).collect();
    let mut admission = Admission {
        covered,
        core,
        tx,
        session,
        push,
        beforehand,
        now,
        document,
        view: None,
        entries: Vec::new(),
        held: BTreeMap::new(),
        strikes: 0,
        was_refused: verdicts::any(tx, session.device)?,
    };
    let mut told = Vec::new();
    for change in &push.changes {
        let outcome = admission.judge_one(change)?;
        count(core, &outcome);
        told.push(Verdict { doc: push.doc, hash: Hash(change.hash()), outcome });
    }
    strike(tx, session.device, admission.strikes, now)?;
    let in_log = verdicts::keep(tx, session.device, (told, admission.was_refused), now)?;
    let is_new = row.is_none();
    let bytes_before = row.map_or(0, |row| row.bytes);
    let position = admission.store(is_new, bytes_before)?;
    Ok(Pushed { position, before: (!before.is_empty()).then_some((push.doc, before)), in_log })
}

struct Admission<'a> {
    core: &'a Core,
    tx: &'a Transaction<'a>,
    session: &'a DeviceSession,
    push: &'a CheckedPush,
    beforehand: Beforehand,
    now: Instant,
    document: Option<Document>,
    view: Option<DocView>,
    entries: Vec<LogEntry>,
    /// Changes of this push that were not taken, and what to tell their dependents.
    held: BTreeMap<ChangeHash, Outcome>,
    strikes: u32,
    /// Whether anything that this device brought was not accepted before.
    was_refused: bool,
    /// The changes of this push for which the server had given its word.
    covered: BTreeSet<ChangeHash>,
}

/// The document; if its log is damaged, after the bytes that came were put in the
/// place of what they are called by: a hash vouches for its bytes.
fn load_or_mend(
    core: &Core,
    tx: &Transaction<'_>,
    push: &CheckedPush,
    row: &DocumentRow,
) -> Result<Document, CoreError> {
    match load_cached(core, tx, push.doc, row) {
        Err(CoreError::Corrupt { .. }) => {
            for change in push.changes.iter().filter_map(CheckedChange::sound) {
                mend(tx, push.doc, change)?;
            }
            load_cached(core, tx, push.doc, row)
        }
        loaded => loaded,
    }
}

/// Puts a change's bytes in the log in order, if they were damaged there.
fn mend(tx: &Transaction<'_>, doc: DocId, change: &Structure) -> Result<(), CoreError> {
    let hash = change.hash();
    let values = (doc.as_bytes(), hash.as_bytes(), change.bytes());
    if tx.prepare_cached(MEND)?.execute(values)? > 0 {
        tracing::warn!(%doc, change = %hash, "a damaged change of the log was mended by a phone's copy");
    }
    Ok(())
}

/// How a change came, and whose it is.
#[derive(Debug, Clone, Copy)]
enum Came {
    /// Its author's device pushed it.
    Pushed(ActorOwner),
    /// A phone gave it back after the server had lost it.
    Back(ActorOwner),
}

impl Admission<'_> {
    fn judge_one(&mut self, change: &CheckedChange) -> Result<Outcome, CoreError> {
        let outcome = match change {
            CheckedChange::Broken(_, refusal) => self.refuse(refusal),
            CheckedChange::Sound(structure) => match self.held_back(structure) {
                Some(outcome) => outcome,
                None => self.judge_sound(structure)?,
            },
        };
        let hash = change.hash();
        let told = match &outcome {
            Outcome::Accepted | Outcome::Duplicate => None,
            Outcome::Refused { .. } | Outcome::ActorFork { .. } => {
                Some(Outcome::BlockedBy { hash: Hash(hash) })
            }
            Outcome::BlockedBy { .. } | Outcome::Need { .. } => Some(outcome.clone()),
        };
        if let Some(told) = told {
            self.held.insert(hash, told);
        }
        Ok(outcome)
    }

    /// What a change that depends on one that was not taken is told.
    fn held_back(&self, structure: &Structure) -> Option<Outcome> {
        structure.deps().iter().find_map(|dep| self.held.get(dep)).cloned()
    }

    fn judge_sound(&mut self, structure: &Structure) -> Result<Outcome, CoreError> {
        let vouched = self.push.word.owners.get(&structure.actor()).copied();
        let owner = owner(self.tx, structure.actor())?.or(vouched);
        if self.covered.contains(&structure.hash())
            && let Some(owner) = owner
        {
            return self.judge_again(structure, owner);
        }
        if self.was_refused
            && let Some(outcome) = verdicts::refused_before(self.tx, self.session.device, structure.hash())?
        {
            return Ok(outcome);
        }
        let session = (self.session.device, self.session.user);
        let judged = self.judge_now(structure, owner);
        self.outcome_of(structure, judged, Came::Pushed(session))
    }

    /// The gate's word, found beforehand or now.
    fn judge_now(&mut self, change: &Structure, owner: Option<ActorOwner>) -> Result<Admitted, NotAdmitted> {
        let document = self.document.as_ref();
        if let Some(admitted) = self.beforehand.take_admitted(change, owner, document) {
            return Ok(admitted);
        }
        let (session, doc, kind) = (self.session, self.push.doc, self.push.kind);
        judge(&Judged { session, doc, kind, document, change, owner, now: self.now })
    }

    /// Judges a change that the server had accepted before, by its own word.
    fn judge_again(&mut self, structure: &Structure, owner: ActorOwner) -> Result<Outcome, CoreError> {
        let candidate = Candidate {
            id: self.push.doc,
            kind: self.push.kind,
            document: self.document.as_ref(),
            change: structure,
        };
        let judged = gate::admit_again(owner, &candidate);
        self.outcome_of(structure, judged, Came::Back(owner))
    }

    fn outcome_of(
        &mut self,
        structure: &Structure,
        judged: Result<Admitted, NotAdmitted>,
        came: Came,
    ) -> Result<Outcome, CoreError> {
        Ok(match judged {
            Ok(admitted) => self.take(admitted, came),
            Err(NotAdmitted::Duplicate) => {
                mend(self.tx, self.push.doc, structure)?;
                Outcome::Duplicate
            }
            Err(NotAdmitted::Need { deps }) => Outcome::Need { deps: deps.into_iter().map(Hash).collect() },
            Err(NotAdmitted::ActorFork { seq }) => Outcome::ActorFork { seq },
            Err(NotAdmitted::Refused(refusal)) => self.refuse(&refusal),
        })
    }

    fn take(&mut self, admitted: Admitted, came: Came) -> Outcome {
        let (Came::Pushed(owner) | Came::Back(owner)) = came;
        let person = person_of(owner);
        let origin = Origin {
            user: person.map(|(user, _)| user),
            device: person.map(|(_, device)| device),
            for_user: None,
        };
        let returned = matches!(came, Came::Back(_));
        self.entries.push(LogEntry { returned, ..LogEntry::admitted(&admitted, origin) });
        let (document, view) = admitted.into_after();
        self.document = Some(document);
        self.view = Some(view);
        Outcome::Accepted
    }

    fn refuse(&mut self, refusal: &Refusal) -> Outcome {
        self.strikes += u32::from(refusal.strike == Strike::BrokenBytes);
        Outcome::Refused {
            code: code_of(refusal.code).name().to_owned(),
            path: (!refusal.path.is_empty()).then(|| refusal.path.clone()),
            message: refusal.message.clone(),
        }
    }

    /// Writes what was accepted and gives the document back to the cache.
    fn store(self, is_new: bool, bytes_before: usize) -> Result<Option<i64>, CoreError> {
        let Self { core, tx, push, now, document, mut view, mut entries, .. } = self;
        let Some(mut document) = document else { return Ok(None) };
        // A job that comes back brings the number that the server gave it.
        let has_number = entries.iter().any(|entry| entry.actor.class() == Some(ActorClass::Server));
        if is_new
            && push.kind == DocKind::Job
            && !has_number
            && let Some(numbered) = give_number(core, tx, push.doc, &mut document, now)?
        {
            entries.push(numbered);
            view = None;
        }
        let mut position = None;
        if !entries.is_empty() {
            let view = match view {
                Some(view) => view,
                None => crate::log::view(&document).of(push.doc)?,
            };
            let batch = Batch {
                doc: push.doc,
                document: &document,
                view: &view,
                entries: &entries,
                now,
                clock_offset: push.clock_offset,
            };
            position = Some(commit(tx, &batch)?);
        }
        let added: usize = entries.iter().map(|entry| entry.change.bytes.len()).sum();
        core.cache().put(push.doc, document, bytes_before + added);
        Ok(position)
    }
}

/// Counts broken pushes against the device; too many, and it is held back.
pub(super) fn strike(
    tx: &Transaction<'_>,
    device: DeviceId,
    strikes: u32,
    now: Instant,
) -> Result<(), CoreError> {
    if strikes > 0 {
        let limit = domain::limits::STRIKES_MAX;
        tx.prepare_cached(STRIKE)?.execute((device.as_bytes(), strikes, limit, now.millis()))?;
    }
    Ok(())
}

fn count(core: &Core, outcome: &Outcome) {
    let counters = core.counters();
    counters.changes_pushed.one();
    match outcome {
        Outcome::Accepted => counters.changes_accepted.one(),
        Outcome::Duplicate => counters.changes_duplicate.one(),
        Outcome::Refused { .. } => counters.changes_refused.one(),
        Outcome::BlockedBy { .. } | Outcome::Need { .. } => counters.changes_waiting.one(),
        Outcome::ActorFork { .. } => counters.actor_forks.one(),
    }
}
