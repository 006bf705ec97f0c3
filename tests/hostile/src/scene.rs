//! Documents that hostile changes are for, and honest changes to bend.

use documents::inspect::{self, OpId};
use documents::{Document, RawChange, testing};
use domain::{
    ActorClass, DocId, DocKind, EditCommand, EventKind, FieldValue, Instant, JobCommand, JobField, JobText,
    TripCommand, TripField,
};
use gate::Subject;
use testkit::{Kit, Person, answer, replace_text, set_field, set_trip_field};

/// A document, who writes in it, and what he would honestly write next.
pub struct Scene {
    /// Its id.
    pub id: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// The document; none if the changes make it.
    pub document: Option<Document>,
    /// Who writes, as the session says.
    pub subject: Subject,
    /// When it arrives.
    pub now: Instant,
    /// Honest changes, each by itself the next.
    pub honest: Vec<RawChange>,
    /// Operations of the document.
    pub known: Vec<OpId>,
}

/// A job in work, a trip, the making of a job, and a document of another schema.
#[must_use]
pub fn scenes() -> Vec<Scene> {
    let mut kit = Kit::new(1);
    let mut all = vec![job(&mut kit), trip(&mut kit), new_job(&mut kit)];
    all.extend(foreign(&mut kit));
    all
}

fn subject(person: &Person) -> Subject {
    Subject::person(person.user, person.device, person.role).of_agency(person.agency)
}

fn scene(kit: &mut Kit, document: Document, person: &Person, commands: &[EditCommand]) -> Scene {
    let honest = commands.iter().map(|command| kit.edit(&mut document.clone(), person, command)).collect();
    let id = document.id().unwrap_or_else(|_| kit.doc_id());
    Scene {
        id,
        kind: document.kind(),
        known: known(&document),
        document: Some(document),
        subject: subject(person),
        now: kit.clock.now(),
        honest,
    }
}

/// The names of a document's operations, the later ones left out of a long one.
fn known(document: &Document) -> Vec<OpId> {
    let changes = document.changes();
    let decoded = changes.iter().filter_map(|change| inspect::decode(&change.bytes).ok());
    decoded.flat_map(|change| change.ops).map(|op| op.id).take(250).collect()
}

fn job(kit: &mut Kit) -> Scene {
    let (dispatcher, technician) = (kit.dispatcher(), kit.technician());
    let create = kit.create_job("no heat");
    let (mut job, _) = kit.create(&dispatcher, &create);
    let (line, part, corrected) = (kit.line_id(), kit.part("fan"), kit.part("fan 2"));
    let note = kit.note_id();
    let start = [
        kit.assign(Some(technician.user)),
        set_field(JobField::ContactPhone, Some(FieldValue::Text("021".to_owned()))),
    ];
    start.iter().for_each(|command| drop(kit.edit(&mut job, &dispatcher, command)));
    let before = job.clone();
    let work = [
        kit.record(EventKind::Working),
        EditCommand::Job(JobCommand::AddPart { id: line, part }),
        EditCommand::Job(JobCommand::AddNote { id: note, text: "بعداً".to_owned() }),
        replace_text(JobText::Diagnosis, "worn bearing"),
        answer("leak", "no"),
    ];
    work.iter().for_each(|command| drop(kit.edit(&mut job, &technician, command)));
    // The office writes beside him, so that a field has two values.
    let phone = set_field(JobField::ContactPhone, Some(FieldValue::Text("022".to_owned())));
    let beside = kit.edit(&mut before.clone(), &dispatcher, &phone);
    let field = set_field(JobField::ContactPhone, Some(FieldValue::Text("023".to_owned())));
    kit.edit(&mut job, &technician, &field);
    drop(job.apply([beside.bytes.as_slice()]));
    let next = [
        kit.add_note("x"),
        kit.record(EventKind::Done),
        set_field(JobField::ContactPhone, Some(FieldValue::Text("024".to_owned()))),
        EditCommand::Job(JobCommand::CorrectPart { id: line, part: corrected }),
        EditCommand::Job(JobCommand::VoidNote { id: note, reason: "wrong".to_owned() }),
        replace_text(JobText::Diagnosis, "worn out bearings"),
        kit.add_attachment(),
        answer("leak", "yes"),
    ];
    scene(kit, job, &technician, &next)
}

fn trip(kit: &mut Kit) -> Scene {
    let technician = kit.technician();
    let served = kit.doc_id();
    let create = kit.create_trip(vec![served]);
    let (mut trip, _) = kit.create(&technician, &create);
    let receipt = kit.add_receipt();
    kit.edit(&mut trip, &technician, &receipt);
    let next = [
        set_trip_field(TripField::DistanceM, Some(FieldValue::Int(12_000))),
        EditCommand::Trip(TripCommand::AddJob { job: kit.doc_id() }),
        EditCommand::Trip(TripCommand::RemoveJob { job: served }),
        kit.add_receipt(),
        EditCommand::Trip(TripCommand::Void { reason: "cancelled".to_owned() }),
    ];
    scene(kit, trip, &technician, &next)
}

fn new_job(kit: &mut Kit) -> Scene {
    let technician = kit.technician();
    let create = kit.create_job("found on the way");
    let (document, change) = kit.create(&technician, &create);
    let id = document.id().unwrap_or_else(|_| kit.doc_id());
    Scene {
        id,
        kind: DocKind::Job,
        document: None,
        subject: subject(&technician),
        now: kit.clock.now(),
        honest: vec![change],
        known: Vec::new(),
    }
}

fn foreign(kit: &mut Kit) -> Option<Scene> {
    let technician = kit.technician();
    let (author, next) = (kit.actor(ActorClass::Technician), kit.actor(ActorClass::Technician));
    let (document, honest) = testing::foreign(author, next)?;
    Some(Scene {
        id: kit.doc_id(),
        kind: DocKind::Job,
        known: known(&document),
        document: Some(document),
        subject: subject(&technician),
        now: kit.clock.now(),
        honest,
    })
}
