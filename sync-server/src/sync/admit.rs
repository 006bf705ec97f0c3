//! The one place that asks the gate.

use documents::Document;
use domain::{DocId, DocKind, Instant};
use gate::{ActorFacts, Admitted, Candidate, NotAdmitted, RefusalCode, Structure, Subject};
use wire::ErrorCode;

use super::actors::ActorOwner;
use crate::session::DeviceSession;

/// What is to be judged, and for whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged<'a> {
    pub(crate) session: &'a DeviceSession,
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    /// The document as it is; none if there is none yet.
    pub(crate) document: Option<&'a Document>,
    pub(crate) change: &'a Structure,
    /// Whose the change's actor is, if it is anybody's yet.
    pub(crate) owner: Option<ActorOwner>,
    pub(crate) now: Instant,
}

/// Stages B to D of the gate.
pub(crate) fn judge(judged: &Judged<'_>) -> Result<Admitted, NotAdmitted> {
    let session = judged.session;
    let subject = Subject::person(session.user, session.device, session.role).of_agency(session.agency);
    let facts = ActorFacts { owner: judged.owner, last: None };
    let candidate =
        Candidate { id: judged.doc, kind: judged.kind, document: judged.document, change: judged.change };
    gate::admit(&subject, &facts, &candidate, judged.now)
}

/// The gate's word as the exchange and the API say it.
pub(crate) fn code_of(code: RefusalCode) -> ErrorCode {
    ErrorCode::from_name(code.name()).unwrap_or(ErrorCode::TrialFailed)
}

#[cfg(test)]
mod tests {
    use gate::RefusalCode;
    use wire::ErrorCode;

    #[test]
    fn every_word_of_the_gate_is_a_code_of_the_wire() {
        for code in RefusalCode::ALL {
            assert!(ErrorCode::from_name(code.name()).is_some(), "{}", code.name());
        }
    }
}
