//! A document in memory.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use automerge::{Automerge, Change, Prop, ReadDoc};
use domain::{ActorId, ChangeHash, DocId, DocKind, EditCommand, JobView, Stamp, TripView, UserId};

use crate::engine::{self, guarded, hash_in, hash_out, hashes_in};
use crate::history::History;
use crate::inspect::{ChangeHeader, OpId};
use crate::read::Reader;
use crate::seen::Seen;
use crate::{ApplyError, EditError, LoadError, ReadError, edit, inspect, read};

/// Who edits, as what, and when; all of it told from outside.
#[derive(Debug, Clone, Copy)]
pub struct EditContext {
    /// The person.
    pub author: UserId,
    /// The actor under which the change is written.
    pub actor: ActorId,
    /// The device's time.
    pub stamp: Stamp,
}

/// A change as it is stored and sent: one uncompressed Automerge change chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange {
    /// The hash that names it.
    pub hash: ChangeHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl RawChange {
    pub(crate) fn of(change: &Change) -> Self {
        Self { hash: hash_out(change.hash()), bytes: change.raw_bytes().to_vec() }
    }
}

/// A job or trip document.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) kind: DocKind,
    pub(crate) inner: Automerge,
    /// Made when first asked for, then kept up with every change.
    history: OnceLock<History>,
    /// Made when first asked for, and forgotten with every change.
    seen: Seen,
}

impl Document {
    pub(crate) fn of(kind: DocKind, inner: Automerge) -> Self {
        Self { kind, inner, history: OnceLock::new(), seen: Seen::default() }
    }

    /// Makes a document by its `Create` command.
    ///
    /// # Errors
    /// If the command is another one, or a value is not as its field asks.
    pub fn create(
        id: DocId,
        command: &EditCommand,
        context: &EditContext,
    ) -> Result<(Self, RawChange), EditError> {
        edit::create(id, command, context)
    }

    /// Applies a command; `None` if nothing would change. On error the document is
    /// as it was.
    ///
    /// # Errors
    /// If the command does not fit the document; the path says where.
    pub fn edit(
        &mut self,
        command: &EditCommand,
        context: &EditContext,
    ) -> Result<Option<RawChange>, EditError> {
        edit::edit(self, command, context)
    }

    /// Brings an older document to the present schema, under a server actor; `None`
    /// if it needs nothing, or is of a later schema.
    ///
    /// # Errors
    /// If the actor is not the server's, or the document cannot be read.
    pub fn upgrade(&mut self, context: &EditContext) -> Result<Option<RawChange>, EditError> {
        edit::upgrade(self, context)
    }

    /// Reads a saved document that this side wrote itself.
    ///
    /// # Errors
    /// If the bytes are not a whole saved document whose heads are what they say.
    pub fn load(kind: DocKind, saved: &[u8]) -> Result<Self, LoadError> {
        if saved.is_empty() {
            return Err(LoadError("it is empty".to_owned()));
        }
        let inner = engine::load(saved).map_err(LoadError)?;
        if !inner.get_missing_deps(&[]).is_empty() {
            return Err(LoadError("it holds changes whose dependencies it lacks".to_owned()));
        }
        Ok(Self::of(kind, inner))
    }

    /// Builds a document from its accepted changes, in any order.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn from_changes<'a>(
        kind: DocKind,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ApplyError> {
        let mut document = Self::of(kind, engine::empty());
        document.apply(changes)?;
        Ok(document)
    }

