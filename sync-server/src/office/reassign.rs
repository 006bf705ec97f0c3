//! Giving a job to another technician, or taking it back, and leaving the rest of
//! the assignment as it stands.

use domain::{AgencyId, Assignment, DocId, FieldValue, JobField, JobView, Role, UserId};
use wire::ErrorCode;

use super::{Edited, Etag, assign_job, show_job};
use crate::core::Core;
use crate::error::CoreError;
use crate::people::{self, PeopleError, UserRow};
use crate::session::DeviceSession;

/// To whom a job goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The technician; nobody when the job is taken back.
    pub technician: Option<UserId>,
    /// Why.
    pub reason: Option<String>,
}

/// Attempts when nobody said which state is meant and others write meanwhile.
const ATTEMPTS: u32 = 3;

/// Hands a job over and keeps its window and note. The agency becomes the new
/// technician's own, where there is one.
///
/// # Errors
///
/// As [`assign_job`]; `invalid` when there is no such technician.
pub async fn reassign_job(
    core: &Core,
    session: &DeviceSession,
    doc: DocId,
    handover: Handover,
    expected: Option<Etag>,
) -> Result<Edited, CoreError> {
    let agency = match handover.technician {
        Some(technician) => find_technician(core, technician).await?.agency,
        None => None,
    };
    let mut attempt = 1;
    loop {
        let shown = show_job(core, session, doc).await?;
        let assignment = Assignment {
            technician: handover.technician,
            representative: agency.or_else(|| id(&shown.view, JobField::AssignmentRepresentative)),
            ..assignment_of(&shown.view)
        };
        let state = expected.unwrap_or(shown.etag);
        let change = (assignment, handover.reason.clone());
        match assign_job(core, session, doc, change, Some(state)).await {
            Err(CoreError::Refused { code: ErrorCode::PreconditionFailed, .. })
                if expected.is_none() && attempt < ATTEMPTS =>
            {
                attempt += 1;
            }
            other => return other,
        }
    }
}

/// A technician who can be given jobs.
///
/// # Errors
///
/// `invalid` when there is none of this id, or the person is barred.
pub async fn find_technician(core: &Core, id: UserId) -> Result<UserRow, CoreError> {
    let none = |message| CoreError::refused_at(ErrorCode::Invalid, "technician", message);
    let found = core.store().read(move |connection| people::find_user(connection, id)).await;
    match found {
        Ok(user) if user.role != Role::Technician => Err(none("this person is no technician")),
        Ok(user) if user.disabled_at.is_some() => Err(none("this person may not sign in any more")),
        Ok(user) => Ok(user),
        Err(PeopleError::Store(error)) => Err(error.into()),
        Err(_) => Err(none("there is no such technician")),
    }
}

fn id(view: &JobView, field: JobField) -> Option<AgencyId> {
    view.id_of(field).map(AgencyId::from_uuid)
}

fn assignment_of(view: &JobView) -> Assignment {
    Assignment {
        technician: view.technician(),
        representative: id(view, JobField::AssignmentRepresentative),
        window_start: view.instant(JobField::AssignmentWindowStart),
        window_end: view.instant(JobField::AssignmentWindowEnd),
        note: match view.fields.get(&JobField::AssignmentNote) {
            Some(FieldValue::Text(text)) => Some(text.clone()),
            _ => None,
        },
    }
}
