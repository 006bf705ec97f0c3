//! Attacks from the list of threats that are no single bent operation: hidden
//! writes, objects taken for others, floods, counters near their end.

use documents::inspect::{Action, Key, Object, OpId, Scalar};
use documents::{Document, RawChange};
use domain::limits::OP_COUNTER_MAX;
use domain::{DocKind, EditCommand, EventKind, FieldValue, Hash32, JobCommand, JobField, JobText};
use gate::{NotAdmitted, RefusalCode, Stage, structure};
use testkit::{Person, replace_text, set_field};

use crate::common::{Held, Office, code, refusal, subject};
use crate::craft::bend;

/// A technician with a job in work that has a line, a note and a diagnosis.
struct Scene {
    office: Office,
    dispatcher: Person,
    technician: Person,
    held: Held,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let mut office = Office::new(seed);
        let (dispatcher, technician, mut held) = office.assigned_job();
        let work = [
            office.kit.record(EventKind::Working),
            replace_text(JobText::Diagnosis, "worn"),
            set_field(JobField::ContactPhone, Some(FieldValue::Text("021".to_owned()))),
        ];
        work.iter().for_each(|command| drop(office.edit(&technician, &mut held, command)));
        Self { office, dispatcher, technician, held }
    }

    fn draft(&mut self, command: &EditCommand) -> RawChange {
        self.office.draft(&self.technician, &self.held, command)
    }

    fn judge(&self, change: &RawChange) -> Result<gate::Admitted, NotAdmitted> {
        self.office.judge(&subject(&self.technician), &self.held, &change.bytes)
    }

    #[track_caller]
    fn refused_early(&self, change: &RawChange) {
        let refusal = refusal(self.judge(change));
        assert_eq!((refusal.stage, refusal.code), (Stage::Causality, RefusalCode::ShapeForeign), "{refusal}");
    }

    fn standing(&self, object: Object, key: &str) -> Vec<OpId> {
        let document = self.held.document();
        document.standing(&document.heads()).at_key(&object, key)
    }

    fn container(&self, name: &str) -> OpId {
        self.standing(Object::Root, name)[0]
    }
}

fn phone(number: &str) -> EditCommand {
    set_field(JobField::ContactPhone, Some(FieldValue::Text(number.to_owned())))
}

/// A write that loses against a concurrent one does not show in a diff, and wins on
/// a replica that has not seen the other. It is judged like any other.
#[test]
fn a_losing_concurrent_write_is_judged_like_any_other() {
    let mut scene = Scene::new(200);
    let before = scene.held.clone();
    // The office sets the priority twice, so that its operation is the later one.
    let (dispatcher, technician) = (scene.dispatcher, scene.technician);
    for priority in ["urgent", "normal"] {
        let set = set_field(JobField::RequestPriority, Some(FieldValue::Text(priority.to_owned())));
        scene.office.edit(&dispatcher, &mut scene.held, &set);
    }
    let losing = set_field(JobField::RequestPriority, Some(FieldValue::Text("low".to_owned())));
    let change = scene.office.draft(&technician, &before, &losing);
    // Merged, it would not be seen.
    let mut merged = scene.held.document().clone();
    merged.apply([change.bytes.as_slice()]).expect("the engine takes it");
    let shown =
        |document: &Document| document.job().expect("a job").text(JobField::RequestPriority).to_owned();
    assert_eq!(shown(&merged), shown(scene.held.document()));
    assert_eq!(code(scene.judge(&change)), RefusalCode::NotYours);
}

