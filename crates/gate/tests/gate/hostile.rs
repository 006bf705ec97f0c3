//! Stage C against changes that no honest editor makes: each an honest change
//! with one thing bent, which is what decides.

use std::collections::BTreeSet;

use documents::inspect::{Action, DecodedChange, Key, Object, Op, OpId, Scalar};
use documents::schema::after_scalar;
use documents::{Document, RawChange};
use domain::{
    Assignment, EditCommand, EventKind, FieldValue, JobCommand, JobField, JobText, Role, Status, TripCommand,
};
use gate::{Admitted, NotAdmitted, RefusalCode};
use testkit::{Person, answer, replace_text, set_field, set_trip_field};

use crate::common::{Held, Office, code, subject};
use crate::craft::{bend, op_at, text, user, with_value, without_key};
use crate::matrix::job_of;

/// An office, a technician with a job in work, a dispatcher.
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
        let working = office.kit.record(EventKind::Working);
        office.edit(&technician, &mut held, &working);
        Self { office, dispatcher, technician, held }
    }

    fn draft(&mut self, command: &EditCommand) -> RawChange {
        let technician = self.technician;
        self.office.draft(&technician, &self.held, command)
    }

    fn office_draft(&mut self, command: &EditCommand) -> RawChange {
        let dispatcher = self.dispatcher;
        self.office.draft(&dispatcher, &self.held, command)
    }

    fn edit(&mut self, command: &EditCommand) {
        let technician = self.technician;
        self.office.edit(&technician, &mut self.held, command);
    }

    fn judge(&self, change: &RawChange) -> Result<Admitted, NotAdmitted> {
        self.office.judge(&subject(&self.technician), &self.held, &change.bytes)
    }

    #[track_caller]
    fn refuses(&self, expected: RefusalCode, change: &RawChange) {
        assert_eq!(code(self.judge(change)), expected);
    }

    #[track_caller]
    fn refuses_office(&self, expected: RefusalCode, change: &RawChange) {
        assert_eq!(code(self.office.judge(&subject(&self.dispatcher), &self.held, &change.bytes)), expected);
    }

    #[track_caller]
    fn admits(&self, change: &RawChange) {
        self.judge(change).expect("the honest change is admitted, so it is the bending that decides");
    }
}

fn phone(number: &str) -> EditCommand {
    set_field(JobField::ContactPhone, Some(FieldValue::Text(number.to_owned())))
}

#[test]
fn nobody_writes_in_anothers_name() {
    let mut scene = Scene::new(40);
    let other = user(scene.dispatcher.user);
    let commands = [
        scene.office.kit.add_note("x"),
        scene.office.kit.add_part("fan"),
        scene.office.kit.record(EventKind::Contacted),
        scene.office.kit.add_attachment(),
        answer("leak", "no"),
    ];
    for command in commands {
        let honest = scene.draft(&command);
        scene.admits(&honest);
        scene.refuses(RefusalCode::AuthorForged, &with_value(&honest, "by", other.clone()));
    }
    let labour = scene.office.kit.add_labour();
    let honest = scene.draft(&labour);
    scene.admits(&honest);
    scene.refuses(RefusalCode::AuthorForged, &with_value(&honest, "technician", other.clone()));

    let trip = scene.office.kit.create_trip(Vec::new());
    let technician = scene.technician;
    let (document, change) = scene.office.kit.create(&technician, &trip);
    let held = Held { id: document.id().expect("an id"), kind: domain::DocKind::Trip, document: None };
    let forged = with_value(&change, "technician", other);
    let verdict = scene.office.judge(&subject(&technician), &held, &forged.bytes);
    assert_eq!(code(verdict), RefusalCode::AuthorForged);
}

#[test]
fn a_write_replaces_exactly_what_its_author_saw() {
    let mut scene = Scene::new(41);
    let first = phone("021-1");
    scene.edit(&first);
    let honest = scene.draft(&phone("021-2"));
    scene.admits(&honest);
    // Beside the standing value: it would win or lose by chance, unseen in a diff.
    scene.refuses(RefusalCode::ShapeForeign, &bend(&honest, |change| op_at(change, "phone").pred.clear()));
    // Over something that does not stand there.
    let stranger = OpId { counter: 1, actor: scene.technician.actor };
    scene.refuses(
        RefusalCode::ShapeForeign,
        &bend(&honest, |change| op_at(change, "phone").pred.push(stranger)),
    );
    // Twice in one change, over the first and beside it.
    let over = bend(&honest, |change| {
        let mut again = op_at(change, "phone").clone();
        again.pred = vec![change.ops[0].id];
        change.ops.push(again);
    });
    scene.refuses(RefusalCode::ShapeForeign, &over);
    let beside = bend(&honest, |change| {
        let again = op_at(change, "phone").clone();
        change.ops.push(again);
    });
    scene.refuses(RefusalCode::ShapeForeign, &beside);
}

