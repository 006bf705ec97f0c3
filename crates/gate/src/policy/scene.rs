//! What the author saw: the document at the change's dependencies, and the
//! conditions of the table judged on it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use documents::Document;
use domain::limits::LATE_WORK_DAYS;
use domain::{EventKind, FieldValue, Instant, JobField, JobView, Status, Step, TripView, UserId, transition};

use super::place::{Act, Target, When};
use super::table::{ROWS, Row};
use super::{Case, Lateness, refuse};
use crate::refusal::{Refusal, RefusalCode};

/// The document as the author saw it.
#[derive(Debug)]
enum Seen {
    Nothing,
    Job(Box<JobView>),
    Trip(Box<TripView>),
}

/// A case with what its author saw.
pub(super) struct Scene<'a> {
    pub(super) case: &'a Case<'a>,
    seen: Seen,
    /// The rows by which the change was allowed so far.
    used: RefCell<Vec<&'static Row>>,
}

/// The line that an operation touches, as far as its author and state go.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineFacts {
    pub(super) author: Option<UserId>,
    pub(super) is_void: bool,
}

impl<'a> Scene<'a> {
    /// Reads the document at the change's dependencies.
    pub(super) fn set(case: &'a Case<'a>) -> Result<Self, Refusal> {
        let seen = match case.document {
            None => Seen::Nothing,
            Some(document) => read(document, &case.change.header.deps)?,
        };
        Ok(Self { case, seen, used: RefCell::new(Vec::new()) })
    }

    pub(super) fn author(&self) -> UserId {
        self.case.subject.user
    }

    /// The change's own time, which is that of its author's device.
    pub(super) fn time_ms(&self) -> i64 {
        self.case.change.header.time
    }

    pub(super) fn job(&self) -> Option<&JobView> {
        match &self.seen {
            Seen::Job(job) => Some(job),
            _ => None,
        }
    }

    pub(super) fn trip(&self) -> Option<&TripView> {
        match &self.seen {
            Seen::Trip(trip) => Some(trip),
            _ => None,
        }
    }

    /// Finds a row that allows an act at a target, and whose conditions hold.
    pub(super) fn allow(&self, act: Act, target: &Target<'_>, path: &str) -> Result<(), Refusal> {
        self.allow_line(act, target, path, LineFacts::default())
    }

    /// The same for a line that is there already.
    pub(super) fn allow_line(
        &self,
        act: Act,
        target: &Target<'_>,
        path: &str,
        line: LineFacts,
    ) -> Result<(), Refusal> {
        let hand = self.case.subject.hand();
        let mut refusal =
            refuse(RefusalCode::NotYours, path, format!("a {} may not {} this", hand.name(), act.name()));
        for row in ROWS.iter().filter(|row| speaks_of(row, act, target) && row.hand == hand) {
            match row.when.iter().try_for_each(|when| self.holds(*when, target, path, line)) {
                Ok(()) => {
                    self.used.borrow_mut().push(row);
                    return Ok(());
                }
                Err(reason) => refusal = reason,
            }
        }
        Err(refusal)
    }

    fn holds(&self, when: When, target: &Target<'_>, path: &str, line: LineFacts) -> Result<(), Refusal> {
        let (is_met, code, message) = match when {
            When::Holds => (
                self.job().is_some_and(|job| holds_job(job, self.author())),
                RefusalCode::NotAssigned,
                "you were not assigned to this job when you wrote this",
            ),
            When::OwnAgency => (
                self.job().is_some_and(|job| is_for_agency(job, self.case)),
                RefusalCode::NotAssigned,
                "this job is not done for your agency",
            ),
            When::Open => (
                self.job().is_none_or(|job| job.status != Status::Closed),
                RefusalCode::WrongStatus,
                "the office has closed this job",
            ),
            When::Fits => (
                self.job().is_some_and(|job| fits(job, target)),
                RefusalCode::WrongStatus,
                "the job's status has no step for this event",
            ),
            When::OwnLine if line.is_void => {
                (false, RefusalCode::ValueInvalid, "it is void; add a new one instead")
            }
            When::OwnLine => {
                (line.author == Some(self.author()), RefusalCode::NotYours, "it was written by somebody else")
            }
            When::OwnTrip if self.trip().is_some_and(|trip| trip.void.is_some()) => {
                (false, RefusalCode::WrongStatus, "the trip is void; make a new one")
            }
            When::OwnTrip => (
                self.trip().is_some_and(|trip| trip.technician == self.author()),
                RefusalCode::NotYours,
                "it is somebody else's trip",
            ),
            When::OwnRegistration => (
                self.job().and_then(JobView::registered).is_some_and(|event| event.by == self.author()),
                RefusalCode::NotYours,
                "it was registered by somebody else",
            ),
            // Judged on the change as a whole, by `assignment::check`.
            When::Agrees => (true, RefusalCode::ValueInvalid, ""),
        };
        if is_met { Ok(()) } else { Err(refuse(code, path, message)) }
    }