/// A line deleted and made again in one change would look like a correction and be
/// another's words.
#[test]
fn nothing_is_deleted_and_made_again() {
    let mut scene = Scene::new(201);
    let note = scene.office.kit.note_id();
    let add = EditCommand::Job(JobCommand::AddNote { id: note, text: "the office's words".to_owned() });
    let dispatcher = scene.dispatcher;
    scene.office.edit(&dispatcher, &mut scene.held, &add);
    let notes = scene.container("notes");
    let standing = scene.standing(Object::Made(notes), &note.to_string());
    let other = scene.office.kit.add_note("my words");
    let honest = scene.draft(&other);
    let again = bend(&honest, |change| {
        let mut delete = change.ops[0].clone();
        (delete.key, delete.action) = (Key::Map(note.to_string()), Action::Delete);
        delete.pred.clone_from(&standing);
        change.ops[0].key = Key::Map(note.to_string());
        change.ops.insert(0, delete);
        let first = change.header.start_op;
        for (counter, op) in (first..).zip(&mut change.ops) {
            op.id.counter = counter;
            if op.object != Object::Made(notes) {
                op.object = Object::Made(OpId { counter: first + 1, actor: change.header.actor });
            }
        }
    });
    assert_eq!(code(scene.judge(&again)), RefusalCode::ShapeForeign);
    // The same over a single value of a field.
    let contact = scene.container("contact");
    let stands = scene.standing(Object::Made(contact), "phone");
    let honest = scene.draft(&phone("022"));
    let again = bend(&honest, |change| {
        let mut delete = change.ops[0].clone();
        (delete.action, delete.pred) = (Action::Delete, stands);
        change.ops[0].id.counter += 1;
        change.ops[0].pred.clear();
        change.ops.insert(0, delete);
    });
    assert_eq!(code(scene.judge(&again)), RefusalCode::ShapeForeign);
}

/// The engine takes up operations that treat one kind of object as another, and
/// shows another document after saving and loading.
///
#[test]
fn a_map_is_no_text_and_a_text_is_no_map() {
    let mut scene = Scene::new(202);
    let (contact, diagnosis) = (scene.container("contact"), scene.container("diagnosis"));
    let splice = EditCommand::Job(JobCommand::SpliceText {
        text: JobText::Diagnosis,
        at: 0,
        delete: 0,
        insert: "x".to_owned(),
    });
    let letter = scene.draft(&splice);
    let in_a_map = bend(&letter, |change| change.ops[0].object = Object::Made(contact));
    scene.refused_early(&in_a_map);
    let in_the_root = bend(&letter, |change| change.ops[0].object = Object::Root);
    scene.refused_early(&in_the_root);
    let value = scene.draft(&phone("022"));
    let put_in = bend(&value, |change| change.ops[0].insert = true);
    scene.refused_early(&put_in);
    let in_a_text = bend(&value, |change| {
        change.ops[0].object = Object::Made(diagnosis);
        change.ops[0].pred.clear();
    });
    scene.refused_early(&in_a_text);
    // A value taken for an object.
    let value_of = scene.standing(Object::Made(contact), "phone")[0];
    let in_a_value = bend(&value, |change| {
        change.ops[0].object = Object::Made(value_of);
        change.ops[0].pred.clear();
    });
    scene.refused_early(&in_a_value);
    // An object of this change that is made only later.
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    let later = bend(&honest, |change| {
        let last = change.ops.last().expect("some").id;
        change.ops[1].object = Object::Made(last);
    });
    scene.refused_early(&later);
}

/// A letter stands in one text: it cannot be named in the other, be put after one
/// that is gone, or take another's place.
#[test]
fn a_letter_of_one_text_is_none_of_the_other() {
    let mut scene = Scene::new(203);
    let solution = scene.container("solution");
    let after_first = |delete| {
        EditCommand::Job(JobCommand::SpliceText {
            text: JobText::Diagnosis,
            at: 1,
            delete,
            insert: "x".to_owned(),
        })
    };
    let honest = scene.draft(&after_first(0));
    scene.judge(&honest).expect("the honest one is admitted");
    let elsewhere = bend(&honest, |change| change.ops[0].object = Object::Made(solution));
    scene.refused_early(&elsewhere);
    let with_pred = bend(&honest, |change| {
        let Key::Element(letter) = change.ops[0].key else { panic!("it names a letter") };
        change.ops[0].pred.push(letter);
    });
    scene.refused_early(&with_pred);
    let a_map = bend(&honest, |change| change.ops[0].action = Action::MakeMap);
    scene.refused_early(&a_map);
    let a_number = bend(&honest, |change| change.ops[0].action = Action::Put(Scalar::Int(1)));
    scene.refused_early(&a_number);
}

