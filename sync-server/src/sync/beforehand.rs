//! Judging a push before its turn at the writer, so that gates run side by side and the
//! one writer only writes.
//!
//! Of a request with few changes this is done where the request is served; of one with
//! many, on threads beside, so that the others are served meanwhile.
//!
//! The gate's word on a change follows from its bytes, the session, the document at its
//! heads, and the owner of its actor. The last two may move before the writer comes to
//! the push; it looks at both again, and where either is another, judges anew.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use documents::Document;
use domain::{ChangeHash, Instant};
use gate::{Admitted, Structure};

use super::actors::ActorOwner;
use super::admit::{Judged, judge};
use super::push::{CheckedChange, CheckedPush};
use crate::core::Core;
use crate::log::BYTES_EMPTY;
use crate::session::DeviceSession;
use crate::store::StoreError;

/// Changes of a request that are judged where it is served, in some 10 ms; more go beside.
const CHANGES_HERE_MAX: usize = 64;
/// Larger changes are left to the writer: here other requests wait.
const CHANGE_BYTES_MAX: usize = 16 * 1024;
/// Each change that was judged keeps the document after it; so much of them may wait of
/// one push.
const BYTES_WAITING_MAX: usize = 4 * 1024 * 1024;

/// What is known of a push before its turn.
#[derive(Debug, Default)]
pub(super) struct Beforehand {
    /// The document as it was in memory, under its heads as a row has them.
    document: Option<(Vec<u8>, Document)>,
    admitted: VecDeque<Foreseen>,
}

/// A change that the gate admits to a document at these heads, if its actor is theirs.
#[derive(Debug)]
struct Foreseen {
    heads: Vec<ChangeHash>,
    owner: ActorOwner,
    admitted: Admitted,
}

/// Judges a push of a request with so many changes in all, and gives both back.
pub(super) async fn judge_beforehand(
    core: &Core,
    session: &DeviceSession,
    push: CheckedPush,
    changes: usize,
    now: Instant,
) -> Result<(CheckedPush, Beforehand), StoreError> {
    if changes <= CHANGES_HERE_MAX {
        let beforehand = Beforehand::of(core, session, &push, now);
        return Ok((push, beforehand));
    }
    let (heart, session) = (core.clone(), *session);
    let work = move || {
        let beforehand = Beforehand::of(&heart, &session, &push, now);
        (push, beforehand)
    };
    core.store().compute(work).await
}

impl Beforehand {
    /// Judges a push, if its document is in memory or begins with it. What a phone gives
    /// back after a restore is left to the writer, who knows more of it.
    fn of(core: &Core, session: &DeviceSession, push: &CheckedPush, now: Instant) -> Self {
        let mut changes = push.changes.iter().filter_map(CheckedChange::sound).peekable();
        let begins = changes.peek().is_some_and(|first| first.deps().is_empty());
        let is_easy = push.word.is_empty() && changes.all(|it| it.bytes().len() <= CHANGE_BYTES_MAX);
        if !is_easy {
            return Self::default();
        }
        let cached = core.cache().take_small(push.doc);
        let (bytes, document) = match cached {
            Some(small) => (small.bytes, Some((small.heads, small.document))),
            None if begins => (BYTES_EMPTY, None),
            None => return Self::default(),
        };
        let before = document.as_ref().map(|(_, document)| document);
        let most = BYTES_WAITING_MAX / bytes;
        // What panics here panics at the writer, too, who tells.
        let admitted = catch_unwind(AssertUnwindSafe(|| foresee(session, push, before, most, now)));
        Self { document, admitted: admitted.unwrap_or_default() }
    }

    /// The document, if it still stands at the heads of its row.
    pub(super) fn take_document(&mut self, heads: &[u8]) -> Option<Document> {
        self.document.take().filter(|(at, _)| at == heads).map(|(_, document)| document)
    }

    /// The gate's word on the next change, if nothing that it follows from has moved.
    pub(super) fn take_admitted(
        &mut self,
        change: &Structure,
        owner: Option<ActorOwner>,
        document: Option<&Document>,
    ) -> Option<Admitted> {
        let next = self.admitted.pop_front()?;
        let still = next.admitted.change().hash == change.hash()
            && owner == Some(next.owner)
            && next.heads == heads_of(document);
        still.then_some(next.admitted)
    }
}

