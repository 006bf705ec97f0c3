//! What would make every seed of the simulation slow, once.

use domain::{Assignment, DocId, DocKind, FieldValue, JobField};
use sync_server::office::{self, NewJob};
use testkit::model::App;
use testkit::set_field;

use super::World;
use super::phones::new_job;
use crate::judge::read_document;
use crate::plan::{Plan, Step};
use crate::server::run;
use crate::trace::Trace;

/// More than the server takes in one request.
const EDITS: i64 = 2_100;

/// Seen to fail with all that a phone gives back of a document in one request: see
/// `docs/guarantees.md`.
#[test]
fn a_colleagues_phone_brings_back_more_than_fits_one_request() {
    let plan = Plan { technicians: 2, second_phones: 0, jobs: 0, noise: 0, ..Plan::of(1) };
    let mut world = World::new(&plan, Trace::default()).expect("a world");
    world.step(Step::BackUpServer).expect("a copy");
    let (writer, reader) = (world.people.technicians[0], world.people.technicians[1]);
    let mut kit = World::kit(7, world.clock.now());
    let (kind, fields) = new_job("compressor hums".to_owned());
    let doc = kit.doc_id();
    let assignment = Some(Assignment { technician: Some(writer), ..Assignment::default() });
    let dispatcher = world.people.dispatcher;
    let core = world.running().expect("it runs").core.clone();
    run(office::create_job(&core, &dispatcher, NewJob { id: Some(doc), kind, fields, assignment }))
        .expect("registered");
    world.sync_now(0).expect("it has the job");
    for hours in 1..=EDITS {
        let edit = set_field(JobField::OutcomeHours, Some(FieldValue::Int(hours)));
        world.execute(0, doc, edit, App::Judges).expect("saved");
    }
    world.sync_now(0).expect("sent");
    run(office::edit_document(&core, &dispatcher, doc, kit.assign(Some(reader)), None)).expect("given away");
    drop(core);
    world.sync_now(1).expect("the other has it now");
    let before = changes_of(&world, doc);
    assert!(before > usize::try_from(EDITS).expect("a number"), "{before}");
    world.step(Step::RestoreServer { which: 0 }).expect("put back");
    world.sync_now(1).expect("given back");
    world.sync_now(1).expect("and at rest");
    assert_eq!(changes_of(&world, doc), before);
}

fn changes_of(world: &World, doc: DocId) -> usize {
    let database = world.server.look().expect("it is there");
    read_document(&database, doc, DocKind::Job).map_or(0, |logged| logged.hashes.len())
}