#[test]
fn what_was_not_seen_is_not_replaced() {
    let mut scene = Scene::new(42);
    let before = scene.held.clone();
    let (dispatcher, technician) = (scene.dispatcher, scene.technician);
    scene.office.edit(&dispatcher, &mut scene.held, &phone("office"));
    let unseen = scene.held.document().standing(&scene.held.document().heads());
    let root = unseen.at_key(&Object::Root, "contact");
    let value = unseen.at_key(&Object::Made(root[0]), "phone");
    // Written on what stood before the office's edit, yet claiming to replace it.
    let honest = scene.office.draft(&technician, &before, &phone("field"));
    scene.admits(&honest);
    scene.refuses(RefusalCode::ShapeForeign, &bend(&honest, |change| op_at(change, "phone").pred = value));
}

#[test]
fn nothing_is_deleted() {
    let mut scene = Scene::new(43);
    scene.edit(&phone("021"));
    let honest = scene.draft(&phone("022"));
    scene.refuses(
        RefusalCode::ShapeForeign,
        &bend(&honest, |change| op_at(change, "phone").action = Action::Delete),
    );
    // A whole container, by a technician who may write none of it.
    let container = bend(&honest, |change| {
        let op = op_at(change, "phone");
        let Object::Made(contact) = op.object else { panic!("the contact is a map") };
        (op.object, op.key, op.action, op.pred) =
            (Object::Root, Key::Map("contact".into()), Action::Delete, vec![contact]);
    });
    scene.refuses(RefusalCode::ShapeForeign, &container);
}

/// Where several values stand, the editor clears the key before it writes one of
/// them again; half of that is nothing that it writes.
#[test]
fn a_choice_among_values_is_cleared_and_written() {
    let mut cleared = 0;
    for (seed, chosen) in [(60, "office"), (61, "field")] {
        let mut scene = Scene::new(seed);
        let before = scene.held.clone();
        let (dispatcher, technician) = (scene.dispatcher, scene.technician);
        scene.office.edit(&dispatcher, &mut scene.held, &phone("office"));
        let field = scene.office.draft(&technician, &before, &phone("field"));
        scene.office.submit(&technician, &mut scene.held, &field).expect("admitted");
        let choice = scene.draft(&phone(chosen));
        scene.admits(&choice);
        if documents::inspect::decode(&choice.bytes).expect("decodes").ops.len() < 2 {
            continue;
        }
        cleared += 1;
        let code = RefusalCode::ShapeForeign;
        scene.refuses(code, &bend(&choice, |change| change.ops.truncate(1)));
        scene.refuses(code, &bend(&choice, |change| change.ops[0].pred.truncate(1)));
        scene.refuses(
            code,
            &bend(&choice, |change| {
                let cleared = change.ops[0].pred.clone();
                change.ops[1].pred = cleared;
            }),
        );
        scene.refuses(
            code,
            &bend(&choice, |change| {
                let again = change.ops[1].clone();
                change.ops.push(again);
            }),
        );
    }
    assert_eq!(cleared, 1, "one of the two is what the engine shows already");
}

#[test]
fn containers_are_not_made_again() {
    let mut scene = Scene::new(44);
    let honest = scene.draft(&phone("021"));
    for (action, key) in [(Action::MakeMap, "parts"), (Action::MakeText, "diagnosis")] {
        // A rival beside the standing container, and one over it.
        let rival = bend(&honest, |change| {
            let op = op_at(change, "phone");
            (op.object, op.key, op.action) = (Object::Root, Key::Map(key.into()), action.clone());
            op.pred.clear();
        });
        scene.refuses(RefusalCode::ShapeForeign, &rival);
        let standing =
            scene.held.document().standing(&scene.held.document().heads()).at_key(&Object::Root, key);
        let over = bend(&rival, |change| op_at(change, key).pred = standing);
        scene.refuses(RefusalCode::ShapeForeign, &over);
    }
}