/// Judges change after change, up to the first that is not admitted, but so many at most.
/// An actor is taken for the phone's own.
fn foresee(
    session: &DeviceSession,
    push: &CheckedPush,
    before: Option<&Document>,
    most: usize,
    now: Instant,
) -> VecDeque<Foreseen> {
    let owner = (session.device, session.user);
    let mut admitted: VecDeque<Foreseen> = VecDeque::new();
    for change in push.changes.iter().map_while(CheckedChange::sound).take(most) {
        let document = admitted.back().map(|last| last.admitted.after()).or(before);
        let (doc, kind) = (push.doc, push.kind);
        let judged = Judged { session, doc, kind, document, change, owner: Some(owner), now };
        let Ok(next) = judge(&judged) else { break };
        admitted.push_back(Foreseen { heads: heads_of(document), owner, admitted: next });
    }
    admitted
}

fn heads_of(document: Option<&Document>) -> Vec<ChangeHash> {
    document.map(Document::heads).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use documents::EditContext;
    use domain::{
        ActorClass, ActorId, Assignment, DeviceId, DocId, DocKind, EditCommand, JobCommand, JobKind, Role,
        Stamp, UserId, Uuid,
    };
    use rusqlite::Transaction;
    use testkit::Kit;
    use wire::{Bytes, Push};

    use super::super::push::{Pushed, admit};
    use super::*;
    use crate::clock::{SystemClock, SystemEntropy};
    use crate::error::CoreError;
    use crate::log::{document_row, load_cached};
    use crate::office::{NewJob, create_job_in};
    use crate::store::{Store, Threads};

    fn session(number: u8, role: Role) -> DeviceSession {
        let id = Uuid::from_bytes([number; 16]);
        DeviceSession { user: UserId::from_uuid(id), device: DeviceId::from_uuid(id), role, agency: None }
    }

    struct Office {
        core: Core,
        kit: Kit,
        doc: DocId,
        now: Instant,
        _data: tempfile::TempDir,
    }

    impl Office {
        /// A job of a technician.
        fn with_job(technician: &DeviceSession) -> Self {
            let data = tempfile::tempdir().expect("a folder");
            let clock = Arc::new(SystemClock);
            let store = Store::open_on(data.path(), clock.clone(), Threads::OfCallers).expect("opens");
            let core = Core::open_blocking(store, clock, Arc::new(SystemEntropy)).expect("opens");
            let now = core.now();
            let assignment = Assignment { technician: Some(technician.user), ..Assignment::default() };
            let job =
                NewJob { id: None, kind: JobKind::Visit, fields: Vec::new(), assignment: Some(assignment) };
            let mut office =
                Self { core, kit: Kit::new(1), doc: DocId::from_uuid(Uuid::nil()), now, _data: data };
            office.doc = office.write(move |core, tx| {
                create_job_in(core, tx, &session(9, Role::Dispatcher), job, now).map(|made| made.doc)
            });
            office
        }

        fn write<T: Send + 'static>(
            &self,
            work: impl FnOnce(&Core, &Transaction<'_>) -> Result<T, CoreError> + Send + 'static,
        ) -> T {
            let core = self.core.clone();
            self.core.store().write_blocking(move |tx| work(&core, tx)).expect("written")
        }

        fn document(&self) -> Document {
            let doc = self.doc;
            self.write(move |core, tx| {
                let row = document_row(tx, doc)?.ok_or_else(CoreError::not_found)?;
                let document = load_cached(core, tx, doc, &row)?;
                core.cache().put(doc, document.clone(), row.bytes);
                Ok(document)
            })
        }

        /// A remark on the job as it is now, by the phone's actor.
        fn remark(&mut self, by: &DeviceSession, actor: ActorId) -> CheckedPush {
            let stamp = Stamp { at: self.now, offset_minutes: 210 };
            let context = EditContext { author: by.user, actor, stamp };
            let note = JobCommand::AddNote { id: self.kit.note_id(), text: "a remark".to_owned() };
            let change =
                self.document().edit(&EditCommand::Job(note), &context).expect("fits").expect("a change");
            let push = Push { doc: self.doc, kind: DocKind::Job, changes: vec![Bytes(change.bytes)] };
            CheckedPush::of(&push, None)
        }

        fn admit(&self, by: DeviceSession, push: CheckedPush, beforehand: Beforehand) -> Pushed {
            let now = self.now;
            self.write(move |core, tx| admit(core, tx, &by, (&push, beforehand), now))
        }

        fn notes(&self) -> usize {
            self.document().job().expect("reads").notes.len()
        }
    }

    #[test]
    fn what_has_moved_meanwhile_is_judged_anew() {
        let technician = session(1, Role::Technician);
        let other = DeviceSession { device: DeviceId::from_uuid(Uuid::from_bytes([2; 16])), ..technician };
        let mut office = Office::with_job(&technician);
        let [one, two] = [[1; 15], [2; 15]].map(|rest| ActorId::new(ActorClass::Technician, rest));

        // Their actors are theirs from the first push on; until then nothing foreseen holds.
        for (phone, actor) in [(technician, one), (other, two)] {
            let push = office.remark(&phone, actor);
            let foreseen = Beforehand::of(&office.core, &phone, &push, office.now);
            assert_eq!(foreseen.admitted.len(), 1);
            assert!(office.admit(phone, push, foreseen).position.is_some());
        }
        assert_eq!(office.notes(), 2);

        // Foreseen from the same document; one after the other is written.
        let (first, second) = (office.remark(&technician, one), office.remark(&other, two));
        let of_first = Beforehand::of(&office.core, &technician, &first, office.now);
        office.document();
        let of_second = Beforehand::of(&office.core, &other, &second, office.now);
        assert_eq!((of_first.admitted.len(), of_second.admitted.len()), (1, 1));
        assert!(office.admit(technician, first, of_first).position.is_some());
        assert!(office.admit(other, second, of_second).position.is_some());
        assert_eq!(office.notes(), 4, "none has taken the other's place");

        // Somebody else's actor is taken for the phone's own, until the writer looks.
        let forged = office.remark(&other, one);
        let foreseen = Beforehand::of(&office.core, &other, &forged, office.now);
        assert_eq!(foreseen.admitted.len(), 1);
        assert!(office.admit(other, forged, foreseen).position.is_none());
        assert_eq!(office.notes(), 4);
    }

    /// A push of a new job with so many remarks.
    fn new_job(office: &mut Office, by: &DeviceSession, actor: ActorId, remarks: usize) -> CheckedPush {
        let doc = DocId::from_uuid(Uuid::from_bytes([7; 16]));
        let context =
            EditContext { author: by.user, actor, stamp: Stamp { at: office.now, offset_minutes: 210 } };
        let create = office.kit.create_job("no heat");
        let (mut document, first) = Document::create(doc, &create, &context).expect("created");
        let mut changes = vec![Bytes(first.bytes)];
        for _ in 0..remarks {
            let note = office.kit.add_note("a remark");
            let change = document.edit(&note, &context).expect("fits").expect("a change");
            changes.push(Bytes(change.bytes));
        }
        CheckedPush::of(&Push { doc, kind: DocKind::Job, changes }, None)
    }

    #[test]
    fn a_new_document_is_judged_beforehand_and_no_more_of_it_waits_than_may() {
        let technician = session(1, Role::Technician);
        let mut office = Office::with_job(&technician);
        let actor = ActorId::new(ActorClass::Technician, [1; 15]);
        let most = BYTES_WAITING_MAX / BYTES_EMPTY;
        let push = new_job(&mut office, &technician, actor, most + 20);
        office.doc = push.doc;
        let foreseen = Beforehand::of(&office.core, &technician, &push, office.now);
        assert_eq!(foreseen.admitted.len(), most);
        assert!(office.admit(technician, push, foreseen).position.is_some());
        assert_eq!(office.notes(), most + 20, "the writer judged the others");
    }

    #[test]
    fn of_what_is_not_in_memory_nothing_is_foreseen() {
        let technician = session(1, Role::Technician);
        let mut office = Office::with_job(&technician);
        let actor = ActorId::new(ActorClass::Technician, [1; 15]);
        let push = office.remark(&technician, actor);
        drop(office.core.cache().take_small(push.doc));
        let foreseen = Beforehand::of(&office.core, &technician, &push, office.now);
        assert!(foreseen.document.is_none() && foreseen.admitted.is_empty());
        assert!(office.admit(technician, push, foreseen).position.is_some());
    }
}
