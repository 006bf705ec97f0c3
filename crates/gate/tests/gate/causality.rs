//! Stage B: actors, numbers, dependencies, canonical form.

use documents::RawChange;
use domain::{ActorClass, EventKind, Hash32, Role};
use gate::{Admitted, NotAdmitted, RefusalCode, Registration, Strike};
use testkit::Person;

use crate::common::{Held, Office, code, refusal, subject};
use crate::craft::{bend, body, chunk};

fn judge(office: &Office, person: &Person, held: &Held, change: &RawChange) -> Result<Admitted, NotAdmitted> {
    office.judge(&subject(person), held, &change.bytes)
}

#[test]
fn a_first_use_registers_the_actor_and_the_next_does_not() {
    let mut office = Office::new(20);
    let (_, technician, mut held) = office.assigned_job();
    let first = office.kit.add_note("one");
    assert_eq!(office.edit(&technician, &mut held, &first).registration(), Registration::New);
    let second = office.kit.add_note("two");
    assert_eq!(office.edit(&technician, &mut held, &second).registration(), Registration::Known);
}

#[test]
fn the_same_change_twice_is_a_duplicate() {
    let mut office = Office::new(21);
    let (_, technician, mut held) = office.assigned_job();
    let note = office.kit.add_note("once");
    let change = office.draft(&technician, &held, &note);
    office.submit(&technician, &mut held, &change).expect("the first time");
    assert_eq!(judge(&office, &technician, &held, &change).expect_err("again"), NotAdmitted::Duplicate);
}

#[test]
fn an_actor_of_another_device_or_person_or_class_is_refused() {
    let mut office = Office::new(22);
    let (_, technician, mut held) = office.assigned_job();
    let note = office.kit.add_note("mine");
    office.edit(&technician, &mut held, &note);
    let next = office.kit.add_note("not mine");
    let change = office.draft(&technician, &held, &next);
    let other_device = Person { device: office.kit.technician().device, ..technician };
    assert_eq!(code(judge(&office, &other_device, &held, &change)), RefusalCode::ActorUnknown);
    let other_person = Person { user: office.kit.technician().user, ..technician };
    assert_eq!(code(judge(&office, &other_person, &held, &change)), RefusalCode::ActorUnknown);

    for class in [ActorClass::Office, ActorClass::Server] {
        let disguised = Person { actor: office.kit.actor(class), ..technician };
        let change = office.draft(&disguised, &held, &next);
        assert_eq!(code(judge(&office, &disguised, &held, &change)), RefusalCode::ActorUnknown, "{class:?}");
    }
    let dispatcher =
        Person { actor: office.kit.actor(ActorClass::Technician), ..office.kit.person(Role::Dispatcher) };
    let change = office.draft(&dispatcher, &held, &next);
    assert_eq!(code(judge(&office, &dispatcher, &held, &change)), RefusalCode::ActorUnknown);
}

#[test]
fn a_gap_is_refused_and_a_fork_is_named_with_the_last_number() {
    let mut office = Office::new(23);
    let (_, technician, mut held) = office.assigned_job();
    let before = held.clone();
    let note = office.kit.add_note("the phone's first life");
    office.edit(&technician, &mut held, &note);
    let note = office.kit.add_note("the phone's first life goes on");
    office.edit(&technician, &mut held, &note);

    // The phone was restored to `before` and writes under the same actor.
    let note = office.kit.add_note("the phone's second life");
    let forked = office.draft(&technician, &before, &note);
    let verdict = judge(&office, &technician, &held, &forked);
    assert_eq!(verdict.expect_err("a fork"), NotAdmitted::ActorFork { seq: 2 });

    let next = office.draft(&technician, &held, &note);
    let gap = bend(&next, |change| change.header.seq += 1);
    assert_eq!(code(judge(&office, &technician, &held, &gap)), RefusalCode::SequenceGap);
    let newcomer = office.kit.under_new_actor(&technician);
    let first = office.draft(&newcomer, &held, &note);
    let gap = bend(&first, |change| change.header.seq = 2);
    assert_eq!(code(judge(&office, &technician, &held, &gap)), RefusalCode::SequenceGap);
}

#[test]
fn orphans_are_not_kept_and_say_what_they_need() {
    let mut office = Office::new(24);
    let (_, technician, held) = office.assigned_job();
    let mut copy = held.document().clone();
    let (one, two) = (office.kit.add_note("one"), office.kit.add_note("two"));
    let first = office.kit.edit(&mut copy, &technician, &one);
    let second = office.kit.edit(&mut copy, &technician, &two);
    let verdict = judge(&office, &technician, &held, &second).expect_err("an orphan");
    assert_eq!(verdict, NotAdmitted::Need { deps: vec![first.hash] });

    let nothing = Held { document: None, ..held.clone() };
    let verdict = judge(&office, &technician, &nothing, &second).expect_err("an orphan");
    assert_eq!(verdict, NotAdmitted::Need { deps: vec![first.hash] });

    let unknown = bend(&first, |change| change.header.deps = vec![Hash32::from_bytes([7; 32])]);
    let verdict = judge(&office, &technician, &held, &unknown).expect_err("an orphan");
    assert_eq!(verdict, NotAdmitted::Need { deps: vec![Hash32::from_bytes([7; 32])] });
}