#[test]
fn nothing_is_written_into_what_no_longer_stands() {
    let mut scene = Scene::new(62);
    scene.edit(&answer("leak", "no"));
    let replaced = object_of_entry(&scene.held, "checklist", "leak");
    scene.edit(&answer("leak", "yes"));
    let honest = scene.draft(&phone("021"));
    let into_replaced = bend(&honest, |change| {
        let op = op_at(change, "phone");
        (op.object, op.key, op.action) =
            (Object::Made(replaced), Key::Map("colour".into()), Action::Put(text("hidden")));
    });
    scene.refuses(RefusalCode::ShapeForeign, &into_replaced);
    // A document in which somebody has put a second map over the contact, as two
    // upgrades at once might: the first is out of sight.
    let standing = scene.held.document().standing(&scene.held.document().heads());
    let contact = standing.at_key(&Object::Root, "contact");
    let over = bend(&honest, |change| {
        let op = op_at(change, "phone");
        (op.object, op.key, op.action) = (Object::Root, Key::Map("contact".into()), Action::MakeMap);
        op.pred.clone_from(&contact);
    });
    let mut document = scene.held.document().clone();
    document.apply([over.bytes.as_slice()]).expect("Automerge takes it");
    scene.held.document = Some(document);
    let honest = scene.draft(&phone("022"));
    scene.admits(&honest);
    let into_old = bend(&honest, |change| op_at(change, "phone").object = Object::Made(contact[0]));
    scene.refuses(RefusalCode::ShapeForeign, &into_old);
}

#[test]
fn there_is_no_place_outside_the_schema() {
    let mut scene = Scene::new(45);
    let honest = scene.draft(&phone("021"));
    let rename = |key: &str| bend(&honest, |change| op_at(change, "phone").key = Key::Map(key.to_owned()));
    for key in ["shoe_size", "", &"k".repeat(65)] {
        scene.refuses(RefusalCode::PathUnknown, &rename(key));
    }
    let in_root = bend(&honest, |change| op_at(change, "phone").object = Object::Root);
    scene.refuses(RefusalCode::PathUnknown, &in_root);
    let nowhere = bend(&honest, |change| {
        op_at(change, "phone").object = Object::Made(OpId { counter: 2, actor: change.header.actor });
    });
    scene.refuses(RefusalCode::ShapeForeign, &nowhere);
    let map_for_value = bend(&honest, |change| op_at(change, "phone").action = Action::MakeMap);
    scene.refuses(RefusalCode::PathUnknown, &map_for_value);

    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    scene.refuses(
        RefusalCode::PathUnknown,
        &bend(&honest, |change| {
            op_at(change, "text").key = Key::Map("colour".into());
        }),
    );
    let deeper = bend(&honest, |change| op_at(change, "text").action = Action::MakeMap);
    scene.refuses(RefusalCode::ShapeForeign, &deeper);
    let bad_id = bend(&honest, |change| change.ops[0].key = Key::Map("not an id".into()));
    scene.refuses(RefusalCode::PathUnknown, &bad_id);
}

#[test]
fn values_are_of_their_type_and_size() {
    let mut scene = Scene::new(46);
    let honest = scene.draft(&phone("021"));
    for bad in [Scalar::Int(21), Scalar::Bool(true), Scalar::Bytes(vec![1]), text(&"0".repeat(201))] {
        scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "phone", bad));
    }
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    scene.admits(&honest);
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "text", text(&"x".repeat(20_001))));
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "tz", Scalar::Int(5_000)));
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "at", Scalar::Timestamp(0)));
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "text", Scalar::Null));
    let part = scene.office.kit.add_part("fan");
    let honest = scene.draft(&part);
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "quantity", Scalar::Int(0)));
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "currency", text("rials")));
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "source", text("thin air")));
}

#[test]
fn floating_point_never_gets_past_the_bytes() {
    let mut scene = Scene::new(47);
    let honest = scene.draft(&phone("021"));
    let float = bend(&honest, |change| op_at(change, "phone").action = Action::Foreign);
    scene.refuses(RefusalCode::ShapeForeign, &float);
}

