//! One edit: the command is carried out on the document, judged by the policy,
//! and written with its change, its row and its place in the outbox in one
//! transaction. When the call returns, a power cut loses nothing of it.

use std::sync::atomic::Ordering;

use documents::{Document, EditContext, RawChange};
use domain::{DocId, DocView, EditCommand, Instant, JobCommand, JobView, UserId};

use super::{Client, Core};
use crate::policy::{self, OwnChange};
use crate::random::NewIds;
use crate::store::cache::DocumentCache;
use crate::store::error::Result;
use crate::store::outbox::{self, NewEntry};
use crate::store::writing::Writing;
use crate::store::{documents as document_rows, feed, install, put, session};
use crate::worker::guarded;
use crate::{ClientError, ClientEvent, Session, SessionState, incoming};

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditReceipt {
    /// The document.
    pub doc: DocId,
    /// Whether it was written.
    pub outcome: EditOutcome,
}

/// Whether a command was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditOutcome {
    /// It is saved on this phone, as this entry of the outbox.
    Saved {
        /// The entry's number.
        entry: i64,
    },
    /// It would change nothing; nothing was written.
    NothingToChange,
}

impl Client {
    /// Carries out a command and saves it.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, the document is not on this phone, the command
    /// does not fit it or is not allowed, or the database cannot be written. In
    /// each case nothing has changed.
    pub fn execute(
        &self,
        doc: DocId,
        command: &EditCommand,
    ) -> std::result::Result<EditReceipt, ClientError> {
        let core = &self.core;
        let receipt = core.heal(guarded(|| {
            core.store
                .write(core.ids(), |transaction, cache| core.edit(transaction, cache, doc, command))
                .map_err(ClientError::from)
        }))?;
        if let EditOutcome::Saved { .. } = receipt.outcome {
            core.observers.tell(&[document_changed(doc, command), ClientEvent::OutboxChanged]);
        }
        Ok(receipt)
    }
}

impl Client {
    /// Carries out several commands on one document and saves them together: all of
    /// them, or none. The receipt names the last that was written.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub(super) fn execute_all(
        &self,
        doc: DocId,
        commands: &[EditCommand],
    ) -> std::result::Result<EditReceipt, ClientError> {
        self.edit_together(doc, |_, _| Ok(commands.to_vec()))
    }

    /// Edits a job by what stands in it at that moment: nothing comes between the
    /// look and the edit.
    pub(super) fn edit_job(
        &self,
        job: DocId,
        plan: impl FnOnce(&Moment<'_>) -> std::result::Result<Vec<JobCommand>, ClientError>,
    ) -> std::result::Result<EditReceipt, ClientError> {
        let core = &self.core;
        self.edit_together(job, |transaction, cache| {
            let me = session::read(transaction)?.ok_or(ClientError::NotSignedIn)?.user;
            let document = load(transaction, cache, job)?;
            let view = incoming::view(&document).map_err(|error| unreadable(job, &error))?;
            cache.put(job, document);
            let DocView::Job(view) = view else { return Err(ClientError::UnknownDocument(job).into()) };
            let moment = Moment { job: &view, me, now: core.clock.now().at, ids: core.ids() };
            Ok(plan(&moment)?.into_iter().map(EditCommand::Job).collect())
        })
    }

    fn edit_together(
        &self,
        doc: DocId,
        plan: impl FnOnce(&Writing<'_>, &mut DocumentCache) -> Result<Vec<EditCommand>>,
    ) -> std::result::Result<EditReceipt, ClientError> {
        let core = &self.core;
        let mut changed = Vec::new();
        let receipt = core.heal(guarded(|| {
            let written = core.store.write(core.ids(), |transaction, cache| {
                let mut outcome = EditOutcome::NothingToChange;
                for command in plan(transaction, cache)? {
                    let receipt = core.edit(transaction, cache, doc, &command)?;
                    if let EditOutcome::Saved { .. } = receipt.outcome {
                        outcome = receipt.outcome;
                        changed = vec![document_changed(doc, &command), ClientEvent::OutboxChanged];
                    }
                }
                Ok(EditReceipt { doc, outcome })
            });
            written.map_err(ClientError::from)
        }))?;
        core.observers.tell(&changed);
        Ok(receipt)
    }
}

/// A job as it stands, who looks at it, and when.
pub(super) struct Moment<'a> {
    pub(super) job: &'a JobView,
    pub(super) me: UserId,
    pub(super) now: Instant,
    pub(super) ids: NewIds<'a>,
}

/// The event for a changed document.
pub(super) fn document_changed(doc: DocId, command: &EditCommand) -> ClientEvent {
    match command {
        EditCommand::Job(_) => ClientEvent::JobsChanged(vec![doc]),
        EditCommand::Trip(_) => ClientEvent::TripsChanged(vec![doc]),
    }
}