/// Each orphan asks for what it needs, and nothing of it is kept: the next honest
/// change finds the document as it was.
#[test]
fn a_flood_of_orphans_leaves_nothing_behind() {
    let mut scene = Scene::new(204);
    let before = scene.held.document().save();
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    for index in 0..2_000_u32 {
        let mut hash = [7; 32];
        hash[..4].copy_from_slice(&index.to_be_bytes());
        let unknown = Hash32::from_bytes(hash);
        let orphan = bend(&honest, |change| change.header.deps = vec![unknown]);
        assert_eq!(scene.judge(&orphan).err(), Some(NotAdmitted::Need { deps: vec![unknown] }));
    }
    assert_eq!(scene.held.document().save(), before);
    scene.judge(&honest).expect("honest work goes on");
}

/// The numbers of an actor and of operations grow one by one, so that nobody can
/// use them up for others.
#[test]
fn counters_cannot_be_used_up() {
    let mut scene = Scene::new(205);
    let honest = scene.draft(&phone("022"));
    for seq in [OP_COUNTER_MAX, OP_COUNTER_MAX - 1, 1_000] {
        let jump = bend(&honest, |change| change.header.seq = seq);
        assert_eq!(code(scene.judge(&jump)), RefusalCode::SequenceGap, "{seq}");
    }
    for start in [OP_COUNTER_MAX, OP_COUNTER_MAX - 1, 1_000] {
        let jump = bend(&honest, |change| {
            change.header.start_op = start;
            change.ops.iter_mut().for_each(|op| op.id.counter = start);
        });
        assert_eq!(code(scene.judge(&jump)), RefusalCode::StartOpWrong, "{start}");
    }
    for beyond in [OP_COUNTER_MAX + 1, u64::from(u32::MAX), u64::MAX >> 1] {
        let seq = bend(&honest, |change| change.header.seq = beyond);
        assert_eq!(code(scene.judge(&seq)), RefusalCode::ChangeCounter, "{beyond}");
        let start = bend(&honest, |change| change.header.start_op = beyond);
        assert_eq!(code(scene.judge(&start)), RefusalCode::ChangeCounter, "{beyond}");
    }
    // The last operation would be beyond the limit, the first is not.
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    let over = bend(&honest, |change| change.header.start_op = OP_COUNTER_MAX - 1);
    assert_eq!(code(scene.judge(&over)), RefusalCode::ChangeCounter);
}

/// A document whose counters stand near their end refuses more, and does not panic
/// as the engine would.
#[test]
fn a_document_at_the_end_of_its_counters_refuses_more() {
    let mut scene = Scene::new(206);
    let create = scene.office.kit.create_job("old");
    let technician = scene.technician;
    let (document, first) = scene.office.kit.create(&technician, &create);
    let id = document.id().expect("an id");
    let shift = OP_COUNTER_MAX - 200;
    let late = bend(&first, |change| {
        let by = shift - change.header.start_op;
        change.header.start_op = shift;
        for op in &mut change.ops {
            op.id.counter += by;
            if let Object::Made(object) = &mut op.object {
                object.counter += by;
            }
        }
    });
    let document =
        Document::from_changes(DocKind::Job, [late.bytes.as_slice()]).expect("the engine takes it");
    let held = Held { id, kind: DocKind::Job, document: Some(document) };
    let newcomer = scene.office.kit.under_new_actor(&technician);
    let long = replace_text(JobText::Solution, &"a".repeat(400));
    let change = scene.office.draft(&newcomer, &held, &long);
    let verdict = scene.office.judge(&subject(&newcomer), &held, &change.bytes);
    assert_eq!(code(verdict), RefusalCode::ChangeCounter);
    let short = scene.office.draft(&newcomer, &held, &replace_text(JobText::Solution, "a"));
    scene.office.judge(&subject(&newcomer), &held, &short.bytes).expect("what still fits is admitted");
}

/// Keys cost a look-up each; letters do not.
#[test]
fn a_change_writes_few_keys() {
    let mut scene = Scene::new(207);
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    let many = bend(&honest, |change| {
        let first = change.ops[1].clone();
        for index in 0..1_000_u64 {
            let mut op = first.clone();
            op.id.counter = change.header.start_op + u64::try_from(change.ops.len()).expect("few");
            op.key = Key::Map(format!("key {index}"));
            change.ops.push(op);
        }
    });
    assert_eq!(
        structure::check_change(&many.bytes).expect_err("too many").code,
        RefusalCode::ChangeTooManyOps
    );
}