#[test]
fn entries_are_complete_and_their_ids_are_free() {
    let mut scene = Scene::new(48);
    let note = scene.office.kit.add_note("x");
    let honest = scene.draft(&note);
    for (key, path) in [("text", "notes"), ("at", "notes"), ("by", "notes")] {
        let refusal = crate::common::refusal(scene.judge(&without_key(&honest, key)));
        assert_eq!(refusal.code, RefusalCode::ValueInvalid, "{path}.{key}");
        assert!(refusal.path.ends_with(key), "{}", refusal.path);
    }
    // Somebody else's id, which the author had not seen taken: a rival map would
    // stand beside the line.
    let before = scene.held.clone();
    let EditCommand::Job(JobCommand::AddNote { id, .. }) = note else { panic!("it is a note") };
    let (dispatcher, technician) = (scene.dispatcher, scene.technician);
    let office_note = EditCommand::Job(JobCommand::AddNote { id, text: "the office's".into() });
    scene.office.edit(&dispatcher, &mut scene.held, &office_note);
    let rival = scene.office.draft(&technician, &before, &note);
    scene.refuses(RefusalCode::ValueInvalid, &rival);
}

#[test]
fn a_line_is_corrected_and_voided_by_its_author_only_and_once() {
    let mut scene = Scene::new(49);
    let (id, part, better) =
        (scene.office.kit.line_id(), scene.office.kit.part("fan"), scene.office.kit.part("fan 2"));
    scene.edit(&EditCommand::Job(JobCommand::AddPart { id, part }));
    let correct = EditCommand::Job(JobCommand::CorrectPart { id, part: better });
    let honest = scene.draft(&correct);
    scene.admits(&honest);
    // `by` is never written again, not even with the same value.
    let standing = standing_in_entry(&scene.held, "parts", &id.to_string(), "by");
    let author = user(scene.technician.user);
    let rewritten = bend(&honest, |change| {
        let op = op_at(change, "name");
        (op.key, op.action, op.pred) = (Key::Map("by".into()), Action::Put(author), standing);
    });
    scene.refuses(RefusalCode::ValueInvalid, &rewritten);

    let void = EditCommand::Job(JobCommand::VoidPart { id, reason: "not used".into() });
    let honest_void = scene.draft(&void);
    scene.admits(&honest_void);
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest_void, "void", text("   ")));
    scene.edit(&void);
    let standing = standing_in_entry(&scene.held, "parts", &id.to_string(), "name");
    let other = scene.draft(&phone("021"));
    let entry = object_of_entry(&scene.held, "parts", &id.to_string());
    let after_void = bend(&other, |change| {
        let op = op_at(change, "phone");
        (op.object, op.key, op.action, op.pred) =
            (Object::Made(entry), Key::Map("name".into()), Action::Put(text("again")), standing);
    });
    scene.refuses(RefusalCode::ValueInvalid, &after_void);
}

#[test]
fn anothers_line_stays_as_it_is() {
    let mut scene = Scene::new(50);
    let second = scene.office.kit.technician();
    let (id, part) = (scene.office.kit.line_id(), scene.office.kit.part("fan"));
    scene.edit(&EditCommand::Job(JobCommand::AddPart { id, part }));
    let assign = scene.office.kit.assign(Some(second.user));
    let dispatcher = scene.dispatcher;
    scene.office.edit(&dispatcher, &mut scene.held, &assign);
    // The second technician has the job now; the editor refuses him, so the
    // change is made from one that it allows.
    let standing = standing_in_entry(&scene.held, "parts", &id.to_string(), "name");
    let entry = object_of_entry(&scene.held, "parts", &id.to_string());
    let honest = scene.office.draft(&second, &scene.held, &phone("021"));
    assert!(scene.office.judge(&subject(&second), &scene.held, &honest.bytes).is_ok());
    for (key, pred) in [("name", standing), ("void", Vec::new())] {
        let bent = bend(&honest, |change| {
            let op = op_at(change, "phone");
            (op.object, op.key, op.action, op.pred) =
                (Object::Made(entry), Key::Map(key.into()), Action::Put(text("mine now")), pred.clone());
        });
        assert_eq!(
            code(scene.office.judge(&subject(&second), &scene.held, &bent.bytes)),
            RefusalCode::NotYours
        );
    }
}