#[test]
fn an_actors_change_comes_after_its_own_previous_one() {
    let mut office = Office::new(25);
    let (_, technician, mut held) = office.assigned_job();
    let before = held.document().heads();
    let note = office.kit.add_note("one");
    office.edit(&technician, &mut held, &note);
    let note = office.kit.add_note("two");
    let change = office.draft(&technician, &held, &note);
    let beside = bend(&change, |change| change.header.deps = before);
    assert_eq!(code(judge(&office, &technician, &held, &beside)), RefusalCode::DepsIncomplete);
    let before_all = bend(&change, |change| change.header.deps.clear());
    assert_eq!(code(judge(&office, &technician, &held, &before_all)), RefusalCode::DepsIncomplete);
}

#[test]
fn operations_are_numbered_on_from_the_dependencies() {
    let mut office = Office::new(26);
    let (_, technician, held) = office.assigned_job();
    let set =
        testkit::set_field(domain::JobField::ContactPhone, Some(domain::FieldValue::Text("021".into())));
    let change = office.draft(&technician, &held, &set);
    for shift in [-1_i64, 1, 1_000_000] {
        let shifted = bend(&change, |change| {
            change.header.start_op = change.header.start_op.saturating_add_signed(shift);
        });
        assert_eq!(code(judge(&office, &technician, &held, &shifted)), RefusalCode::StartOpWrong, "{shift}");
    }
}

#[test]
fn a_change_that_our_editor_would_encode_otherwise_is_refused_with_a_strike() {
    let mut office = Office::new(27);
    let dispatcher = office.kit.dispatcher();
    let create = office.kit.create_job("leak");
    let (document, change) = office.kit.create(&dispatcher, &create);
    let held = Held { id: document.id().expect("an id"), kind: domain::DocKind::Job, document: None };
    // The first change names no other actor: after no dependency, the author, the
    // numbers 1 and 1, a time of six bytes and no message comes the count 0.
    let honest = body(&change.bytes);
    let count_at = 1 + 17 + 1 + 1 + 6 + 1;
    assert_eq!(honest[count_at], 0, "here stands the count of other actors");
    let mut idle_actor = honest[..count_at].to_vec();
    idle_actor.extend([1, 16]);
    idle_actor.extend([0x54; 16]);
    idle_actor.extend(&honest[count_at + 1..]);
    let bytes = chunk(1, &idle_actor);
    assert!(gate::structure::check_change(&bytes).is_ok(), "sound to the first stage");
    let refusal = refusal(office.judge(&subject(&dispatcher), &held, &bytes));
    assert_eq!((refusal.code, refusal.strike), (RefusalCode::ChangeNotCanonical, Strike::BrokenBytes));
    assert!(
        office.judge(&subject(&dispatcher), &held, &chunk(1, honest)).is_ok(),
        "and without it all is well"
    );
}

#[test]
fn a_document_is_made_once_and_under_its_own_id() {
    let mut office = Office::new(28);
    let dispatcher = office.kit.dispatcher();
    let create = office.kit.create_job("leak");
    let (document, change) = office.kit.create(&dispatcher, &create);
    let id = document.id().expect("an id");
    let elsewhere = Held { id: office.kit.doc_id(), kind: domain::DocKind::Job, document: None };
    assert_eq!(code(judge(&office, &dispatcher, &elsewhere, &change)), RefusalCode::ValueInvalid);
    let held = Held { id, kind: domain::DocKind::Job, document: Some(document) };
    let other = office.kit.under_new_actor(&dispatcher);
    let again = office.kit.create_job("leak");
    let (_, second) = office.kit.create(&other, &again);
    assert_eq!(code(judge(&office, &other, &held, &second)), RefusalCode::DepsIncomplete);
}

#[test]
fn policy_refusals_are_no_strikes() {
    let mut office = Office::new(29);
    let (dispatcher, technician, held) = office.assigned_job();
    let done = office.kit.record(EventKind::Working);
    let change = office.draft(&dispatcher, &held, &done);
    assert_eq!(refusal(judge(&office, &dispatcher, &held, &change)).strike, Strike::No);
    let broken = office.judge(&subject(&technician), &held, &change.bytes[..50]);
    assert_eq!(refusal(broken).strike, Strike::BrokenBytes);
}
