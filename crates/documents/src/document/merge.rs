//! Taking changes up, and taking them out again.

use std::collections::BTreeSet;

use automerge::{Automerge, Change};
use domain::{ChangeHash, DocKind};

use super::{Document, inner_has};
use crate::ApplyError;
use crate::engine::{self, guarded, hash_in, hash_out};
use crate::inspect::{self, ChangeHeader, Op, ReadChange};
use crate::read::Touched;
use crate::seen::Seen;

impl Document {
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

    /// A document that begins with a change.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn begun_by(kind: DocKind, ReadChange(change): ReadChange) -> Result<Self, ApplyError> {
        let mut document = Self::of(kind, engine::empty());
        document.apply_fresh(vec![change])?;
        Ok(document)
    }

    /// A copy with one admitted change more, of which the operations are given; this
    /// document is not touched.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn with(&self, ReadChange(change): ReadChange, ops: &[Op]) -> Result<Self, ApplyError> {
        if self.has(change.hash()) {
            return Ok(self.clone());
        }
        let (inner, headers) = self.taken_up(vec![change])?;
        let (history, seen) = (self.history.clone(), Seen::default());
        let mut copy = Self { kind: self.kind, inner, history, seen };
        headers.into_iter().for_each(|header| copy.remember(header));
        copy.seen = self.seen.after(Touched::by(ops, |object| copy.path_of(object)));
        Ok(copy)
    }

    fn apply_fresh(&mut self, fresh: Vec<Change>) -> Result<(), ApplyError> {
        if fresh.is_empty() {
            return Ok(());
        }
        let (inner, headers) = self.taken_up(fresh)?;
        self.inner = inner;
        headers.into_iter().for_each(|header| self.remember(header));
        Ok(())
    }

    /// The engine's document with changes taken up, on a copy: a panic on the way
    /// leaves it half done.
    fn taken_up(&self, fresh: Vec<Change>) -> Result<(Automerge, Vec<ChangeHeader>), ApplyError> {
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
        Ok((inner, headers))
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
}