    /// The names of the rows by which the change was allowed.
    pub(super) fn rules(&self) -> Vec<&'static str> {
        let names: BTreeSet<&str> = self.used.borrow().iter().map(|row| row.name).collect();
        names.into_iter().collect()
    }

    /// Whether a row was used that holds only for whoever has the job.
    fn leans_on_holding(&self) -> bool {
        let leans = |when: &When| matches!(when, When::Holds | When::OwnAgency);
        self.used.borrow().iter().any(|row| row.when.iter().any(leans))
    }

    /// Whether the right that the change leans on still stands. Withdrawn too long
    /// ago, the change needs an office decision.
    pub(super) fn lateness(&self) -> Result<Lateness, Refusal> {
        let (Some(document), Some(then)) = (self.case.document, self.job()) else {
            return Ok(Lateness::OnTime);
        };
        if !self.leans_on_holding() || document.heads() == self.case.change.header.deps {
            return Ok(Lateness::OnTime);
        }
        let now = document.job().map_err(|error| unreadable(&error))?;
        let has_it_still = holds_job(&now, self.author()) || is_for_agency(&now, self.case);
        if has_it_still {
            return Ok(Lateness::OnTime);
        }
        let since = withdrawn_at(then, &now, self.author()).unwrap_or(self.case.now);
        if self.case.now > since.plus_days(LATE_WORK_DAYS) {
            return Err(refuse(
                RefusalCode::LateWork,
                "assignment",
                format!(
                    "the job was taken back more than {LATE_WORK_DAYS} days ago; offer this to the office"
                ),
            ));
        }
        Ok(Lateness::Late { since })
    }
}

fn read(document: &Document, heads: &[domain::ChangeHash]) -> Result<Seen, Refusal> {
    match document.kind() {
        domain::DocKind::Job => document.job_at(heads).map(|job| Seen::Job(Box::new(job))),
        domain::DocKind::Trip => document.trip_at(heads).map(|trip| Seen::Trip(Box::new(trip))),
    }
    .map_err(|error| unreadable(&error))
}

fn unreadable(error: &documents::ReadError) -> Refusal {
    refuse(RefusalCode::TrialFailed, error.path.as_str(), error.to_string())
}

fn speaks_of(row: &Row, act: Act, target: &Target<'_>) -> bool {
    row.acts.contains(&act) && row.places.iter().any(|place| place.covers(target))
}

/// Whether a person is assigned, by any of the values that stand, or registered
/// the job and nobody was ever assigned.
fn holds_job(job: &JobView, person: UserId) -> bool {
    is_assigned(job, person) || is_own_unassigned(job, person)
}

fn is_assigned(job: &JobView, person: UserId) -> bool {
    names(job, JobField::AssignmentTechnician, person.uuid())
}

fn is_for_agency(job: &JobView, case: &Case<'_>) -> bool {
    case.subject.agency.is_some_and(|agency| names(job, JobField::AssignmentRepresentative, agency.uuid()))
}

/// Whether an id stands in a field, alone or beside rivals.
fn names(job: &JobView, field: JobField, id: domain::Uuid) -> bool {
    let path = field.path();
    job.id_of(field) == Some(id)
        || job
            .field_conflicts
            .iter()
            .filter(|conflict| conflict.path == path)
            .flat_map(|conflict| &conflict.values)
            .any(|rival| rival.value == Some(FieldValue::Id(id)))
}

fn is_own_unassigned(job: &JobView, person: UserId) -> bool {
    job.registered().is_some_and(|event| event.by == person)
        && job.technician().is_none()
        && !job.events.iter().any(|event| event.kind == EventKind::Assigned)
}

fn fits(job: &JobView, target: &Target<'_>) -> bool {
    match target {
        Target::Event(kind) => transition(job.status, *kind) != Step::Illegal,
        _ => false,
    }
}

/// When the office took the job from a person: the first event of the office
/// about it that the person had not seen, after the last that gave it to him.
fn withdrawn_at(then: &JobView, now: &JobView, person: UserId) -> Option<Instant> {
    let mut withdrawn = None;
    let unseen = now.events.iter().filter(|event| then.event(event.id).is_none());
    for event in unseen {
        match event.kind {
            EventKind::Assigned if event.technician == Some(person.uuid()) => withdrawn = None,
            EventKind::Assigned | EventKind::Unassigned => {
                withdrawn = withdrawn.or(Some(event.stamp.at));
            }
            _ => {}
        }
    }
    withdrawn
}
