//! Whatever honest people do, in whatever order it arrives, is admitted.

use documents::Document;
use domain::{Assignment, DocKind, DocView, EditCommand, JobCommand, UserId};
use gate::{Candidate, structure};
use proptest::prelude::*;
use testkit::{Person, next_job_command, next_trip_command};

use crate::common::{Held, Office, subject};

/// A person with a copy of the document and unsent changes.
struct Phone {
    person: Person,
    copy: Document,
    unsent: Vec<documents::RawChange>,
}

impl Phone {
    fn pull(&mut self, held: &Held) {
        let news = held.document().changes_since(&self.copy.heads());
        self.copy.apply(news.iter().map(|change| change.bytes.as_slice())).expect("accepted changes apply");
    }

    fn push(&mut self, office: &mut Office, held: &mut Held) {
        for change in self.unsent.drain(..) {
            match office.submit(&self.person, held, &change) {
                Ok(admitted) => assert_view_is_fresh(&admitted),
                Err(refused) => panic!("{:?} was refused: {refused:?}", self.person.role),
            }
        }
    }

    /// Edits the copy, having asked the gate first, as a phone does.
    fn edit(&mut self, office: &mut Office, held: &Held, command: &EditCommand) {
        let before = self.copy.clone();
        let context = office.kit.context(&self.person);
        let change = match self.copy.edit(command, &context) {
            Ok(Some(change)) => change,
            Ok(None) => return,
            Err(error) => panic!("{command:?}: {error}"),
        };
        let bytes = structure::check_change(&change.bytes).expect("our own bytes are sound");
        let candidate = Candidate { id: held.id, kind: held.kind, document: Some(&before), change: &bytes };
        if let Err(refusal) = gate::check_own(&subject(&self.person), &candidate, office.kit.clock.now()) {
            panic!("{:?} {command:?}: {refusal}", self.person.role);
        }
        self.unsent.push(change);
    }
}

/// A document keeps the view that was read last; it must be that of the document
/// with the change, as somebody would read it who loads the document anew.
fn assert_view_is_fresh(admitted: &gate::Admitted) {
    let loaded = Document::load(admitted.kind(), &admitted.after().save()).expect("it can be loaded");
    let read = match admitted.kind() {
        DocKind::Job => loaded.job().map(|job| DocView::Job(Box::new(job))),
        DocKind::Trip => loaded.trip().map(|trip| DocView::Trip(Box::new(trip))),
    };
    assert_eq!(Ok(admitted.view()), read.as_ref());
}

/// A day on one job: two technicians, a dispatcher, a representative, each with
/// a copy, meeting now and then.
fn day_on_a_job(seed: u64, steps: usize) {
    let mut office = Office::new(seed);
    let (dispatcher, first, mut held) = office.assigned_job();
    let (second, representative) = (office.kit.technician(), office.kit.person(domain::Role::Representative));
    let event = office.kit.event_id();
    let assignment = Assignment {
        technician: Some(first.user),
        representative: representative.agency,
        ..Assignment::default()
    };
    let agency = EditCommand::Job(JobCommand::Assign { event, assignment, reason: None });
    office.edit(&dispatcher, &mut held, &agency);
    let technicians: Vec<UserId> = vec![first.user, second.user];
    let mut phones: Vec<Phone> = [dispatcher, first, second, representative]
        .into_iter()
        .map(|person| Phone { person, copy: held.document().clone(), unsent: Vec::new() })
        .collect();
    for _ in 0..steps {
        let index = office.kit.rng.index(phones.len());
        let phone = &mut phones[index];
        let view = phone.copy.job().expect("a job is readable");
        if let Some(command) = next_job_command(&mut office.kit, &phone.person, &view, &technicians) {
            phone.edit(&mut office, &held, &command);
        }
        if office.kit.rng.chance(1, 3) {
            phone.push(&mut office, &mut held);
            phone.pull(&held);
        }
    }
    for phone in &mut phones {
        phone.push(&mut office, &mut held);
    }
    for phone in &mut phones {
        phone.pull(&held);
        assert_eq!(phone.copy.heads(), held.document().heads(), "all have met");
    }
}

fn a_trip(seed: u64, steps: usize) {
    let mut office = Office::new(seed);
    let technician = office.kit.technician();
    let job = office.kit.doc_id();
    let create = office.kit.create_trip(vec![job]);
    let mut held = office.create(&technician, &create);
    let mut phone = Phone { person: technician, copy: held.document().clone(), unsent: Vec::new() };
    for _ in 0..steps {
        let view = phone.copy.trip().expect("a trip is readable");
        if let Some(command) = next_trip_command(&mut office.kit, &view) {
            phone.edit(&mut office, &held, &command);
        }
        if office.kit.rng.chance(1, 4) {
            phone.push(&mut office, &mut held);
        }
    }
    phone.push(&mut office, &mut held);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_honest_change_of_a_job_is_admitted(seed: u64) {
        day_on_a_job(seed, 60);
    }

    #[test]
    fn every_honest_change_of_a_trip_is_admitted(seed: u64) {
        a_trip(seed, 20);
    }
}
