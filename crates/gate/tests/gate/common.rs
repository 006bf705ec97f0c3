//! A small office: documents, registered actors, and people who submit changes.

use std::collections::HashMap;

use documents::{Document, RawChange};
use domain::{ActorId, DeviceId, DocId, DocKind, EditCommand, UserId};
use gate::{
    ActorFacts, Admitted, Candidate, NotAdmitted, Refusal, RefusalCode, Registration, Subject, structure,
};
use testkit::{Kit, Person};

/// The server's side: randomness, clock, and whose each actor is.
pub(crate) struct Office {
    pub(crate) kit: Kit,
    owners: HashMap<ActorId, (DeviceId, UserId)>,
}

/// A document as the server has it.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: DocId,
    pub(crate) kind: DocKind,
    pub(crate) document: Option<Document>,
}

impl Held {
    pub(crate) fn document(&self) -> &Document {
        self.document.as_ref().expect("the document is made")
    }
}

pub(crate) fn subject(person: &Person) -> Subject {
    Subject::person(person.user, person.device, person.role).of_agency(person.agency)
}

impl Office {
    pub(crate) fn new(seed: u64) -> Self {
        Self { kit: Kit::new(seed), owners: HashMap::new() }
    }

    /// Submits a change; an admitted one becomes part of the document.
    pub(crate) fn submit(
        &mut self,
        person: &Person,
        held: &mut Held,
        change: &RawChange,
    ) -> Result<Admitted, NotAdmitted> {
        let admitted = self.judge(&subject(person), held, &change.bytes)?;
        if admitted.registration() == Registration::New {
            self.owners.insert(admitted.header().actor, (person.device, person.user));
        }
        held.document = Some(admitted.after().clone());
        Ok(admitted)
    }

    /// The verdict alone.
    pub(crate) fn judge(
        &self,
        subject: &Subject,
        held: &Held,
        bytes: &[u8],
    ) -> Result<Admitted, NotAdmitted> {
        let change = structure::check_change(bytes)?;
        let last = held.document.as_ref().and_then(|document| document.last_of(change.actor()));
        let facts = ActorFacts { owner: self.owners.get(&change.actor()).copied(), last };
        let candidate =
            Candidate { id: held.id, kind: held.kind, document: held.document.as_ref(), change: &change };
        gate::admit(subject, &facts, &candidate, self.kit.clock.now())
    }

    /// Makes a document by a command, through the gate.
    pub(crate) fn create(&mut self, person: &Person, command: &EditCommand) -> Held {
        let (document, change) = self.kit.create(person, command);
        let id = document.id().expect("a new document has an id");
        let mut held = Held { id, kind: command.doc_kind(), document: None };
        self.submit(person, &mut held, &change).expect("an honest creation is admitted");
        held
    }

    /// Edits the document as it is, through the gate.
    pub(crate) fn edit(&mut self, person: &Person, held: &mut Held, command: &EditCommand) -> Admitted {
        let mut copy = held.document().clone();
        let change = self.kit.edit(&mut copy, person, command);
        self.submit(person, held, &change).expect("an honest edit is admitted")
    }

    /// The change that a person would write on the document as it is.
    pub(crate) fn draft(&mut self, person: &Person, held: &Held, command: &EditCommand) -> RawChange {
        self.kit.edit(&mut held.document().clone(), person, command)
    }

    /// A dispatcher, a technician, and a job assigned to him.
    pub(crate) fn assigned_job(&mut self) -> (Person, Person, Held) {
        let (dispatcher, technician) = (self.kit.dispatcher(), self.kit.technician());
        let create = self.kit.create_job("fan is loud");
        let mut held = self.create(&dispatcher, &create);
        let assign = self.kit.assign(Some(technician.user));
        self.edit(&dispatcher, &mut held, &assign);
        (dispatcher, technician, held)
    }
}

/// The refusal, when there must be one.
pub(crate) fn refusal(verdict: Result<Admitted, NotAdmitted>) -> Refusal {
    match verdict {
        Err(NotAdmitted::Refused(refusal)) => refusal,
        Err(other) => panic!("expected a refusal, found {other:?}"),
        Ok(admitted) => panic!("expected a refusal, but it was admitted: {:?}", admitted.touched()),
    }
}

/// The code with which a change must be refused.
pub(crate) fn code(verdict: Result<Admitted, NotAdmitted>) -> RefusalCode {
    refusal(verdict).code
}
