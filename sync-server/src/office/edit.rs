//! Carrying out an edit at the office: load, edit under the office's actor, ask
//! the gate, append to the log, fold the rows; all in one job of the writer.

use documents::{Document, EditContext, EditError, RawChange};
use domain::{ActorClass, DocId, DocKind, DocView, EditCommand, Instant, Role, Stamp, UserId};
use gate::NotAdmitted;
use rusqlite::Transaction;
use wire::ErrorCode;

use super::Etag;
use super::visible::visible_row;
use crate::core::Core;
use crate::error::{CoreError, OfDocument};
use crate::log::{Batch, LogEntry, Origin, commit, document_row, heads_bytes, load_cached};
use crate::session::DeviceSession;
use crate::sync::{Judged, code_of, give_number, judge, office_actor, owner};

/// A document after an edit.
#[derive(Debug, Clone)]
pub struct Edited {
    /// Which.
    pub doc: DocId,
    /// Its state now.
    pub etag: Etag,
    /// The position that the edit took; none if it changed nothing.
    pub position: Option<i64>,
    /// The document as people see it now.
    pub view: DocView,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) doc: DocId,
    /// One after another, all or none.
    pub(super) commands: Vec<EditCommand>,
    /// The state that the person has seen; none where it does not matter.
    pub(super) expected: Option<Etag>,
    pub(super) author: Author,
}

/// In whose name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The signed-in person's own.
    Self_,
    /// A technician's, whose offered edit the signed-in person has approved: the
    /// lines name him. The decision replaces the gate's policy; the document's
    /// own rules hold as ever.
    OnBehalfOf(UserId),
}

/// Carries out one command on a document.
///
/// # Errors
///
/// When there is no such document in the person's scope, when it changed since
/// `expected`, when the command does not fit it or the policy does not allow it,
/// or when the store fails.
pub async fn edit_document(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    command: EditCommand,
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    let work = Work { doc, commands: vec![command], expected, author: Author::Self_ };
    carry_out(core, session, work).await
}

/// [`edit_document`] within a job of the writer. Announce the position with
/// [`Core::announce`] after the commit.
///
/// # Errors
///
/// As `edit_document`.
pub fn edit_document_in(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    doc: DocId,
    command: EditCommand,
    now: Instant,
) -> Result<Edited, CoreError> {
    let work = Work { doc, commands: vec![command], expected: None, author: Author::Self_ };
    carry_out_in(core, tx, session, &work, now)
}

/// Does the work in a job of its own and tells those who follow.
pub(super) async fn carry_out(core: &Core, session: &DeviceSession, work: Work) -> Result<Edited, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let edited = core.store().write(move |tx| carry_out_in(&heart, tx, &session, &work, now)).await?;
    edited.position.into_iter().for_each(|position| core.announce(position));
    Ok(edited)
}

/// Does the work within a job of the writer.
pub(super) fn carry_out_in(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    work: &Work,
    now: Instant,
) -> Result<Edited, CoreError> {
    let mut desk = Desk::open(core, tx, session, work, now)?;
    for command in &work.commands {
        desk.apply_at(command, Stamp { at: now, offset_minutes: 0 })?;
    }
    desk.store()
}

struct Opened {
    document: Option<Document>,
    bytes: usize,
}

fn open(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    work: &Work,
) -> Result<Opened, CoreError> {
    if work.commands.first().is_some_and(EditCommand::creates) {
        return match document_row(tx, work.doc)? {
            Some(_) => Err(CoreError::refused(ErrorCode::Conflict, "there is a document of this id already")),
            None => Ok(Opened { document: None, bytes: 0 }),
        };
    }
    let row = visible_row(tx, session, work.doc)?;
    if work.expected.is_some_and(|expected| expected != Etag::of_heads(&row.heads)) {
        let message = "somebody changed it since you read it; read it again";
        return Err(CoreError::refused(ErrorCode::PreconditionFailed, message));
    }
    Ok(Opened { document: Some(load_cached(core, tx, work.doc, &row)?), bytes: row.bytes })
}

/// A document on its way through the commands of one piece of work.
pub(super) struct Desk<'a> {
    core: &'a Core,
    tx: &'a Transaction<'a>,
    session: &'a DeviceSession,
    work: &'a Work,
    now: Instant,
    actor: domain::ActorId,
    document: Option<Document>,
    is_new: bool,
    bytes_before: usize,
    entries: Vec<LogEntry>,
}

impl<'a> Desk<'a> {
    /// Finds the document, or the place where a new one will be.
    pub(super) fn open(
        core: &'a Core,
        tx: &'a Transaction<'a>,
        session: &'a DeviceSession,
        work: &'a Work,
        now: Instant,
    ) -> Result<Self, CoreError> {
        if session.class() != ActorClass::Office {
            return Err(CoreError::refused(ErrorCode::Forbidden, "technicians edit on their phones"));
        }
        let opened = open(core, tx, session, work)?;
        Ok(Self {
            core,
            tx,
            session,
            work,
            now,
            actor: office_actor(core, tx, session.device)?,
            is_new: opened.document.is_none(),
            document: opened.document,
            bytes_before: opened.bytes,
            entries: Vec::new(),
        })
    }

