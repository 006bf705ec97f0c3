//! The phone's call of the gate: the same policy as the server's, judged before
//! an edit is saved, so that a technician learns at once what would be refused.

use documents::{Document, RawChange};
use domain::{DocId, DocKind, Instant};
use gate::{Candidate, Refusal, Subject};
use wire::ErrorCode;

use crate::{ClientError, Session};

/// A change that an edit has just produced.
pub(crate) struct OwnChange<'a> {
    pub(crate) id: DocId,
    pub(crate) kind: DocKind,
    /// The document before the edit; none if the edit makes it.
    pub(crate) before: Option<&'a Document>,
    pub(crate) change: &'a RawChange,
}

/// Judges it as the server would at an instant of the server's clock.
pub(crate) fn check(own: &OwnChange<'_>, session: &Session, now: Instant) -> Result<(), ClientError> {
    let subject = Subject::person(session.user, session.device, session.role).of_agency(session.agency);
    let structure = gate::structure::check_change(&own.change.bytes).map_err(not_allowed)?;
    let candidate = Candidate { id: own.id, kind: own.kind, document: own.before, change: &structure };
    gate::check_own(&subject, &candidate, now).map(drop).map_err(not_allowed)
}

fn not_allowed(refusal: Refusal) -> ClientError {
    let Refusal { code, path, message, .. } = refusal;
    match ErrorCode::from_name(code.name()) {
        Some(code) => {
            let path = if path.is_empty() { None } else { Some(path) };
            ClientError::NotAllowed { code, path, message }
        }
        None => ClientError::Internal(format!("{}: {message}", code.name())),
    }
}

#[cfg(test)]
mod tests {
    use gate::RefusalCode;
    use wire::ErrorCode;

    #[test]
    fn every_refusal_of_the_gate_has_its_error_code() {
        for code in RefusalCode::ALL {
            assert!(ErrorCode::from_name(code.name()).is_some(), "{}", code.name());
        }
    }
}
