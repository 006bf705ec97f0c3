//! What the stages around the policy hold by themselves, with the policy open, and
//! in which order they are asked.

use documents::inspect::{self, Action, DecodedChange, Key, Object, OpId};
use documents::{Document, RawChange};
use gate::{ActorFacts, Candidate, NotAdmitted, RefusalCode, Stage, structure};
use hostile::chunk::{self, Parts};
use hostile::scene::{Scene, scenes};

fn job() -> Scene {
    scenes().into_iter().next().expect("a job")
}

fn bent(honest: &RawChange, how: impl FnOnce(&mut DecodedChange)) -> Vec<u8> {
    let mut change = inspect::decode(&honest.bytes).expect("an honest change");
    how(&mut change);
    documents::testing::encode(&change).expect("it can be encoded").bytes
}

fn open(scene: &Scene, bytes: &[u8]) -> Result<(), (Stage, RefusalCode)> {
    let change = structure::check_change(bytes).expect("sound bytes");
    told(gate::testing::admit_open(scene.kind, scene.document.as_ref(), &change).map(drop))
}

fn closed(scene: &Scene, bytes: &[u8]) -> Result<(), (Stage, RefusalCode)> {
    let change = structure::check_change(bytes).expect("sound bytes");
    let candidate =
        Candidate { id: scene.id, kind: scene.kind, document: scene.document.as_ref(), change: &change };
    told(gate::admit(&scene.subject, &ActorFacts::default(), &candidate, scene.now).map(drop))
}

fn told(verdict: Result<(), NotAdmitted>) -> Result<(), (Stage, RefusalCode)> {
    verdict.map_err(|refused| match refused {
        NotAdmitted::Refused(refusal) => (refusal.stage, refusal.code),
        other => panic!("{other:?}"),
    })
}

/// Objects within objects, each level of which takes stack to read.
#[test]
fn nothing_lies_deep() {
    let scene = job();
    let nested = |levels: u64| {
        bent(&scene.honest[0], |change| {
            let mut op = change.ops[0].clone();
            (op.object, op.action) = (Object::Root, Action::MakeMap);
            op.pred.clear();
            change.ops.clear();
            for level in 0..levels {
                op.key = Key::Map(format!("level {level}"));
                op.id.counter = change.header.start_op + level;
                change.ops.push(op.clone());
                op.object = Object::Made(op.id);
            }
        })
    };
    assert_eq!(open(&scene, &nested(16)), Ok(()));
    for levels in [17, 300, 900] {
        assert_eq!(open(&scene, &nested(levels)), Err((Stage::Trial, RefusalCode::TrialFailed)), "{levels}");
    }
    assert_eq!(closed(&scene, &nested(300)), Err((Stage::Policy, RefusalCode::PathUnknown)));
}

/// One map in an object, as the actor's next change on the document as it is.
fn one_deeper(honest: &RawChange, document: &Document, parent: Object) -> Vec<u8> {
    bent(honest, |change| {
        let header = &mut change.header;
        header.deps = document.heads();
        header.seq = document.last_of(header.actor).map_or(1, |(seq, _)| seq + 1);
        let last = header.deps.iter().filter_map(|dep| document.header_of(*dep)).map(|dep| dep.max_op());
        header.start_op = last.max().expect("some") + 1;
        let mut op = change.ops[0].clone();
        (op.object, op.key, op.action) = (parent, Key::Map("deeper".to_owned()), Action::MakeMap);
        op.pred.clear();
        op.id.counter = header.start_op;
        change.ops = vec![op];
    })
}

/// An object that stands in the document counts, too.
#[test]
fn depth_is_counted_from_the_root_of_the_document() {
    let mut scene = job();
    let mut document = scene.document.take().expect("a document");
    let mut parent = Object::Root;
    for depth in 1..=16 {
        let change =
            structure::check_change(&one_deeper(&scene.honest[0], &document, parent)).expect("sound");
        document = gate::testing::admit_open(scene.kind, Some(&document), &change).expect("not too deep");
        let made = OpId { counter: change.start_op(), actor: change.actor() };
        assert_eq!(document.depth_of(&made), Some(depth));
        parent = Object::Made(made);
    }
    let bytes = one_deeper(&scene.honest[0], &document, parent);
    scene.document = Some(document);
    assert_eq!(open(&scene, &bytes), Err((Stage::Trial, RefusalCode::TrialFailed)));
}

/// Letters in a map were admitted once the policy was open, and the document showed
/// something else after saving and loading.
#[test]
fn a_map_is_no_text_whoever_may_write_there() {
    let scene = job();
    let letters = scene
        .honest
        .iter()
        .find(|change| inspect::decode(&change.bytes).expect("reads").ops.iter().any(|op| op.insert))
        .expect("one edits a text");
    assert_eq!(open(&scene, &letters.bytes), Ok(()));
    for object in [Object::Root, Object::Made(scene.known[0])] {
        let bytes = bent(letters, |change| change.ops.iter_mut().for_each(|op| op.object = object));
        assert_eq!(open(&scene, &bytes), Err((Stage::Causality, RefusalCode::ShapeForeign)));
    }
}

/// What may not be written never comes to the engine, whose readers panic on some
/// bytes: a change that is neither canonical nor allowed is told that it is not
/// allowed.
#[test]
fn the_policy_is_asked_before_the_engine() {
    let scene = job();
    let idle_actor = |bytes: &[u8]| {
        let mut parts = Parts::of(chunk::body(bytes));
        parts.name_idle_actor([0xff; 16]);
        chunk::close(1, &parts.body())
    };
    let honest = &scene.honest[0];
    assert_eq!(closed(&scene, &honest.bytes), Ok(()));
    let not_canonical = Err((Stage::Causality, RefusalCode::ChangeNotCanonical));
    assert_eq!(closed(&scene, &idle_actor(&honest.bytes)), not_canonical);
    let elsewhere = bent(honest, |change| change.ops[0].key = Key::Map("not an id".to_owned()));
    let not_allowed = Err((Stage::Policy, RefusalCode::PathUnknown));
    assert_eq!(closed(&scene, &idle_actor(&elsewhere)), not_allowed);
}
