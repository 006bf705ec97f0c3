//! A document in memory.

mod graph;
mod merge;

use std::sync::OnceLock;

use automerge::{Automerge, Change, ReadDoc};
use domain::{ActorId, ChangeHash, DocId, DocKind, EditCommand, JobView, Stamp, TripView, UserId};

use crate::engine::{self, hash_in, hash_out, hashes_in};
use crate::history::History;
use crate::inspect::ChangeHeader;
use crate::read::Reader;
use crate::seen::Seen;
use crate::{EditError, LoadError, ReadError, edit, read};

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
    /// Made when first asked for, and with every change made anew.
    pub(crate) seen: Seen,
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
        self.seen.job(&Reader::now(&self.inner))
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
        self.seen.trip(&Reader::now(&self.inner))
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
}

fn inner_has(inner: &Automerge, hash: automerge::ChangeHash) -> bool {
    inner.get_change_meta_by_hash(&hash).is_some()
}