fn object_of_entry(held: &Held, section: &str, id: &str) -> OpId {
    let standing = held.document().standing(&held.document().heads());
    let sections = standing.at_key(&Object::Root, section);
    standing.at_key(&Object::Made(sections[0]), id)[0]
}

fn standing_in_entry(held: &Held, section: &str, id: &str, key: &str) -> Vec<OpId> {
    let entry = object_of_entry(held, section, id);
    held.document().standing(&held.document().heads()).at_key(&Object::Made(entry), key)
}

#[test]
fn an_event_comes_after_exactly_what_its_author_saw() {
    let mut scene = Scene::new(51);
    let contacted = scene.office.kit.record(EventKind::Contacted);
    let honest = scene.draft(&contacted);
    scene.admits(&honest);
    let nothing = after_scalar(&[]);
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "after", nothing));
    let first = scene.held.document().job().expect("a job").events[0].id;
    let too_early = after_scalar(&[first]);
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "after", too_early));
    let kind = |word: &str| with_value(&honest, "kind", text(word));
    scene.refuses(RefusalCode::ValueInvalid, &kind("exploded"));
    scene.refuses(RefusalCode::ValueInvalid, &kind("promised"));
    scene.refuses(RefusalCode::NotYours, &kind("closed"));
    scene.refuses(RefusalCode::NotYours, &kind("assigned"));
    scene.refuses(RefusalCode::NotYours, &kind("registered"));
    scene.refuses(RefusalCode::WrongStatus, &kind("accepted"));
}

#[test]
fn an_event_carries_what_its_kind_asks_for() {
    let mut scene = Scene::new(61);
    let promised = scene.office.kit.record(EventKind::Promised);
    let honest = scene.draft(&promised);
    scene.admits(&honest);
    for key in ["reason", "until", "tz", "after", "by"] {
        scene.refuses(RefusalCode::ValueInvalid, &without_key(&honest, key));
    }
    scene.refuses(RefusalCode::ValueInvalid, &with_value(&honest, "reason", text(" ")));
    let half_a_place = bend(&honest, |change| {
        let op = op_at(change, "until");
        (op.key, op.action) = (Key::Map("lat".into()), Action::Put(Scalar::Int(35_700_000)));
    });
    scene.refuses(RefusalCode::ValueInvalid, &half_a_place);
    let handed_over = scene.office.kit.record(EventKind::HandedOver);
    let honest = scene.office_draft(&handed_over);
    scene.refuses_office(RefusalCode::ValueInvalid, &without_key(&honest, "team"));
}

#[test]
fn the_status_machine_holds_for_every_status_and_event() {
    let mut kit = testkit::Kit::new(52);
    let (technician, representative) = (kit.technician(), kit.person(Role::Representative));
    let dispatcher = kit.dispatcher();
    for status in Status::ALL.iter().copied() {
        let job = job_of(&mut kit, status, &technician, &representative);
        let held = Held { id: job.id().expect("an id"), kind: domain::DocKind::Job, document: Some(job) };
        for person in [&technician, &dispatcher, &representative] {
            every_event_fits_or_is_refused(&mut kit, &held, person, status);
        }
    }
}

fn every_event_fits_or_is_refused(kit: &mut testkit::Kit, held: &Held, person: &Person, status: Status) {
    for kind in EventKind::ALL.iter().copied() {
        // The editor knows the machine too, so the kind is bent.
        let promised = kit.record(EventKind::Promised);
        let honest = kit.edit(&mut held.document().clone(), person, &promised);
        let mut bent = with_value(&honest, "kind", text(kind.name()));
        if kind == EventKind::HandedOver {
            bent = bend(&bent, |change| {
                let op = op_at(change, "until");
                (op.key, op.action) = (Key::Map("team".into()), Action::Put(text("electronics")));
            });
        }
        let target = gate::policy::Target::Event(kind);
        let has_row = gate::policy::ROWS.iter().any(|row| {
            row.hand == subject(person).hand() && row.places.iter().any(|place| place.covers(&target))
        });
        let is_assignment = matches!(kind, EventKind::Assigned | EventKind::Unassigned);
        let fits = domain::transition(status, kind) != domain::Step::Illegal;
        let office = Office::new(0);
        let verdict = office.judge(&subject(person), held, &bent.bytes);
        let name = format!("{} {} {}", person.role.name(), status.name(), kind.name());
        match (has_row, fits) {
            (false, _) => assert_eq!(code(verdict), RefusalCode::NotYours, "{name}"),
            (true, false) => assert_eq!(code(verdict), RefusalCode::WrongStatus, "{name}"),
            (true, true) if is_assignment => assert_eq!(code(verdict), RefusalCode::ValueInvalid, "{name}"),
            (true, true) => assert!(verdict.is_ok(), "{name}: {verdict:?}"),
        }
    }
}