/// One command, and who gives it.
struct Edit<'a> {
    doc: DocId,
    command: &'a EditCommand,
    session: &'a Session,
    context: EditContext,
    judges: Judges,
}

/// Who judges an edit by the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judges {
    /// This phone, before it is saved, and the server after.
    BothEnds,
    /// The server alone.
    ServerOnly,
}

impl Core {
    fn judges(&self) -> Judges {
        if self.unjudged.load(Ordering::Relaxed) { Judges::ServerOnly } else { Judges::BothEnds }
    }

    /// The part of an edit that runs in a transaction.
    pub(crate) fn edit(
        &self,
        transaction: &Writing<'_>,
        cache: &mut DocumentCache,
        doc: DocId,
        command: &EditCommand,
    ) -> Result<EditReceipt> {
        let session = &session::read(transaction)?
            .filter(|session| session.state != SessionState::SignedOut)
            .ok_or(ClientError::NotSignedIn)?;
        let stamp = self.clock.now();
        let class = session.role.actor_class();
        let actor = install::writing_actor(transaction, class, self.ids(), stamp.at)?;
        let context = EditContext { author: session.user, actor, stamp };
        let edit = Edit { doc, command, session, context, judges: self.judges() };
        let Some(edited) = edit.carry_out(transaction, cache)? else {
            return Ok(EditReceipt { doc, outcome: EditOutcome::NothingToChange });
        };
        put::put(transaction, doc, &edited.document, &edited.view)?;
        let entry = outbox::insert(
            transaction,
            &NewEntry {
                doc,
                kind: command.doc_kind(),
                hash: edited.change.hash,
                change: &edited.change.bytes,
                command: Some(command),
                stamp,
                author: session.user,
                actor,
                replays: None,
            },
        )?;
        cache.put(doc, edited.document);
        Ok(EditReceipt { doc, outcome: EditOutcome::Saved { entry } })
    }
}

/// A document after a command.
struct Edited {
    document: Document,
    change: RawChange,
    view: DocView,
}

impl Edit<'_> {
    /// Applies the command in memory; none if it would change nothing.
    fn carry_out(&self, transaction: &Writing<'_>, cache: &mut DocumentCache) -> Result<Option<Edited>> {
        let Self { doc, command, ref context, .. } = *self;
        let (document, change) = if command.creates() && !document_rows::exists(transaction, doc)? {
            let (document, change) = Document::create(doc, command, context).map_err(ClientError::Edit)?;
            self.judge(transaction, None, &change)?;
            (document, change)
        } else {
            let before = load(transaction, cache, doc)?;
            let mut document = before.clone();
            let Some(change) = document.edit(command, context).map_err(ClientError::Edit)? else {
                cache.put(doc, before);
                return Ok(None);
            };
            self.judge(transaction, Some(&before), &change)?;
            (document, change)
        };
        let view = incoming::view(&document).map_err(|error| unreadable(doc, &error))?;
        Ok(Some(Edited { document, change, view }))
    }

    /// Asks the policy, at what the server's clock shows as far as is known.
    fn judge(&self, transaction: &Writing<'_>, before: Option<&Document>, change: &RawChange) -> Result<()> {
        if self.judges == Judges::ServerOnly {
            return Ok(());
        }
        let offset_ms = feed::clock_offset(transaction)?.map_or(0, |offset| offset.offset_ms);
        let now = self.context.stamp.at.plus_millis(offset_ms);
        let own = OwnChange { id: self.doc, kind: self.command.doc_kind(), before, change };
        Ok(policy::check(&own, self.session, now)?)
    }
}

/// Takes a document out of the cache, or loads it.
pub(super) fn load(transaction: &Writing<'_>, cache: &mut DocumentCache, doc: DocId) -> Result<Document> {
    if let Some(document) = cache.take(doc) {
        return Ok(document);
    }
    let saved = document_rows::read(transaction, doc)?.ok_or(ClientError::UnknownDocument(doc))?;
    Ok(incoming::own(saved.kind, &saved.saved).map_err(|error| unreadable(doc, &error))?)
}

/// A document of ours that cannot be read.
pub(super) fn unreadable(doc: DocId, error: &incoming::BadBytes) -> ClientError {
    ClientError::UnreadableDocument { doc, message: error.to_string() }
}

impl Core {
    /// After a document that cannot be read: forgets the cursor, so that the
    /// next sync pulls everything anew and the document heals.
    pub(super) fn heal<T>(
        &self,
        result: std::result::Result<T, ClientError>,
    ) -> std::result::Result<T, ClientError> {
        if let Err(ClientError::UnreadableDocument { doc, .. }) = &result {
            tracing::warn!(%doc, "a saved document cannot be read; the next sync pulls everything anew");
            self.store.write(self.ids(), |transaction, _| feed::void_cursor(transaction))?;
        }
        result
    }
}
