//! Work done offline while assigned, arriving after the assignment was withdrawn.

use domain::limits::LATE_WORK_DAYS;
use domain::{Assignment, EventKind, Instant, Role};
use gate::{Admitted, Lateness, NotAdmitted, RefusalCode};
use testkit::Person;

use crate::common::{Held, Office, code, subject};

/// A job whose technician wrote a note offline, before the office gave the job
/// to somebody else.
struct Withdrawn {
    office: Office,
    technician: Person,
    before: Held,
    held: Held,
    since: Instant,
}

impl Withdrawn {
    fn new(seed: u64) -> Self {
        let mut office = Office::new(seed);
        let (dispatcher, technician, mut held) = office.assigned_job();
        let before = held.clone();
        let other = office.kit.technician();
        let assign = office.kit.assign(Some(other.user));
        office.edit(&dispatcher, &mut held, &assign);
        let since = office.kit.clock.now();
        // A second reassignment does not put the withdrawal off.
        office.kit.clock.advance_days(1);
        let another = office.kit.technician();
        let assign = office.kit.assign(Some(another.user));
        office.edit(&dispatcher, &mut held, &assign);
        Self { office, technician, before, held, since }
    }

    fn offline_note(&mut self) -> Result<Admitted, NotAdmitted> {
        let note = self.office.kit.add_note("done before I knew");
        let technician = self.technician;
        let change = self.office.draft(&technician, &self.before, &note);
        self.office.judge(&subject(&technician), &self.held, &change.bytes)
    }
}

#[test]
fn work_of_a_withdrawn_assignment_is_admitted_as_late() {
    let mut scene = Withdrawn::new(70);
    let admitted = scene.offline_note().expect("thirty days have not passed");
    assert_eq!(admitted.lateness(), Lateness::Late { since: scene.since });
}

#[test]
fn after_thirty_days_it_needs_an_office_decision() {
    let mut scene = Withdrawn::new(71);
    scene.office.kit.clock.advance_days(LATE_WORK_DAYS - 2);
    assert!(scene.offline_note().is_ok(), "the day before the last");
    scene.office.kit.clock.advance_days(2);
    assert_eq!(code(scene.offline_note()), RefusalCode::LateWork);
}

#[test]
fn whoever_knew_of_the_withdrawal_is_not_assigned() {
    let mut scene = Withdrawn::new(72);
    let note = scene.office.kit.add_note("I know, but still");
    let technician = scene.technician;
    let change = scene.office.draft(&technician, &scene.held, &note);
    let verdict = scene.office.judge(&subject(&technician), &scene.held, &change.bytes);
    assert_eq!(code(verdict), RefusalCode::NotAssigned);
}

#[test]
fn a_job_given_back_is_nobodys_late_work() {
    let mut scene = Withdrawn::new(73);
    let dispatcher = scene.office.kit.dispatcher();
    let assign = scene.office.kit.assign(Some(scene.technician.user));
    scene.office.edit(&dispatcher, &mut scene.held, &assign);
    assert_eq!(scene.offline_note().expect("his again").lateness(), Lateness::OnTime);
}

#[test]
fn a_job_taken_back_from_everybody_counts_as_withdrawn() {
    let mut office = Office::new(74);
    let (dispatcher, technician, mut held) = office.assigned_job();
    let before = held.clone();
    let unassign = office.kit.assign(None);
    office.edit(&dispatcher, &mut held, &unassign);
    let since = office.kit.clock.now();
    let event = office.kit.record(EventKind::Accepted);
    let change = office.draft(&technician, &before, &event);
    let admitted = office.judge(&subject(&technician), &held, &change.bytes).expect("late, but admitted");
    assert_eq!(admitted.lateness(), Lateness::Late { since });
}

#[test]
fn two_assignments_made_at_once_leave_both_technicians_in_place() {
    let mut office = Office::new(75);
    let (dispatcher, first, mut held) = office.assigned_job();
    let (second, third) = (office.kit.technician(), office.kit.technician());
    let before = held.clone();
    let assign = office.kit.assign(Some(second.user));
    office.edit(&dispatcher, &mut held, &assign);
    let colleague = office.kit.dispatcher();
    let assign = office.kit.assign(Some(third.user));
    let change = office.draft(&colleague, &before, &assign);
    office.submit(&colleague, &mut held, &change).expect("the colleague did not know");
    for (person, expected) in [(second, true), (third, true), (first, false)] {
        let note = office.kit.add_note("on my way");
        let change = office.draft(&person, &held, &note);
        let verdict = office.judge(&subject(&person), &held, &change.bytes);
        assert_eq!(verdict.is_ok(), expected, "{verdict:?}");
    }
}

#[test]
fn a_job_that_nobody_was_given_is_its_registrars() {
    let mut office = Office::new(76);
    let technician = office.kit.technician();
    let create = office.kit.create_job("found on the way");
    let mut held = office.create(&technician, &create);
    let part = office.kit.add_part("fuse");
    office.edit(&technician, &mut held, &part);
    let before = held.clone();
    let (dispatcher, other) = (office.kit.dispatcher(), office.kit.technician());
    let assign = office.kit.assign(Some(other.user));
    office.edit(&dispatcher, &mut held, &assign);
    let note = office.kit.add_note("more");
    let late = office.draft(&technician, &before, &note);
    let admitted = office.judge(&subject(&technician), &held, &late.bytes).expect("late work");
    assert!(matches!(admitted.lateness(), Lateness::Late { .. }));
    let known = office.draft(&technician, &held, &note);
    assert_eq!(code(office.judge(&subject(&technician), &held, &known.bytes)), RefusalCode::NotAssigned);
}

#[test]
fn a_withdrawn_agency_is_late_too() {
    let mut office = Office::new(77);
    let (dispatcher, technician, mut held) = office.assigned_job();
    let representative = office.kit.person(Role::Representative);
    let assignment = Assignment {
        technician: Some(technician.user),
        representative: representative.agency,
        ..Assignment::default()
    };
    let assign = office.kit.assign_as(assignment.clone());
    office.edit(&dispatcher, &mut held, &assign);
    let before = held.clone();
    let elsewhere = Assignment { representative: Some(office.kit.agency_id()), ..assignment };
    let assign = office.kit.assign_as(elsewhere);
    office.edit(&dispatcher, &mut held, &assign);
    let note = office.kit.add_note("we had called the customer");
    let change = office.draft(&representative, &before, &note);
    let admitted = office.judge(&subject(&representative), &held, &change.bytes).expect("late work");
    assert!(matches!(admitted.lateness(), Lateness::Late { .. }));
}