#[test]
fn one_change_records_one_event() {
    let mut scene = Scene::new(53);
    let contacted = scene.office.kit.record(EventKind::Contacted);
    let honest = scene.draft(&contacted);
    let second = scene.office.kit.event_id();
    let two = bend(&honest, |change| {
        let count = u64::try_from(change.ops.len()).expect("a few");
        let first = change.ops[0].id;
        let again: Vec<Op> = change
            .ops
            .iter()
            .map(|op| {
                let mut op = op.clone();
                op.id.counter += count;
                if op.object == Object::Made(first) {
                    op.object = Object::Made(OpId { counter: first.counter + count, ..first });
                } else {
                    op.key = Key::Map(second.to_string());
                }
                op
            })
            .collect();
        change.ops.extend(again);
    });
    scene.refuses(RefusalCode::ShapeForeign, &two);
}

#[test]
fn the_assignment_and_its_event_tell_one_story() {
    let mut scene = Scene::new(54);
    let (second, third) = (scene.office.kit.technician(), scene.office.kit.technician());
    let assign = scene.office.kit.assign(Some(second.user));
    let honest = scene.office_draft(&assign);
    assert!(scene.office.judge(&subject(&scene.dispatcher), &scene.held, &honest.bytes).is_ok());
    // The field names one, the event another. The event is written first.
    let other_field = bend(&honest, |change| {
        let last = change.ops.iter_mut().rev().find(|op| op.key == Key::Map("technician".into()));
        last.expect("the field").action = Action::Put(user(third.user));
    });
    scene.refuses_office(RefusalCode::ValueInvalid, &other_field);
    // The field without the event.
    let alone = bend(&honest, |change| {
        let field =
            change.ops.iter().rev().find(|op| op.key == Key::Map("technician".into())).expect("it").clone();
        change.ops = vec![Op { id: change.ops[0].id, ..field }];
    });
    scene.refuses_office(RefusalCode::ValueInvalid, &alone);
    let cleared = bend(&alone, |change| change.ops[0].action = Action::Put(Scalar::Null));
    scene.refuses_office(RefusalCode::ValueInvalid, &cleared);
    // The event without the field.
    let event_only = bend(&honest, |change| {
        let index =
            change.ops.iter().rposition(|op| op.key == Key::Map("technician".into())).expect("the field");
        change.ops.remove(index);
    });
    scene.refuses_office(RefusalCode::ValueInvalid, &event_only);
    // Taken back, yet the technician stays named.
    let unassign = scene.office.kit.assign(None);
    let honest = scene.office_draft(&unassign);
    let stays = bend(&honest, |change| {
        let index =
            change.ops.iter().rposition(|op| op.key == Key::Map("technician".into())).expect("the field");
        change.ops.remove(index);
    });
    scene.refuses_office(RefusalCode::ValueInvalid, &stays);
}

#[test]
fn texts_are_edited_letter_by_letter_among_what_stands() {
    let mut scene = Scene::new(55);
    scene.edit(&replace_text(JobText::Diagnosis, "worn"));
    let splice = |at, delete, insert: &str| {
        EditCommand::Job(JobCommand::SpliceText {
            text: JobText::Diagnosis,
            at,
            delete,
            insert: insert.into(),
        })
    };
    let honest = scene.draft(&splice(1, 1, "x"));
    scene.admits(&honest);
    let two_letters = bend(&honest, |change| {
        change.ops.iter_mut().filter(|op| op.insert).for_each(|op| op.action = Action::Put(text("xy")));
    });
    scene.refuses(RefusalCode::ShapeForeign, &two_letters);
    let after_nothing = bend(&honest, |change| {
        let nothing = OpId { counter: 1, actor: change.header.actor };
        change.ops.iter_mut().filter(|op| op.insert).for_each(|op| op.key = Key::Element(nothing));
    });
    scene.refuses(RefusalCode::ShapeForeign, &after_nothing);
    let delete_twice = bend(&honest, |change| {
        let delete = change.ops.iter().find(|op| op.action == Action::Delete).expect("one goes").clone();
        change.ops.push(delete);
    });
    scene.refuses(RefusalCode::ShapeForeign, &delete_twice);
    let overwrite = bend(&honest, |change| {
        let op = change.ops.iter_mut().find(|op| op.action == Action::Delete).expect("one goes");
        op.action = Action::Put(text("z"));
    });
    scene.refuses(RefusalCode::ShapeForeign, &overwrite);
    // The element of one text, in another.
    let solution =
        scene.held.document().standing(&scene.held.document().heads()).at_key(&Object::Root, "solution")[0];
    let elsewhere =
        bend(&honest, |change| change.ops.iter_mut().for_each(|op| op.object = Object::Made(solution)));
    scene.refuses(RefusalCode::ShapeForeign, &elsewhere);
}