    /// Applies admitted changes in any order; known ones are skipped. On error the
    /// document is as it was.
    ///
    /// # Errors
    /// If a change cannot be read, or depends on one that is neither here nor among
    /// them; none is then applied, and none is kept waiting.
    pub fn apply<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), ApplyError> {
        let mut fresh: Vec<Change> = Vec::new();
        for bytes in changes {
            let change = inspect::parse(bytes).map_err(|error| ApplyError::Engine(error.to_string()))?;
            if !self.has(change.hash()) {
                fresh.push(change);
            }
        }
        self.apply_fresh(fresh)
    }

    fn apply_fresh(&mut self, fresh: Vec<Change>) -> Result<(), ApplyError> {
        if fresh.is_empty() {
            return Ok(());
        }
        self.check_dependencies(&fresh)?;
        let headers: Option<Vec<ChangeHeader>> = fresh.iter().map(engine::header).collect();
        let headers = headers.ok_or_else(|| ApplyError::Engine("an actor is not of 16 bytes".to_owned()))?;
        let mut inner = self.inner.clone();
        let inner = guarded(move || {
            inner.apply_changes(fresh).map_err(|error| error.to_string())?;
            Ok(inner)
        })
        .map_err(ApplyError::Engine)?;
        if let Some(missing) = headers.iter().find(|header| !inner_has(&inner, hash_in(header.hash))) {
            return Err(ApplyError::Engine(format!("change {} was not taken up", missing.hash)));
        }
        self.inner = inner;
        headers.into_iter().for_each(|header| self.remember(header));
        Ok(())
    }

    /// Automerge would queue a change with missing dependencies and say nothing.
    fn check_dependencies(&self, fresh: &[Change]) -> Result<(), ApplyError> {
        let coming: BTreeSet<_> = fresh.iter().map(Change::hash).collect();
        let missing: BTreeSet<ChangeHash> = fresh
            .iter()
            .flat_map(Change::deps)
            .filter(|dep| !coming.contains(*dep) && !self.has(**dep))
            .map(|dep| hash_out(*dep))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(ApplyError::Missing(missing.into_iter().collect())) }
    }

    fn has(&self, hash: automerge::ChangeHash) -> bool {
        inner_has(&self.inner, hash)
    }

    /// Keeps what is known of the document in step with a change that it has taken up.
    pub(crate) fn remember(&mut self, header: ChangeHeader) {
        self.seen = Seen::default();
        if let Some(history) = self.history.get_mut() {
            history.add(header);
        }
    }

    /// The saved form, uncompressed so that pages compress well.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.inner.save_nocompress()
    }

    /// Job or trip.
    #[must_use]
    pub fn kind(&self) -> DocKind {
        self.kind
    }

    /// The id that its first change wrote.
    ///
    /// # Errors
    /// If there is none.
    pub fn id(&self) -> Result<DocId, ReadError> {
        Reader::now(&self.inner).id()
    }

    /// The changes that no other change follows, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.inner.get_heads().into_iter().map(hash_out).collect()
    }

    /// The job as people see it.
    ///
    /// # Errors
    /// If this is no job, or has lost its root values.
    pub fn job(&self) -> Result<JobView, ReadError> {
        self.expect(DocKind::Job)?;
        self.seen.job(|| read::job(&Reader::now(&self.inner)))
    }

    /// The job as it stood at a set of heads.
    ///
    /// # Errors
    /// As [`job`](Self::job), and if a head is not a change of this document.
    pub fn job_at(&self, heads: &[ChangeHash]) -> Result<JobView, ReadError> {
        if self.heads() == heads {
            return self.job();
        }
        self.expect(DocKind::Job)?;
        read::job(&self.reader_at(heads)?)
    }

    /// The trip as people see it.
    ///
    /// # Errors
    /// If this is no trip, or has lost its root values.
    pub fn trip(&self) -> Result<TripView, ReadError> {
        self.expect(DocKind::Trip)?;
        self.seen.trip(|| read::trip(&Reader::now(&self.inner)))
    }

    /// The trip as it stood at a set of heads.
    ///
    /// # Errors
    /// As [`trip`](Self::trip), and if a head is not a change of this document.
    pub fn trip_at(&self, heads: &[ChangeHash]) -> Result<TripView, ReadError> {
        if self.heads() == heads {
            return self.trip();
        }
        self.expect(DocKind::Trip)?;
        read::trip(&self.reader_at(heads)?)
    }

    fn expect(&self, kind: DocKind) -> Result<(), ReadError> {
        if self.kind == kind { Ok(()) } else { Err(ReadError { path: kind.name().to_owned() }) }
    }

    fn reader_at(&self, heads: &[ChangeHash]) -> Result<Reader<'_>, ReadError> {
        match heads.iter().find(|head| !self.has(hash_in(**head))) {
            Some(unknown) => Err(ReadError { path: format!("change {unknown}") }),
            None => Ok(Reader::at(&self.inner, hashes_in(heads))),
        }
    }

    /// Every change, each after all that it depends on.
    #[must_use]
    pub fn changes(&self) -> Vec<RawChange> {
        self.inner.get_changes(&[]).iter().map(RawChange::of).collect()
    }

    /// The changes that are not in the history of the given heads, in causal order.
    /// Heads that are not in the document are passed over.
    #[must_use]
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<RawChange> {
        let known: Vec<_> = hashes_in(heads).into_iter().filter(|head| self.has(*head)).collect();
        self.inner.get_changes(&known).iter().map(RawChange::of).collect()
    }

    /// The document without the given changes and all that depend on them.
    ///
    /// # Errors
    /// If what remains cannot be put together again.
    pub fn without(&self, unwanted: &BTreeSet<ChangeHash>) -> Result<Self, ApplyError> {
        let mut gone: BTreeSet<_> = unwanted.iter().copied().map(hash_in).collect();
        let mut kept = Vec::new();
        for change in self.inner.get_changes(&[]) {
            if gone.contains(&change.hash()) || change.deps().iter().any(|dep| gone.contains(dep)) {
                gone.insert(change.hash());
            } else {
                kept.push(change);
            }
        }
        let mut document = Self::of(self.kind, engine::empty());
        document.apply_fresh(kept)?;
        Ok(document)
    }

    fn history(&self) -> &History {
        self.history.get_or_init(|| History::of(&self.inner))
    }

    /// Whether a change is in the document.
    #[must_use]
    pub fn contains(&self, hash: ChangeHash) -> bool {
        self.history().contains(hash)
    }

    /// What a change of this document says of itself.
    #[must_use]
    pub fn header_of(&self, hash: ChangeHash) -> Option<ChangeHeader> {
        self.history().header(hash).cloned()
    }

    /// The last change of an actor: its sequence number and hash.
    #[must_use]
    pub fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        self.history().last_of(actor)
    }

    /// Whether `earlier` is among `later` or their ancestors.
    #[must_use]
    pub fn is_ancestor(&self, earlier: ChangeHash, later: &[ChangeHash]) -> bool {
        self.history().is_ancestor(earlier, later)
    }

    /// The keys that lead from the root to an object of this document; `None` if
    /// there is no such object, or it lies in a list.
    #[must_use]
    pub fn path_of(&self, object: &OpId) -> Option<Vec<String>> {
        let parents = self.inner.parents(engine::object_in(object)).ok()?;
        parents
            .path()
            .into_iter()
            .map(|(_, prop)| match prop {
                Prop::Map(key) => Some(key),
                Prop::Seq(_) => None,
            })
            .collect()
    }

    /// How many changes and how many actors it has.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        self.history().counts()
    }
}

fn inner_has(inner: &Automerge, hash: automerge::ChangeHash) -> bool {
    inner.get_change_meta_by_hash(&hash).is_some()
}
