//! Giving a job to a technician, and taking it back.

use domain::{
    Assignment, EventId, EventKind, FieldValue, JobField, JobFieldEdit, NewEvent, Status, Step, transition,
};

use super::draft::{Draft, user};
use super::events::wrong_status;
use super::fields::checked;
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;
use crate::read::stands_alone;

impl Draft<'_> {
    /// Writes the fields of the assignment that differ, and the event that tells
    /// the status of it. A change of window, agency or note alone is no event: the
    /// technician's work stands where it stood.
    pub(super) fn assign(
        &mut self,
        event: EventId,
        assignment: &Assignment,
        reason: Option<&str>,
    ) -> Result<(), EditError> {
        check_window(assignment)?;
        let recorded = self.record_assignment(event, assignment, reason)?;
        if reason.is_some() && !recorded {
            return Err(invalid(
                "assignment.reason",
                "nobody gains or loses the job, so leave the reason out",
            ));
        }
        for edit in field_edits(assignment) {
            let value = checked(edit.field.path(), edit.field.value_type(), edit.value.as_ref())?;
            self.put_job_field(&edit, &value)?;
        }
        Ok(())
    }

    /// Whether an event was needed.
    fn record_assignment(
        &mut self,
        event: EventId,
        assignment: &Assignment,
        reason: Option<&str>,
    ) -> Result<bool, EditError> {
        let node = self.reader.node(&self.root.maps("assignment"));
        let slots = node.slots(JobField::AssignmentTechnician.key());
        let stays = match assignment.technician {
            Some(technician) => stands_alone(slots, &user(technician)),
            None => slots.is_empty() || stands_alone(slots, &Scalar::Null),
        };
        let fold = self.fold()?;
        let kind = match assignment.technician {
            // After a refusal or a reopening nobody holds the job, whoever the field names.
            Some(_) if stays && fold.status != Status::New => return Ok(false),
            Some(_) => EventKind::Assigned,
            None if stays || fold.status == Status::New => return Ok(false),
            None => EventKind::Unassigned,
        };
        if transition(fold.status, kind) == Step::Illegal {
            return Err(wrong_status(fold.status, kind));
        }
        let mut new = NewEvent::new(event, kind);
        new.reason = reason.map(str::to_owned);
        self.add_event(&new, &fold.frontier, assignment.technician)?;
        Ok(true)
    }
}

fn check_window(assignment: &Assignment) -> Result<(), EditError> {
    match (assignment.window_start, assignment.window_end) {
        (Some(start), Some(end)) if end < start => {
            Err(invalid(JobField::AssignmentWindowEnd.path(), "the window must not end before it starts"))
        }
        _ => Ok(()),
    }
}

fn field_edits(assignment: &Assignment) -> [JobFieldEdit; 5] {
    let edit = |field, value| JobFieldEdit { field, value };
    [
        edit(JobField::AssignmentTechnician, assignment.technician.map(|id| FieldValue::Id(id.uuid()))),
        edit(
            JobField::AssignmentRepresentative,
            assignment.representative.map(|id| FieldValue::Id(id.uuid())),
        ),
        edit(JobField::AssignmentWindowStart, assignment.window_start.map(FieldValue::Instant)),
        edit(JobField::AssignmentWindowEnd, assignment.window_end.map(FieldValue::Instant)),
        edit(JobField::AssignmentNote, assignment.note.clone().map(FieldValue::Text)),
    ]
}