#[test]
fn a_text_stays_within_its_length() {
    let mut scene = Scene::new(56);
    scene.edit(&replace_text(JobText::Solution, &"a".repeat(9_990)));
    scene.edit(&replace_text(JobText::Solution, &"a".repeat(19_980)));
    let honest = scene.draft(&replace_text(JobText::Solution, &"a".repeat(20_000)));
    scene.admits(&honest);
    let longer = bend(&honest, |change| {
        let last = change.ops.last().expect("letters").clone();
        let next = OpId { counter: last.id.counter + 1, ..last.id };
        change.ops.push(Op { id: next, key: Key::Element(last.id), ..last });
    });
    scene.refuses(RefusalCode::ValueInvalid, &longer);
}

#[test]
fn a_first_change_is_exactly_the_template() {
    let mut scene = Scene::new(57);
    let technician = scene.technician;
    let create = scene.office.kit.create_job("leak");
    let (document, honest) = scene.office.kit.create(&technician, &create);
    let held = Held { id: document.id().expect("an id"), kind: domain::DocKind::Job, document: None };
    let verdict = |change: &RawChange| scene.office.judge(&subject(&technician), &held, &change.bytes);
    assert!(verdict(&honest).is_ok());
    assert_eq!(code(verdict(&with_value(&honest, "schema", Scalar::Uint(2)))), RefusalCode::ValueInvalid);
    assert_eq!(code(verdict(&with_value(&honest, "subject", Scalar::Null))), RefusalCode::ShapeForeign);
    let assigned = bend(&honest, |change| {
        let assignment = op_at(change, "assignment").id;
        let op = op_at(change, "subject");
        (op.object, op.key) = (Object::Made(assignment), Key::Map("note".into()));
    });
    assert_eq!(code(verdict(&assigned)), RefusalCode::ShapeForeign);
    let outcome = bend(&honest, |change| {
        let outcome = op_at(change, "outcome").id;
        let op = op_at(change, "subject");
        (op.object, op.key) = (Object::Made(outcome), Key::Map("result".into()));
    });
    assert_eq!(code(verdict(&outcome)), RefusalCode::NotYours);
    let other_event = bend(&honest, |change| {
        let kinds: Vec<&mut Op> =
            change.ops.iter_mut().filter(|op| op.action == Action::Put(text("registered"))).collect();
        kinds.into_iter().for_each(|op| op.action = Action::Put(text("contacted")));
    });
    assert_eq!(code(verdict(&other_event)), RefusalCode::ShapeForeign);
    let with_more = bend(&honest, |change| {
        let op = op_at(change, "subject");
        (op.object, op.key) = (Object::Root, Key::Map("colour".into()));
    });
    assert_eq!(code(verdict(&with_more)), RefusalCode::PathUnknown);
    // Without one of its parts: operations after it are numbered anew.
    for part in ["solution", "kind"] {
        let less = bend(&honest, |change| leave_out(change, part));
        assert_eq!(code(verdict(&less)), RefusalCode::ShapeForeign, "{part}");
    }
}

/// Takes the first operation at a key out of a change, so that whatever refers to
/// a later one still does.
fn leave_out(change: &mut DecodedChange, key: &str) {
    let index = change.ops.iter().position(|op| op.key == Key::Map(key.to_owned())).expect("it is there");
    let gone = change.ops.remove(index).id;
    let closed_up = |id: OpId| OpId { counter: id.counter - u64::from(id.counter > gone.counter), ..id };
    for op in &mut change.ops {
        op.id = closed_up(op.id);
        if let Object::Made(object) = op.object {
            op.object = Object::Made(closed_up(object));
        }
    }
}

