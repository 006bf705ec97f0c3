//! The whole gate: stages B, C and D after the bytes were checked.

use documents::inspect::{ChangeHeader, DecodedChange};
use documents::{Document, RawChange};
use domain::{ChangeHash, DeviceId, DocId, DocKind, DocView, Instant, Role, UserId};

use crate::policy::{self, Allowed, Case, Lateness};
use crate::refusal::{Refusal, RefusalCode, Stage};
use crate::structure::{self, Structure};
use crate::subject::{ActorFacts, Subject};
use crate::{causality, guarded, trial};

/// A change that asks to be admitted, and the document that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The document's id.
    pub id: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// The document as it is; `None` if there is none yet.
    pub document: Option<&'a Document>,
    /// The change, of which stage A has seen the bytes.
    pub change: &'a Structure,
}

/// Whether the change's actor is known to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// It is registered to the author's device already.
    Known,
    /// The store registers it to the author's device in the same transaction.
    New,
}

/// Proof that the gate admits a change: only [`admit`] makes it, and the store
/// takes nothing else.
#[derive(Debug)]
pub struct Admitted {
    id: DocId,
    kind: DocKind,
    change: RawChange,
    header: ChangeHeader,
    made: Vec<String>,
    registration: Registration,
    allowed: Allowed,
    after: Document,
    view: DocView,
}

impl Admitted {
    /// The document.
    #[must_use]
    pub const fn id(&self) -> DocId {
        self.id
    }
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> DocKind {
        self.kind
    }
    /// The change, uncompressed.
    #[must_use]
    pub const fn change(&self) -> &RawChange {
        &self.change
    }
    /// What the change says of itself.
    #[must_use]
    pub const fn header(&self) -> &ChangeHeader {
        &self.header
    }
    /// The keys at which it makes maps.
    #[must_use]
    pub fn made(&self) -> &[String] {
        &self.made
    }
    /// Whether the actor must be registered with it.
    #[must_use]
    pub const fn registration(&self) -> Registration {
        self.registration
    }
    /// Whether the author's right was withdrawn meanwhile.
    #[must_use]
    pub const fn lateness(&self) -> Lateness {
        self.allowed.lateness
    }
    /// The places that it writes, sorted, for the audit.
    #[must_use]
    pub fn touched(&self) -> &[String] {
        &self.allowed.touched
    }
    /// The names of the rows of the policy by which it is allowed.
    #[must_use]
    pub fn rules(&self) -> &[&'static str] {
        &self.allowed.rules
    }
    /// The document with the change.
    #[must_use]
    pub const fn after(&self) -> &Document {
        &self.after
    }
    /// What people see of the document with the change.
    #[must_use]
    pub const fn view(&self) -> &DocView {
        &self.view
    }
    /// The document with the change, and what people see of it, taken out.
    #[must_use]
    pub fn into_after(self) -> (Document, DocView) {
        (self.after, self.view)
    }
}

/// Why a change was not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdmitted {
    /// It is there already.
    Duplicate,
    /// It comes after changes that are not here; it is not kept.
    Need {
        /// Which ones.
        deps: Vec<ChangeHash>,
    },
    /// Another change has its actor and number, or a later one: the author's
    /// database was restored or copied.
    ActorFork {
        /// The last number that is here.
        seq: u64,
    },
    /// It is refused for good.
    Refused(Refusal),
}

impl From<Refusal> for NotAdmitted {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Judges a change: causality, policy, trial. The document is not touched; the
/// store commits what is admitted.
///
/// `now` is the server's time. Run it on a stack of 8 MiB.
///
/// # Errors
/// Whatever keeps the change out; nothing else happens then.
pub fn admit(
    subject: &Subject,
    facts: &ActorFacts,
    candidate: &Candidate<'_>,
    now: Instant,
) -> Result<Admitted, NotAdmitted> {
    check_document(candidate)?;
    let decoded = causality::check(subject, facts, candidate.document, candidate.change)?;
    let allowed = judge(subject, candidate, &decoded, now)?;
    let registration = if facts.owner.is_some() { Registration::Known } else { Registration::New };
    admitted(candidate, decoded, allowed, registration)
}

/// The trial, and the proof.
fn admitted(
    candidate: &Candidate<'_>,
    decoded: DecodedChange,
    allowed: Allowed,
    registration: Registration,
) -> Result<Admitted, NotAdmitted> {
    let read = causality::check_canonical(candidate.change, &decoded)?;
    let trial = trial::run(candidate.kind, candidate.document, (candidate.change, &decoded, read))?;
    let made = decoded.made().map(str::to_owned).collect();
    let change = RawChange { hash: candidate.change.hash(), bytes: candidate.change.bytes().to_vec() };
    Ok(Admitted {
        id: candidate.id,
        kind: candidate.kind,
        change,
        header: decoded.header,
        made,
        registration,
        allowed,
        after: trial.document,
        view: trial.view,
    })
}

/// Admits once more a change that the store had accepted before and has lost, on
/// somebody's word for it that the caller has checked. Bytes, causality and trial
/// are judged as ever, as of the owner of its actor; the policy is not asked again:
/// it had been, and roles may be others by now.
///
/// # Errors
/// Whatever keeps the change out; nothing else happens then.
pub fn admit_again(owner: (DeviceId, UserId), candidate: &Candidate<'_>) -> Result<Admitted, NotAdmitted> {
    check_document(candidate)?;
    let class = candidate.change.actor().class().ok_or_else(|| {
        Refusal::new(Stage::Causality, RefusalCode::ActorUnknown, "actor", "the actor is of no known class")
    })?;
    // The class is all that the place of a change in its history asks of a role.
    let subject = Subject { user: owner.1, device: owner.0, role: Role::Technician, class, agency: None };
    let facts = ActorFacts { owner: Some(owner), last: None };
    let decoded = causality::check(&subject, &facts, candidate.document, candidate.change)?;
    let allowed = Allowed { lateness: Lateness::OnTime, touched: Vec::new(), rules: Vec::new() };
    admitted(candidate, decoded, allowed, Registration::Known)
}

/// Judges one's own change by the policy alone, before it is saved, so that a
/// person learns at once what the server would refuse. The document is the one
/// before the change.
///
/// # Errors
/// The refusal that the server would give.
pub fn check_own(subject: &Subject, candidate: &Candidate<'_>, now: Instant) -> Result<Allowed, Refusal> {
    let decoded = structure::decode(candidate.change)?;
    judge(subject, candidate, &decoded, now)
}

fn judge(
    subject: &Subject,
    candidate: &Candidate<'_>,
    change: &DecodedChange,
    now: Instant,
) -> Result<Allowed, Refusal> {
    let case =
        Case { subject, now, id: candidate.id, kind: candidate.kind, document: candidate.document, change };
    guarded(Stage::Policy, RefusalCode::TrialFailed, || policy::check(&case))
}

/// The kind under which a change was sent is that of the document.
fn check_document(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    match candidate.document {
        Some(document) if document.kind() != candidate.kind => Err(Refusal::new(
            Stage::Causality,
            RefusalCode::PathUnknown,
            "",
            "the document is of another kind",
        )),
        _ => Ok(()),
    }
}
