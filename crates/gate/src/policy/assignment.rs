//! The assignment and its event come together and agree, so that status, scope
//! and history never tell different stories of who goes.

use documents::inspect::Scalar;
use domain::{EventKind, JobField, Status};

use super::events;
use super::refuse;
use super::scene::Scene;
use super::writes::{NewEntry, Write};
use crate::refusal::{Refusal, RefusalCode};

/// Judges a change that writes the assignment or tells of it.
pub(super) fn check(scene: &Scene<'_>, writes: &[Write]) -> Result<(), Refusal> {
    let Some(job) = scene.job() else { return Ok(()) };
    let written = writes.iter().find_map(technician_written);
    let event = match writes.iter().find_map(event_written) {
        Some(entry) => Some((events::kind_of(entry)?, entry)),
        None => None,
    };
    let stood = job.technician().map(|user| user.as_bytes().to_vec());
    let named = match written {
        Some(Scalar::Bytes(id)) => Some(id.clone()),
        Some(_) => None,
        None => stood.clone(),
    };
    match event {
        Some((EventKind::Assigned, entry)) => {
            let told = match entry.get("technician") {
                Some(Scalar::Bytes(id)) => Some(id.clone()),
                _ => None,
            };
            agree(told.is_some() && told == named, "the event names another technician than the assignment")
        }
        Some((EventKind::Unassigned, _)) => {
            agree(named.is_none(), "the job is taken back, yet the assignment names a technician")
        }
        _ => match written {
            None => Ok(()),
            Some(Scalar::Null) => {
                let nobody_held_it = stood.is_none() || job.status == Status::New;
                agree(nobody_held_it, "the job is taken back without an event that says so")
            }
            Some(_) => agree(false, "the job is given to a technician without an event that says so"),
        },
    }
}

fn technician_written(write: &Write) -> Option<&Scalar> {
    let field = JobField::AssignmentTechnician;
    match write {
        Write::Field { section, key, value } if *section == field.section() && key == field.key() => {
            Some(value)
        }
        _ => None,
    }
}

fn event_written(write: &Write) -> Option<&NewEntry> {
    match write {
        Write::Entry(entry) if write.is_event() => Some(entry),
        _ => None,
    }
}

fn agree(agrees: bool, message: &str) -> Result<(), Refusal> {
    if agrees {
        Ok(())
    } else {
        Err(refuse(RefusalCode::ValueInvalid, JobField::AssignmentTechnician.path(), message))
    }
}