#[test]
fn a_trips_jobs_are_ids_and_its_voiding_is_final() {
    let mut scene = Scene::new(58);
    let technician = scene.technician;
    let create = scene.office.kit.create_trip(Vec::new());
    let mut held = scene.office.create(&technician, &create);
    let add = EditCommand::Trip(TripCommand::AddJob { job: scene.office.kit.doc_id() });
    let honest = scene.office.draft(&technician, &held, &add);
    let verdict = |scene: &Scene, held: &Held, change: &RawChange| {
        scene.office.judge(&subject(&technician), held, &change.bytes)
    };
    assert!(verdict(&scene, &held, &honest).is_ok());
    for (key, value) in [("not-an-id", Scalar::Bool(true)), ("", Scalar::Bool(true))] {
        let bent = bend(&honest, |change| {
            (change.ops[0].key, change.ops[0].action) = (Key::Map(key.into()), Action::Put(value));
        });
        assert!(verdict(&scene, &held, &bent).is_err(), "{key}");
    }
    let unjob = bend(&honest, |change| change.ops[0].action = Action::Put(Scalar::Bool(false)));
    assert_eq!(code(verdict(&scene, &held, &unjob)), RefusalCode::ValueInvalid);

    let drive = set_trip_field(domain::TripField::DistanceM, Some(FieldValue::Int(1_000)));
    let before_void = held.clone();
    let void = EditCommand::Trip(TripCommand::Void { reason: "cancelled on the way".into() });
    scene.office.edit(&technician, &mut held, &void);
    let late = scene.office.draft(&technician, &before_void, &drive);
    let after = bend(&late, |change| {
        change.header.deps = held.document().heads();
        change.header.seq += 1;
        let delta = held.document().header_of(change.header.deps[0]).expect("known").max_op() + 1;
        change.header.start_op = delta;
    });
    assert_eq!(code(verdict(&scene, &held, &after)), RefusalCode::WrongStatus);
}

#[test]
fn only_the_server_upgrades_and_only_what_is_old() {
    let mut scene = Scene::new(59);
    let honest = scene.draft(&phone("021"));
    let raise = bend(&honest, |change| {
        let schema =
            scene.held.document().standing(&scene.held.document().heads()).at_key(&Object::Root, "schema");
        let op = op_at(change, "phone");
        (op.object, op.key, op.action, op.pred) =
            (Object::Root, Key::Map("schema".into()), Action::Put(Scalar::Uint(2)), schema);
    });
    scene.refuses(RefusalCode::PathUnknown, &raise);
    let server = gate::Subject {
        class: domain::ActorClass::Server,
        ..gate::Subject::person(scene.technician.user, scene.technician.device, Role::Administrator)
    };
    let actor = scene.office.kit.actor(domain::ActorClass::Server);
    for change in [&raise, &honest] {
        let by_server = bend(change, |change| {
            change.header.actor = actor;
            change.header.seq = 1;
            change.ops.iter_mut().for_each(|op| op.id.actor = actor);
        });
        let verdict = scene.office.judge(&server, &scene.held, &by_server.bytes);
        assert!(matches!(code(verdict), RefusalCode::ShapeForeign | RefusalCode::NotYours));
    }
}

#[test]
fn the_assignment_alone_may_be_refined_by_the_dispatcher() {
    let mut scene = Scene::new(60);
    let assignment = Assignment {
        technician: Some(scene.technician.user),
        window_start: Some(scene.office.kit.clock.now()),
        note: Some("زنگ خراب است".into()),
        ..Assignment::default()
    };
    let refine = scene.office.kit.assign_as(assignment);
    let honest = scene.office_draft(&refine);
    let admitted =
        scene.office.judge(&subject(&scene.dispatcher), &scene.held, &honest.bytes).expect("no event needed");
    let touched: BTreeSet<&str> = admitted.touched().iter().map(String::as_str).collect();
    assert_eq!(touched, BTreeSet::from(["assignment.note", "assignment.window_start"]));
    let document: &Document = admitted.after();
    assert_eq!(document.job().expect("a job").status, Status::Working);
}