    /// Carries out a command under a stamp.
    pub(super) fn apply_at(&mut self, command: &EditCommand, stamp: Stamp) -> Result<(), CoreError> {
        let context = EditContext { author: self.author(), actor: self.actor, stamp };
        let drafted = match &self.document {
            None => Some(Document::create(self.work.doc, command, &context)?),
            Some(document) => {
                let mut draft = document.clone();
                match draft.edit(command, &context) {
                    // What was offered came by another phone meanwhile: it stands.
                    Err(EditError::Exists { .. }) if self.work.author != Author::Self_ => None,
                    edited => edited?.map(|change| (draft, change)),
                }
            }
        };
        let Some((draft, change)) = drafted else { return Ok(()) };
        match self.work.author {
            Author::Self_ => self.admit(command.doc_kind(), &change),
            Author::OnBehalfOf(_) => self.take_approved(draft, change),
        }
    }

    fn author(&self) -> UserId {
        match self.work.author {
            Author::Self_ => self.session.user,
            Author::OnBehalfOf(technician) => technician,
        }
    }

    fn origin(&self) -> Origin {
        let for_user = match self.work.author {
            Author::Self_ => None,
            Author::OnBehalfOf(technician) => Some(technician),
        };
        Origin { user: Some(self.session.user), device: Some(self.session.device), for_user }
    }

    /// The office's own edits pass the same gate as anybody's.
    fn admit(&mut self, kind: DocKind, change: &RawChange) -> Result<(), CoreError> {
        let structure = gate::structure::check_change(&change.bytes).map_err(|refusal| refused(&refusal))?;
        let judged = Judged {
            session: self.session,
            doc: self.work.doc,
            kind,
            document: self.document.as_ref(),
            change: &structure,
            owner: owner(self.tx, structure.actor())?,
            now: self.now,
        };
        let admitted = judge(&judged).map_err(not_admitted)?;
        self.entries.push(LogEntry::admitted(&admitted, self.origin()));
        self.document = Some(admitted.into_after().0);
        Ok(())
    }

    fn take_approved(&mut self, draft: Document, change: RawChange) -> Result<(), CoreError> {
        let entry = LogEntry::made_here(&draft, change, self.origin())
            .ok_or_else(|| CoreError::corrupt(self.work.doc, "it lost the change just made"))?;
        self.entries.push(entry);
        self.document = Some(draft);
        Ok(())
    }

    /// Appends what was done to the log, with the rows that follow from it.
    pub(super) fn store(mut self) -> Result<Edited, CoreError> {
        let doc = self.work.doc;
        let Some(mut document) = self.document.take() else { return Err(CoreError::not_found()) };
        if self.is_new && document.kind() == DocKind::Job {
            self.entries.extend(give_number(self.core, self.tx, doc, &mut document, self.now)?);
        }
        let view = crate::log::view(&document).of(doc)?;
        let position = if self.entries.is_empty() {
            None
        } else {
            let batch = Batch {
                doc,
                document: &document,
                view: &view,
                entries: &self.entries,
                now: self.now,
                clock_offset: None,
            };
            self.core.counters().changes_accepted.add(self.entries.len());
            Some(commit(self.tx, &batch)?)
        };
        let etag = Etag::of_heads(&heads_bytes(&document.heads()));
        let added: usize = self.entries.iter().map(|entry| entry.change.bytes.len()).sum();
        self.core.cache().put(doc, document, self.bytes_before + added);
        Ok(Edited { doc, etag, position, view })
    }
}

/// Only who settles things for others may carry out their edits.
pub(super) fn check_decides(session: &DeviceSession) -> Result<(), CoreError> {
    match session.role {
        Role::Dispatcher | Role::Administrator => Ok(()),
        Role::Representative | Role::Technician | Role::Quality | Role::CustomerRelations | Role::Desk => {
            Err(CoreError::refused(ErrorCode::Forbidden, "a dispatcher decides this"))
        }
    }
}

fn refused(refusal: &gate::Refusal) -> CoreError {
    CoreError::refused_at(code_of(refusal.code), refusal.path.clone(), refusal.message.clone())
}

fn not_admitted(reason: NotAdmitted) -> CoreError {
    match reason {
        NotAdmitted::Refused(refusal) => refused(&refusal),
        // The server wrote the change on this very document a moment ago.
        NotAdmitted::Duplicate | NotAdmitted::Need { .. } | NotAdmitted::ActorFork { .. } => {
            CoreError::refused(ErrorCode::Internal, "the office's own change does not fit its document")
        }
    }
}
